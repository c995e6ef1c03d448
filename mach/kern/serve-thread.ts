/** Threads (`mach.defs`, `gnumach.defs`): registers, suspension, abort, special ports. */
import { gnumach } from "../interfaces/gnumach.ts";
import { mach } from "../interfaces/mach.ts";
import { releaseSendRight } from "../ipc/kernel-port.ts";
import { PortType, Right } from "../ipc/names.ts";
import { mach_port_deallocate, mach_port_mod_refs } from "../ipc/port-calls.ts";
import { Debug, DEBUG_STATE_COUNT, DEBUG_STATE_FLAVOR } from "./debug.ts";
import { Kern } from "./kern-return.ts";
import { kernelRoutines, type KernelHandlers } from "./kernel-call.ts";
import type { Machine } from "./machine.ts";
import { copyRight } from "./special-ports.ts";
import { REGS_SEGS_STATE_FLAVOR, THREAD_STATE_COUNT, THREAD_STATE_FLAVOR } from "./syscall.ts";
import { aThread } from "./targets.ts";
import { Task } from "./task.ts";
import { threadInfo } from "./task-info.ts";
import type { Thread } from "./thread.ts";

/** `mach/thread_special_ports.h`. */
const special = new Map<number, "selfPort" | "exceptionPort">([
  [1, "selfPort"],
  [3, "exceptionPort"],
]);

/** Breaks what the thread waits for: a message (MACH_SEND_INTERRUPTED, MACH_RCV_INTERRUPTED) or a kernel call. */
export function abortThread(machine: Machine, thread: Thread): void {
  if (thread.interruptCall !== null) {
    thread.interruptCall();
    return;
  }
  const { wait } = thread;
  if (wait === null || thread.woken) return;
  const code = wait.abort();
  thread.wait = null;
  const { running } = thread;
  if (running !== undefined) running.result = code;
  machine.makeRunnable(thread);
}

const isGeneral = (flavor: number): boolean => flavor === THREAD_STATE_FLAVOR || flavor === REGS_SEGS_STATE_FLAVOR;

const handlers: KernelHandlers<typeof mach.routines, Thread> = {
  thread_terminate: (thread, _args, { machine }) => {
    machine.terminateThread(thread);
    return { err: 0 };
  },
  thread_get_state: (thread, { flavor, old_stateCnt }) => {
    if (isGeneral(flavor) && old_stateCnt >= THREAD_STATE_COUNT) return { err: 0, old_state: thread.registers };
    if (flavor === DEBUG_STATE_FLAVOR && old_stateCnt >= DEBUG_STATE_COUNT) return { err: 0, old_state: (thread.debug ?? new Debug()).registers };
    return { err: Kern.INVALID_ARGUMENT };
  },
  thread_set_state: (thread, { flavor, new_state }) => {
    if (isGeneral(flavor) && new_state.length >= THREAD_STATE_COUNT) thread.setState(new_state);
    else if (flavor === DEBUG_STATE_FLAVOR && new_state.length >= DEBUG_STATE_COUNT) (thread.debug ??= new Debug()).registers = new_state.slice(0, DEBUG_STATE_COUNT);
    else return { err: Kern.INVALID_ARGUMENT };
    return { err: 0 };
  },
  thread_info: (thread, { flavor, thread_info_outCnt }, { machine }) => {
    const info = threadInfo(thread, flavor, thread_info_outCnt, machine.clock);
    return info === undefined ? { err: Kern.INVALID_ARGUMENT } : { err: 0, thread_info_out: info };
  },
  thread_suspend: (thread) => {
    thread.suspendCount++;
    return { err: 0 };
  },
  thread_resume: (thread, _args, { machine }) => {
    if (thread.suspendCount === 0) return { err: Kern.FAILURE };
    thread.suspendCount--;
    machine.makeRunnable(thread);
    return { err: 0 };
  },
  thread_abort: (thread, _args, { machine }) => {
    abortThread(machine, thread);
    return { err: 0 };
  },
  thread_get_special_port: (thread, { which_port }, call) => {
    const slot = special.get(which_port);
    return slot === undefined ? { err: Kern.INVALID_ARGUMENT } : { err: 0, special_port: call.give(copyRight(thread[slot])) };
  },
  thread_set_special_port: (thread, { which_port, special_port }, call) => {
    const slot = special.get(which_port);
    if (slot === undefined) return { err: Kern.INVALID_ARGUMENT };
    const old = thread[slot];
    thread[slot] = call.take(special_port);
    releaseSendRight(old);
    return { err: 0 };
  },
};

const more: KernelHandlers<typeof gnumach.routines, Thread> = {
  /** The thread ends and, in one step, what only it could have freed: a reference to its port, its reply port, its stack. */
  thread_terminate_release: (thread, { task, thread_name, reply_port, address, size }, call) => {
    const owner = call.machine.objectOf(call.right(task));
    if (!(owner instanceof Task)) return { err: Kern.INVALID_ARGUMENT };
    if (thread_name !== 0) mach_port_deallocate(owner.space, thread_name);
    if (reply_port !== 0) releaseReplyPort(owner, reply_port);
    if (size !== 0) owner.map.deallocate(address >>> 0, size >>> 0);
    call.machine.terminateThread(thread);
    return { err: 0 };
  },
  thread_set_name: (thread, { name }) => {
    thread.name = name;
    return { err: 0 };
  },
  thread_get_name: (thread) => ({ err: 0, name: thread.name }),
};

function releaseReplyPort(owner: Task, name: number): void {
  const entry = owner.space.lookup(name);
  if (entry !== undefined && (entry.type & PortType.RECEIVE) !== 0) mach_port_mod_refs(owner.space, name, Right.RECEIVE, -1);
}

export const threadRoutines = [...kernelRoutines(mach, aThread, handlers), ...kernelRoutines(gnumach, aThread, more)];
