/** Task namespaces: processes about which another proc server is asked (auth-proc.md §2.13). */
import { MACH_PORT_NULL, portValid, type MachPort } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { Errno } from "../interfaces/errno.ts";
import { procCall } from "../interfaces/process.ts";
import type { ProcHandlers } from "./handlers.ts";
import type { Proc } from "./process.ts";
import type { ProcessTable } from "./table.ts";

type Answer = { readonly err: number };
type Good<A extends Answer> = Extract<A, { readonly err: 0 }>;

/**
 * Asks the namespace's own server about `proc`, by the number it has there, without the lock. Undefined: not a member (or its root), or any error; then the
 * answer is given here.
 */
export function* relay<A extends Answer>(
  table: ProcessTable,
  proc: Proc | undefined,
  ask: (server: MachPort, pid: number) => Syscall<A>,
): Syscall<Good<A> | undefined> {
  if (proc === undefined || proc.namespaceRoot || proc.dead || !portValid(proc.namespace)) return undefined;
  const { namespace, task } = proc;
  yield* table.lock.unlock();
  const there = yield* procCall.proc_task2pid(namespace, { task });
  const answer = there.err ? undefined : yield* ask(namespace, there.pid);
  yield* table.lock.lock();
  return answer !== undefined && answer.err === 0 ? (answer as Good<A>) : undefined;
}

/** Numbers of the namespace's own server as ours: by their tasks. -1: no process that we know. Call without the lock, as from `relay`. */
export function* ourPids(table: ProcessTable, server: MachPort, theirs: readonly number[]): Syscall<readonly number[]> {
  const ours: number[] = [];
  for (const pid of theirs) {
    const found = yield* procCall.proc_pid2task(server, { pid });
    const task = found.err ? MACH_PORT_NULL : found.task;
    ours.push(portValid(task) ? (table.byTask.get(task)?.pid ?? -1) : -1);
    yield* deallocate(task);
  }
  return ours;
}

/** The process that made the namespace which `proc` is in. */
export function namespaceRoot(proc: Proc): Proc {
  let root = proc;
  while (!root.namespaceRoot && root.parent !== root) root = root.parent;
  return root;
}

export function namespaceHandlers(): ProcHandlers {
  return {
    *proc_make_task_namespace(proc, { notify }) {
      if (!portValid(notify)) return { err: Errno.EINVAL };
      if (portValid(proc.namespace)) return { err: Errno.EBUSY };
      proc.namespace = notify;
      proc.namespaceRoot = true;
      return { err: 0 };
    },
  };
}
