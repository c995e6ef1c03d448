/** Simple commands: assignments, redirections, and who carries them out (POSIX, "Simple Commands", "Command Search and Execution"). */
import { attempt, UnixError } from "../../../../glibc-shim/errno.ts";
import { STDERR } from "../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { Errno, strerror } from "../../../../servers/interfaces/errno.ts";
import { decode } from "../../lib/output.ts";
import type { Assignment, CompoundCommand, SimpleCommand } from "./ast.ts";
import { builtins, specialBuiltins, type Builtin } from "./builtins.ts";
import { ExitControl, ReturnControl, ShellError } from "./control.ts";
import { expandString, expandWords } from "./expand.ts";
import { enterGroup, runCompound, takeForeground } from "./interpreter.ts";
import { waitForeground } from "./jobs.ts";
import { redirect, restore, type Saved } from "./redirect.ts";
import type { Shell } from "./shell.ts";
import { finish, forkShell, reportError } from "./subshell.ts";
import type { Variable } from "./variables.ts";

/** Runs one simple command; $? is its status. */
export function* runSimple(shell: Shell, command: SimpleCommand, text: string): Syscall<void> {
  shell.line = command.line;
  const last = shell.last;
  shell.last = false;
  shell.substituted = false;
  const words = yield* expandWords(shell, command.words);
  if (words.length === 0) yield* assignOnly(shell, command);
  else yield* dispatch(shell, command, words, text, last);
  shell.checkErrexit();
}

/** $? of assignments alone is that of the last substitution in them, or 0. */
function* assignOnly(shell: Shell, command: SimpleCommand): Syscall<void> {
  const shown: string[] = [];
  for (const { name, value } of command.assignments) {
    const expanded = yield* expandString(shell, value, true);
    shell.assign(name, expanded);
    shown.push(`${name}=${expanded}`);
  }
  if (!shell.substituted) shell.status = 0;
  if (shown.length > 0) yield* trace(shell, shown);
  if (command.redirections.length > 0) yield* guarded(shell, redirect(shell, command.redirections, true), (saved) => restore(shell, saved));
}

/** -x: "+ words" on standard error. */
function* trace(shell: Shell, words: readonly string[]): Syscall<void> {
  if (shell.option("x")) yield* shell.libc.writeAll(STDERR, `${shell.variables.get("PS4") ?? "+ "}${words.join(" ")}\n`);
}

function* dispatch(shell: Shell, command: SimpleCommand, words: readonly string[], text: string, last: boolean): Syscall<void> {
  const [name = ""] = words;
  const special = specialBuiltins.get(name);
  const body = special ? undefined : shell.functions.get(name);
  const builtin = special ?? builtins.get(name);
  const assigned = yield* assignedValues(shell, command.assignments);
  yield* trace(shell, [...[...assigned].map(([n, v]) => `${n}=${v}`), ...words]);
  if (body) yield* withAssignments(shell, assigned, withRedirections(shell, command, callFunction(shell, body, words)));
  else if (special) yield* runSpecial(shell, command, assigned, special, words);
  else if (builtin) yield* withAssignments(shell, assigned, withRedirections(shell, command, callBuiltin(shell, builtin, words)));
  else yield* runProgram(shell, command, assigned, words, text, last);
}

/** The values, each expanded with those before it in effect. */
function* assignedValues(shell: Shell, assignments: readonly Assignment[]): Syscall<Map<string, string>> {
  const values = new Map<string, string>();
  const old = new Map<string, Variable | undefined>();
  for (const { name, value } of assignments) {
    const text = yield* expandString(shell, value, true);
    values.set(name, text);
    if (assignments.length === 1) break;
    if (!old.has(name)) old.set(name, shell.variables.save(name));
    shell.assign(name, text);
  }
  for (const [name, value] of old) shell.variables.restore(name, value);
  return values;
}

/** Runs `body` with variables set and exported for its time only. */
function* withAssignments(shell: Shell, assigned: ReadonlyMap<string, string>, body: Syscall<void>): Syscall<void> {
  const old = new Map<string, Variable | undefined>();
  try {
    for (const [name, value] of assigned) {
      old.set(name, shell.variables.save(name));
      shell.assign(name, value);
      shell.variables.mark(name, "exported");
    }
    yield* body;
  } finally {
    for (const [name, value] of old) shell.variables.restore(name, value);
  }
}

/** A failing redirection gives status 2 and the command does not run. */
function* withRedirections(shell: Shell, command: SimpleCommand, body: Syscall<void>): Syscall<void> {
  if (command.redirections.length === 0) return yield* body;
  yield* guarded(shell, redirect(shell, command.redirections, true), function* (saved) {
    try {
      yield* body;
    } finally {
      yield* restore(shell, saved);
    }
  });
}

function* guarded(shell: Shell, redirected: Syscall<Saved>, then: (saved: Saved) => Syscall<void>): Syscall<void> {
  let saved: Saved;
  try {
    saved = yield* redirected;
  } catch (e) {
    if (!(e instanceof ShellError)) throw e;
    shell.status = yield* reportError(shell, e);
    return;
  }
  yield* then(saved);
}

/** Assignments before a special builtin stay; its errors end a shell that is not interactive. */
function* runSpecial(shell: Shell, command: SimpleCommand, assigned: ReadonlyMap<string, string>, builtin: Builtin, words: readonly string[]): Syscall<void> {
  for (const [name, value] of assigned) shell.assign(name, value);
  const keep = words[0] === "exec";
  const saved = yield* redirect(shell, command.redirections, !keep);
  try {
    shell.status = yield* builtin(shell, words);
  } catch (e) {
    const error = e instanceof UnixError ? new ShellError(reason(e), 1) : e;
    if (!(error instanceof ShellError)) throw e;
    const text = `${words[0]}: ${error.message}`;
    if (!error.reported) yield* shell.complain(text);
    throw new ShellError(text, error.status, true);
  } finally {
    if (!keep) yield* restore(shell, saved);
  }
}

function* callBuiltin(shell: Shell, builtin: Builtin, words: readonly string[]): Syscall<void> {
  try {
    shell.status = yield* builtin(shell, words);
  } catch (e) {
    const error = e instanceof UnixError ? new ShellError(reason(e), 1) : e;
    if (!(error instanceof ShellError)) throw e;
    if (!error.reported) yield* shell.complain(`${words[0]}: ${error.message}`);
    shell.status = error.status;
  }
}

/** A failure of the library as a builtin tells it. */
const reason = (e: UnixError): string => (e.call.startsWith("write") ? `write error: ${strerror(e.errno)}` : strerror(e.errno));

function* callFunction(shell: Shell, body: CompoundCommand, words: readonly string[]): Syscall<void> {
  const { positional, loops } = shell;
  shell.positional = words.slice(1);
  shell.loops = 0;
  shell.returnable++;
  shell.variables.enter();
  try {
    yield* runCompound(shell, body, words.join(" "));
  } catch (e) {
    if (!(e instanceof ReturnControl)) throw e;
    shell.status = e.status;
  } finally {
    shell.variables.leave();
    shell.returnable--;
    shell.loops = loops;
    shell.positional = positional;
  }
}

/** `command NAME …`: past functions, and a special builtin is an ordinary one. */
export function* runWords(shell: Shell, words: readonly string[]): Syscall<void> {
  const [name = ""] = words;
  const builtin = specialBuiltins.get(name) ?? builtins.get(name);
  if (builtin) yield* callBuiltin(shell, builtin, words);
  else yield* runProgram(shell, { kind: "simple", line: shell.line, assignments: [], words: [], redirections: [] }, new Map(), words, words.join(" "), false);
}

/** A program in a child process; a subshell that has nothing else to do becomes the program itself. */
function* runProgram(shell: Shell, command: SimpleCommand, assigned: ReadonlyMap<string, string>, words: readonly string[], text: string, last: boolean): Syscall<void> {
  const monitor = shell.option("m");
  const body = function* (child: Shell): Syscall<void> {
    if (monitor && !last) yield* takeForeground(child, shell, undefined);
    yield* redirect(child, command.redirections, false);
    yield* execute(child, words, environmentWith(child, assigned));
  };
  if (last) return yield* body(shell);
  const pid = yield* forkShell(shell, body, monitor ? { pgrp: 0 } : {});
  yield* enterGroup(shell, pid, pid, true);
  shell.status = yield* waitForeground(shell, shell.jobs.add([pid], text, monitor ? pid : undefined, true));
}

function environmentWith(shell: Shell, assigned: ReadonlyMap<string, string>): Map<string, string> {
  const environment = shell.variables.environment();
  for (const [name, value] of assigned) environment.set(name, value);
  return environment;
}

/** Replaces the process by a program. Throws ExitControl with 127 (not found) or 126 when that fails, after a message. */
export function* execute(shell: Shell, words: readonly string[], environment: ReadonlyMap<string, string>, prefix = ""): Syscall<never> {
  const [name = ""] = words;
  let denied: number | undefined;
  for (const path of candidates(name, environment.get("PATH") ?? shell.variables.get("PATH"))) {
    const failed = yield* attempt(shell.libc.execve(path, words, environment));
    if (failed.err === Errno.ENOEXEC) yield* runScript(shell, path, words);
    if (failed.err !== Errno.ENOENT && failed.err !== Errno.ENOTDIR) denied ??= failed.err;
  }
  yield* shell.complain(`${prefix}${name}: ${denied === undefined ? "not found" : strerror(denied)}`);
  throw new ExitControl(denied === undefined ? 127 : 126);
}

/** Where a command may be: a name with a slash is a path, others are searched in $PATH. */
export function candidates(name: string, path: string | undefined): readonly string[] {
  if (name.includes("/")) return [name];
  if (name === "") return [];
  return (path ?? "/bin:/sbin").split(":").map((dir) => (dir === "" ? name : `${dir}/${name}`));
}

/** A file that is no program is a shell script, unless its first line says that it is none. */
function* runScript(shell: Shell, path: string, words: readonly string[]): Syscall<never> {
  const text = decode(yield* shell.libc.readFile(path));
  if ((text.split("\n", 1)[0] ?? "").includes("\0")) {
    yield* shell.complain(`${path}: ${strerror(Errno.ENOEXEC)}`);
    throw new ExitControl(126);
  }
  const script = shell.copy(shell.libc);
  script.functions = new Map();
  script.aliases = new Map();
  script.options = new Set();
  for (const [name, v] of script.variables.entries()) if (!v.exported) script.variables.restore(name, undefined);
  script.name = path;
  script.positional = words.slice(1);
  throw new ExitControl(yield* finish(script, shell.interpreter.runText(script, text)));
}
