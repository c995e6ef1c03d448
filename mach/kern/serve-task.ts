/** Tasks (`mach.defs`, `gnumach.defs`): life, suspension, special and registered ports, what they tell of themselves. */
import { gnumach } from "../interfaces/gnumach.ts";
import { mach } from "../interfaces/mach.ts";
import { releaseSendRight } from "../ipc/kernel-port.ts";
import { Kern } from "./kern-return.ts";
import { kernelRoutines, type KernelCall, type KernelHandlers } from "./kernel-call.ts";
import { done } from "./serve-port.ts";
import { taskInfo } from "./task-info.ts";
import { copyRight } from "./special-ports.ts";
import { aTask } from "./targets.ts";
import { TASK_PORT_REGISTER_MAX, type Task } from "./task.ts";

/** `mach/task_special_ports.h`. */
const TaskPort = { KERNEL: 1, EXCEPTION: 3, BOOTSTRAP: 4 } as const;

const special = new Map<number, "selfPort" | "exceptionPort" | "bootstrapPort">([
  [TaskPort.KERNEL, "selfPort"],
  [TaskPort.EXCEPTION, "exceptionPort"],
  [TaskPort.BOOTSTRAP, "bootstrapPort"],
]);

/** Lets every thread of `task` run that nothing else holds. */
function resumeThreads(task: Task, call: KernelCall): void {
  for (const thread of task.threads) call.machine.makeRunnable(thread);
}

const handlers: KernelHandlers<typeof mach.routines, Task> = {
  task_create: (task, { inherit_memory }, call) => {
    const child = call.machine.createTask(task, `(${task.name})`, inherit_memory);
    return { err: 0, child_task: call.give(child.port.makeSend()) };
  },
  task_terminate: (task, _args, { machine }) => {
    if (task === machine.kernelTask) return { err: Kern.FAILURE };
    machine.terminateTask(task);
    return { err: 0 };
  },
  task_threads: (task, _args, call) => ({ err: 0, thread_list: task.threads.map((t) => call.give(t.port.makeSend())) }),
  task_info: (task, { flavor, task_info_outCnt }, { machine }) => {
    const info = taskInfo(task, flavor, task_info_outCnt, machine.clock);
    return info === undefined ? { err: Kern.INVALID_ARGUMENT } : { err: 0, task_info_out: info };
  },
  task_suspend: (task) => {
    task.suspendCount++;
    return { err: 0 };
  },
  task_resume: (task, _args, call) => {
    if (task.suspendCount === 0) return { err: Kern.FAILURE };
    if (--task.suspendCount === 0) resumeThreads(task, call);
    return { err: 0 };
  },
  task_get_special_port: (task, { which_port }, call) => {
    const slot = special.get(which_port);
    return slot === undefined ? { err: Kern.INVALID_ARGUMENT } : { err: 0, special_port: call.give(copyRight(task[slot])) };
  },
  task_set_special_port: (task, { which_port, special_port }, call) => {
    const slot = special.get(which_port);
    if (slot === undefined) return { err: Kern.INVALID_ARGUMENT };
    const old = task[slot];
    task[slot] = call.take(special_port);
    releaseSendRight(old);
    return { err: 0 };
  },
  mach_ports_register: (task, { init_port_set }, call) => {
    if (init_port_set.length > TASK_PORT_REGISTER_MAX) return { err: Kern.INVALID_ARGUMENT };
    const old = task.registered;
    task.registered = Array.from({ length: TASK_PORT_REGISTER_MAX }, (_, i) => {
      const handle = init_port_set[i];
      return handle === undefined ? null : call.take(handle);
    });
    old.forEach(releaseSendRight);
    return { err: 0 };
  },
  mach_ports_lookup: (task, _args, call) => ({ err: 0, init_port_set: task.registered.map((ref) => call.give(copyRight(ref))) }),
  thread_create: (task, _args, call) => ({ err: 0, child_thread: call.give(call.machine.createThread(task).port.makeSend()) }),
  task_get_emulation_vector: () => ({ err: 0, vector_start: 0, emulation_vector: [] }),
  task_set_emulation_vector: () => ({ err: Kern.FAILURE }),
  task_set_emulation: () => ({ err: Kern.FAILURE }),
  task_ras_control: () => ({ err: Kern.FAILURE }),
};

const more: KernelHandlers<typeof gnumach.routines, Task> = {
  task_set_name: (task, { name }, { machine }) => {
    task.name = name;
    if (machine.tap.listening) machine.tap.emit({ kind: "task-named", at: machine.clock.now, task: task.id, name });
    return { err: 0 };
  },
  task_set_essential: (task, { essential }) => {
    task.essential = essential;
    return done(0);
  },
};

export const taskRoutines = [...kernelRoutines(mach, aTask, handlers), ...kernelRoutines(gnumach, aTask, more)];
