/**
 * Who a port speaks for, and what he may do (libiohelp's `iouser`, libfshelp's `access`, `isowner`, `checkdirmod`, `iscontroller`).
 *
 * Identity belongs to the port, never to the sender of a message. A user here has effective ids only (fs-io.md §1).
 */
import type { Failure } from "../../mach/kern/kern-return.ts";
import { Errno } from "../interfaces/errno.ts";
import { S_IEXEC, S_IREAD, S_ISREG, S_ISUID, S_ISVTX, S_IUNKSHIFT, S_IUSEUNK, S_IWRITE } from "../interfaces/stat.ts";
import { O_EXEC, O_READ, O_WRITE } from "../interfaces/hurd-types.ts";

/** Effective ids. Both lists empty: nobody, whom only "other" bits (or the unknown user's) let in. */
export interface IoUser {
  readonly uids: readonly number[];
  readonly gids: readonly number[];
}
export const NOBODY: IoUser = { uids: [], gids: [] };
/** The identity that a filesystem acts with on its own behalf. */
export const ROOT: IoUser = { uids: [0], gids: [0] };

/** The parts of a node's status that permissions depend on. */
export interface Owned {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** One of the bits that `access` asks for: S_IREAD, S_IWRITE, S_IEXEC (an owner's bits; they are shifted to the class that counts). */
export type AccessBit = typeof S_IREAD | typeof S_IWRITE | typeof S_IEXEC;

export const isRoot = (user: IoUser): boolean => user.uids.includes(0);

/** Some execute bit is set, for whomever. */
export const anyExec = (mode: number): boolean =>
  (mode & (S_IEXEC | (S_IEXEC >> 3) | (S_IEXEC >> 6))) !== 0 || ((mode & S_IUSEUNK) !== 0 && (mode & (S_IEXEC << S_IUNKSHIFT)) !== 0);

/** `fshelp_isowner`: EPERM unless the user owns the node, is root, or has the node's group both as a group and as a uid. */
export function isOwner(st: Owned, user: IoUser): 0 | Failure {
  const owner = user.uids.includes(st.uid) || isRoot(user) || (user.gids.includes(st.gid) && user.uids.includes(st.gid));
  return owner ? 0 : Errno.EPERM;
}

/** `fshelp_access`: the first class that fits decides. EACCES. Root may all, but execute no regular file without any execute bit. */
export function access(st: Owned, bit: AccessBit, user: IoUser): 0 | Failure {
  return allowed(st, bit, user) ? 0 : Errno.EACCES;
}

function allowed(st: Owned, bit: AccessBit, user: IoUser): boolean {
  if (isRoot(user)) return bit !== S_IEXEC || !S_ISREG(st.mode) || anyExec(st.mode);
  if (user.uids.length === 0 && (st.mode & S_IUSEUNK) !== 0) return (st.mode & (bit << S_IUNKSHIFT)) !== 0;
  if (isOwner(st, user) === 0) return (st.mode & bit) !== 0;
  if (user.gids.includes(st.gid)) return (st.mode & (bit >> 3)) !== 0;
  return (st.mode & (bit >> 6)) !== 0;
}

/** `fshelp_checkdirmod`: may the user change `dir` as to `entry` (undefined: a new name)? EACCES; a sticky directory wants its or the entry's owner. */
export function checkDirmod(dir: Owned, entry: Owned | undefined, user: IoUser): 0 | Failure {
  const err = access(dir, S_IWRITE, user);
  if (err) return err;
  const sticky = entry !== undefined && (dir.mode & S_ISVTX) !== 0;
  return sticky && isOwner(dir, user) && isOwner(entry, user) ? Errno.EACCES : 0;
}

/** `fshelp_iscontroller`: root, the owner of the filesystem's root, or the identity that the server runs with. EPERM. */
export function isController(root: Owned, serverUid: number, user: IoUser): 0 | Failure {
  return isRoot(user) || user.uids.includes(root.uid) || user.uids.includes(serverUid) ? 0 : Errno.EPERM;
}

/** The O_READ, O_WRITE, O_EXEC that the user may open the node with. */
export function allowedModes(st: Owned, user: IoUser): number {
  const bit = (b: AccessBit, flag: number): number => (allowed(st, b, user) ? flag : 0);
  return bit(S_IREAD, O_READ) | bit(S_IWRITE, O_WRITE) | bit(S_IEXEC, O_EXEC);
}

/** `io_restrict_auth`: the ids that a user keeps of those asked for. Root keeps exactly those. */
export function restrict(user: IoUser, uids: readonly number[], gids: readonly number[]): IoUser {
  if (isRoot(user)) return { uids: [...uids], gids: [...gids] };
  return { uids: user.uids.filter((id) => uids.includes(id)), gids: user.gids.filter((id) => gids.includes(id)) };
}

/** A node's mode without the set-uid bit, which a creator without ids cannot give. */
export const withoutSetuid = (mode: number): number => mode & ~S_ISUID;
