/** The host and its processors (`mach_host.defs`, `gnumach.defs`): time, enumeration of tasks, reboot, what the machine is. */
import { isPort } from "../ipc/kmsg.ts";
import { releaseSendRight } from "../ipc/kernel-port.ts";
import { gnumach } from "../interfaces/gnumach.ts";
import { machHost } from "../interfaces/mach-host.ts";
import { pageAligned } from "../vm/page.ts";
import { Kern } from "./kern-return.ts";
import { kernelRoutines, type KernelHandlers } from "./kernel-call.ts";
import type { Machine } from "./machine.ts";
import { done } from "./serve-port.ts";
import { aProcessor, aTask, aThread, theHost, theHostPriv, theProcessorSet, theProcessorSetName } from "./targets.ts";
import { Task } from "./task.ts";
import { timeValue, timeValue64 } from "./task-info.ts";

/** What the kernel calls itself. */
export const KERNEL_VERSION = "GNU Mach 1.8";
const MEMORY_SIZE = 0x40000000;
const HostFlavor = { BASIC: 1, PROCESSOR_SLOTS: 2, SCHED: 3, LOAD: 4 } as const;

function hostInfo(flavor: number): readonly number[] | undefined {
  switch (flavor) {
    case HostFlavor.BASIC:
      return [1, 1, MEMORY_SIZE, 7, 4];
    case HostFlavor.PROCESSOR_SLOTS:
      return [0];
    case HostFlavor.SCHED:
      return [10, 10];
    case HostFlavor.LOAD:
      return [0, 0, 0, 0, 0, 0];
    default:
      return undefined;
  }
}

/** Microseconds since the epoch. */
const timeNow = ({ clock }: Machine): number => clock.bootTime + clock.now;

const onHost: KernelHandlers<typeof machHost.routines, true> = {
  host_get_time: (_host, _args, { machine }) => ({ err: 0, current_time: timeValue(timeNow(machine)) }),
  host_get_time64: (_host, _args, { machine }) => ({ err: 0, current_time: timeValue64(timeNow(machine)) }),
  host_get_uptime64: (_host, _args, { machine }) => ({ err: 0, uptime: timeValue64(machine.clock.now) }),
  host_info: (_host, { flavor, host_info_outCnt }) => {
    const info = hostInfo(flavor);
    return info === undefined || host_info_outCnt < info.length ? { err: Kern.INVALID_ARGUMENT } : { err: 0, host_info_out: info };
  },
  host_kernel_version: () => ({ err: 0, kernel_version: KERNEL_VERSION }),
  host_get_kernel_version: () => ({ err: 0, kernel_version: KERNEL_VERSION }),
  processor_set_default: (_host, _args, call) => ({ err: 0, default_set: call.give(call.machine.hostPorts.of("processor-set-name").makeSend()) }),
  host_processor_sets: (_host, _args, call) => ({ err: 0, processor_sets: [call.give(call.machine.hostPorts.of("processor-set-name").makeSend())] }),
  processor_set_create: () => ({ err: Kern.FAILURE }),
  vm_wire: (_host, { task, address, size, access }, call) => {
    const target = call.machine.objectOf(call.right(task));
    if (!(target instanceof Task)) return { err: Kern.INVALID_TASK };
    if (!pageAligned(address)) return { err: Kern.INVALID_ARGUMENT };
    return done(target.map.wire(address >>> 0, size >>> 0, access));
  },
};

const onHostPriv: KernelHandlers<typeof machHost.routines, true> = {
  host_processors: (_host, _args, call) => ({ err: 0, processor_list: [call.give(call.machine.hostPorts.of("processor").makeSend())] }),
  host_processor_set_priv: (_host, { set_name }, call) => {
    const kind = call.machine.objectOf(call.right(set_name))?.kind;
    if (kind !== "processor-set-name" && kind !== "processor-set") return { err: Kern.INVALID_ARGUMENT };
    return { err: 0, set: call.give(call.machine.hostPorts.of("processor-set").makeSend()) };
  },
  host_set_time: (_host, { new_time: [sec = 0, usec = 0] }, { machine }) => {
    machine.clock.bootTime = (sec >>> 0) * 1e6 + usec - machine.clock.now;
    return { err: 0 };
  },
  host_set_time64: (_host, { new_time: [low = 0, high = 0, nsec = 0] }, { machine }) => {
    machine.clock.bootTime = ((low >>> 0) + high * 0x100000000) * 1e6 + Math.floor(nsec / 1000) - machine.clock.now;
    return { err: 0 };
  },
  host_adjust_time: (_host, { new_adjustment: [sec = 0, usec = 0] }, { machine }) => {
    machine.clock.bootTime += sec * 1e6 + usec;
    return { err: 0, old_adjustment: [0, 0] };
  },
  host_reboot: (_host, { options }, { machine }) => {
    machine.halt({ kind: "reboot", flags: options });
    return { err: 0 };
  },
  thread_wire: () => ({ err: 0 }),
};

const onSet: KernelHandlers<typeof machHost.routines, true> = {
  /** In the order of creation, the kernel's own task first (boot.md §2). */
  processor_set_tasks: (_set, _args, call) => ({ err: 0, task_list: [...call.machine.tasks].map((t) => call.give(t.port.makeSend())) }),
  processor_set_threads: (_set, _args, call) => ({
    err: 0,
    thread_list: [...call.machine.tasks].flatMap((t) => t.threads).map((t) => call.give(t.port.makeSend())),
  }),
  processor_set_destroy: () => ({ err: Kern.FAILURE }),
  processor_set_max_priority: () => ({ err: 0 }),
  processor_set_policy_enable: () => ({ err: 0 }),
  processor_set_policy_disable: () => ({ err: 0 }),
};

/** PROCESSOR_SET_BASIC_INFO and PROCESSOR_SET_SCHED_INFO. */
function setInfo(flavor: number, machine: Machine): readonly number[] | undefined {
  if (flavor === 1) return [1, machine.tasks.size, [...machine.tasks].reduce((n, t) => n + t.threads.length, 0), 0, 0];
  return flavor === 2 ? [1, 0] : undefined;
}

const onSetName: KernelHandlers<typeof machHost.routines, true> = {
  processor_set_info: (_set, { flavor, info_outCnt }, call) => {
    const info = setInfo(flavor, call.machine);
    if (info === undefined || info_outCnt < info.length) return { err: Kern.INVALID_ARGUMENT };
    return { err: 0, host: call.give(call.machine.hostPorts.of("host").makeSend()), info_out: info };
  },
  processor_set_processors: (_set, _args, call) => ({ err: 0, processors_list: [call.give(call.machine.hostPorts.of("processor").makeSend())] }),
};

const onProcessor: KernelHandlers<typeof machHost.routines, true> = {
  processor_start: () => ({ err: Kern.FAILURE }),
  processor_exit: () => ({ err: Kern.FAILURE }),
  processor_control: () => ({ err: Kern.FAILURE }),
  processor_assign: () => ({ err: Kern.FAILURE }),
  processor_get_assignment: (_p, _args, call) => ({ err: 0, assigned_set: call.give(call.machine.hostPorts.of("processor-set-name").makeSend()) }),
  processor_info: (_p, { flavor, processor_info_outCnt }, call) => {
    if (flavor !== 1 || processor_info_outCnt < 5) return { err: Kern.INVALID_ARGUMENT };
    return { err: 0, host: call.give(call.machine.hostPorts.of("host").makeSend()), processor_info_out: [7, 4, 1, 0, 1] };
  },
};

/** There is one processor set and priorities do not matter, so these succeed and change nothing. */
const onTask: KernelHandlers<typeof machHost.routines, Task> = {
  task_assign: () => ({ err: Kern.FAILURE }),
  task_assign_default: () => ({ err: 0 }),
  task_get_assignment: (_t, _args, call) => ({ err: 0, assigned_set: call.give(call.machine.hostPorts.of("processor-set-name").makeSend()) }),
  task_priority: (_t, { priority }) => (priority < 0 || priority > 63 ? { err: Kern.INVALID_ARGUMENT } : { err: 0 }),
};
const onThread: KernelHandlers<typeof machHost.routines, unknown> = {
  thread_assign: () => ({ err: Kern.FAILURE }),
  thread_assign_default: () => ({ err: 0 }),
  thread_get_assignment: (_t, _args, call) => ({ err: 0, assigned_set: call.give(call.machine.hostPorts.of("processor-set-name").makeSend()) }),
  thread_priority: (_t, { priority }) => (priority < 0 || priority > 63 ? { err: Kern.INVALID_ARGUMENT } : { err: 0 }),
  thread_max_priority: (_t, { max_priority }) => (max_priority < 0 || max_priority > 63 ? { err: Kern.INVALID_ARGUMENT } : { err: 0 }),
  thread_policy: () => ({ err: 0 }),
  thread_depress_abort: () => ({ err: 0 }),
};

const onHostPrivGnu: KernelHandlers<typeof gnumach.routines, true> = {
  /** Once: a second caller gets KERN_NO_ACCESS, unless the first port is dead. */
  register_new_task_notification: (_host, { notification }, call) => {
    const { machine } = call;
    const old = machine.newTaskNotification;
    if (isPort(old) && !old.dead) return { err: Kern.NO_ACCESS };
    if (!isPort(call.right(notification))) return { err: Kern.INVALID_ARGUMENT };
    machine.newTaskNotification = call.take(notification);
    releaseSendRight(old);
    return { err: 0 };
  },
  vm_wire_all: (_host, { task }, call) => (call.machine.objectOf(call.right(task)) instanceof Task ? { err: 0 } : { err: Kern.INVALID_TASK }),
  vm_allocate_contiguous: () => ({ err: Kern.RESOURCE_SHORTAGE }),
  vm_pages_phys: () => ({ err: Kern.FAILURE }),
};

export const hostRoutines = [
  ...kernelRoutines(machHost, theHost, onHost),
  ...kernelRoutines(machHost, theHostPriv, onHostPriv),
  ...kernelRoutines(machHost, theProcessorSet, onSet),
  ...kernelRoutines(machHost, theProcessorSetName, onSetName),
  ...kernelRoutines(machHost, aProcessor, onProcessor),
  ...kernelRoutines(machHost, aTask, onTask),
  ...kernelRoutines(machHost, aThread, onThread),
  ...kernelRoutines(gnumach, theHostPriv, onHostPrivGnu),
];
