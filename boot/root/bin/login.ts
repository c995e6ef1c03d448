/**
 * login [-e NAME=VALUE] [-f] [USER]: has the password checked by the password server, and becomes that user's login shell.
 * -f: no password, for callers who are root. Without a user it becomes a shell without any ids: nobody's. --ask-name (getty): asks who is there.
 */
import { attempt } from "../../../glibc-shim/errno.ts";
import { STDIN, STDOUT, type Libc, type Passwd } from "../../../glibc-shim/libc.ts";
import { copySends, type MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import { Errno, strerror } from "../../../servers/interfaces/errno.ts";
import { become, checkPassword, identityByRoot, loginName, loginShell, markLogin, nobodysEnvironment } from "../lib/session.ts";
import { tool, type Tool } from "../lib/tool.ts";
import { readLine, readPassword } from "../lib/tty.ts";
import { NO_IDS } from "../lib/ugids.ts";

/** Wrong answers before login gives up and leaves the line to a new getty. */
const ATTEMPTS = 5;
/** Seconds that a wrong password costs. */
const PENALTY = 2;
const NOBODYS_SHELL = "/bin/sh";

export const main = tool({ letters: "e:fpq", long: { envvar: "e", "no-passwd": "f", "preserve-environment": "p", "ask-name": "q" }, usage: "[-e NAME=VALUE] [-f] [USER]" }, function* (t) {
  for (const setting of t.options.values("e")) {
    const [name = "", ...value] = setting.split("=");
    t.libc.environ.set(name, value.join("="));
  }
  if (t.operands[0] === undefined && !t.has("q")) return yield* enterAsNobody(t);
  for (let n = 0; n < ATTEMPTS; n++) {
    const name = n === 0 && t.operands[0] !== undefined ? t.operands[0] : yield* askName(t);
    if (name === undefined) return 1;
    if (name !== "") yield* tryLogin(t, name);
  }
  return 1;
});

function* askName(t: Tool): Syscall<string | undefined> {
  const host = (yield* t.libc.uname()).nodename;
  yield* t.libc.writeAll(STDOUT, `${host} login: `);
  const line = yield* attempt(readLine(t.libc, STDIN));
  return line.err ? undefined : line.value?.trim();
}

/** Comes back only when the login failed, having said so. An unknown user is asked for a password like any other. */
function* tryLogin(t: Tool, name: string): Syscall<void> {
  const user = yield* t.libc.getpwnam(name);
  const identity = yield* identify(t, user);
  if (user === undefined || identity === undefined) {
    yield* t.libc.writeAll(STDOUT, "Login incorrect\n\n");
    yield* t.libc.sleep(PENALTY);
    return;
  }
  yield* enter(t.libc, user, identity);
}

/** The user's identity, or undefined when he could not prove it. */
function* identify(t: Tool, user: Passwd | undefined): Syscall<MachPort | undefined> {
  if (user !== undefined && t.has("f") && (yield* t.libc.getuid()) === 0) return yield* identityByRoot(t.libc, user);
  const password = yield* readPassword(t.libc, "Password: ");
  if (user === undefined || password === undefined) return undefined;
  const checked = yield* attempt(checkPassword(t.libc, user, password));
  if (checked.err === 0) return checked.value;
  if (checked.err !== Errno.EACCES) yield* t.complain(`password server: ${strerror(checked.err)}`);
  return undefined;
}

/** The session: the terminal becomes the user's, then the process, then the shell runs. */
function* enter(libc: Libc, user: Passwd, identity: MachPort): Syscall<void> {
  yield* attempt(libc.fchown(STDIN, user.uid, -1));
  yield* attempt(libc.fchmod(STDIN, 0o600));
  yield* attempt(markLogin(libc, user.name));
  const motd = yield* attempt(libc.readText("/etc/motd"));
  yield* become(libc, user, identity);
  if (!motd.err) yield* libc.writeAll(STDOUT, motd.value);
  yield* loginShell(libc, user);
}

/** A session without ids: what is left is what servers let strangers do (S_IUSEUNK, feature-table.md #20). */
function* enterAsNobody(t: Tool): Syscall<number> {
  const { libc } = t;
  const made = yield* authCall.auth_makeauth(libc.ports.auth, { other_handles: copySends([]), ...NO_IDS });
  if (made.err !== 0) {
    yield* t.complain(`cannot make an auth port: ${strerror(made.err)}`, 3);
    return t.status;
  }
  yield* attempt(markLogin(libc, "not-logged-in"));
  yield* libc.setauth(made.newhandle);
  const env = t.has("p") ? new Map(libc.environ) : nobodysEnvironment(libc);
  yield* attempt(libc.chdir("/"));
  const failed = yield* attempt(libc.execve(NOBODYS_SHELL, [loginName(NOBODYS_SHELL)], env));
  yield* t.complain(`${NOBODYS_SHELL}: ${strerror(failed.err)}`);
  return t.status;
}
