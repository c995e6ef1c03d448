/**
 * Ids that the caller may not yet have, for passwords (`ugids_verify_make_auth`): the password server gives each as a handle that has it
 * available, and from those and our own one handle with all is made.
 */
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { copySends, type MachPort } from "../../../mach/ipc/names.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { passwordCall } from "../../../servers/interfaces/password.ts";
import { attempt } from "../../../glibc-shim/errno.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { dropRight } from "./rights.ts";
import { readPassword } from "./tty.ts";
import { idsOf, type Ugids } from "./ugids.ts";

const PASSWORD_SERVER = "/servers/password";

/** A handle, or why there is none. */
export type Made = { readonly err: 0; readonly auth: MachPort } | { readonly err: Failure };

/** A user's groups by /etc/passwd and /etc/group, the main one first; none for an unknown id. */
export function* impliedGroups(libc: Libc, uid: number): Syscall<readonly number[]> {
  const user = yield* libc.getpwuid(uid);
  if (user === undefined) return [];
  const groups = yield* libc.getgrouplist(user.name, user.gid);
  return [user.gid, ...groups.filter((gid) => gid !== user.gid)];
}

/** What the caller is without regard to a set-uid program's own ids (`get_nonsugid_ids`): the available ids but the saved one, and the effective ones but the first. */
export function* ownIds(libc: Libc): Syscall<{ readonly err: 0; readonly have: Held } | { readonly err: Failure }> {
  const own = yield* idsOf(libc.ports.auth);
  if (own.err !== 0) return own;
  const real = (available: readonly number[], effective: readonly number[]): readonly number[] => [...available.filter((_, i) => i !== 1), ...effective.slice(1)];
  const { euids, auids, egids, agids } = own.ids;
  return { err: 0, have: { uids: real(auids, euids), gids: real(agids, egids) } };
}

/** Ids that need no proof. */
export interface Held {
  readonly uids: readonly number[];
  readonly gids: readonly number[];
}

/** Asks for the passwords of the ids in `wanted` that are not in `have`, and makes the handle. EACCES: a wrong password. */
export function* verifiedAuth(libc: Libc, wanted: Ugids, have: Held): Syscall<Made> {
  const granted: MachPort[] = [];
  let made: Made = { err: 0, auth: libc.ports.auth };
  for (const ask of yield* questions(libc, wanted, have)) {
    made = yield* ask;
    if (made.err !== 0) break;
    granted.push(made.auth);
  }
  if (made.err === 0) made = yield* combined(libc.ports.auth, granted, wanted);
  for (const auth of granted) yield* dropRight(auth);
  return made;
}

/**
 * One for each id that has to be proved (`idvec_verify`). Root is asked for nothing; who asks for root, among others, proves that alone; a user's groups come with
 * him. The user is named when there is more than one id in play.
 */
function* questions(libc: Libc, wanted: Ugids, have: Held): Syscall<readonly Syscall<Made>[]> {
  if (have.uids.includes(0)) return [];
  const uids = [...new Set([...wanted.euids, ...wanted.auids])];
  const implied: number[] = [];
  for (const uid of uids) implied.push(...(yield* impliedGroups(libc, uid)));
  const gids = [...new Set([...wanted.egids, ...wanted.agids])].filter((gid) => !implied.includes(gid));
  const several = uids.length + gids.length > 1;
  if (uids.includes(0)) return [askUser(libc, 0, several)];
  const users = uids.filter((uid) => !have.uids.includes(uid)).map((uid) => askUser(libc, uid, several));
  return [...users, ...gids.filter((gid) => !have.gids.includes(gid)).map((gid) => askGroup(libc, gid, several))];
}

function* combined(own: MachPort, others: readonly MachPort[], ids: Ugids): Syscall<Made> {
  const made = yield* authCall.auth_makeauth(own, { other_handles: copySends(others), ...ids });
  return made.err !== 0 ? { err: made.err } : { err: 0, auth: made.newhandle };
}

/** For an id without an account root's password is asked. */
function* askUser(libc: Libc, uid: number, several: boolean): Syscall<Made> {
  if (uid === NEVER) return yield* refusedAnyhow(libc);
  const user = yield* libc.getpwuid(uid);
  if (user === undefined && uid !== 0) return yield* askUser(libc, 0, true);
  const pw = user?.passwd === "" ? "" : yield* readPassword(libc, several ? `Password for ${user?.name ?? "root"}:` : "Password:");
  return yield* asked(libc, pw, (server, text) => passwordCall.password_check_user(server, { user: uid, pw: text }));
}

function* askGroup(libc: Libc, gid: number, several: boolean): Syscall<Made> {
  const group = yield* libc.getgrgid(gid);
  if (group === undefined) return yield* askUser(libc, 0, true);
  const pw = yield* readPassword(libc, several ? `Password for group ${group.name}:` : "Password:");
  return yield* asked(libc, pw, (server, text) => passwordCall.password_check_group(server, { group: gid, pw: text }));
}

/** The id that nobody can prove, whatever he types. */
export const NEVER = 0xffffffff;
function* refusedAnyhow(libc: Libc): Syscall<Made> {
  yield* readPassword(libc, "Password:");
  return { err: Errno.EACCES };
}

type Check = (server: MachPort, pw: string) => Syscall<{ readonly err: 0; readonly auth: MachPort } | { readonly err: Failure }>;

function* asked(libc: Libc, pw: string | undefined, check: Check): Syscall<Made> {
  if (pw === undefined) return { err: Errno.EACCES };
  const server = yield* attempt(libc.file_name_lookup(PASSWORD_SERVER, 0));
  if (server.err !== 0) return server;
  const checked = yield* check(server.value, pw);
  yield* dropRight(server.value);
  return checked;
}
