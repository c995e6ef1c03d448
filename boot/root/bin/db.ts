/**
 * db PID | db -e COMMAND [ARG …]: a debugger for any task whose port one may have, servers included, or for a program that it starts. Commands are read from
 * standard input, `help` lists them.
 *
 * It needs nothing of the debugged program, only its task port: threads, registers, memory and names are asked of the kernel. Input that is no terminal is read to
 * its end first and output goes out at the end, so that the terminal or the root filesystem can be looked at while suspended.
 */
import { attempt, UnixError } from "../../../glibc-shim/errno.ts";
import { STDIN } from "../../../glibc-shim/libc.ts";
import { MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { WIFSTOPPED } from "../../../servers/interfaces/wait-status.ts";
import { Breakpoints } from "./db/breakpoints.ts";
import { COMMANDS, type Session } from "./db/commands.ts";
import { Catcher } from "./db/exceptions.ts";
import { Target } from "./db/target.ts";
import { Lines, readRest, splitLines } from "../lib/input.ts";
import { UsageError } from "../lib/options.ts";
import { decode } from "../lib/output.ts";
import { tool, wholeNumber, type Tool } from "../lib/tool.ts";

export const main = tool({ letters: "+e", usage: "PID | -e COMMAND [ARG...]" }, function* (t) {
  const [operand, more] = t.operands;
  if (operand === undefined || (more !== undefined && !t.has("e"))) throw new UsageError("one process is needed");
  const pid = t.has("e") ? yield* startTraced(t, t.operands) : wholeNumber(operand, "process id");
  if (pid === undefined) return yield* t.complain(`${operand}: has not started`);
  if (pid === t.libc.getpid()) return yield* t.complain(`${pid}: that is me`);
  const got = yield* procCall.proc_pid2task(t.libc.ports.proc, { pid });
  if (got.err) return yield* t.complain(`${pid}: ${strerror(got.err)}`);
  if (got.task === MACH_PORT_NULL) return yield* t.complain(`${pid}: a zombie has no task`);
  yield* debug(t, pid, got.task);
});

function* debug(t: Tool, pid: number, task: MachPort): Syscall<void> {
  const target = new Target(task);
  const [catcher, breakpoints] = [new Catcher(task), new Breakpoints(target)];
  const interactive = yield* t.libc.isatty(STDIN);
  const said: string[] = [];
  const say = interactive ? (text: string) => t.out.line(text) : sayLater(said);
  const session: Session = { t, pid, target, catcher, breakpoints, child: t.has("e"), say };
  yield* interactive ? converse(session) : perform(session);
  if (breakpoints.any && !target.ended) yield* attempt(breakpoints.remove(undefined));
  yield* catcher.stop();
  if (session.child && !target.ended) yield* end(t, pid);
  yield* target.release();
  for (const text of said) yield* t.out.line(text);
}

/** What we have started does not outlive us. */
function* end(t: Tool, pid: number): Syscall<void> {
  yield* attempt(t.libc.ptrace.kill(pid));
  yield* t.libc.waitpid(pid);
}

/** Starts a program that stands before its first instruction, under EXEC_SIGTRAP. Undefined: it could not be exec'd, and has said why. */
function* startTraced(t: Tool, argv: readonly string[]): Syscall<number | undefined> {
  const [command = ""] = argv;
  const pid = yield* t.libc.fork(function* (child) {
    yield* child.ptrace.traceme();
    return yield* child.execvp(command, argv);
  });
  const { status } = yield* t.libc.waitpid(pid);
  return WIFSTOPPED(status) ? pid : undefined;
}

/** Keeps a line until the task runs again: it may be the one that has to show it. */
const sayLater = (said: string[]) =>
  function* (text: string): Syscall<void> {
    said.push(text);
  };

/** Somebody sits there: prompt, line, answer. */
function* converse(s: Session): Syscall<void> {
  const lines = new Lines(s.t.libc, STDIN, s.t.out);
  for (;;) {
    yield* s.t.out.text("(db) ");
    const line = yield* lines.next();
    if (line === undefined || !(yield* obey(s, line, (text) => s.t.complain(text, 0)))) return;
  }
}

/** A script: a failure is told where it stands, and makes the exit status 1. */
function* perform(s: Session): Syscall<void> {
  for (const line of splitLines(decode(yield* readRest(s.t.libc, STDIN)))) {
    const told = function* (text: string): Syscall<void> {
      s.t.status = 1;
      yield* s.say(text);
    };
    if (!(yield* obey(s, line, told))) return;
  }
}

/** Does what a line says. False: that was "quit". */
function* obey(s: Session, line: string, complain: (text: string) => Syscall<void>): Syscall<boolean> {
  const [word, ...words] = line.trim().split(/\s+/);
  if (word === undefined || word === "" || word.startsWith("#")) return true;
  if ("quit".startsWith(word)) return false;
  const name = [...COMMANDS.keys()].find((command) => command.startsWith(word));
  const command = name === undefined ? undefined : COMMANDS.get(name);
  if (command === undefined) {
    yield* complain(`${word}: no such command (try help)`);
    return true;
  }
  try {
    yield* command.run(s, words);
  } catch (e) {
    if (e instanceof UnixError) yield* complain(`${name}: ${strerror(e.errno)}`);
    else if (e instanceof UsageError) yield* complain(e.message);
    else throw e;
  }
  return true;
}

