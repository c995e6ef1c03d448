/** The process goes over to its new task (exec.md §5 step 16). */
import { MACH_PORT_NULL, makeSend, type MachPort } from "../../mach/ipc/names.ts";
import { Kern, type Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { allocateReceive, deallocate, destroyReceive } from "../../glibc-shim/rights.ts";
import { authCall } from "../interfaces/auth.ts";
import { EXEC_SECURE, INIT_PORT_AUTH, INIT_PORT_PROC } from "../interfaces/hurd-types.ts";
import { procCall } from "../interfaces/process.ts";
import type { ExecRequest } from "./request.ts";
import type { Slots } from "./slots.ts";

/** The process port of the old task; asked of our own for a secure exec. */
function* oldProcess(request: ExecRequest, ownProc: MachPort): ReturnType<typeof procCall.proc_task2proc> {
  const given = request.portarray[INIT_PORT_PROC] ?? MACH_PORT_NULL;
  return yield* procCall.proc_task2proc(request.flags & EXEC_SECURE || given === MACH_PORT_NULL ? ownProc : given, { task: request.oldtask });
}

/**
 * In one step of the proc server: new ids, new task, new process port, and the old task ends. The new process port reaches only whoever
 * authenticates with the program's new handle, which is we, here; it replaces the record that the new task had of its own.
 */
export function* handOver(request: ExecRequest, newtask: MachPort, slots: Slots, ownProc: MachPort): Syscall<0 | Failure> {
  const old = yield* oldProcess(request, ownProc);
  if (old.err) return old.err;
  const rendezvous = yield* allocateReceive();
  const sent = yield* procCall.proc_reauthenticate_reassign(old.proc, { rendezvous: makeSend(rendezvous), new_task: newtask });
  const met = sent.err ? sent : yield* authCall.auth_user_authenticate(slots.port(INIT_PORT_AUTH), { rendezvous: makeSend(rendezvous) });
  yield* destroyReceive(rendezvous);
  yield* deallocate(old.proc);
  if (met.err !== 0) return met.err;
  if (!("newport" in met)) return Kern.INVALID_ARGUMENT;
  const completed = yield* procCall.proc_reauthenticate_complete(met.newport, {});
  if (completed.err) {
    yield* deallocate(met.newport);
    return completed.err;
  }
  yield* slots.set(INIT_PORT_PROC, met.newport);
  return 0;
}

/**
 * As it was before CVE-2021-43411 was fixed: the process, which has its new ids already, gets the new task, and that task's own process port, which the
 * program has, becomes the process's (cves.md §1.1).
 */
export function* reassign(request: ExecRequest, newtask: MachPort, _slots: Slots, ownProc: MachPort): Syscall<0 | Failure> {
  const old = yield* oldProcess(request, ownProc);
  if (old.err) return old.err;
  const { err } = yield* procCall.proc_reassign(old.proc, { newtask });
  yield* deallocate(old.proc);
  return err;
}
