/** Builtins that change what is run next: . break continue eval exec exit return shift times trap. */
import { attempt } from "../../../../../glibc-shim/errno.ts";
import { STDOUT } from "../../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../../mach/kern/syscall.ts";
import { Errno, strerror } from "../../../../../servers/interfaces/errno.ts";
import { ExitControl, LoopControl, ReturnControl, ShellError } from "../control.ts";
import { ShellSyntaxError } from "../lexer.ts";
import { quote } from "../quote.ts";
import type { Shell } from "../shell.ts";
import { conditionName, conditionNumber } from "../traps.ts";

/** An argument that is a number, or the default. Throws ShellError. */
function count(argv: readonly string[], byDefault: number): number {
  const text = argv[1];
  if (text === undefined) return byDefault;
  if (!/^\d{1,9}$/.test(text)) throw new ShellError(`Illegal number: ${text}`);
  return Number(text);
}

export function* break_(shell: Shell, argv: readonly string[]): Syscall<number> {
  return leaveLoop(shell, "break", argv);
}
export function* continue_(shell: Shell, argv: readonly string[]): Syscall<number> {
  return leaveLoop(shell, "continue", argv);
}
function leaveLoop(shell: Shell, kind: "break" | "continue", argv: readonly string[]): number {
  const levels = count(argv, 1);
  if (levels === 0) throw new ShellError("Illegal number: 0");
  if (shell.loops > 0) throw new LoopControl(kind, levels);
  return 0;
}

export function* return_(shell: Shell, argv: readonly string[]): Syscall<number> {
  const status = count(argv, shell.status);
  if (shell.returnable > 0) throw new ReturnControl(status);
  throw new ExitControl(status);
}
export function* exit(shell: Shell, argv: readonly string[]): Syscall<number> {
  throw new ExitControl(count(argv, shell.status));
}

export function* eval_(shell: Shell, argv: readonly string[]): Syscall<number> {
  const text = argv.slice(1).join(" ");
  shell.status = 0;
  yield* nested(shell, text, shell.line);
  return shell.status;
}

/** Commands inside of a builtin: a syntax error in them is an error of the builtin. */
function* nested(shell: Shell, text: string, line: number): Syscall<void> {
  try {
    yield* shell.interpreter.runText(shell, text, line);
  } catch (e) {
    throw e instanceof ShellSyntaxError ? new ShellError(`Syntax error: ${e.message}`) : e;
  }
}

/** `. FILE`: found like a program, but it needs not be executable. */
export function* dot(shell: Shell, argv: readonly string[]): Syscall<number> {
  const [, file, ...args] = argv;
  if (file === undefined) throw new ShellError("filename argument required");
  const text = yield* readSource(shell, file);
  const { positional, line, loops } = shell;
  if (args.length > 0) shell.positional = args;
  shell.returnable++;
  shell.loops = 0;
  shell.status = 0;
  try {
    yield* nested(shell, text, 1);
  } catch (e) {
    if (!(e instanceof ReturnControl)) throw e;
    shell.status = e.status;
  } finally {
    shell.returnable--;
    shell.loops = loops;
    shell.line = line;
    if (args.length > 0) shell.positional = positional;
  }
  return shell.status;
}

function* readSource(shell: Shell, file: string): Syscall<string> {
  const places = file.includes("/") ? [file] : (shell.variables.get("PATH") ?? "").split(":").map((d) => (d === "" ? file : `${d}/${file}`));
  let err: number = Errno.ENOENT;
  for (const place of places) {
    const text = yield* attempt(shell.libc.readText(place));
    if (text.err === 0) return text.value;
    if (text.err !== Errno.ENOENT) err = text.err;
  }
  if (!file.includes("/") && err === Errno.ENOENT) throw new ShellError(`${file}: not found`);
  throw new ShellError(`cannot open ${file}: ${err === Errno.ENOENT ? "No such file" : strerror(err)}`);
}

/** With words, the shell becomes that program; without, its redirections stay. */
export function* exec(shell: Shell, argv: readonly string[]): Syscall<number> {
  if (argv.length < 2) return 0;
  yield* shell.interpreter.execute(shell, argv.slice(1), shell.variables.environment(), "exec: ");
  return 0;
}

export function* shift(shell: Shell, argv: readonly string[]): Syscall<number> {
  const n = count(argv, 1);
  if (n > shell.positional.length) throw new ShellError("can't shift that many");
  shell.positional = shell.positional.slice(n);
  return 0;
}

/** Processor time is not accounted by process here: all zeros, in the form of POSIX. */
export function* times(shell: Shell): Syscall<number> {
  yield* shell.libc.writeAll(STDOUT, "0m0.00s 0m0.00s\n0m0.00s 0m0.00s\n");
  return 0;
}

export function* trap(shell: Shell, argv: readonly string[]): Syscall<number> {
  const args = argv[1] === "--" ? argv.slice(2) : argv.slice(1);
  const [first, ...more] = args;
  if (first === undefined || (first === "-p" && more.length === 0)) {
    for (const [n, action] of shell.traps.list()) yield* shell.libc.writeAll(STDOUT, `trap -- ${quote(action)} ${conditionName(n)}\n`);
    return 0;
  }
  const resets = more.length === 0 || first === "-" || /^\d+$/.test(first);
  const conditions = resets && first !== "-" ? args : more;
  for (const text of conditions) {
    const n = conditionNumber(text);
    if (n === undefined) throw new ShellError(`${text}: bad trap`, 1);
    yield* shell.traps.set(shell.libc, n, resets ? undefined : first);
  }
  return 0;
}
