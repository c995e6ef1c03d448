/** cd and pwd, with the logical name of the directory (POSIX, "cd"). */
import { attempt } from "../../../../../glibc-shim/errno.ts";
import { STDOUT } from "../../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../../mach/kern/syscall.ts";
import { ShellError } from "../control.ts";
import type { Shell } from "../shell.ts";

/** Removes "." and "..", textually. */
export function normalise(path: string): string {
  const kept: string[] = [];
  for (const name of path.split("/")) {
    if (name === "..") kept.pop();
    else if (name !== "" && name !== ".") kept.push(name);
  }
  return `/${kept.join("/")}`;
}

/** The directory's logical name: $PWD when it is right. */
export function* workingDirectory(shell: Shell): Syscall<string> {
  const logical = shell.variables.get("PWD");
  return logical?.startsWith("/") ? logical : yield* shell.libc.getcwd();
}

export function* cd(shell: Shell, argv: readonly string[]): Syscall<number> {
  const flags = argv.slice(1).filter((a) => a === "-L" || a === "-P" || a === "--");
  const [operand] = argv.slice(1 + flags.length);
  const physical = flags.findLast((f) => f !== "--") === "-P";
  const home = shell.variables.get("HOME");
  const dest = operand === "-" ? shell.variables.get("OLDPWD") : (operand ?? home);
  if (dest === undefined) throw new ShellError(operand === "-" ? "OLDPWD not set" : "HOME not set");
  for (const [place, shown] of yield* places(shell, dest)) {
    const logical = normalise(place);
    const done = yield* attempt(shell.libc.chdir(physical ? place : logical));
    if (done.err !== 0) continue;
    const now = physical ? yield* shell.libc.getcwd() : logical;
    const before = yield* attempt(workingDirectory(shell));
    if (before.err === 0) set(shell, "OLDPWD", before.value);
    set(shell, "PWD", now);
    if (operand === "-" || shown) yield* shell.libc.writeAll(STDOUT, `${now}\n`);
    return 0;
  }
  throw new ShellError(`can't cd to ${dest}`);
}

/** Programs that are started see these, too. */
function set(shell: Shell, name: "PWD" | "OLDPWD", value: string): void {
  shell.assign(name, value);
  shell.variables.mark(name, "exported");
}

/** Where `dest` may be: relative names are looked for in $CDPATH, and shown when they are found there. */
function* places(shell: Shell, dest: string): Syscall<readonly (readonly [path: string, shown: boolean])[]> {
  if (dest.startsWith("/")) return [[dest, false]];
  const here = [`${yield* workingDirectory(shell)}/${dest}`, false] as const;
  const path = shell.variables.get("CDPATH");
  if (!path || /^\.\.?(\/|$)/.test(dest)) return [here];
  return [...path.split(":").map((d) => (d === "" ? here : ([`${d}/${dest}`, true] as const))), here];
}

export function* pwd(shell: Shell, argv: readonly string[]): Syscall<number> {
  const physical = argv.slice(1).findLast((a) => a === "-L" || a === "-P") === "-P";
  yield* shell.libc.writeAll(STDOUT, `${physical ? yield* shell.libc.getcwd() : yield* workingDirectory(shell)}\n`);
  return 0;
}
