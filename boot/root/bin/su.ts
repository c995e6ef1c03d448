/**
 * su [-l|-] [-m] [-c COMMAND] [-s SHELL] [USER [ARG …]]: a shell with another user's ids. Whoever is not root gives that user's password; the
 * password server turns it into an identity, so su needs no set-uid bit; where it has one, the real uid counts.
 */
import { attempt, type Result } from "../../../glibc-shim/errno.ts";
import type { Passwd } from "../../../glibc-shim/libc.ts";
import type { MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Errno, strerror } from "../../../servers/interfaces/errno.ts";
import { become, checkPassword, DEFAULT_PATH, identityByRoot, loginEnvironment, loginName, shellOf } from "../lib/session.ts";
import { tool, type Tool } from "../lib/tool.ts";
import { readPassword } from "../lib/tty.ts";

const long = { login: "l", command: "c", shell: "s", "preserve-environment": "m" };

export const main = tool({ letters: "+lc:s:mp", long, usage: "[-] [-c COMMAND] [-s SHELL] [USER [ARG...]]" }, function* (t) {
  const dash = t.operands[0] === "-";
  const [name = "root", ...args] = dash ? t.operands.slice(1) : t.operands;
  const user = yield* t.libc.getpwnam(name);
  if (user === undefined) return yield* refuse(t, `user ${name} does not exist`);
  const identity = yield* identify(t, user);
  if (identity.err) return yield* refuse(t, identity.err === Errno.EACCES ? "Authentication failure" : strerror(identity.err));
  yield* become(t.libc, user, identity.value);
  return yield* shell(t, user, dash || t.has("l"), args);
});

function* refuse(t: Tool, why: string): Syscall<number> {
  yield* t.complain(why);
  return 1;
}

function* identify(t: Tool, user: Passwd): Syscall<Result<MachPort>> {
  const caller = yield* attempt(t.libc.getuid());
  if (caller.err === 0 && caller.value === 0) return yield* attempt(identityByRoot(t.libc, user));
  const password = yield* readPassword(t.libc, "Password: ");
  if (password === undefined) return { err: Errno.EACCES };
  return yield* attempt(checkPassword(t.libc, user, password));
}

function* shell(t: Tool, user: Passwd, login: boolean, args: readonly string[]): Syscall<number> {
  const path = t.value("s") ?? shellOf(user);
  const command = t.value("c");
  const words = [login ? loginName(path) : path.slice(path.lastIndexOf("/") + 1), ...(command === undefined ? [] : ["-c", command]), ...args];
  if (login) yield* attempt(t.libc.chdir(user.dir));
  const done = yield* attempt(t.libc.execve(path, words, environment(t, user, login)));
  yield* t.complain(`${path}: ${strerror(done.err)}`);
  return done.err === Errno.ENOENT ? 127 : 126;
}

/** A login gets a new environment; otherwise HOME and SHELL are the new user's, and USER unless he is root. -m keeps all. */
function environment(t: Tool, user: Passwd, login: boolean): Map<string, string> {
  if (login) return loginEnvironment(t.libc, user);
  const env = new Map(t.libc.environ);
  if (t.has("mp")) return env;
  env.set("HOME", user.dir).set("SHELL", shellOf(user));
  if (user.uid !== 0) env.set("USER", user.name).set("LOGNAME", user.name);
  if (!env.has("PATH")) env.set("PATH", DEFAULT_PATH);
  return env;
}

