/** Leaving: exit, _exit (signals-fork.md §6), and what becomes of a program that throws. */
import { machCall } from "../mach/interfaces/mach.ts";
import { raise, type Syscall } from "../mach/kern/syscall.ts";
import { INIT_PORT_PROC } from "../servers/interfaces/hurd-types.ts";
import { W_EXITCODE } from "../servers/interfaces/wait-status.ts";
import { attempt, UnixError } from "./errno.ts";
import type { Process } from "./process.ts";
import { taskSelf } from "./rights.ts";
import { procCall } from "./stubs.ts";

const EXC_BAD_INSTRUCTION = 2;

/** `LOSE`: an instruction that crashes, for when nothing else works (the task's own port is dead, say). */
export function* lose(): Syscall<never> {
  for (;;) yield* raise(EXC_BAD_INSTRUCTION, 1, 0);
}

/** `_hurd_exit`: tells proc the status word, if there is a proc, and ends the task. The result of neither matters; a task that cannot end itself crashes. */
export function* hurdExit(p: Process, status: number): Syscall<never> {
  if (p.hasProc) yield* procCall.proc_mark_exit(p.port(INIT_PORT_PROC), { status, sigcode: 0 });
  yield* machCall.task_terminate(yield* taskSelf(), {});
  return yield* lose();
}

export function* _exit(p: Process, status: number): Syscall<never> {
  return yield* hurdExit(p, W_EXITCODE(status, 0));
}

/** Runs the atexit handlers, last registered first, then `_exit`. */
export function* exit(p: Process, status: number): Syscall<never> {
  for (let handler = p.exitHandlers.pop(); handler !== undefined; handler = p.exitHandlers.pop()) yield* handler();
  return yield* _exit(p, status);
}

/**
 * Runs a program's body to its end and exits with its status. An uncaught UnixError is told on stderr and exits 1; anything else that is thrown is a bug of ours and goes on.
 */
export function* runToExit(p: Process, body: Syscall<number>, complain: (text: string) => Syscall<void>): Syscall<never> {
  let status: number;
  try {
    status = yield* body;
    return yield* exit(p, status);
  } catch (e) {
    if (!(e instanceof UnixError)) throw e;
    // stderr may be closed, or its server dead: then there is nobody to tell
    yield* attempt(complain(`${p.argv0}: ${e.message}\n`));
    return yield* exit(p, 1);
  }
}
