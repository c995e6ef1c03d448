/** Message ports: registering, finding, and waiting for one that died (auth-proc.md §2.8). */
import { copySend, MACH_PORT_NULL, moveSend, PortType } from "../../mach/ipc/names.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { deallocate, taskSelf } from "../../glibc-shim/rights.ts";
import { Errno } from "../interfaces/errno.ts";
import type { ProcHandlers } from "./handlers.ts";
import { relay } from "./namespace.ts";
import { procCall } from "../interfaces/process.ts";
import type { Proc } from "./process.ts";
import type { ProcessTable } from "./table.ts";

/** Those who wait for `proc`'s message port look again. */
export function* wakeMsgportWaiters(table: ProcessTable, proc: Proc): Syscall<void> {
  if (!proc.checkMsgHangs) return;
  proc.checkMsgHangs = false;
  for (const waiter of [...table.byPid.values()]) {
    if (!waiter.msgportWait) continue;
    waiter.msgportWait = false;
    yield* waiter.wakeup.broadcast();
  }
}

/** Throws a message port away that has died, or was dead when it was registered (recorded p-proc). True when it did. */
export function* dropDeadMsgport(proc: Proc): Syscall<boolean> {
  const { msgport } = proc;
  if (msgport === MACH_PORT_NULL) return false;
  const type = yield* machPortCall.mach_port_type(yield* taskSelf(), { name: msgport });
  if (type.err === 0 && (type.ptype & PortType.DEAD_NAME) === 0) return false;
  if (proc.msgport !== msgport) return false;
  proc.msgport = MACH_PORT_NULL;
  proc.deadMsg = true;
  yield* deallocate(msgport);
  return true;
}

type Found = { readonly err: 0; readonly proc: Proc } | { readonly err: typeof Errno.ESRCH };

/** Waits while the process is between two message ports. */
function* waitForMsgport(table: ProcessTable, caller: Proc, pid: number): Syscall<Found> {
  for (;;) {
    const proc = table.findAny(pid);
    if (proc === undefined) return { err: Errno.ESRCH };
    if (!proc.deadMsg || proc.dead) {
      if (yield* dropDeadMsgport(proc)) continue;
      return { err: 0, proc };
    }
    caller.msgportWait = true;
    proc.checkMsgHangs = true;
    const woken = yield* caller.wakeup.wait(table.lock);
    if (caller.dead) return { err: Errno.EOPNOTSUPP };
    if (woken === "cancelled") return { err: Errno.EINTR };
  }
}

export function msgportHandlers(table: ProcessTable): ProcHandlers {
  return {
    *proc_setmsgport(proc, { newmsgport }) {
      const old = proc.msgport;
      proc.msgport = newmsgport;
      proc.deadMsg = false;
      yield* wakeMsgportWaiters(table, proc);
      const { onStartupMsgport } = table;
      if (proc === table.startup && onStartupMsgport !== undefined) {
        table.onStartupMsgport = undefined;
        yield* onStartupMsgport(newmsgport);
      }
      return { err: 0, oldmsgport: moveSend(old) };
    },
    *proc_getmsgport(caller, { pid }) {
      const relayed = yield* relay(table, table.findAny(pid), (ns, p) => procCall.proc_getmsgport(ns, { pid: p }));
      if (relayed !== undefined) return { err: 0, msgport: moveSend(relayed.msgport) };
      const found = yield* waitForMsgport(table, caller, pid);
      return found.err === 0 ? { err: 0, msgport: copySend(found.proc.msgport) } : found;
    },
  };
}
