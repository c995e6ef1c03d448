/** A program's first instruction: everything between the kernel's (or the exec server's) start and `main`, and what follows it. */
import { MACH_PORT_NULL } from "../mach/ipc/names.ts";
import { cpu, type Entry } from "../mach/kern/syscall.ts";
import { initProcess } from "./init.ts";
import type { Main } from "./libc.ts";
import { runMain } from "./library.ts";
import { Process, Sigstate, ThreadState } from "./process.ts";
import { startupData } from "./startup-data.ts";

/** The entry of a program for the instruction set: start-up, `main`, exit with its result. */
export const program = (main: Main): Entry =>
  function* (registers) {
    const p = new Process();
    const thread = new Sigstate(MACH_PORT_NULL);
    p.sigstates.push(thread);
    cpu.tls.library = new ThreadState(p, thread);
    yield* initProcess(p, yield* startupData(registers.sp));
    yield* runMain(p, (libc) => main(libc, p.argv));
  };
