/**
 * login [-fpLxXPsSR] [-e ENTRY] [-a ARG] … [USER [ARG…]]: a shell with a user's identity, environment and directories (utils/login.c). Whoever is not
 * known already proves himself to the password server; -f: what the caller is himself needs no proof. Without a user (or with -) it is a shell without any ids.
 * --ask-name (getty): asks who is there, until somebody can prove it.
 *
 * Exit: 5 a wrong password or a shell that cannot be run, 10 an unknown user, 1 no shell, 40 nobody may log in, 64 misuse.
 */
import { attempt } from "../../../glibc-shim/errno.ts";
import { STDIN, STDOUT, type Libc } from "../../../glibc-shim/libc.ts";
import type { MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Errno, strerror } from "../../../servers/interfaces/errno.ts";
import { withOptions } from "../lib/frob-auth.ts";
import { childEnvironment, loginParameters, type Parameters } from "../lib/login-parameters.ts";
import { startShell } from "../lib/login-shell.ts";
import { NotThere } from "../lib/options.ts";
import { checkPassword } from "../lib/session.ts";
import { tool, type Tool } from "../lib/tool.ts";
import { readLine, readPassword } from "../lib/tty.ts";
import { idsOf, merged, NO_IDS, posixUser, type Ugids } from "../lib/ugids.ts";
import { impliedGroups, NEVER, ownIds, verifiedAuth, type Held } from "../lib/verify-ids.ts";

const NOLOGIN = "/etc/nologin";
const NO_LOGINS = 40;
const BAD_PASSWORD = 5;
const UNKNOWN_USER = 10;
/** Wrong answers before --ask-name gives up and leaves the line to a new getty. */
const ATTEMPTS = 5;
/** Seconds that a wrong password costs there. */
const PENALTY = 2;

const LETTERS = "+0:e:E:xa:A:XLph:fPsSRu:U:g:G:q";
const long = {
  arg0: "0", envvar: "e", "envvar-default": "E", "no-args": "x", arg: "a", "arg-default": "A", "no-environment-args": "X", "no-login": "L",
  "preserve-environment": "p", via: "h", "no-passwd": "f", paranoid: "P", save: "s", "shell-from-args": "S", retry: "R",
  user: "u", "avail-user": "U", group: "g", "avail-group": "G", "ask-name": "q",
};

export const main = tool({ letters: LETTERS, long, usage: "[OPTION...] [USER [ARG...]]", misuse: 64 }, function* (t) {
  const closed = yield* attempt(t.libc.readText(NOLOGIN));
  if (!closed.err) {
    yield* t.libc.writeAll(STDOUT, closed.value);
    return NO_LOGINS;
  }
  const own = yield* ownIds(t.libc);
  const parent: Held = own.err !== 0 ? { uids: [], gids: [] } : own.have;
  if (t.has("q")) return yield* askWho(t, parent);
  const [user = "-", ...args] = t.operands;
  const ids = yield* userIds(t, user, t.has("s") ? { ...NO_IDS, auids: parent.uids, agids: parent.gids } : NO_IDS);
  const made = yield* verifiedAuth(t.libc, yield* withOptions(t, ids), t.has("f") ? parent : { uids: [], gids: [] });
  if (made.err !== 0) return yield* failed(t, parent, made.err === Errno.EACCES ? "Invalid password" : `Authentication failure: ${strerror(made.err)}`, BAD_PASSWORD);
  return yield* enter(t, parent, made.auth, ids, args);
});

/** The ids of the USER operand, "-" for none. Throws NotThere; with --paranoid an unknown user has an id that no password is good for. */
function* userIds(t: Tool, user: string, ids: Ugids): Syscall<Ugids> {
  if (user === "-") return ids;
  const uid = /^\d/.test(user) ? parseInt(user, 10) : (yield* t.libc.getpwnam(user))?.uid;
  if (uid !== undefined) return posixUser(ids, uid, yield* impliedGroups(t.libc, uid));
  if (t.has("P")) return merged(ids, { ...NO_IDS, euids: [NEVER] });
  throw new NotThere(`${user}: Unknown user`, UNKNOWN_USER);
}

/** Says why; the exit status, or with --retry (and --via) a shell without ids all the same. */
function* failed(t: Tool, parent: Held, why: string, status: number): Syscall<number> {
  yield* t.complain(why, status);
  if (!t.has("Rh")) return status;
  const nobody = yield* verifiedAuth(t.libc, NO_IDS, parent);
  return nobody.err !== 0 ? status : yield* enter(t, parent, nobody.auth, NO_IDS, []);
}

/** Everything from the identity to the shell; the exit status if there is none. */
function* enter(t: Tool, parent: Held, auth: MachPort, ids: Ugids, args: readonly string[]): Syscall<number> {
  const parameters: Parameters = yield* loginParameters(t, ids);
  const someone = ids.euids.length + ids.auids.length > 0;
  const host = parent.uids.includes(0) ? (parameters.get("VIA") ?? "") || undefined : undefined;
  return yield* startShell(t, { auth, ids, parameters, args, host, collection: !t.has("L") && (parent.uids.length > 0 || someone), environment: (p) => childEnvironment(t, p, someone) });
}

/** Asks for a name and a password, unknown users like others. */
function* askWho(t: Tool, parent: Held): Syscall<number> {
  for (let n = 0; n < ATTEMPTS; n++) {
    const name = yield* askName(t.libc);
    if (name === undefined) return 1;
    if (name === "") continue;
    const identity = yield* askPassword(t, name);
    if (identity !== undefined) {
      const got = yield* idsOf(identity);
      if (got.err === 0) return yield* enter(t, parent, identity, got.ids, []);
    }
    yield* t.libc.writeAll(STDOUT, "Login incorrect\n\n");
    yield* t.libc.sleep(PENALTY);
  }
  return 1;
}

function* askName(libc: Libc): Syscall<string | undefined> {
  const host = (yield* libc.uname()).nodename;
  yield* libc.writeAll(STDOUT, `${host} login: `);
  const line = yield* attempt(readLine(libc, STDIN));
  return line.err ? undefined : line.value?.trim();
}

function* askPassword(t: Tool, name: string): Syscall<MachPort | undefined> {
  const user = yield* t.libc.getpwnam(name);
  const password = yield* readPassword(t.libc, "Password: ");
  if (user === undefined || password === undefined) return undefined;
  const checked = yield* attempt(checkPassword(t.libc, user, password));
  if (checked.err === 0) return checked.value;
  if (checked.err !== Errno.EACCES) yield* t.complain(`password server: ${strerror(checked.err)}`);
  return undefined;
}
