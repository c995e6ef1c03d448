/** Calls on any task, as who holds its port may make them: what servers do to the tasks of others. */
import type { Calls, Result } from "./calls.ts";
import type { Caller, CapabilityKernel, Handlers } from "./kernel.ts";
import type { CapabilityProcess } from "./process.ts";
import { carry } from "./selection.ts";
import { Space } from "./space.ts";

type TaskCalls = Pick<
  Handlers,
  "reassign" | "hand_over" | "terminate_threads" | "destroy_memory" | "allocate_memory" | "start_thread" | "take_selection" | "kill" | "signal"
>;

export const taskCalls = (kernel: CapabilityKernel): TaskCalls => ({
  reassign: (_caller, args) => reassign(kernel, args),
  hand_over: (_caller, args) => handOver(kernel, args),
  terminate_threads: onTask(kernel, (target) => {
    for (const thread of [...target.task.threads]) kernel.machine.terminateThread(thread);
    return 0;
  }),
  destroy_memory: onTask(kernel, (target) => {
    target.memory = false;
    return 0;
  }),
  allocate_memory: onTask(kernel, (target) => {
    if (!kernel.allocate()) return "ENOMEM";
    target.memory = true;
    return 0;
  }),
  start_thread: onTask(kernel, (target) => {
    if (!kernel.allocate()) return "ENOMEM";
    kernel.run(target);
    return 0;
  }),
  take_selection({ process }) {
    kernel.installed();
    if (process.parcel !== undefined) {
      process.space.become(process.parcel);
      return 0;
    }
    if (process.selection === undefined) return "EPERM";
    kernel.meter.moved(carry(process.space, process.space, process.selection, { selectFds: "flag", selectRights: "stay" }));
    return 0;
  },
  signal(_caller, { task, handler }) {
    const target = kernel.byName(task);
    if (target === undefined) return "ESRCH";
    if (target.task.threads.length > 0) kernel.spawnThread(target, handler);
    return 0;
  },
  kill: onTask(kernel, (target) => {
    kernel.kill(target, "SIGKILL");
    return 0;
  }),
});

/** A call on any living task, as a holder of its port may make it. */
const onTask =
  (kernel: CapabilityKernel, act: (target: CapabilityProcess) => Result) =>
  (_caller: Caller, { task }: { readonly task: string }): Result => {
    const target = kernel.byName(task);
    return target === undefined ? "ESRCH" : act(target);
  };

function reassign(kernel: CapabilityKernel, { from, to, start }: Calls["reassign"]): Result {
  const [old, next] = [kernel.byName(from), kernel.byName(to)];
  if (old === undefined || next === undefined || !next.memory) return "ESRCH";
  next.pid = old.pid;
  next.owner = undefined;
  if (!start) return 0;
  kernel.installed();
  kernel.run(next);
  kernel.kill(old, "SIGKILL");
  return 0;
}

function handOver(kernel: CapabilityKernel, { from, to, choice, filled }: Calls["hand_over"]): Result {
  const [old, next] = [kernel.byName(from), kernel.byName(to)];
  if (old?.selection === undefined || next === undefined) return "ESRCH";
  const space = filled ? next.space : new Space();
  kernel.meter.moved(carry(old.space, space, old.selection, choice));
  if (!filled) next.parcel = space;
  return 0;
}
