/** Setting, showing and starting the translators of nodes (fs-io.md §5 and §6). */
import { copySends, MACH_PORT_NULL, portValid, type MachPort, type PolyRight } from "../../../mach/ipc/names.ts";
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { attempt, type Result } from "../../../glibc-shim/errno.ts";
import { STDERR } from "../../../glibc-shim/libc.ts";
import { addSendRef, deallocate } from "../../../glibc-shim/rights.ts";
import { authCall, fsysCall } from "../../../glibc-shim/stubs.ts";
import { decodeArgz, encodeArgz } from "../../interfaces/argz.ts";
import { Errno } from "../../interfaces/errno.ts";
import { FS_TRANS_EXCL, FS_TRANS_FORCE, FS_TRANS_ORPHAN, FS_TRANS_SET, O_EXEC } from "../../interfaces/hurd-types.ts";
import { S_IPTRANS } from "../../interfaces/stat.ts";
import { isOwner, NOBODY, type IoUser } from "../iouser.ts";
import type { LookupAnswer } from "../lookup-answer.ts";
import { reauthenticate } from "../reauth.ts";
import { startTranslator } from "../start-translator.ts";
import { serverDead } from "../transbox.ts";
import type { Diskfs } from "./filesystem.ts";
import type { Node } from "./node.ts";
import { NO_PLACE, type Place, type Protid } from "./peropen.ts";
import { shortCircuit, shortCircuitType, translatorRecord } from "./short-circuit.ts";

/**
 * The root of `node`'s translator for `user`: from the running one, or one started now. `dir` is the directory the node was found in: a port on it
 * without ids is where the translator's ".." leads. ENOENT: there is no translator.
 */
export function* fetchNodeRoot(
  fs: Diskfs, node: Node, dir: Node, place: Place, path: string, user: IoUser, flags: number,
): Syscall<LookupAnswer | { readonly err: Failure }> {
  const dotdot = yield* fs.ownPort(dir, 0, place, NOBODY);
  const answer = yield* fetchRootWith(fs, node, dotdot, path, user, flags);
  yield* deallocate(dotdot);
  return answer;
}

/** As `fetchNodeRoot`, with a ".." that there is already (borrowed). */
export function* fetchRootWith(
  fs: Diskfs, node: Node, dotdot: MachPort, path: string, user: IoUser, flags: number,
): Syscall<LookupAnswer | { readonly err: Failure }> {
  return yield* node.transbox.fetchRoot({ start: () => startPassive(fs, node, dotdot, path), dotdot, user, flags });
}

/** Runs the program of the node's record, as the node's owner. */
function* startPassive(fs: Diskfs, node: Node, dotdot: MachPort, path: string): Syscall<Result<MachPort>> {
  const record = yield* fs.lock.with(() => activeRecord(node));
  if (record.err) return record;
  const argv = record.value;
  const { uid, gid } = node.st;
  const executable = yield* attempt(fs.libc.file_name_lookup(argv[0] ?? "", O_EXEC));
  if (executable.err) return executable;
  const auth = yield* identity(fs, uid, gid);
  const ports = yield* initPorts(fs, auth);
  const control = yield* startTranslator({
    executable: executable.value,
    argv,
    fds: [MACH_PORT_NULL, MACH_PORT_NULL, ports.stderr],
    ports: [dotdot, ports.root, auth, MACH_PORT_NULL, MACH_PORT_NULL, MACH_PORT_NULL],
    proc: fs.libc.ports.proc,
    owner: uid,
    reauth: auth,
    timeout: 0,
    underlying: (flags) => underlyingPort(fs, node, flags, dotdot, path, { uids: [uid], gids: [gid] }),
  });
  for (const port of [executable.value, ports.root, ports.stderr, auth]) yield* deallocate(port);
  if (!control.err) yield* fs.translators.record(path, control.value);
  return control;
}

/** The words to run; ENOENT when the node has no record. */
function* activeRecord(node: Node): Syscall<Result<readonly string[]>> {
  const implied = yield* translatorRecord(node);
  if (implied.err) return implied;
  if (implied.value !== undefined && (node.st.mode & S_IPTRANS) === 0) return { err: 0, value: implied.value };
  const stored = yield* node.translator();
  if (stored.err) return stored;
  const argv = stored.value === undefined ? [] : decodeArgz(stored.value);
  return argv.length === 0 ? { err: Errno.ENOENT } : { err: 0, value: argv };
}

/** An auth handle of the node's owner; null when there is no auth server yet: then the translator has our own rights. */
function* identity(fs: Diskfs, uid: number, gid: number): Syscall<MachPort> {
  if (!portValid(fs.auth)) return MACH_PORT_NULL;
  const made = yield* authCall.auth_makeauth(fs.auth, {
    other_handles: copySends([]),
    euids: [uid], auids: [uid, uid], egids: [gid], agids: [gid, gid],
  });
  return made.err ? MACH_PORT_NULL : made.newhandle;
}

interface InitPorts {
  readonly root: MachPort;
  readonly stderr: MachPort;
}

/** Our root directory and our standard error, as `auth` is entitled to them. */
function* initPorts(fs: Diskfs, auth: MachPort): Syscall<InitPorts> {
  const fd = yield* attempt(fs.libc.fdPort(STDERR));
  return {
    root: yield* reauthenticated(auth, fs.libc.ports.crdir),
    stderr: fd.err ? MACH_PORT_NULL : yield* reauthenticated(auth, fd.value),
  };
}

function* reauthenticated(auth: MachPort, port: MachPort): Syscall<MachPort> {
  if (!portValid(port)) return MACH_PORT_NULL;
  if (portValid(auth)) {
    const made = yield* reauthenticate(auth, port);
    if (!made.err) return made.value;
  }
  yield* addSendRef(port);
  return port;
}

/** The node under the translator, with the flags it asked for and no check: its ".." is the directory. */
function* underlyingPort(fs: Diskfs, node: Node, flags: number, dotdot: MachPort, path: string, owner: IoUser): Syscall<Result<PolyRight>> {
  const dir = fs.protidOf(dotdot)?.po.place ?? NO_PLACE;
  return { err: 0, value: yield* fs.openPort(node, flags, { ...dir, path }, owner) };
}

// ---- file_set_translator

/** The arguments of `file_set_translator`. */
export interface SetTranslator {
  readonly passive_flags: number;
  readonly active_flags: number;
  readonly oldtrans_flags: number;
  readonly passive: Uint8Array;
  readonly active: MachPort;
}

/** In the order of fs-io.md §5. On success `active` is consumed. */
export function* setTranslator(fs: Diskfs, self: Protid, ask: SetTranslator): Syscall<0 | Failure> {
  const passive = (ask.passive_flags & FS_TRANS_SET) !== 0;
  const active = (ask.active_flags & FS_TRANS_SET) !== 0;
  const { node } = self;
  if (!passive && !active) {
    yield* deallocate(ask.active);
    return 0;
  }
  if (passive && fs.settings.readonly) return Errno.EROFS;
  if (ask.passive.length > 0 && ask.passive.at(-1) !== 0) return Errno.EINVAL;
  const notOwner = isOwner(node.st, self.user);
  if (notOwner) return notOwner;
  if (active && !(ask.active_flags & FS_TRANS_ORPHAN)) {
    const err = yield* dismiss(node, ask.active_flags & FS_TRANS_EXCL ? undefined : ask.oldtrans_flags);
    if (err) return err;
  }
  if (passive && ask.passive_flags & FS_TRANS_EXCL && node.st.mode & S_IPTRANS) return Errno.EBUSY;
  if (active) {
    const err = yield* node.transbox.set(ask.active, (ask.active_flags & FS_TRANS_EXCL) !== 0);
    if (err) return err;
  }
  const err = passive ? yield* fs.lock.with(() => setPassive(fs, node, ask)) : 0;
  if (active && !err) yield* fs.translators.record(self.po.place.path, ask.active);
  if (!active) yield* deallocate(ask.active);
  return err;
}

/**
 * Asks the active translator to go. Its refusal is answered; that it is dead already is not. Without flags it is left alone: only that its control
 * port can be had is seen to.
 */
function* dismiss(node: Node, flags: number | undefined): Syscall<0 | Failure> {
  const held = yield* node.transbox.fetchControl();
  if (held.err) return held.err;
  if (held.value === MACH_PORT_NULL) return 0;
  if (flags === undefined) {
    yield* deallocate(held.value);
    return 0;
  }
  const { err } = yield* fsysCall.fsys_goaway(held.value, { flags });
  yield* deallocate(held.value);
  return err && !serverDead(err) ? err : 0;
}

function* setPassive(fs: Diskfs, node: Node, { passive, passive_flags }: SetTranslator): Syscall<0 | Failure> {
  const argv = decodeArgz(passive);
  const type = passive_flags & FS_TRANS_FORCE ? undefined : shortCircuitType(argv);
  if (type !== undefined) return yield* shortCircuit(fs, node, type, argv);
  const err = yield* node.setTranslator(passive.length === 0 ? undefined : passive);
  if (!err) yield* fs.touchStatus(node);
  return err;
}

// ---- file_get_translator

/** EINVAL: none. */
export function* showRecord(node: Node): Syscall<Result<Uint8Array>> {
  if (node.st.mode & S_IPTRANS) {
    const stored = yield* node.translator();
    if (stored.err) return stored;
    if (stored.value !== undefined) return { err: 0, value: stored.value };
  }
  const implied = yield* translatorRecord(node);
  if (implied.err) return implied;
  return implied.value === undefined ? { err: Errno.EINVAL } : { err: 0, value: encodeArgz(implied.value) };
}

/** Unlinking the last name of a translated node tells its translator, whose answer is ignored. */
export function* unlinked(node: Node, goawayFlags: number): Syscall<void> {
  if (node.transbox.translated) yield* dismiss(node, goawayFlags);
}

