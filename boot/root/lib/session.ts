/**
 * Beginning a user's session: identity, environment, home, shell (boot.md step 49). Used by login's questions, su and run-command.
 *
 * Two ways to an identity: the password server gives a handle that has the user's ids *available*, and from that one with effective ids is made
 * (nobody needs to be set-uid for this); or one who is root makes it from his own.
 */
import { copySends, MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { mig_task_self } from "../../../mach/mig/client.ts";
import { orThrow } from "../../../glibc-shim/errno.ts";
import type { Libc, Passwd } from "../../../glibc-shim/libc.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import { passwordCall } from "../../../servers/interfaces/password.ts";
import { procCall } from "../../../servers/interfaces/process.ts";

const PASSWORD_SERVER = "/servers/password";
/** Where a session's programs are. */
export const DEFAULT_PATH = "/bin:/sbin";

/** Gives a reference back. */
function* deallocate(name: MachPort): Syscall<void> {
  if (name !== MACH_PORT_NULL) yield* machPortCall.mach_port_deallocate(yield* mig_task_self(), { name });
}

/** A handle with `user`'s ids effective and available, out of one that has them at least available. Consumes `from`. Throws EPERM. */
function* effective(libc: Libc, user: Passwd, from: MachPort): Syscall<MachPort> {
  const gids = yield* groups(libc, user);
  const made = yield* authCall.auth_makeauth(from, {
    other_handles: copySends([]),
    ...{ euids: [user.uid], auids: [user.uid, user.uid] },
    ...{ egids: gids, agids: [user.gid, user.gid] },
  });
  yield* deallocate(from);
  return orThrow("auth_makeauth", made).newhandle;
}

/** The user's primary group, then the others. */
function* groups(libc: Libc, user: Passwd): Syscall<readonly number[]> {
  const all = yield* libc.getgrouplist(user.name, user.gid);
  return [user.gid, ...all.filter((gid) => gid !== user.gid)];
}

/** The identity of `user` for his password. Throws EACCES when it is wrong, and what the lookup of the password server says. */
export function* checkPassword(libc: Libc, user: Passwd, password: string): Syscall<MachPort> {
  const server = yield* libc.file_name_lookup(PASSWORD_SERVER, 0);
  const checked = yield* passwordCall.password_check_user(server, { user: user.uid, pw: password });
  yield* deallocate(server);
  return yield* effective(libc, user, orThrow("password_check_user", checked).auth);
}

/** The identity of `user`, made by root. Throws EPERM for anybody else. */
export function* identityByRoot(libc: Libc, user: Passwd): Syscall<MachPort> {
  const { auth } = libc.ports;
  yield* machPortCall.mach_port_mod_refs(yield* mig_task_self(), { name: auth, right: 0, delta: 1 });
  return yield* effective(libc, user, auth);
}

/** Becomes `user`: every port of the process is reauthenticated, and proc told the owner. Takes the handle's reference. */
export function* become(libc: Libc, user: Passwd, identity: MachPort): Syscall<void> {
  yield* libc.setauth(identity);
  yield* deallocate(identity);
  yield* procCall.proc_setowner(libc.ports.proc, { owner: user.uid, clear: 0 });
}

/** Marks this process as the head of a login collection of `name`. Before `become`: only root may. */
export function* markLogin(libc: Libc, name: string): Syscall<void> {
  yield* procCall.proc_make_login_coll(libc.ports.proc, {});
  yield* procCall.proc_setlogin(libc.ports.proc, { logname: name });
}

/** A new environment for `user`; of the old one only TERM stays. */
export function loginEnvironment(libc: Libc, user: Passwd): Map<string, string> {
  const term = libc.environ.get("TERM");
  return new Map([
    ["HOME", user.dir],
    ["USER", user.name],
    ["LOGNAME", user.name],
    ["SHELL", shellOf(user)],
    ["PATH", DEFAULT_PATH],
    ...(term === undefined ? [] : [["TERM", term] as const]),
  ]);
}

/** The user's shell; an empty field means /bin/sh. */
export const shellOf = (user: Passwd): string => (user.shell === "" ? "/bin/sh" : user.shell);
/** The name by which a login shell is called: "-sh". */
export const loginName = (shell: string): string => `-${shell.slice(shell.lastIndexOf("/") + 1)}`;

/** Starts `user`'s shell as a login shell, in his home if he can get there. Throws when the shell cannot be run. */
export function* loginShell(libc: Libc, user: Passwd, args: readonly string[] = []): Syscall<never> {
  try {
    yield* libc.chdir(user.dir);
  } catch {
    yield* libc.chdir("/");
  }
  const shell = shellOf(user);
  return yield* libc.execve(shell, [loginName(shell), ...args], loginEnvironment(libc, user));
}
