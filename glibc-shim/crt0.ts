/** A program's first instruction: everything between the kernel's (or the exec server's) start and `main`, and what follows it. */
import { MACH_PORT_NULL } from "../mach/ipc/names.ts";
import { cpu, type Entry, mach_host_self, mach_thread_self, type Syscall } from "../mach/kern/syscall.ts";
import { NO_HOLES, type Holes } from "../servers/interfaces/holes.ts";
import { attempt } from "./errno.ts";
import { lose } from "./exit.ts";
import { initProcess } from "./init.ts";
import type { Main } from "./libc.ts";
import { runMain } from "./library.ts";
import { Process, Sigstate, ThreadState } from "./process.ts";
import { deallocate, taskSelf } from "./rights.ts";
import { startupData } from "./startup-data.ts";

/** The entry of a program for the instruction set: start-up, `main`, exit with its result; a program that cannot even start crashes. `holes`: those of this build. */
export const program = (main: Main, holes: Holes = NO_HOLES): Entry =>
  function* (registers) {
    const p = new Process();
    const thread = new Sigstate(MACH_PORT_NULL);
    p.holes = holes;
    p.sigstates.push(thread);
    cpu.tls.library = new ThreadState(p, thread);
    yield* machInit(p);
    const ready = yield* attempt(initProcess(p, yield* startupData(registers.sp)));
    if (ready.err) yield* lose();
    yield* runMain(p, (libc) => main(libc, p.argv));
  };

/** The first names of every task, in the recorded order: task, host, main thread (asked for, and given back), reply port. */
function* machInit(p: Process): Syscall<void> {
  yield* taskSelf();
  p.hostSelf = yield* mach_host_self();
  yield* deallocate(yield* mach_thread_self());
}
