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

type Made = { readonly err: 0; readonly auth: MachPort } | { readonly err: Failure };

/** Asks for the passwords of the ids in `wanted` that we have not, and makes the handle. EACCES: a wrong password. `implied`: groups that come with a user. */
export function* verifiedAuth(libc: Libc, wanted: Ugids, implied: ReadonlyMap<number, readonly number[]>): Syscall<Made> {
  const own = yield* idsOf(libc.ports.auth);
  if (own.err !== 0) return own;
  const granted: MachPort[] = [];
  let made: Made = { err: 0, auth: libc.ports.auth };
  for (const ask of questions(libc, own.ids, wanted, implied)) {
    made = yield* ask;
    if (made.err !== 0) break;
    granted.push(made.auth);
  }
  if (made.err === 0) made = yield* combined(libc.ports.auth, granted, wanted);
  for (const auth of granted) yield* dropRight(auth);
  return made;
}

/** One for each id that we lack. A user is asked for who has groups that we lack, too. Root is asked for nothing. */
function questions(libc: Libc, own: Ugids, wanted: Ugids, implied: ReadonlyMap<number, readonly number[]>): readonly Syscall<Made>[] {
  const uids = new Set([...own.euids, ...own.auids]);
  const gids = new Set([...own.egids, ...own.agids]);
  if (uids.has(0)) return [];
  const askedUids = [...new Set([...wanted.euids, ...wanted.auids, ...implied.keys()])].filter((uid) => !uids.has(uid) || implied.get(uid)?.some((gid) => !gids.has(gid)));
  for (const uid of askedUids) for (const gid of implied.get(uid) ?? []) gids.add(gid);
  const askedGids = [...new Set([...wanted.egids, ...wanted.agids])].filter((gid) => !gids.has(gid));
  return [...askedUids.map((uid) => askUser(libc, uid)), ...askedGids.map((gid) => askGroup(libc, gid))];
}

function* combined(own: MachPort, others: readonly MachPort[], ids: Ugids): Syscall<Made> {
  const made = yield* authCall.auth_makeauth(own, { other_handles: copySends(others), ...ids });
  return made.err !== 0 ? { err: made.err } : { err: 0, auth: made.newhandle };
}

function* askUser(libc: Libc, uid: number): Syscall<Made> {
  const user = yield* libc.getpwuid(uid);
  const pw = user?.passwd === "" ? "" : yield* readPassword(libc, `Password for ${user?.name ?? uid}:`);
  return yield* asked(libc, pw, (server, text) => passwordCall.password_check_user(server, { user: uid, pw: text }));
}

function* askGroup(libc: Libc, gid: number): Syscall<Made> {
  const group = yield* libc.getgrgid(gid);
  const pw = yield* readPassword(libc, `Password for group ${group?.name ?? gid}:`);
  return yield* asked(libc, pw, (server, text) => passwordCall.password_check_group(server, { group: gid, pw: text }));
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
