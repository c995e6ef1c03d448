/** Counting references on the task's own rights: short forms of the `mach_port_*` calls on oneself. */
import { MachMsg, MsgOption } from "../mach/ipc/message.ts";
import { MACH_PORT_NULL, makeSend, MsgType, portValid, Right, type MachPort } from "../mach/ipc/names.ts";
import { machPort, machPortCall } from "../mach/interfaces/mach-port.ts";
import type { KernReturn } from "../mach/kern/kern-return.ts";
import { mach_task_self, type Syscall } from "../mach/kern/syscall.ts";
import { mig_task_self, packFields } from "../mach/mig/client.ts";

/** The task's own port, without a new reference. */
export const taskSelf = mig_task_self;
/** A new reference on the task's own port. */
export const newTaskSelf = mach_task_self;

/** Gives one reference of `name` back. Null and dead names are no right of ours: nothing is sent. */
export function* deallocate(name: MachPort): Syscall<void> {
  if (portValid(name)) yield* machPortCall.mach_port_deallocate(yield* taskSelf(), { name });
}

/** Changes the count of send references. */
export function* addSendRef(name: MachPort, delta = 1): Syscall<KernReturn> {
  if (!portValid(name)) return 0;
  return (yield* machPortCall.mach_port_mod_refs(yield* taskSelf(), { name, right: Right.SEND, delta })).err;
}

/** Ends the receive right `name`. */
export function* destroyReceive(name: MachPort): Syscall<void> {
  if (portValid(name)) yield* machPortCall.mach_port_mod_refs(yield* taskSelf(), { name, right: Right.RECEIVE, delta: -1 });
}

/** Everything that `name` stands for goes (`mach_port_destroy`). */
export function* destroyPort(name: MachPort): Syscall<void> {
  if (portValid(name)) yield* machPortCall.mach_port_destroy(yield* taskSelf(), { name });
}

/** Ending a receive right without asking for the answer: for a thread whose reply port may still get the reply of a call below this one. */
export function* abandonReceive(name: MachPort): Syscall<void> {
  const { id } = machPort.routines.mach_port_mod_refs;
  const msg = new MachMsg();
  const items = packFields(machPort.routines.mach_port_mod_refs.in, { name, right: Right.RECEIVE, delta: -1 });
  msg.header(yield* taskSelf(), MsgType.COPY_SEND, MACH_PORT_NULL, 0, id, items);
  msg.option = MsgOption.SEND;
  yield msg;
}

/** A new receive right; null when the kernel gives none. */
export function* allocateReceive(): Syscall<MachPort> {
  const made = yield* machPortCall.mach_port_allocate(yield* taskSelf(), { right: Right.RECEIVE });
  return made.err ? MACH_PORT_NULL : made.name;
}

/** Puts a send right beside the receive right `name`, under the same name. */
export function* insertSend(name: MachPort): Syscall<void> {
  yield* machPortCall.mach_port_insert_right(yield* taskSelf(), { name, poly: makeSend(name) });
}
