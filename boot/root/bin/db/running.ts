/** Letting the debugged process go on, and waiting for it to stop: by an exception that we catch, or, if we have started it, by what proc tells its parent. */
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { PTRACE_CONT_HERE } from "../../../../glibc-shim/ptrace.ts";
import { procCall } from "../../../../servers/interfaces/process.ts";
import { decodeProcInfo, PI_FETCH_TASKINFO, PI_STOPPED } from "../../../../servers/interfaces/procinfo.ts";
import { WEXITSTATUS, WIFEXITED, WIFSTOPPED, WNOHANG, WSTOPSIG, WTERMSIG } from "../../../../servers/interfaces/wait-status.ts";
import { continueAfterExec, stoppedAtExec } from "../../lib/exec-stop.ts";
import { UsageError } from "../../lib/options.ts";
import { signalName } from "../../lib/signal-names.ts";
import { hex, number, type Session } from "./commands.ts";
import type { Caught } from "./exceptions.ts";

const EXCEPTIONS = ["?", "EXC_BAD_ACCESS", "EXC_BAD_INSTRUCTION", "EXC_ARITHMETIC", "EXC_EMULATION", "EXC_SOFTWARE", "EXC_BREAKPOINT"];
/** Milliseconds that `wait` waits unless told, and between two looks at a child. */
const PATIENCE = 60_000;
const LOOK = 10;

function* tell({ say, target }: Session, c: Caught): Syscall<void> {
  const name = EXCEPTIONS[c.exception] ?? String(c.exception);
  yield* say(`thread ${yield* target.numberOf(c.thread)}: ${name}, code ${c.code}, subcode ${hex(c.subcode)}`);
}

/** `wait [SECONDS]` */
export function* wait(s: Session, words: readonly string[]): Syscall<void> {
  if (!s.child) yield* s.catcher.start();
  const { caught } = s.catcher;
  if (caught !== undefined) return yield* tell(s, caught);
  if (!(yield* waited(s, words[0] === undefined ? PATIENCE : 1000 * number(words[0], "seconds")))) yield* s.say("no exception");
}

/** Tells what came first within `patience` milliseconds; false: nothing. */
function* waited(s: Session, patience: number): Syscall<boolean> {
  const slice = s.child ? LOOK : patience;
  for (let left = patience; left > 0; left -= slice) {
    const c = s.catcher.catching ? yield* s.catcher.wait(slice) : yield* s.t.libc.usleep(1000 * slice);
    if (c !== undefined) {
      yield* tell(s, c);
      return true;
    }
    if (s.child && (yield* childSays(s))) return true;
  }
  return false;
}

/** Tells of a stop or the end of a process that we have started. */
function* childSays({ t, pid, say, target }: Session): Syscall<boolean> {
  if (target.ended) return false;
  const got = yield* t.libc.waitpid(pid, WNOHANG);
  if (got.pid === 0) return false;
  if (WIFSTOPPED(got.status)) yield* say(`stopped by SIG${signalName(WSTOPSIG(got.status))}`);
  else {
    target.ended = true;
    yield* say(WIFEXITED(got.status) ? `exited with ${WEXITSTATUS(got.status)}` : `killed by SIG${signalName(WTERMSIG(got.status))}`);
  }
  return true;
}

/** `continue`: a caught exception is answered; else our own suspension ends, or a stop. */
export function* goOn(s: Session): Syscall<void> {
  const { t, pid, target, catcher, breakpoints } = s;
  const { caught } = catcher;
  if (breakpoints.any) {
    yield* catcher.start();
    yield* breakpoints.arm();
  }
  if (caught !== undefined) yield* catcher.goOn(caught);
  else if (target.suspended > 0) yield* target.resume();
  else if (yield* stoppedAtExec(t.libc, pid)) yield* continueAfterExec(t.libc, pid);
  else if (yield* isStopped(s)) yield* t.libc.ptrace.cont(pid, PTRACE_CONT_HERE, 0);
  else yield* target.resume();
}

function* isStopped({ t, pid }: Session): Syscall<boolean> {
  const got = yield* procCall.proc_getprocinfo(t.libc.ports.proc, { which: pid, flags: PI_FETCH_TASKINFO });
  return got.err === 0 && (decodeProcInfo(got.procinfo).state & PI_STOPPED) !== 0;
}

/** `step [THREAD]`. A thread that waits steps when what it waits for has come. A program that runs is only watched until then. */
export function* step(s: Session, words: readonly string[]): Syscall<void> {
  const { catcher, breakpoints, target } = s;
  yield* catcher.start();
  yield* breakpoints.stepping(number(words[0] ?? "1", "thread"));
  if (catcher.caught !== undefined || target.suspended > 0 || (yield* isStopped(s))) yield* goOn(s);
  const stopped = yield* waited(s, PATIENCE);
  if (!target.ended) yield* breakpoints.stepping(0);
  if (!stopped) yield* s.say("no exception");
}

/** `pass` */
export function* pass({ catcher }: Session): Syscall<void> {
  if (catcher.caught === undefined) throw new UsageError("no exception waits for an answer");
  yield* catcher.pass(catcher.caught);
}
