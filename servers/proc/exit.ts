/** The death of a process, and zombies (auth-proc.md §2.9, §2.10). */
import { MACH_PORT_NULL, portValid } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { decodeRusage, encodeRusage } from "../interfaces/rusage.ts";
import { CLD_EXITED, SIGCHLD, SIGKILL } from "../interfaces/signals.ts";
import { W_EXITCODE } from "../interfaces/wait-status.ts";
import { sendNewIds, sendSignal } from "./messages.ts";
import { wakeMsgportWaiters } from "./msgport.ts";
import type { Proc } from "./process.ts";
import type { ProcessTable } from "./table.ts";

/** Sum of two usages, word by word; microseconds carry over into seconds. */
export function addRusage(a: readonly number[], b: readonly number[]): readonly number[] {
  const [x, y] = [decodeRusage(a), decodeRusage(b)];
  const time = (s: { readonly sec: number; readonly usec: number }, t: { readonly sec: number; readonly usec: number }): { sec: number; usec: number } => {
    const usec = s.usec + t.usec;
    return { sec: s.sec + t.sec + Math.floor(usec / 1e6), usec: usec % 1e6 };
  };
  return encodeRusage({
    utime: time(x.utime, y.utime),
    stime: time(x.stime, y.stime),
    minflt: x.minflt + y.minflt,
    majflt: x.majflt + y.majflt,
    msgsnd: x.msgsnd + y.msgsnd,
    msgrcv: x.msgrcv + y.msgrcv,
  });
}

/** The task is gone. The record stays as a zombie until somebody waits for it. */
export function* processHasExited(table: ProcessTable, proc: Proc): Syscall<void> {
  if (proc.dead) return;
  proc.waited = false;
  yield* alertParent(table, proc);
  const { msgport } = proc;
  proc.msgport = MACH_PORT_NULL;
  yield* deallocate(msgport);
  const { port } = proc;
  yield* table.destroyPort(proc);
  proc.ids = [];
  yield* reparentChildren(table, proc);
  proc.dead = true;
  yield* proc.wakeup.broadcast();
  yield* wakeMsgportWaiters(table, proc);
  if (port !== undefined) yield* table.bucket.interruptRpcs(port);
  yield* forgetTask(table, proc);
  if (portValid(proc.namespace)) yield* completeExit(table, proc);
}

/** The child's usage goes to the parent, who is told by SIGCHLD and woken from its wait. */
function* alertParent(table: ProcessTable, proc: Proc): Syscall<void> {
  const { parent } = proc;
  parent.childRusage = addRusage(parent.childRusage, addRusage(proc.rusage, proc.childRusage));
  yield* sendSignal(table, parent.msgport, SIGCHLD, CLD_EXITED, parent.task);
  if (!proc.exiting) {
    proc.status = W_EXITCODE(0, SIGKILL);
    proc.sigcode = -1;
  }
  yield* wakeParent(parent);
}

/** Ends the parent's wait, if it is in one: it looks again. */
export function* wakeParent(parent: Proc): Syscall<void> {
  if (!parent.waiting) return;
  parent.waiting = false;
  yield* parent.wakeup.broadcast();
}

/** Children go to init, or to the root of their task namespace. */
function* reparentChildren(table: ProcessTable, proc: Proc): Syscall<void> {
  const orphans = proc.children.filter((child) => child !== proc);
  if (orphans.length === 0) return;
  const heir = heirOf(table, proc);
  proc.children = [];
  heir.children.unshift(...orphans);
  for (const child of orphans) child.parent = heir;
  for (const child of orphans) yield* sendNewIds(table, child);
  if (orphans.some((child) => child.dead)) yield* alertParent(table, heir);
}

function heirOf(table: ProcessTable, proc: Proc): Proc {
  if (!portValid(proc.namespace) || proc.namespaceRoot) return table.init;
  let p = proc.parent;
  while (!p.namespaceRoot && p.parent !== p) p = p.parent;
  return p.namespaceRoot && !p.dead ? p : table.init;
}

/** A zombie has no task. */
function* forgetTask(table: ProcessTable, proc: Proc): Syscall<void> {
  const { task } = proc;
  yield* table.unwatch(proc);
  if (table.byTask.get(task) === proc) table.byTask.delete(task);
  proc.task = MACH_PORT_NULL;
  yield* deallocate(task);
}

/** The zombie has been waited for: its number is free. */
export function* completeExit(table: ProcessTable, proc: Proc): Syscall<void> {
  yield* table.remove(proc);
  if (portValid(proc.namespace)) yield* leaveNamespace(table, proc);
}

/** The root's death ends all members of its namespace. */
function* leaveNamespace(table: ProcessTable, proc: Proc): Syscall<void> {
  const { namespace } = proc;
  proc.namespace = MACH_PORT_NULL;
  if (proc.namespaceRoot) {
    for (const member of [...table.byPid.values()]) {
      if (member !== proc && member.namespace === namespace) yield* machCall.task_terminate(member.task, {});
    }
  }
  yield* deallocate(namespace);
}
