/**
 * Tracing a process that runs already (`-p`), which the real rpctrace cannot. While the task is stopped, every send right in its space is exchanged
 * for a wrapper under the same name; letting go exchanges them back. What it receives from is left alone, since who has a
 * right to it is not known: what others send there, and rights that come with it, pass unseen.
 */
import { deallocate } from "../../../../glibc-shim/rights.ts";
import { machCall } from "../../../../mach/interfaces/mach.ts";
import { machPortCall } from "../../../../mach/interfaces/mach-port.ts";
import { moveSend, MsgType, PortType, Right, type MachPort } from "../../../../mach/ipc/names.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import type { TracedTasks } from "./tasks.ts";
import { another, UNTRACED, type Wrappers } from "./wrappers.ts";

/** Begins to trace `task`, whose send right it takes. It is stopped only after proc, which it may be, has said its pid. */
export function* attach(task: MachPort, tasks: TracedTasks, wrappers: Wrappers): Syscall<void> {
  yield* wrappers.add(task, UNTRACED);
  yield* tasks.add(task, wrappers);
  yield* machCall.task_suspend(task, {});
  yield* tasks.firstRequest(task, wrappers);
  yield* exchange(task, (right) => wrap(right, task, wrappers));
  yield* machCall.task_resume(task, {});
}

/** Lets go of `task`: it has real rights again. Calls that are open still come back through their wrappers. */
export function* detach(task: MachPort, tasks: TracedTasks, wrappers: Wrappers): Syscall<void> {
  yield* machCall.task_suspend(task, {});
  yield* tasks.restore(task);
  yield* exchange(task, (right) => unwrap(right, wrappers));
  yield* machCall.task_resume(task, {});
}

/** What a right is exchanged for; undefined leaves it. Takes the right, gives one. */
type Exchange = (right: MachPort) => Syscall<MachPort | undefined>;

function* wrap(right: MachPort, task: MachPort, wrappers: Wrappers): Syscall<MachPort | undefined> {
  const known = wrappers.receiverOf(right);
  if (wrappers.sendAt(right) !== undefined) return undefined;
  const wrapper = yield* wrappers.wrapperFor(known ?? (yield* wrappers.add(right, UNTRACED)), task);
  yield* wrappers.makeSend(wrapper);
  if (known !== undefined) yield* deallocate(right);
  return wrapper.port;
}

function* unwrap(right: MachPort, wrappers: Wrappers): Syscall<MachPort | undefined> {
  const wrapper = wrappers.sendAt(right);
  if (wrapper === undefined || !(yield* another(wrapper.receiver.forward))) return undefined;
  yield* deallocate(right);
  return wrapper.receiver.forward;
}

/** Exchanges the send rights of a task, with their user references. */
function* exchange(task: MachPort, by: Exchange): Syscall<void> {
  const all = yield* machPortCall.mach_port_names(task, {});
  if (all.err) return;
  for (const [i, name] of all.names.entries()) {
    if (((all.types[i] ?? 0) & (PortType.SEND | PortType.RECEIVE)) !== PortType.SEND) continue;
    const refs = yield* machPortCall.mach_port_get_refs(task, { name, right: Right.SEND });
    const got = yield* machPortCall.mach_port_extract_right(task, { name, msgt_name: MsgType.COPY_SEND });
    if (refs.err || got.err) continue;
    const other = yield* by(got.poly.name);
    if (other === undefined) yield* deallocate(got.poly.name);
    else yield* replace(task, name, refs.refs, other);
  }
}

function* replace(task: MachPort, name: MachPort, refs: number, by: MachPort): Syscall<void> {
  const right = Right.SEND;
  yield* machPortCall.mach_port_mod_refs(task, { name, right, delta: -refs });
  const put = yield* machPortCall.mach_port_insert_right(task, { name, poly: moveSend(by) });
  if (!put.err && refs > 1) yield* machPortCall.mach_port_mod_refs(task, { name, right, delta: refs - 1 });
}
