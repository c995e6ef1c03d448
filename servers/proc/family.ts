/** Parents and children, pids and ports, marks (auth-proc.md §2.4, §2.5, §2.9). */
import { MACH_PORT_NULL, MsgType, portValid, type MachPort } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Failure } from "../../mach/kern/kern-return.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import { addSendRef, deallocate } from "../../glibc-shim/rights.ts";
import { Errno } from "../interfaces/errno.ts";
import { CLD_CONTINUED, CLD_STOPPED, SIGCHLD } from "../interfaces/signals.ts";
import { W_CONTINUED, W_STOPCODE, WIFSTOPPED } from "../interfaces/wait-status.ts";
import { procCall } from "../interfaces/process.ts";
import { wakeParent } from "./exit.ts";
import type { ProcHandlers } from "./handlers.ts";
import { sendNewIds, sendSignal } from "./messages.ts";
import { relay } from "./namespace.ts";
import { joinPgrp, leavePgrp } from "./pgrp.ts";
import type { Proc } from "./process.ts";
import { removeFrom, type ProcessTable } from "./table.ts";
import { sampleRusage } from "./usage.ts";

/** `child` becomes a process of `parent`'s: its identity, place, group, and what it runs if it has nothing of its own (§2.5). */
export function* adopt(table: ProcessTable, parent: Proc, child: Proc): Syscall<void> {
  child.login = parent.login;
  child.ids = parent.ids;
  removeFrom(child.parent.children, child);
  child.parent = parent;
  parent.children.unshift(child);
  child.parentSet = true;
  if (child.startCode === 0 && child.endCode === 0) {
    child.startCode = parent.startCode;
    child.endCode = parent.endCode;
  }
  if (child.exe === "") child.exe = parent.exe;
  if (portValid(parent.namespace) && !portValid(child.namespace)) {
    yield* addSendRef(parent.namespace);
    child.namespace = parent.namespace;
  }
  if (child.pgrp === parent.pgrp) yield* sendNewIds(table, child);
  else {
    yield* leavePgrp(table, child);
    child.pgrp = parent.pgrp;
    yield* joinPgrp(table, child);
  }
}

export function familyHandlers(table: ProcessTable): ProcHandlers {
  return {
    *proc_child(parent, { child: task }) {
      const child = yield* table.ofTask(task);
      if (child === undefined) return { err: Errno.ESRCH };
      if (child.parentSet) return { err: Errno.EBUSY };
      yield* deallocate(task);
      yield* adopt(table, parent, child);
      return { err: 0 };
    },
    *proc_getpids(proc) {
      return { err: 0, pid: proc.pid, ppid: proc.parent.pid, orphaned: proc.orphaned ? 1 : 0 };
    },
    *proc_getallpids() {
      yield* table.enumerate();
      const pids = [...table.byPid.values()].filter((p) => !p.dead).map((p) => p.pid);
      return { err: 0, pidarray: pids.sort((a, b) => a - b) };
    },
    *proc_set_init_task(caller, { task }) {
      if (caller !== table.startup) return { err: Errno.EPERM };
      yield* setInitTask(table, task);
      return { err: 0 };
    },
    *proc_dostop(proc, { contthread }) {
      return yield* stopThreads(proc.task, contthread);
    },
    *proc_setowner() {
      return { err: Errno.EOPNOTSUPP };
    },
    *proc_get_tty() {
      return { err: Errno.EOPNOTSUPP };
    },
  };
}

/** From pids, tasks and process ports to one another. */
export function nameHandlers(table: ProcessTable): ProcHandlers {
  return {
    *proc_task2pid(_caller, { task }) {
      const proc = yield* table.ofTask(task);
      if (proc === undefined) return { err: Errno.ESRCH };
      yield* deallocate(task);
      return { err: 0, pid: proc.pid };
    },
    *proc_task2proc(_caller, { task }) {
      const proc = yield* table.ofTask(task);
      if (proc?.port === undefined) return { err: Errno.ESRCH };
      const relayed = yield* relay(table, proc, (ns) => procCall.proc_task2proc(ns, { task }));
      yield* deallocate(task);
      if (relayed !== undefined) return { err: 0, proc: { name: relayed.proc, disposition: MsgType.MOVE_SEND } };
      return { err: 0, proc: yield* table.bucket.getRight(proc.port) };
    },
    *proc_proc2task(proc) {
      return { err: 0, task: proc.task };
    },
    *proc_pid2task(caller, { pid }) {
      const proc = table.findAny(pid);
      if (proc === undefined) return { err: Errno.ESRCH };
      if (proc.dead) return { err: 0, task: MACH_PORT_NULL };
      return caller.owns(proc) ? { err: 0, task: proc.task } : { err: Errno.EPERM };
    },
    *proc_pid2proc(caller, { pid }) {
      const proc = table.findAny(pid);
      if (proc === undefined) return { err: Errno.ESRCH };
      // A null of another kind than the interface has: the client sees MIG_TYPE_ERROR (recorded p-proc).
      if (proc.dead || proc.port === undefined) return { err: 0, proc: { name: MACH_PORT_NULL, disposition: MsgType.MOVE_SEND_ONCE } };
      if (!caller.owns(proc)) return { err: Errno.EPERM };
      const relayed = yield* relay(table, proc, (ns) => procCall.proc_task2proc(ns, { task: proc.task }));
      if (relayed !== undefined) return { err: 0, proc: { name: relayed.proc, disposition: MsgType.MOVE_SEND } };
      return { err: 0, proc: yield* table.bucket.getRight(proc.port) };
    },
  };
}

/** Pid 1 gets its task. A record that the kernel's announcement made for it goes (boot.md step 44). */
function* setInitTask(table: ProcessTable, task: MachPort): Syscall<void> {
  const { init } = table;
  const shadow = table.byTask.get(task);
  if (shadow !== undefined && shadow !== init) {
    yield* table.unwatch(shadow);
    yield* table.remove(shadow);
    yield* table.destroyPort(shadow);
    shadow.dead = true;
    yield* deallocate(shadow.task);
  }
  const old = init.task;
  if (table.byTask.get(old) === init) table.byTask.delete(old);
  init.task = task;
  table.enter(init);
  yield* table.watchDeath(init);
  yield* deallocate(old);
}

/** Suspends every thread of the task but one; the task meanwhile as a whole, so that no thread makes another. */
function* stopThreads(task: MachPort, contthread: MachPort): Syscall<{ readonly err: 0 } | { readonly err: Failure }> {
  const suspended = yield* machCall.task_suspend(task, {});
  if (suspended.err) return suspended;
  const threads = yield* machCall.task_threads(task, {});
  for (const thread of threads.err ? [] : threads.thread_list) {
    if (thread !== contthread) yield* machCall.thread_suspend(thread, {});
    yield* deallocate(thread);
  }
  const resumed = yield* machCall.task_resume(task, {});
  if (threads.err || resumed.err) return threads.err ? threads : resumed;
  yield* deallocate(contthread);
  return { err: 0 };
}

/** What a process says of itself; the parent is told of stops and continuations. */
export function markHandlers(table: ProcessTable): ProcHandlers {
  const report = function* (proc: Proc, code: number): Syscall<void> {
    const { parent } = proc;
    yield* wakeParent(parent);
    if (!parent.noStopChild) yield* sendSignal(table, parent.msgport, SIGCHLD, code, parent.task);
  };
  return {
    *proc_mark_stop(proc, { signo, sigcode }) {
      Object.assign(proc, { stopped: true, continued: false, status: W_STOPCODE(signo), sigcode, waited: false });
      yield* report(proc, CLD_STOPPED);
      return { err: 0 };
    },
    *proc_mark_cont(proc) {
      Object.assign(proc, { stopped: false, continued: true, status: W_CONTINUED, waited: false });
      yield* report(proc, CLD_CONTINUED);
      return { err: 0 };
    },
    *proc_mark_exit(proc, { status, sigcode }) {
      if (WIFSTOPPED(status)) return { err: Errno.EINVAL };
      proc.rusage = yield* sampleRusage(proc.task);
      if (proc.exiting) return { err: Errno.EBUSY };
      Object.assign(proc, { exiting: true, status, sigcode });
      return { err: 0 };
    },
    *proc_mark_exec(proc) {
      proc.exec = true;
      return { err: 0 };
    },
    *proc_mark_traced(proc) {
      proc.traced = true;
      return { err: 0 };
    },
    *proc_mod_stopchild(proc, { doit }) {
      proc.noStopChild = doit === 0;
      return { err: 0 };
    },
    *proc_mark_important(proc) {
      if (!proc.isRoot && proc.parent !== table.startup) return { err: Errno.EPERM };
      proc.important = true;
      return { err: 0 };
    },
    *proc_is_important(proc) {
      return { err: 0, essential: proc.important };
    },
  };
}
