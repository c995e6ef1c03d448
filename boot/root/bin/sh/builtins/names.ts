/** Builtins about what names mean: alias unalias command type hash. */
import { attempt } from "../../../../../glibc-shim/errno.ts";
import { STDERR, STDOUT } from "../../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../../mach/kern/syscall.ts";
import { builtins, specialBuiltins } from "../builtins.ts";
import { candidates } from "../command.ts";
import { quote } from "../quote.ts";
import type { Shell } from "../shell.ts";

const keywords = new Set(["!", "{", "}", "case", "do", "done", "elif", "else", "esac", "fi", "for", "if", "in", "then", "until", "while"]);

export function* alias(shell: Shell, argv: readonly string[]): Syscall<number> {
  const args = argv.slice(1);
  let status = 0;
  if (args.length === 0) for (const [name, text] of [...shell.aliases].sort(([a], [b]) => (a < b ? -1 : 1))) yield* shell.libc.writeAll(STDOUT, `${name}=${quote(text)}\n`);
  for (const arg of args) {
    const equals = arg.indexOf("=", 1);
    const text = shell.aliases.get(arg);
    if (equals > 0) shell.aliases.set(arg.slice(0, equals), arg.slice(equals + 1));
    else if (text !== undefined) yield* shell.libc.writeAll(STDOUT, `${arg}=${quote(text)}\n`);
    else {
      yield* shell.libc.writeAll(STDERR, `alias: ${arg} not found\n`);
      status = 1;
    }
  }
  return status;
}

export function* unalias(shell: Shell, argv: readonly string[]): Syscall<number> {
  if (argv[1] === "-a") shell.aliases.clear();
  let status = 0;
  for (const name of argv.slice(argv[1] === "-a" ? 2 : 1)) {
    if (shell.aliases.delete(name)) continue;
    yield* shell.libc.writeAll(STDERR, `unalias: ${name} not found\n`);
    status = 1;
  }
  return status;
}

/** The file that a command's name means; undefined without one that may be executed. */
export function* findProgram(shell: Shell, name: string, path = shell.variables.get("PATH")): Syscall<string | undefined> {
  for (const place of candidates(name, path)) {
    const st = yield* attempt(shell.libc.stat(place));
    if (st.err === 0 && (st.value.mode & 0o170000) === 0o100000 && (yield* attempt(shell.libc.access(place, 1))).err === 0) return place;
  }
  return undefined;
}

/** What `name` is: in a sentence (type, command -V), or as `command -v` has it. */
function* meaning(shell: Shell, name: string): Syscall<readonly [sentence: string, short: string] | undefined> {
  const text = shell.aliases.get(name);
  if (text !== undefined) return [`${name} is an alias for ${text}`, `alias ${name}=${quote(text)}`];
  if (keywords.has(name)) return [`${name} is a shell keyword`, name];
  if (specialBuiltins.has(name)) return [`${name} is a special shell builtin`, name];
  if (shell.functions.has(name)) return [`${name} is a shell function`, name];
  if (builtins.has(name)) return [`${name} is a shell builtin`, name];
  const path = yield* findProgram(shell, name);
  return path === undefined ? undefined : [`${name} is ${path}`, path];
}

export function* type_(shell: Shell, argv: readonly string[]): Syscall<number> {
  let status = 0;
  for (const name of argv.slice(1)) {
    const found = yield* meaning(shell, name);
    yield* shell.libc.writeAll(STDOUT, `${found?.[0] ?? `${name}: not found`}\n`);
    if (!found) status = 127;
  }
  return status;
}

/** -v, -V: what a name means. -p: with the standard path. Else runs the words, past functions. */
export function* command(shell: Shell, argv: readonly string[]): Syscall<number> {
  const args = argv.slice(1);
  let option = "";
  while (/^-[pvV]+$/.test(args[0] ?? "")) option += args.shift();
  if (args[0] === "--") args.shift();
  if (args.length === 0) return 0;
  if (/[vV]/.test(option)) {
    const found = yield* meaning(shell, args[0] ?? "");
    const long = option.includes("V");
    if (found || long) yield* shell.libc.writeAll(STDOUT, `${found?.[long ? 0 : 1] ?? `${args[0]}: not found`}\n`);
    return found ? 0 : 127;
  }
  yield* shell.interpreter.runWords(shell, args);
  return shell.status;
}

/** Places are looked up anew each time, so that there is nothing to forget or to list. */
export function* hash(): Syscall<number> {
  return 0;
}
