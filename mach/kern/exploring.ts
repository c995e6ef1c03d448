/** Running under a strategy: every thread that can run is brought to its next trap, and the strategy says whose is made. */
import { cpu } from "./syscall.ts";
import { nextTrap } from "./cpu.ts";
import type { Machine } from "./machine.ts";
import type { Enabled, Strategy } from "./scheduler.ts";
import type { Thread } from "./thread.ts";

/** The thread whose trap is next; undefined when none can run or the strategy stops. */
export function pickThread(machine: Machine, strategy: Strategy): Thread | undefined {
  const ready = [...machine.tasks].flatMap((task) => task.threads.filter((t) => t.runnable)).sort((a, b) => a.id - b.id);
  const threads = ready.filter((t) => lookAhead(machine, t) && t.runnable);
  if (threads.length === 0) return undefined;
  const enabled = threads.map(enabledThread);
  const choice = strategy.next({ enabled, current: machine.current?.id, step: machine.steps, random: machine.random });
  return choice === "stop" ? undefined : threads[choice];
}

/** Runs `thread` to its next trap and leaves the trap to be made. False when it has ended or stopped. */
function lookAhead(machine: Machine, thread: Thread): boolean {
  cpu.tls = thread.tls;
  thread.finishWait();
  machine.current = thread;
  const trap = nextTrap(machine, thread);
  const { running } = thread;
  if (trap === undefined || running === undefined) return false;
  running.ahead = trap;
  return true;
}

function enabledThread(thread: Thread): Enabled {
  const trap = thread.running?.ahead ?? undefined;
  return { thread: thread.id, task: thread.task.id, name: thread.name || thread.task.name, trap, footprint: { task: thread.task.id, ports: [] } };
}
