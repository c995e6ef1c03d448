/** Copying the name space for a fork: the same rights under the same names, in the order of the names (signals-fork.md §3 step 6). */
import { machPortCall } from "../mach/interfaces/mach-port.ts";
import { machCall } from "../mach/interfaces/mach.ts";
import { copySend, type MachPort, moveSend, MsgType, PortType, Right } from "../mach/ipc/names.ts";
import { asFailure, Kern } from "../mach/kern/kern-return.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { TASK_EXCEPTION_PORT } from "../servers/interfaces/hurd-types.ts";
import { orThrow, UnixError } from "./errno.ts";
import { deallocate } from "./rights.ts";
import { procCall } from "./stubs.ts";

/** Who is who on the two sides. */
export interface ForkTasks {
  readonly parent: MachPort;
  readonly child: MachPort;
  readonly parentProc: MachPort;
  readonly childProc: MachPort;
  readonly msgport: MachPort;
  /** The thread that forks and the signal thread, which get their counterparts later. */
  readonly ownThread: MachPort;
  readonly signalThread: MachPort;
  /** All threads of the parent: of the others the child has none. */
  readonly threads: ReadonlySet<MachPort>;
}

/** References that the two placeholders must have in the end. */
export interface Placeholders {
  ownRefs: number;
  signalRefs: number;
}

const ok = (answer: { readonly err: number }, call: string): void => {
  if (answer.err !== 0) throw new UnixError(call, asFailure(answer.err));
};

/** Fills the child's space. Throws what a call answered. */
export function* copySpace(f: ForkTasks, names: readonly MachPort[], types: readonly number[]): Syscall<Placeholders> {
  const refs: Placeholders = { ownRefs: 0, signalRefs: 0 };
  for (const [i, name] of names.entries()) {
    const type = types[i] ?? 0;
    if (type & PortType.RECEIVE) yield* copyReceive(f, name, type);
    else if (type & (PortType.SEND | PortType.DEAD_NAME)) yield* copyRight(f, name, type, refs);
  }
  return refs;
}

function* refsOf(task: MachPort, name: MachPort, right: number): Syscall<number> {
  return orThrow("fork", yield* machPortCall.mach_port_get_refs(task, { name, right })).refs;
}

function* moreRefs(task: MachPort, name: MachPort, right: number, delta: number): Syscall<void> {
  if (delta > 0) ok(yield* machPortCall.mach_port_mod_refs(task, { name, right, delta }), "fork");
}

/** A new, empty port; with as many send rights to it as we have to ours. The message port is registered before anybody could ask for it. */
function* copyReceive(f: ForkTasks, name: MachPort, type: number): Syscall<void> {
  ok(yield* machPortCall.mach_port_allocate_name(f.child, { right: Right.RECEIVE, name }), "fork");
  if ((type & PortType.SEND) === 0) return;
  const refs = yield* refsOf(f.parent, name, Right.SEND);
  const { poly } = orThrow("fork", yield* machPortCall.mach_port_extract_right(f.child, { name, msgt_name: MsgType.MAKE_SEND }));
  if (name === f.msgport) {
    const set = orThrow("fork", yield* procCall.proc_setmsgport(f.childProc, { newmsgport: poly.name }));
    yield* deallocate(set.oldmsgport);
    ok(yield* machCall.task_set_special_port(f.child, { which_port: TASK_EXCEPTION_PORT, special_port: poly.name }), "fork");
  }
  ok(yield* machPortCall.mach_port_insert_right(f.child, { name, poly: moveSend(poly.name) }), "fork");
  yield* moreRefs(f.child, name, Right.SEND, refs - 1);
}

function* copyRight(f: ForkTasks, name: MachPort, type: number, refs: Placeholders): Syscall<void> {
  if (name === f.child || name === f.childProc) return;
  const placeholder = name === f.ownThread || name === f.signalThread;
  if (!placeholder && f.threads.has(name)) return;
  if (type & PortType.DEAD_NAME) return yield* copyDead(f, name);
  const count = yield* refsOf(f.parent, name, Right.SEND);
  if (placeholder) {
    ok(yield* machPortCall.mach_port_allocate_name(f.child, { right: Right.DEAD_NAME, name }), "fork");
    if (name === f.ownThread) refs.ownRefs = count;
    else refs.signalRefs = count;
    return;
  }
  const right = name === f.parent ? f.child : name === f.parentProc ? f.childProc : name;
  const inserted = yield* machPortCall.mach_port_insert_right(f.child, { name, poly: copySend(right) });
  if (inserted.err === Kern.INVALID_CAPABILITY) return yield* copyDead(f, name);
  ok(inserted, "fork");
  if (count <= 1) return;
  const more = yield* machPortCall.mach_port_mod_refs(f.child, { name, right: Right.SEND, delta: count - 1 });
  if (more.err === Kern.INVALID_RIGHT) yield* moreRefs(f.child, name, Right.DEAD_NAME, count - 1);
  else ok(more, "fork");
}

/** A dead name, or a right that died since the names were listed: the kernel refuses to copy that. */
function* copyDead(f: ForkTasks, name: MachPort): Syscall<void> {
  ok(yield* machPortCall.mach_port_allocate_name(f.child, { right: Right.DEAD_NAME, name }), "fork");
  yield* moreRefs(f.child, name, Right.DEAD_NAME, (yield* refsOf(f.parent, name, Right.DEAD_NAME)) - 1);
}

/** Puts a real thread in a placeholder's place. */
export function* replacePlaceholder(child: MachPort, name: MachPort, thread: MachPort, refs: number): Syscall<void> {
  if (refs === 0) return;
  ok(yield* machPortCall.mach_port_deallocate(child, { name }), "fork");
  ok(yield* machPortCall.mach_port_insert_right(child, { name, poly: copySend(thread) }), "fork");
  yield* moreRefs(child, name, Right.SEND, refs - 1);
}
