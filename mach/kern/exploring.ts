/** Running under a strategy: every thread that can run is brought to its next trap, and the strategy says whose is made. */
import { portOf } from "../ipc/kernel-port.ts";
import { MsgOption, type MachMsg } from "../ipc/message.ts";
import { isPortType } from "../ipc/names.ts";
import { cpu, type Trap } from "./syscall.ts";
import { nextTrap } from "./cpu.ts";
import type { Machine } from "./machine.ts";
import type { Enabled, Footprint, Strategy } from "./scheduler.ts";
import type { Thread } from "./thread.ts";

/** The thread whose trap is next; undefined when none can run. */
export function pickThread(machine: Machine, strategy: Strategy): Thread | "stop" | undefined {
  const current = machine.current?.id;
  const { ready } = machine;
  machine.takeQueued(enlist);
  lookAheadAll(machine, ready);
  if (ready.length === 0) return undefined;
  const choice = strategy.next({ enabled: ready.map(enabledThread), current, step: machine.steps, random: machine.random });
  if (choice === "stop") return "stop";
  const thread = ready[choice];
  if (thread === undefined) return undefined;
  if (machine.tap.schedule) machine.scheduled(thread, choice, ready.length);
  ready.splice(choice, 1);
  thread.queued = false;
  return thread;
}

/** Puts a thread among those that are ready, which stand in order of their numbers. */
function enlist(ready: Thread[], thread: Thread): void {
  let at = ready.length;
  while (at > 0 && (ready[at - 1] as Thread).id > thread.id) at--;
  ready.splice(at, 0, thread);
}

/** Brings every ready thread to its next trap; those that cannot go on are ready no more. */
function lookAheadAll(machine: Machine, ready: Thread[]): void {
  let kept = 0;
  for (const thread of ready) {
    if (thread.runnable && lookAhead(machine, thread) && thread.runnable) ready[kept++] = thread;
    else thread.queued = false;
  }
  ready.length = kept;
}

/** Runs `thread` to its next trap and leaves the trap to be made. False when it has ended or stopped. */
function lookAhead(machine: Machine, thread: Thread): boolean {
  if (thread.top?.ahead) return true;
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

const enabledThread = (thread: Thread): Enabled => new Pending(thread, thread.running?.ahead ?? undefined);

/** A ready thread; what its trap touches is worked out for those who ask. */
class Pending implements Enabled {
  private readonly of: Thread;
  readonly trap: Trap | undefined;

  constructor(of: Thread, trap: Trap | undefined) {
    this.of = of;
    this.trap = trap;
  }
  get thread(): number {
    return this.of.id;
  }
  get task(): number {
    return this.of.task.id;
  }
  get name(): string {
    return this.of.name || this.of.task.name;
  }
  get footprint(): Footprint {
    const { of, trap } = this;
    return {
      task: of.task.id,
      ports: trap?.op === "mach_msg" ? portsOf(of, trap) : [],
      cells: trap?.op === "foreign" ? (of.task.personality?.footprint(of, trap) ?? []) : [],
    };
  }
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
