/** Waiting for children (auth-proc.md §2.10). */
import type { Syscall } from "../../mach/kern/syscall.ts";
import { Errno } from "../interfaces/errno.ts";
import { WCONTINUED, WEXITED, WNOHANG, WNOWAIT, WUNTRACED } from "../interfaces/wait-status.ts";
import { completeExit } from "./exit.ts";
import type { ProcHandlers } from "./handlers.ts";
import type { Proc } from "./process.ts";
import type { ProcessTable } from "./table.ts";

interface Report {
  readonly err: 0;
  readonly status: number;
  readonly sigcode: number;
  readonly rusage: readonly number[];
  readonly pid_status: number;
}

/** Does a wait for `pid` mean `child`? -1 any, 0 the waiter's own group, -g group g. */
function isMeant(pid: number, waiter: Proc, child: Proc): boolean {
  if (pid > 0) return child.pid === pid;
  if (pid === -1) return true;
  return child.pgrp?.pgid === (pid === 0 ? waiter.pgrp?.pgid : -pid);
}

/** Has the child something to report that the waiter wants to hear? */
function isReportable(child: Proc, options: number): boolean {
  if (child.waited) return false;
  if (child.dead && (options & WEXITED) !== 0) return true;
  // One that was killed while stopped is still stopped to who does not ask for the dead.
  if (child.stopped && (child.traced || (options & WUNTRACED) !== 0)) return true;
  return child.continued && (options & WCONTINUED) !== 0;
}

/** A zombie that has been reported is gone, and any other report is made once; unless WNOWAIT. */
function* report(table: ProcessTable, child: Proc, options: number): Syscall<Report> {
  const { status, sigcode, rusage, pid } = child;
  if ((options & WNOWAIT) === 0) {
    child.waited = true;
    if (child.dead) yield* completeExit(table, child);
  }
  return { err: 0, status, sigcode, rusage, pid_status: pid };
}

function* wait(table: ProcessTable, waiter: Proc, pid: number, options: number): Syscall<Report | { readonly err: typeof Errno.ECHILD }> {
  for (;;) {
    if (waiter.children.length === 0) return { err: Errno.ECHILD };
    const meant = waiter.children.filter((child) => isMeant(pid, waiter, child));
    if (meant.length === 0 && pid !== 0) return { err: Errno.ECHILD };
    const ready = meant.find((child) => isReportable(child, options));
    if (ready !== undefined) return yield* report(table, ready, options);
    if ((options & WNOHANG) !== 0) return { err: Errno.EAGAIN };
    waiter.waiting = true;
    const woken = yield* waiter.wakeup.wait(table.lock);
    if (waiter.dead) return { err: Errno.EOPNOTSUPP };
    if (woken === "cancelled") return { err: Errno.EINTR };
  }
}

export function waitHandlers(table: ProcessTable): ProcHandlers {
  return {
    proc_wait: (proc, { pid, options }) => wait(table, proc, pid | 0, options | WEXITED),
    proc_waitid: (proc, { pid, options }) => wait(table, proc, pid | 0, options),
    *proc_getchildren_rusage(proc) {
      return { err: 0, children_rusage: proc.childRusage };
    },
  };
}
