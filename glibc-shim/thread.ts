/** Threads of the own task. A thread has a segment register with its own signal state, and gives back all it had when its body returns. */
import { gnumachCall } from "../mach/interfaces/gnumach.ts";
import { machCall } from "../mach/interfaces/mach.ts";
import { asPort, MACH_PORT_NULL, type MachPort } from "../mach/ipc/names.ts";
import { code, cpu, type Syscall, THREAD_STATE_FLAVOR, threadState as registers } from "../mach/kern/syscall.ts";
import { orThrow } from "./errno.ts";
import { type Process, Sigstate, ThreadState } from "./process.ts";
import { taskSelf } from "./rights.ts";

/**
 * A thread of the own task that will run `body`, suspended. The answer is the caller's reference on its port. All threads share one reference on the task's own
 * port: `mach_task_self ()` is a variable of the process.
 */
export function* createThread(process: Process, body: () => Syscall<void>): Syscall<MachPort> {
  const self = yield* taskSelf();
  const { child_thread } = orThrow("thread_create", yield* machCall.thread_create(self, {}));
  const start = function* (): Syscall<void> {
    cpu.tls.taskSelf = self;
    yield* body();
  };
  yield* setEntry(child_thread, yield* code(process.threadEntry), process.toStart(start));
  return child_thread;
}

/** Makes `thread` call the routine at `pc`. Stacks have no bytes here; `sp` stays null. */
export function* setEntry(thread: MachPort, pc: number, arg = 0): Syscall<void> {
  yield* machCall.thread_set_state(thread, { flavor: THREAD_STATE_FLAVOR, new_state: registers({ pc, sp: 0, arg }) });
}

/** Starts a thread that runs `body` (`cthread_fork`). Its port, borrowed: the reference is the thread's own, and goes when it ends. */
export function* startThread(process: Process, body: () => Syscall<void>): Syscall<MachPort> {
  const state = new Sigstate(MACH_PORT_NULL);
  const thread = yield* createThread(process, function* () {
    cpu.tls.library = new ThreadState(process, state);
    yield* body();
    yield* endThread(process, state);
  });
  state.thread = thread;
  process.sigstates.push(state);
  yield* machCall.thread_resume(thread, {});
  return thread;
}

/** The last act of a thread: its name, its reply port and itself go in one message (`thread_terminate_release`). */
function* endThread(process: Process, state: Sigstate): Syscall<void> {
  const at = process.sigstates.indexOf(state);
  if (at >= 0) process.sigstates.splice(at, 1);
  const task = yield* taskSelf();
  const reply_port = cpu.tls.replyPort;
  cpu.tls.replyPort = asPort(0);
  yield* gnumachCall.thread_terminate_release(state.thread, { task, thread_name: state.thread, reply_port, address: 0, size: 0 });
}
