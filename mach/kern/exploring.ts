/** Running under a strategy: every thread that can run is brought to its next trap, and the strategy says whose is made. */
import { portOf } from "../ipc/kernel-port.ts";
import { MsgOption, type MachMsg } from "../ipc/message.ts";
import { isPortType } from "../ipc/names.ts";
import { cpu } from "./syscall.ts";
import { nextTrap } from "./cpu.ts";
import type { Machine } from "./machine.ts";
import type { Enabled, Strategy } from "./scheduler.ts";
import type { Thread } from "./thread.ts";

/** The thread whose trap is next; undefined when none can run. */
export function pickThread(machine: Machine, strategy: Strategy): Thread | "stop" | undefined {
  const current = machine.current?.id;
  const ready = [...machine.tasks].flatMap((task) => task.threads.filter((t) => t.runnable)).sort((a, b) => a.id - b.id);
  const threads = ready.filter((t) => lookAhead(machine, t) && t.runnable);
  if (threads.length === 0) return undefined;
  const enabled = threads.map(enabledThread);
  const choice = strategy.next({ enabled, current, step: machine.steps, random: machine.random });
  if (choice === "stop") return "stop";
  const thread = threads[choice];
  if (machine.tap.schedule && thread !== undefined) machine.scheduled(thread, choice, threads.length);
  return thread;
}

/** Runs `thread` to its next trap and leaves the trap to be made. False when it has ended or stopped. */
function lookAhead(machine: Machine, thread: Thread): boolean {
  cpu.tls = thread.tls;
  thread.finishWait();
  if (!thread.runnable) return false;
  machine.current = thread;
  const trap = nextTrap(machine, thread);
  const { running } = thread;
  if (trap === undefined || running === undefined) return false;
  running.ahead = trap;
  return true;
}

function enabledThread(thread: Thread): Enabled {
  const trap = thread.running?.ahead ?? undefined;
  const footprint = {
    task: thread.task.id,
    ports: trap?.op === "mach_msg" ? portsOf(thread, trap) : [],
    cells: trap?.op === "foreign" ? (thread.task.personality?.footprint(thread, trap) ?? []) : [],
  };
  return { thread: thread.id, task: thread.task.id, name: thread.name || thread.task.name, trap, footprint };
}

/** The ports that a message trap touches: where it goes, whose answer it brings, where it receives, what it carries. */
function portsOf(thread: Thread, msg: MachMsg): readonly number[] {
  const names: number[] = [];
  if ((msg.option & MsgOption.SEND) !== 0) {
    names.push(msg.remotePort, msg.localPort);
    for (const { type, data } of msg.items) if (isPortType(type)) names.push(...(typeof data === "number" ? [data] : Array.isArray(data) ? (data as readonly number[]) : []));
  }
  if ((msg.option & MsgOption.RCV) !== 0) names.push(msg.rcvName);
  return [...new Set(names.flatMap((name) => portOf(thread.space, name)?.id ?? []))];
}
