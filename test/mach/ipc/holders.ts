/** Everything in a machine that holds rights, for the whole-machine rules of `mach/ipc/invariants.ts`. */
import { checkRights, type Holders } from "../../../mach/ipc/invariants.ts";
import type { Machine } from "../../../mach/kern/machine.ts";

/** The holders of a machine at rest: no thread has been woken and not run, no kernel call waits. */
export function holdersOf(machine: Machine): Holders {
  const tasks = [...machine.tasks];
  const threads = tasks.flatMap((task) => task.threads);
  const { hostPort, hostPrivPort, deviceMasterPort, processorSetPort, processorSetNamePort, processorPort } = machine;
  const own = [hostPort, hostPrivPort, deviceMasterPort, processorSetPort, processorSetNamePort, processorPort];
  return {
    spaces: tasks.map((task) => task.space),
    sends: [
      ...tasks.flatMap((t) => [t.selfPort, t.exceptionPort, t.bootstrapPort, ...t.registered]),
      ...threads.flatMap((t) => [t.selfPort, t.exceptionPort]),
      machine.newTaskNotification,
    ],
    sendOnces: [],
    receives: [...own, ...tasks.map((t) => t.port), ...threads.map((t) => t.port)],
    waitedAt: threads.flatMap((t) => (t.wait?.port ? [t.wait.port] : [])),
    inHand: [],
  };
}

/** Throws when a rule of the whole machine is broken. */
export const checkMachine = (machine: Machine): void => checkRights(holdersOf(machine));
