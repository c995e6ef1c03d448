/** Runs what the parser made: lists, pipelines, compound commands (POSIX, "Shell Commands"). */
import { STDIN, STDOUT, type Fd } from "../../../../glibc-shim/libc.ts";
import { attempt } from "../../../../glibc-shim/errno.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { O_RDONLY } from "../../../../servers/interfaces/hurd-types.ts";
import { fnmatch } from "../../lib/fnmatch.ts";
import type { Command, CompoundCommand, Item, List } from "./ast.ts";
import { execute, runSimple, runWords } from "./command.ts";
import { InterruptControl, LoopControl, ShellError } from "./control.ts";
import { expandPattern, expandString, expandWords } from "./expand.ts";
import { waitForeground } from "./jobs.ts";
import { Source } from "./lexer.ts";
import { Parser } from "./parser.ts";
import { redirect, restore } from "./redirect.ts";
import type { Interpreter, Shell } from "./shell.ts";
import { forkShell, newPipe, reportError } from "./subshell.ts";
import { SIGINT } from "../../../../servers/interfaces/signals.ts";

export const interpreter: Interpreter = { runText, runList, runWords, execute };

function* runText(shell: Shell, text: string, line = 1): Syscall<void> {
  const parser = new Parser(new Source(text, 0, line), shell.aliases);
  for (let list = parser.next(); list; list = parser.next()) yield* runList(shell, list);
}

function* runList(shell: Shell, list: List): Syscall<void> {
  for (const item of list) {
    if (shell.option("n") && !shell.interactive) continue;
    if (item.background) yield* runBackground(shell, item);
    else yield* run(shell, item.command, item.text);
    yield* runTraps(shell);
  }
}

/** Carries out the actions of signals that came. $? stays. */
export function* runTraps(shell: Shell): Syscall<void> {
  for (let signo = shell.traps.take(); signo !== undefined; signo = shell.traps.take()) {
    const action = shell.traps.get(signo);
    if (action === undefined && signo === SIGINT && shell.interactive) throw new InterruptControl(false);
    if (action === undefined || action === "") continue;
    const { status } = shell;
    yield* runText(shell, action);
    shell.status = status;
  }
}

function* run(shell: Shell, command: Command, text: string): Syscall<void> {
  switch (command.kind) {
    case "simple":
      return yield* runSimple(shell, command, text);
    case "pipeline":
      return yield* runPipeline(shell, command, text);
    case "and":
    case "or":
      return yield* runAndOr(shell, command, text);
    case "function":
      shell.functions.set(command.name, command.body);
      shell.status = 0;
      return;
    default:
      return yield* runCompound(shell, command, text);
  }
}

/** Runs something whose failure is looked at, so that -e does not apply. */
function* tested(shell: Shell, body: Syscall<void>): Syscall<void> {
  shell.tested++;
  try {
    yield* body;
  } finally {
    shell.tested--;
  }
}

function* runAndOr(shell: Shell, command: Extract<Command, { kind: "and" | "or" }>, text: string): Syscall<void> {
  yield* tested(shell, run(shell, command.left, text));
  if ((shell.status === 0) === (command.kind === "and")) yield* run(shell, command.right, text);
}

function* runPipeline(shell: Shell, { commands, negated }: Extract<Command, { kind: "pipeline" }>, text: string): Syscall<void> {
  const [only] = commands;
  if (negated) {
    yield* tested(shell, only && commands.length === 1 ? run(shell, only, text) : runPipes(shell, commands, text));
    shell.status = shell.status === 0 ? 1 : 0;
  } else yield* runPipes(shell, commands, text);
}

function* runPipes(shell: Shell, commands: readonly Command[], text: string): Syscall<void> {
  const pids = yield* startPipes(shell, commands, text, true);
  const job = shell.jobs.add(pids, text, shell.option("m") ? pids[0] : undefined, true);
  shell.status = yield* waitForeground(shell, job);
  shell.checkErrexit();
}

/** The pipe to the next command; if there is none to be had, the one from the command before is no use. */
function* nextPipe(shell: Shell, before: Fd | undefined): Syscall<readonly [Fd, Fd]> {
  try {
    return yield* newPipe(shell);
  } catch (e) {
    if (before !== undefined) yield* shell.libc.close(before);
    throw e;
  }
}

/** Starts each command in a subshell of its own, standard output to standard input of the next. */
function* startPipes(shell: Shell, commands: readonly Command[], text: string, foreground: boolean): Syscall<readonly number[]> {
  const { libc } = shell;
  const pids: number[] = [];
  let input: Fd | undefined;
  for (const [i, command] of commands.entries()) {
    const from = input;
    const pipe = i < commands.length - 1 ? yield* nextPipe(shell, from) : undefined;
    const body = function* (child: Shell): Syscall<void> {
      if (foreground) yield* takeForeground(child, shell, pids[0]);
      if (from !== undefined) yield* become(child, from, STDIN);
      if (pipe) {
        yield* child.libc.close(pipe[0]);
        yield* become(child, pipe[1], STDOUT);
      }
      child.last = command.kind === "simple";
      yield* run(child, command, text);
    };
    const pid = yield* forkShell(shell, body, shell.option("m") ? { pgrp: pids[0] ?? 0 } : {});
    pids.push(pid);
    yield* enterGroup(shell, pid, pids[0] ?? pid, foreground);
    if (from !== undefined) yield* libc.close(from);
    if (pipe) yield* libc.close(pipe[1]);
    input = pipe?.[0];
  }
  return pids;
}

/** The parent's half of what child and parent both do, because either may be first. */
export function* enterGroup(shell: Shell, pid: number, pgrp: number, foreground: boolean): Syscall<void> {
  if (!shell.option("m")) return;
  yield* attempt(shell.libc.setpgid(pid, pgrp));
  if (foreground && shell.terminal && pid === pgrp) yield* attempt(shell.libc.tcsetpgrp(shell.terminal.fd, pgrp));
}

/** The child's half: its process group is the terminal's foreground. */
export function* takeForeground(child: Shell, parent: Shell, pgrp: number | undefined): Syscall<void> {
  if (parent.terminal && pgrp === undefined) yield* attempt(child.libc.tcsetpgrp(parent.terminal.fd, child.libc.getpid()));
}

function* become(shell: Shell, from: Fd, fd: Fd): Syscall<void> {
  if (from === fd) return;
  yield* shell.libc.dup2(from, fd);
  yield* shell.libc.close(from);
}

function* runBackground(shell: Shell, { command, text }: Item): Syscall<void> {
  const monitor = shell.option("m");
  const body = function* (child: Shell): Syscall<void> {
    if (!monitor) yield* emptyInput(child);
    child.last = command.kind === "simple";
    yield* run(child, command, text);
  };
  const plain = command.kind === "pipeline" && !command.negated && monitor;
  const pids = plain ? yield* startPipes(shell, command.commands, text, false) : [yield* forkShell(shell, body, monitor ? { pgrp: 0 } : { background: true })];
  const last = pids.at(-1) ?? 0;
  if (!plain) yield* enterGroup(shell, last, last, false);
  const job = shell.jobs.add(pids, text, monitor ? pids[0] : undefined, false);
  shell.background = last;
  shell.status = 0;
  if (shell.interactive) yield* shell.libc.writeAll(STDOUT, `[${job.id}] ${last}\n`);
}

/** Without job control, an asynchronous list does not read what the shell reads. */
function* emptyInput(child: Shell): Syscall<void> {
  const opened = yield* attempt(child.libc.open("/dev/null", O_RDONLY));
  if (opened.err === 0) yield* become(child, opened.value, STDIN);
}

/** A compound command with its redirections, which are undone after it. */
export function* runCompound(shell: Shell, command: CompoundCommand, text: string): Syscall<void> {
  if (command.kind === "subshell") return yield* runSubshell(shell, command, text);
  if (command.redirections.length === 0) return yield* inner(shell, command);
  const saved = yield* attemptRedirect(shell, command);
  if (!saved) return;
  try {
    yield* inner(shell, command);
  } finally {
    yield* restore(shell, saved);
  }
}

function* attemptRedirect(shell: Shell, command: CompoundCommand) {
  try {
    return yield* redirect(shell, command.redirections, true);
  } catch (e) {
    if (!(e instanceof ShellError)) throw e;
    shell.status = yield* reportError(shell, e);
    shell.checkErrexit();
    return undefined;
  }
}

function* runSubshell(shell: Shell, command: Extract<CompoundCommand, { kind: "group" | "subshell" }>, text: string): Syscall<void> {
  const body = function* (child: Shell): Syscall<void> {
    yield* takeForeground(child, shell, undefined);
    yield* redirect(child, command.redirections, false);
    yield* runList(child, command.body);
  };
  const monitor = shell.option("m");
  const pid = yield* forkShell(shell, body, monitor ? { pgrp: 0 } : {});
  yield* enterGroup(shell, pid, pid, true);
  shell.status = yield* waitForeground(shell, shell.jobs.add([pid], text, monitor ? pid : undefined, true));
  shell.checkErrexit();
}

function* inner(shell: Shell, command: CompoundCommand): Syscall<void> {
  switch (command.kind) {
    case "group":
    case "subshell":
      return yield* runList(shell, command.body);
    case "if":
      yield* tested(shell, runList(shell, command.condition));
      if (shell.status === 0) return yield* runList(shell, command.then);
      if (command.otherwise.length === 0) shell.status = 0;
      return yield* runList(shell, command.otherwise);
    case "while":
    case "until":
      return yield* runWhile(shell, command);
    case "for":
      return yield* runFor(shell, command);
    case "case":
      return yield* runCase(shell, command);
  }
}

function* runWhile(shell: Shell, { kind, condition, body }: Extract<CompoundCommand, { kind: "while" | "until" }>): Syscall<void> {
  let status = 0;
  yield* looping(shell, function* () {
    yield* tested(shell, runList(shell, condition));
    if ((shell.status === 0) !== (kind === "while")) return false;
    yield* runList(shell, body);
    status = shell.status;
    return true;
  });
  shell.status = status;
}

function* runFor(shell: Shell, { name, words, body, line }: Extract<CompoundCommand, { kind: "for" }>): Syscall<void> {
  shell.line = line;
  const values = words ? yield* expandWords(shell, words) : [...shell.positional];
  shell.status = 0;
  yield* looping(shell, function* () {
    const value = values.shift();
    if (value === undefined) return false;
    shell.assign(name, value);
    yield* runList(shell, body);
    return true;
  });
}

/** Runs `turn` until it answers false; break and continue of this level end or shorten a turn. */
function* looping(shell: Shell, turn: () => Syscall<boolean>): Syscall<void> {
  shell.loops++;
  try {
    for (let on = true; on; ) {
      try {
        on = yield* turn();
      } catch (e) {
        if (!(e instanceof LoopControl)) throw e;
        if (e.levels > 1 && shell.loops > 1) {
          e.levels--;
          throw e;
        }
        if (e.kind === "break") return;
      }
    }
  } finally {
    shell.loops--;
  }
}

function* runCase(shell: Shell, { word, items, line }: Extract<CompoundCommand, { kind: "case" }>): Syscall<void> {
  shell.line = line;
  const subject = yield* expandString(shell, word);
  for (const { patterns, body } of items) {
    for (const pattern of patterns) {
      if (!fnmatch(yield* expandPattern(shell, pattern), subject)) continue;
      shell.status = 0;
      return yield* runList(shell, body);
    }
  }
  shell.status = 0;
}
