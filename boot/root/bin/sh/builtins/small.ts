/** Builtins that are also programs, and small ones: true false test echo printf umask getopts. */
import { STDERR, STDOUT } from "../../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../../mach/kern/syscall.ts";
import { parseMode, symbolicUmask } from "../../../lib/mode.ts";
import { echoText, formatAll } from "../../../lib/printf.ts";
import { evaluateTest, TestError } from "../../../lib/test-expression.ts";
import { ShellError } from "../control.ts";
import type { Shell } from "../shell.ts";

export function* true_(): Syscall<number> {
  return 0;
}
export function* false_(): Syscall<number> {
  return 1;
}

export function* test(shell: Shell, argv: readonly string[]): Syscall<number> {
  const args = argv.slice(1);
  if (argv[0] === "[" && args.pop() !== "]") throw new ShellError("missing ]");
  try {
    return (yield* evaluateTest(shell.libc, args)) ? 0 : 1;
  } catch (e) {
    throw e instanceof TestError ? new ShellError(e.message) : e;
  }
}

export function* echo(shell: Shell, argv: readonly string[]): Syscall<number> {
  yield* shell.libc.writeAll(STDOUT, echoText(argv.slice(1)));
  return 0;
}

export function* printf(shell: Shell, argv: readonly string[]): Syscall<number> {
  const [format, ...args] = argv.slice(argv[1] === "--" ? 2 : 1);
  if (format === undefined) throw new ShellError("usage: printf format [arg ...]");
  const { output, errors } = formatAll(format, args);
  yield* shell.libc.writeAll(STDOUT, output);
  for (const text of errors) yield* shell.complain(`printf: ${text}`);
  return errors.length > 0 ? 1 : 0;
}

export function* umask(shell: Shell, argv: readonly string[]): Syscall<number> {
  const symbolic = argv[1] === "-S";
  const [text] = argv.slice(symbolic ? 2 : 1);
  const old = yield* shell.libc.umask(0o77);
  const wanted = text === undefined ? undefined : /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : maskOf(text, old);
  yield* shell.libc.umask(wanted ?? old);
  if (text !== undefined && wanted === undefined) throw new ShellError(`Illegal mode: ${text}`);
  if (text === undefined) yield* shell.libc.writeAll(STDOUT, `${symbolic ? symbolicUmask(old) : old.toString(8).padStart(4, "0")}\n`);
  return 0;
}
function maskOf(text: string, old: number): number | undefined {
  const change = parseMode(text);
  return change && ~change(~old & 0o777, false, 0) & 0o777;
}

/** getopts OPTSTRING NAME [ARG …]: one option a call, by OPTIND. */
export function* getopts(shell: Shell, argv: readonly string[]): Syscall<number> {
  const [, letters, name, ...given] = argv;
  if (letters === undefined || name === undefined) throw new ShellError("usage: getopts optstring var [arg...]");
  const args = given.length > 0 ? given : shell.positional;
  let index = Number(shell.variables.get("OPTIND") ?? "1");
  let offset = shell.optionOffset;
  const word = args[index - 1];
  if (word === undefined || (offset === 0 && (!/^-./.test(word) || word === "--"))) {
    if (word === "--") index++;
    shell.assign("OPTIND", String(index));
    shell.assign(name, "?");
    shell.optionOffset = 0;
    return 1;
  }
  if (offset === 0) offset = 1;
  const letter = word.charAt(offset);
  offset++;
  const at = letter === ":" ? -1 : letters.indexOf(letter);
  const step = takeArgument(letters, at, args, index, offset);
  shell.assign("OPTIND", String(step.index));
  shell.optionOffset = step.offset;
  yield* report(shell, name, letter, letters.startsWith(":"), at < 0 ? "illegal" : step.problem, step.value);
  return 0;
}

interface Step {
  readonly index: number;
  readonly offset: number;
  readonly value: string | undefined;
  readonly problem: "missing" | undefined;
}

function takeArgument(letters: string, at: number, args: readonly string[], index: number, offset: number): Step {
  const word = args[index - 1] ?? "";
  const next = offset < word.length ? { index, offset } : { index: index + 1, offset: 0 };
  if (at < 0 || letters[at + 1] !== ":") return { ...next, value: undefined, problem: undefined };
  if (offset < word.length) return { index: index + 1, offset: 0, value: word.slice(offset), problem: undefined };
  const value = args[index];
  return { index: index + (value === undefined ? 1 : 2), offset: 0, value, problem: value === undefined ? "missing" : undefined };
}

function* report(shell: Shell, name: string, letter: string, silent: boolean, problem: "illegal" | "missing" | undefined, value: string | undefined): Syscall<void> {
  if (problem === undefined) {
    shell.assign(name, letter);
    if (value === undefined) shell.variables.unset("OPTARG");
    else shell.assign("OPTARG", value);
    return;
  }
  shell.assign(name, silent && problem === "missing" ? ":" : "?");
  if (silent) shell.assign("OPTARG", letter);
  else shell.variables.unset("OPTARG");
  if (!silent) yield* shell.libc.writeAll(STDERR, problem === "illegal" ? `Illegal option -${letter}\n` : `No arg for -${letter} option\n`);
}
