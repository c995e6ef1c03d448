/**
 * A traced program that has just been exec'd stands before its first instruction (EXEC_SIGTRAP, exec.md §5 step 18): stopped by SIGTRAP for proc, its one thread
 * suspended, and without a message port that a signal could come to. Whoever debugs it lets the thread go, as gdb does (`inf_continue`).
 */
import { machCall } from "../../../mach/interfaces/mach.ts";
import { orThrow } from "../../../glibc-shim/errno.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { decodeProcInfo, PI_FETCH_TASKINFO, PI_NOMSG, PI_STOPPED } from "../../../servers/interfaces/procinfo.ts";
import { dropRight } from "./rights.ts";

/** True for a process that is stopped and has no message port. */
export function* stoppedAtExec(libc: Libc, pid: number): Syscall<boolean> {
  const got = yield* procCall.proc_getprocinfo(libc.ports.proc, { which: pid, flags: PI_FETCH_TASKINFO });
  const wanted = PI_STOPPED | PI_NOMSG;
  return got.err === 0 && (decodeProcInfo(got.procinfo).state & wanted) === wanted;
}

/** Continues it: proc hears of that, and each thread is resumed once. Throws what proc or the kernel says of the process. */
export function* continueAfterExec(libc: Libc, pid: number): Syscall<void> {
  const { proc } = libc.ports;
  const its = orThrow("proc_pid2proc", yield* procCall.proc_pid2proc(proc, { pid }));
  const { task } = orThrow("proc_pid2task", yield* procCall.proc_pid2task(proc, { pid }));
  orThrow("proc_mark_cont", yield* procCall.proc_mark_cont(its.proc, {}));
  const { thread_list } = orThrow("task_threads", yield* machCall.task_threads(task, {}));
  for (const thread of thread_list) {
    yield* machCall.thread_resume(thread, {});
    yield* dropRight(thread);
  }
  yield* dropRight(its.proc);
  yield* dropRight(task);
}
