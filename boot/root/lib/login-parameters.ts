/**
 * Login parameters and the new shell's environment (utils/login.c): each name has the value of the first source that knows it.
 *
 * Parameters: --arg; the user's line in /etc/passwd; the caller's environment, unless -X; --arg-default; the last resort below.
 * Environment: --envvar; those parameters that are for it, unless -x; the caller's environment with -p; --envvar-default; the last resort.
 */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { DEFAULT_PATH } from "./session.ts";
import type { Tool } from "./tool.ts";
import type { Ugids } from "./ugids.ts";

export type Parameters = ReadonlyMap<string, string>;

/** There is no bash here; the shells that are tried instead of a missing one are /bin/sh alone. */
const LAST_RESORT: readonly (readonly [string, string])[] = [
  ["SHELL", "/bin/sh"], ["BACKUP_SHELLS", "/bin/sh"], ["HOME", "/etc/login"], ["USER", "login"], ["UMASK", "022"], ["NAME", "Not logged in"],
  ["HUSHLOGIN", ".hushlogin"], ["MOTD", "/etc/motd"], ["PATH", DEFAULT_PATH], ["NOBODY", "login"],
];
/** On the Hurd it comes from the start-up file in the home of the account "login", which is not delivered here. */
const NOBODYS_PROMPT = ["PS1", "login> "] as const;
/** Parameters that the environment gets. */
const COPIED = ["USER", "SHELL", "HOME", "NAME", "VIA", "VIA_ADDR", "PATH"];

/** "NAME=VALUE" words of an option. */
const entries = (t: Tool, option: string): readonly (readonly [string, string])[] =>
  t.options.values(option).map((entry) => {
    const [name = "", ...value] = entry.split("=");
    return [name, value.join("=")] as const;
  });

/** The earlier source wins. */
const merge = (...sources: readonly (readonly (readonly [string, string])[])[]): Parameters => new Map(sources.toReversed().flat());

export function* loginParameters(t: Tool, ids: Ugids): Syscall<Parameters> {
  const given = [...entries(t, "a"), ...t.options.values("h").map((host) => ["VIA", host] as const)];
  const defaults = [...entries(t, "A")];
  const nobody = merge(given, defaults, LAST_RESORT).get("NOBODY") ?? "login";
  const uid = ids.euids[0] ?? ids.auids[0];
  const user = yield* uid === undefined ? t.libc.getpwnam(nobody) : t.libc.getpwuid(uid);
  const account = user === undefined ? [] : ([["HOME", user.dir], ["SHELL", user.shell], ["NAME", user.gecos], ["USER", user.name]] as const);
  return merge(given, account, t.has("X") ? [] : [...t.libc.environ], defaults, LAST_RESORT);
}

/** What the shell finds; empty values are left out. */
export function childEnvironment(t: Tool, parameters: Parameters, someone: boolean): Parameters {
  const copied = t.has("x") ? [] : [...COPIED.map((name) => [name, parameters.get(name) ?? ""] as const), ["LOGNAME", parameters.get("USER") ?? ""] as const];
  const env = merge(entries(t, "e"), copied.filter(([, value]) => value !== ""), t.has("p") ? [...t.libc.environ] : [], entries(t, "E"), someone ? [] : [NOBODYS_PROMPT], [["PATH", DEFAULT_PATH]]);
  return new Map([...env].filter(([, value]) => value !== ""));
}
