/**
 * Processes that change identity, and move to another task (auth-proc.md §2.6, §2.7; cves.md §1, §4).
 *
 * A change of identity is a change of port: the new port Q reaches only the user who authenticated, and the change takes place when that user
 * says so *on Q*. Who holds the old port holds a dead name from that moment on.
 */
import { MachMsg, MsgOption, HEADER_SIZE } from "../../mach/ipc/message.ts";
import { copySend, MACH_PORT_NULL, makeSend, makeSendOnce, portValid, type MachPort } from "../../mach/ipc/names.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import { asFailure, Msg, type Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { allocateReceive, deallocate, destroyReceive, taskSelf } from "../../glibc-shim/rights.ts";
import { authCall } from "../interfaces/auth.ts";
import { Errno } from "../interfaces/errno.ts";
import { proc as process } from "../interfaces/process.ts";
import { NotifyId } from "../lib/notifications.ts";
import type { ProcHandlers } from "./handlers.ts";
import type { Proc } from "./process.ts";
import type { ProcessTable } from "./table.ts";

type Result = { readonly err: 0 } | { readonly err: Failure };
type Authenticated = { readonly err: 0; readonly ids: readonly number[] } | { readonly err: Failure };

const COMPLETE = process.routines.proc_reauthenticate_complete.id;

/** The exchange, without the lock: the auth server gives the ids, then the user completes on `q`. */
function* authenticate(table: ProcessTable, rendezvous: MachPort, q: MachPort): Syscall<Authenticated> {
  for (;;) {
    const answer = yield* authCall.auth_server_authenticate(table.auth, { rendezvous: copySend(rendezvous), newport: makeSend(q) });
    if (answer.err === Errno.EINTR) continue;
    if (answer.err) return { err: answer.err };
    const completed = yield* receiveCompletion(q);
    return completed ? { err: completed } : { err: 0, ids: [...answer.euids, ...answer.auids] };
  }
}

/** Room for a bare header only: a message with a body, a no-senders notification among them, does not fit. */
function* receiveCompletion(q: MachPort): Syscall<0 | Failure> {
  const msg = new MachMsg();
  msg.option = MsgOption.RCV;
  msg.rcvName = q;
  msg.rcvSize = HEADER_SIZE;
  let code = yield msg;
  while (code === Msg.RCV_INTERRUPTED) code = yield msg;
  if (code !== Msg.SUCCESS) return asFailure(code);
  yield* deallocate(msg.remotePort);
  return msg.id === COMPLETE ? 0 : Errno.EINVAL;
}

/** A receive right that tells itself when its last sender is gone, so that nobody waits on it for ever. */
function* newPort(): Syscall<MachPort> {
  const q = yield* allocateReceive();
  yield* machPortCall.mach_port_request_notification(yield* taskSelf(), { name: q, id: NotifyId.NO_SENDERS, sync: 1, notify: makeSendOnce(q) });
  return q;
}

/** Runs the exchange, then `commit` under the lock with the new ids and Q. On any error Q is destroyed and nothing else has changed. */
function* exchange(
  table: ProcessTable,
  rendezvous: MachPort,
  commit: (ids: readonly number[], q: MachPort) => Syscall<Result>,
): Syscall<Result> {
  const q = yield* newPort();
  yield* table.lock.unlock();
  const authenticated = yield* authenticate(table, rendezvous, q);
  yield* table.lock.lock();
  const result = authenticated.err === 0 ? yield* commit(authenticated.ids, q) : authenticated;
  if (result.err === 0) yield* deallocate(rendezvous);
  else yield* destroyReceive(q);
  return result;
}

/**
 * As it was before CVE-2021-43414 was fixed: the ids of whoever meets us become the caller's, behind the same port. Nobody is asked whether he meant
 * this process, so a rendezvous for something else will do (cves.md §4).
 */
function* believeRendezvous(table: ProcessTable, proc: Proc, rendezvous: MachPort): Syscall<Result> {
  if (!portValid(rendezvous)) return { err: Errno.EINVAL };
  yield* table.lock.unlock();
  let answer;
  do answer = yield* authCall.auth_server_authenticate(table.auth, { rendezvous: copySend(rendezvous), newport: copySend(MACH_PORT_NULL) });
  while (answer.err === Errno.EINTR);
  yield* table.lock.lock();
  if (answer.err) return { err: answer.err };
  if (proc.dead) return { err: Errno.EAGAIN };
  proc.ids = [...answer.euids, ...answer.auids];
  yield* deallocate(rendezvous);
  return { err: 0 };
}

function* reauthenticate(table: ProcessTable, proc: Proc, rendezvous: MachPort): Syscall<Result> {
  if (!portValid(rendezvous)) return { err: Errno.EINVAL };
  return yield* exchange(table, rendezvous, function* (ids, q) {
    if (proc.dead || proc.port === undefined) return { err: Errno.EAGAIN };
    proc.ids = ids;
    yield* table.bucket.reallocate(proc.port, q);
    return { err: 0 };
  });
}

/** `stub`'s task becomes `proc`'s; `stub` vanishes without having died. The old task is ended. */
function* takeTask(table: ProcessTable, proc: Proc, stub: Proc): Syscall<void> {
  const { task: oldTask } = proc;
  yield* table.unwatch(proc);
  yield* table.unwatch(stub);
  table.byTask.delete(oldTask);
  table.byTask.delete(stub.task);
  proc.task = stub.task;
  stub.task = MACH_PORT_NULL;
  table.byTask.set(proc.task, proc);
  proc.argv = stub.argv;
  proc.envp = stub.envp;
  yield* machCall.task_terminate(oldTask, {});
  yield* deallocate(oldTask);
  yield* table.watchDeath(proc);
  yield* dropMsgport(proc);
}

/** The old image's message port is dead or will be: those who ask for it wait for the new image's. */
function* dropMsgport(proc: Proc): Syscall<void> {
  const { msgport } = proc;
  if (!portValid(msgport)) return;
  proc.msgport = MACH_PORT_NULL;
  proc.deadMsg = true;
  yield* deallocate(msgport);
}

/** The record without a task: no zombie, no SIGCHLD; its children go to init. */
function* vanish(table: ProcessTable, stub: Proc): Syscall<void> {
  const { init } = table;
  for (const child of stub.children) child.parent = init;
  init.children.unshift(...stub.children.splice(0));
  const { msgport } = stub;
  stub.msgport = MACH_PORT_NULL;
  yield* deallocate(msgport);
  stub.dead = true;
  yield* stub.wakeup.broadcast();
  yield* table.remove(stub);
}

function* reauthenticateReassign(table: ProcessTable, proc: Proc, rendezvous: MachPort, newTask: MachPort): Syscall<Result> {
  const stub = yield* table.ofTask(newTask);
  if (stub === undefined) return { err: Errno.ESRCH };
  if (stub === proc || !portValid(rendezvous)) return { err: Errno.EINVAL };
  return yield* exchange(table, rendezvous, function* (ids, q) {
    if (proc.dead || proc.port === undefined || stub.dead || stub.task !== newTask) return { err: Errno.EAGAIN };
    proc.ids = ids;
    yield* takeTask(table, proc, stub);
    yield* table.destroyPort(stub);
    yield* table.bucket.reallocate(proc.port, q);
    yield* vanish(table, stub);
    yield* deallocate(newTask);
    return { err: 0 };
  });
}

/** The old interface: no change of identity, and the stub's port becomes the process's. */
function* reassign(table: ProcessTable, proc: Proc, newTask: MachPort): Syscall<Result> {
  const stub = yield* table.ofTask(newTask);
  if (stub?.port === undefined || proc.port === undefined) return { err: Errno.ESRCH };
  if (stub === proc) return { err: Errno.EINVAL };
  yield* takeTask(table, proc, stub);
  yield* table.bucket.transferRight(proc.port, stub.port);
  yield* table.destroyPort(stub);
  yield* vanish(table, stub);
  yield* deallocate(newTask);
  return { err: 0 };
}

export function reauthHandlers(table: ProcessTable): ProcHandlers {
  const authenticated = table.holes.has("2021-43414") ? believeRendezvous : reauthenticate;
  return {
    proc_reauthenticate: (proc, { rendezvous }) => authenticated(table, proc, rendezvous),
    proc_reauthenticate_reassign: (proc, { rendezvous, new_task }) => reauthenticateReassign(table, proc, rendezvous, new_task),
    proc_reassign: (proc, { newtask }) => reassign(table, proc, newtask),
    *proc_reauthenticate_complete() {
      return { err: Errno.EOPNOTSUPP };
    },
  };
}
