/** Builtins about variables and options: export readonly unset local set. */
import { STDOUT } from "../../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../../mach/kern/syscall.ts";
import { ShellError } from "../control.ts";
import { quote } from "../quote.ts";
import { optionLetters, optionNames, type OptionLetter, type Shell } from "../shell.ts";

const isName = (s: string): boolean => /^[A-Za-z_]\w*$/.test(s);

/** NAME or NAME=VALUE. Throws ShellError. */
function declaration(arg: string): readonly [string, string | undefined] {
  const equals = arg.indexOf("=");
  const name = equals < 0 ? arg : arg.slice(0, equals);
  if (!isName(name)) throw new ShellError(`${name}: bad variable name`);
  return [name, equals < 0 ? undefined : arg.slice(equals + 1)];
}

function* marking(shell: Shell, argv: readonly string[], mark: "exported" | "readonly"): Syscall<number> {
  const args = argv.slice(1).filter((a) => a !== "--" && a !== "-p");
  if (args.length === 0) {
    const marked = shell.variables.entries().filter(([, v]) => v[mark]);
    for (const [name, { value }] of marked) yield* shell.libc.writeAll(STDOUT, `${argv[0]} ${name}${value === undefined ? "" : `=${quote(value)}`}\n`);
    return 0;
  }
  for (const arg of args) {
    const [name, value] = declaration(arg);
    if (value !== undefined) shell.assign(name, value);
    shell.variables.mark(name, mark);
  }
  return 0;
}

export const export_ = (shell: Shell, argv: readonly string[]): Syscall<number> => marking(shell, argv, "exported");
export const readonly_ = (shell: Shell, argv: readonly string[]): Syscall<number> => marking(shell, argv, "readonly");

export function* local(shell: Shell, argv: readonly string[]): Syscall<number> {
  for (const arg of argv.slice(1)) {
    const [name, value] = declaration(arg);
    if (!shell.variables.local(name)) throw new ShellError("not in a function");
    if (value !== undefined) shell.assign(name, value);
  }
  return 0;
}

/** -v variables (the default), -f functions. */
export function* unset(shell: Shell, argv: readonly string[]): Syscall<number> {
  let functions = false;
  for (const arg of argv.slice(1)) {
    if (arg === "-f" || arg === "-v") functions = arg === "-f";
    else if (functions) shell.functions.delete(arg);
    else if (!isName(arg)) throw new ShellError(`${arg}: bad variable name`);
    else removeVariable(shell, arg);
  }
  return 0;
}

function removeVariable(shell: Shell, name: string): void {
  try {
    shell.variables.unset(name);
  } catch (e) {
    throw e instanceof Error && e.name === "ReadonlyError" ? new ShellError(e.message) : e;
  }
}

/** Options by letter or `-o NAME`, then the positional parameters. */
export function* set(shell: Shell, argv: readonly string[]): Syscall<number> {
  if (argv.length === 1) {
    for (const [name, { value }] of shell.variables.entries()) if (value !== undefined) yield* shell.libc.writeAll(STDOUT, `${name}=${quote(value)}\n`);
    return 0;
  }
  if (argv.length === 2 && (argv[1] === "-o" || argv[1] === "+o")) return yield* listOptions(shell, argv[1] === "+o");
  const rest = setOptions(shell, argv.slice(1));
  if (rest) shell.positional = rest;
  return 0;
}

function* listOptions(shell: Shell, asCommands: boolean): Syscall<number> {
  if (!asCommands) yield* shell.libc.writeAll(STDOUT, "Current option settings\n");
  for (const letter of optionLetters) {
    const on = shell.option(letter);
    const line = asCommands ? `set ${on ? "-" : "+"}o ${optionNames[letter]}` : `${optionNames[letter].padEnd(16)}${on ? "on" : "off"}`;
    yield* shell.libc.writeAll(STDOUT, `${line}\n`);
  }
  return 0;
}

/**
 * Takes options off the front of `args`. Answers what follows; undefined when nothing does and no `--` said that nothing should.
 * Throws ShellError for an option that is none.
 */
export function setOptions(shell: Shell, args: readonly string[]): readonly string[] | undefined {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg === "--") return args.slice(i + 1);
    if (!/^[-+]./.test(arg)) return args.slice(i);
    const on = arg.startsWith("-");
    for (const letter of arg.slice(1)) {
      if (letter === "o") switchOption(shell, byName(args[++i] ?? ""), on);
      else switchOption(shell, optionLetters.find((l) => l === letter), on, `${arg.charAt(0)}${letter}`);
    }
  }
  return undefined;
}

function byName(name: string): OptionLetter {
  const letter = optionLetters.find((l) => optionNames[l] === name);
  if (letter === undefined) throw new ShellError(`Illegal option -o ${name}`);
  return letter;
}
function switchOption(shell: Shell, letter: OptionLetter | undefined, on: boolean, text = ""): void {
  if (letter === undefined) throw new ShellError(`Illegal option ${text}`);
  if (on) shell.options.add(letter);
  else shell.options.delete(letter);
}
