/** Running under a strategy: every thread that can run is brought to its next trap, and the strategy says whose is made. */
import { BLOCKED } from "../ipc/host.ts";
import { portOf } from "../ipc/kernel-port.ts";
import { MsgOption, type MachMsg } from "../ipc/message.ts";
import { isPortType } from "../ipc/names.ts";
import { cpu, type Trap } from "./syscall.ts";
import { makeTrap, nextTrap, runSlice } from "./cpu.ts";
import { invariant } from "./invariant.ts";
import type { Machine } from "./machine.ts";
import type { RandomStream } from "./random.ts";
import type { Enabled, Footprint, Situation, Strategy } from "./scheduler.ts";
import type { Thread } from "./thread.ts";

/**
 * The threads of a machine that can run, in order of their numbers, each with the trap that it would make. The one whose trap is being made keeps its place: all of them
 * are looked at again before the next choice.
 */
export class Ready implements Situation {
  private pending: Pending[] = [];
  current: number | undefined = undefined;
  step = 0;
  readonly random: RandomStream;

  constructor(random: RandomStream) {
    this.random = random;
  }

  get enabled(): readonly Pending[] {
    return this.pending;
  }

  /** Threads beside the one whose trap is being made. */
  get others(): number {
    return Math.max(0, this.pending.length - 1);
  }

  /** Puts a thread where it belongs. */
  enlist(thread: Thread): void {
    const { pending } = this;
    const { id } = thread;
    const entry = new Pending(thread, id);
    let at = pending.length;
    pending.push(entry);
    for (; at > 0 && (pending[at - 1] as Pending).thread > id; at--) pending[at] = pending[at - 1] as Pending;
    pending[at] = entry;
  }

  /** Brings every thread to its next trap; those that cannot go on are ready no more. */
  lookAhead(machine: Machine): void {
    const { pending } = this;
    let kept = 0;
    for (let i = 0; i < pending.length; i++) {
      const entry = pending[i] as Pending;
      const thread = entry.of;
      const trap = thread.runnable ? (thread.top?.ahead ?? bring(machine, thread)) : undefined;
      if (trap === undefined) thread.queued = false;
      else {
        entry.trap = trap;
        if (kept < i) pending[kept] = entry;
        kept++;
      }
    }
    while (pending.length > kept) pending.pop();
  }

  /** Gives all threads, with the traps that they have made already, to `take`. A choice among them that is being made stands. */
  release(take: (thread: Thread) => void): void {
    const { pending } = this;
    this.pending = [];
    for (const { of } of pending) take(of);
  }
}

/** Makes traps as `strategy` says until it ends the run ("stop"), nothing can run ("none"), or the machine has to look after something else: time, its end, a limit ("thread"). */
export function runChosen(machine: Machine, strategy: Strategy, end: number, untilTime: number): "thread" | "none" | "stop" {
  const { ready, clock, tap } = machine;
  do {
    ready.current = machine.current?.id;
    machine.takeQueued();
    ready.lookAhead(machine);
    ready.step = machine.steps;
    const { enabled } = ready;
    const of = enabled.length;
    if (of === 0) return "none";
    const choice = strategy.next(ready);
    // not `=== "stop"`: comparing what is mostly a number with a word costs V8 a call
    if (typeof choice === "string") return choice;
    const thread = enabled[choice]?.of;
    invariant(thread !== undefined, "a strategy chooses one of the threads that it is shown", choice, of);
    if (tap.schedule) machine.scheduled(thread, choice, of);
    machine.steps += step(machine, thread);
    machine.yielding = false;
  } while (machine.strategy === strategy && machine.steps < end && clock.now <= untilTime && machine.halted === undefined && !clock.due);
  return "thread";
}

/** Makes the trap to which `thread` has been brought. Answers how many it made. */
function step(machine: Machine, thread: Thread): number {
  machine.current = thread;
  const frame = thread.top;
  if (frame === undefined || frame.ahead === null || thread.debug !== null) return runSlice(machine, thread, 1);
  const trap = frame.ahead;
  frame.ahead = null;
  cpu.tls = thread.tls;
  const answer = makeTrap(machine, thread, trap);
  if (answer !== BLOCKED) frame.result = answer;
  return 1;
}

/** Runs `thread` up to its next trap and leaves the trap to be made. Undefined when it has ended or stopped. */
function bring(machine: Machine, thread: Thread): Trap | undefined {
  cpu.tls = thread.tls;
  if (thread.wait !== null) {
    thread.finishWait();
    if (!thread.runnable) return undefined;
  }
  machine.current = thread;
  const trap = nextTrap(machine, thread);
  const { running } = thread;
  if (trap === undefined || running === undefined) return undefined;
  running.ahead = trap;
  return thread.runnable ? trap : undefined;
}

/** A ready thread and the trap that it would make, or made last; what the trap touches is worked out for those who ask. */
class Pending implements Enabled {
  readonly of: Thread;
  readonly thread: number;
  trap: Trap | undefined = undefined;

  constructor(of: Thread, thread: number) {
    this.of = of;
    this.thread = thread;
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
