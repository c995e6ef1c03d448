/**
 * Runs a recorded history again: the same system, and the host doing the same to it at the same moments. Every event of the second run is compared
 * with the recorded one, and the first difference ends it.
 */
import { EVERYTHING, type HostEvent, type KernelEvent } from "../mach/kern/events.ts";
import type { Machine } from "../mach/kern/machine.ts";
import type { Trace } from "../rpctrace/read.ts";
import { CALLERS } from "./history.ts";
import { RecordedStrategy } from "./recorded-strategy.ts";
import { buildSystem, type SystemOptions } from "./system.ts";

/** The runs differ in their `number`th event, counted from 1. Undefined: that run had no more events. */
export interface Difference {
  readonly number: number;
  readonly recorded: KernelEvent | undefined;
  readonly now: KernelEvent | undefined;
}

/** What came of it. */
export interface ReplayResult {
  /** Events that were the same. */
  readonly same: number;
  /** Traps executed. */
  readonly steps: number;
  readonly difference: Difference | undefined;
}

/** Traps between two looks at whether the histories still agree. */
const SLICE = 1000;

/** True for values that are the same when written to a trace and read again. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a instanceof Uint8Array !== b instanceof Uint8Array || Array.isArray(a) !== Array.isArray(b)) return false;
  const [x, y] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  const keys = Object.keys(x);
  return keys.length === Object.keys(y).length && keys.every((key) => Object.hasOwn(y, key) && same(x[key], y[key]));
}

const isHostEvent = (event: KernelEvent): event is HostEvent => "idle" in event;

/** The host again: what it did, it does. */
function act(machine: Machine, event: HostEvent): void {
  switch (event.kind) {
    case "console-input":
      return machine.console.input(event.bytes);
    case "console-resized":
      return machine.console.resize(event.rows, event.columns);
    case "clock-advanced":
      return machine.advance(event.to);
  }
}

/** A place in the history: a number of traps and a time, or where nothing could run. */
interface Moment {
  readonly step: number;
  readonly at: number;
  readonly idle: boolean;
}

/** One run again, as far as the trace is whole. */
export class Replay {
  readonly machine: Machine;
  private readonly events: readonly KernelEvent[];
  private readonly end: Moment | undefined;
  /** Events before this one have been looked through for what the host does. */
  private host = 0;
  private at = 0;
  private difference: Difference | undefined;
  /** The history is over: there is nothing more to run. */
  over = false;

  constructor(trace: Trace, system: SystemOptions) {
    const [gap] = trace.gaps;
    this.events = gap === undefined ? trace.events : trace.events.slice(0, gap.after);
    this.end = gap === undefined ? trace.end : undefined;
    const scheduler = system.scheduler === CALLERS ? { scheduler: new RecordedStrategy(this.events) } : {};
    this.machine = buildSystem({ ...system, ...scheduler, observe: (machine) => void machine.tap.listen((event) => this.compare(event), EVERYTHING) });
  }

  /** What comes behind the last event of a file that was cut off is nobody's difference. */
  private compare(now: KernelEvent): void {
    if (this.difference !== undefined || (this.at === this.events.length && this.end === undefined)) return;
    const recorded = this.events[this.at];
    if (recorded !== undefined && same(recorded, now)) this.at++;
    else this.difference = { number: this.at + 1, recorded, now };
  }

  /** How it stands. */
  get result(): ReplayResult {
    return { same: this.at, steps: this.machine.steps, difference: this.difference };
  }

  /** The events up to now. */
  get past(): readonly KernelEvent[] {
    return this.events.slice(0, this.at);
  }

  /** Runs to the end of what was recorded, to the first difference, or until `target` traps have been made; a pause is made at each `yield`. */
  *run(target = Infinity): Generator<number, ReplayResult> {
    for (; this.host < this.events.length; this.host++) {
      const event = this.events[this.host];
      if (event === undefined || !isHostEvent(event)) continue;
      if (!(yield* this.until(event, this.host, target))) return this.result;
      act(this.machine, event);
    }
    this.over = this.end !== undefined ? yield* this.until(this.end, this.events.length, target) : yield* this.through(target);
    return this.result;
  }

  /** To the moment before event number `index`: to where nothing could run, or to a trap and a time. False when `target` or a difference comes before. */
  private *until(when: Moment, index: number, target: number): Generator<number, boolean> {
    const { machine } = this;
    for (let why = "steps"; why === "steps" && this.difference === undefined; ) {
      const steps = when.idle ? SLICE : Math.min(SLICE, when.step - machine.steps);
      if (steps <= 0) break;
      if (machine.steps >= target) return false;
      why = machine.run({ steps: Math.min(steps, target - machine.steps), untilTime: when.at });
      yield this.at;
    }
    if (this.difference === undefined && !when.idle && machine.now < when.at && machine.steps === when.step) machine.clock.advance(when.at);
    if (this.difference === undefined && (this.at < index || machine.steps !== when.step))
      this.difference = { number: this.at + 1, recorded: this.events[this.at], now: undefined };
    return this.difference === undefined;
  }

  /** Of a trace without an end: as long as there are events to compare. True at the last. */
  private *through(target: number): Generator<number, boolean> {
    for (let why = "steps"; why === "steps" && this.difference === undefined && this.at < this.events.length; ) {
      if (this.machine.steps >= target) return false;
      why = this.machine.run({ steps: Math.min(SLICE, target - this.machine.steps) });
      yield this.at;
    }
    if (this.difference === undefined && this.at < this.events.length) this.difference = { number: this.at + 1, recorded: this.events[this.at], now: undefined };
    return this.difference === undefined;
  }
}
