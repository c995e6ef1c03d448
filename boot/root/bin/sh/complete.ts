/** Completion at the prompt: commands where a command stands, variables after $, files elsewhere. */
import { attempt } from "../../../../glibc-shim/errno.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { isDirectory } from "../../lib/mode.ts";
import { builtins, specialBuiltins } from "./builtins.ts";
import type { Shell } from "./shell.ts";

/** What to insert at the cursor; when that is nothing, the names that could follow. */
export interface Completion {
  readonly insert: string;
  readonly choices: readonly string[];
}

/** Characters that end a word; others of a name are quoted by a backslash. */
const special = /[\s'"\\$`&|;<>()*?[\]#~!{}]/g;

/** Completes the last word of `text`, which ends at the cursor. */
export function* complete(shell: Shell, text: string): Syscall<Completion> {
  const word = /(?:[^\s;&|()<>\\]|\\[^])*$/.exec(text)?.[0] ?? "";
  const before = text.slice(0, text.length - word.length);
  const variable = /\$\{?(\w*)$/.exec(word);
  if (variable) return finish(variable[1] ?? "", shell.variables.entries().map(([n]) => n).filter((n) => n.startsWith(variable[1] ?? "")), "");
  const commandPlace = /(^|[;&|(]|\b(?:then|do|else|elif|if|while|until)\s)\s*$/.test(before) || /(^|\s)(?:sudo|exec|command)\s+$/.test(before);
  const typed = word.replace(/\\([^])/g, "$1");
  if (commandPlace && !word.includes("/")) return finish(typed, yield* commands(shell, typed), " ");
  return yield* files(shell, typed);
}

function finish(typed: string, names: readonly string[], end: string): Completion {
  const sorted = [...new Set(names)].sort((a, b) => (a < b ? -1 : 1));
  const [only] = sorted;
  if (only === undefined) return { insert: "", choices: [] };
  if (sorted.length === 1) return { insert: only.slice(typed.length).replace(special, "\\$&") + end, choices: sorted };
  return { insert: sharedPrefix(sorted).slice(typed.length).replace(special, "\\$&"), choices: sorted };
}

/** The longest text that all begin with. */
export function sharedPrefix(names: readonly string[]): string {
  let prefix = names[0] ?? "";
  for (const name of names) while (!name.startsWith(prefix)) prefix = prefix.slice(0, -1);
  return prefix;
}

function* commands(shell: Shell, typed: string): Syscall<readonly string[]> {
  const names = [...builtins.keys(), ...specialBuiltins.keys(), ...shell.functions.keys(), ...shell.aliases.keys()];
  for (const dir of (shell.variables.get("PATH") ?? "").split(":")) {
    const entries = yield* attempt(shell.libc.readdir(dir === "" ? "." : dir));
    if (entries.err === 0) names.push(...entries.value.map((e) => e.name).filter((n) => n !== "." && n !== ".."));
  }
  return names.filter((n) => n.startsWith(typed));
}

function* files(shell: Shell, typed: string): Syscall<Completion> {
  const slash = typed.lastIndexOf("/") + 1;
  const dir = typed.slice(0, slash);
  const name = typed.slice(slash);
  const home = shell.variables.get("HOME");
  const place = dir === "" ? "." : dir.startsWith("~/") && home !== undefined ? home + dir.slice(1) : dir;
  const entries = yield* attempt(shell.libc.readdir(place));
  if (entries.err !== 0) return { insert: "", choices: [] };
  const names = entries.value.map((e) => e.name).filter((n) => n.startsWith(name) && n !== "." && n !== ".." && (name !== "" || !n.startsWith(".")));
  const [only] = names;
  if (names.length !== 1 || only === undefined) return finish(name, names, "");
  const st = yield* attempt(shell.libc.stat(`${place}/${only}`));
  return finish(name, names, st.err === 0 && isDirectory(st.value) ? "/" : " ");
}
