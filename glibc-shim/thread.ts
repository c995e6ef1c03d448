/** Threads of the own task. A thread has a segment register with its own signal state, and gives back all it had when its body returns. */
import { asPort, MACH_PORT_NULL, type MachPort } from "../mach/ipc/names.ts";
import { gnumachCall } from "../mach/interfaces/gnumach.ts";
import { machCall } from "../mach/interfaces/mach.ts";
import { code, cpu, THREAD_STATE_FLAVOR, threadState as registers, type Entry, type Syscall } from "../mach/kern/syscall.ts";
import { orThrow } from "./errno.ts";
import { Sigstate, ThreadState, type Process } from "./process.ts";
import { taskSelf } from "./rights.ts";

/** A thread that will run `entry`, suspended. The answer is the caller's reference on its port. */
export function* createThread(task: MachPort, entry: Entry): Syscall<MachPort> {
  const { child_thread } = orThrow("thread_create", yield* machCall.thread_create(task, {}));
  yield* setEntry(child_thread, yield* code(entry));
  return child_thread;
}

/** Makes `thread` call the routine at `pc`. Stacks have no bytes here; `sp` stays null. */
export function* setEntry(thread: MachPort, pc: number): Syscall<void> {
  yield* machCall.thread_set_state(thread, { flavor: THREAD_STATE_FLAVOR, new_state: registers({ pc, sp: 0, arg: 0 }) });
}

/** Starts a thread that runs `body` (`cthread_fork`). Its port, borrowed: the reference is the thread's own, and goes when it ends. */
export function* startThread(process: Process, body: () => Syscall<void>): Syscall<MachPort> {
  const state = new Sigstate(MACH_PORT_NULL);
  const thread = yield* createThread(yield* taskSelf(), function* () {
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
