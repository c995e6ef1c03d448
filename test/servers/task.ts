/** Runs one task in a machine of its own: for tests of servers that need no more of the system than the kernel. */
import { Machine } from "../../mach/kern/machine.ts";
import { encodeImage } from "../../mach/kern/image.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import type { MachPort } from "../../mach/ipc/names.ts";
import { code, THREAD_STATE_FLAVOR, threadState, type Syscall } from "../../mach/kern/syscall.ts";
import { taskSelf } from "../../glibc-shim/rights.ts";

/** Starts threads without a library. */
export function* thread(body: () => Syscall<void>): Syscall<MachPort> {
  const made = yield* machCall.thread_create(yield* taskSelf(), {});
  if (made.err) throw new Error("no thread");
  const pc = yield* code(body);
  yield* machCall.thread_set_state(made.child_thread, { flavor: THREAD_STATE_FLAVOR, new_state: threadState({ pc, sp: 0, arg: 0 }) });
  yield* machCall.thread_resume(made.child_thread, {});
  return made.child_thread;
}

/** Runs `body` as a task's main thread until nothing moves any more. Answers the machine, and whether `body` came to its end. */
export function runTask(body: () => Syscall<void>): { readonly machine: Machine; readonly finished: boolean } {
  let finished = false;
  const machine = new Machine({
    seed: 1,
    instructions: new Map([["test", function* () {
      yield* body();
      finished = true;
    }]]),
    commandLine: "",
    bootTime: 0,
  });
  machine.boot("test $(task-create) $(task-resume)", [{ name: "test", bytes: encodeImage("test") }]);
  machine.run();
  return { machine, finished };
}
