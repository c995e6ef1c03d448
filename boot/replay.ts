/**
 * Runs a recorded history again: the same system, and the host doing the same to it at the same moments. Every event of the second run is compared
 * with the recorded one, and the first difference ends it.
 */
import type { HostEvent, KernelEvent } from "../mach/kern/events.ts";
import type { Machine } from "../mach/kern/machine.ts";
import type { Trace } from "../rpctrace/read.ts";
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

/** One run again. */
export class Replay {
  private readonly events: readonly KernelEvent[];
  private readonly trace: Trace;
  private readonly machine: Machine;
  private at = 0;
  private difference: Difference | undefined;

  constructor(trace: Trace, system: SystemOptions) {
    this.trace = trace;
    this.events = trace.events;
    this.machine = buildSystem({ ...system, observe: (machine) => void machine.tap.listen((event) => this.compare(event)) });
  }

  /** What comes behind the last event of a file that was cut off is nobody's difference. */
  private compare(now: KernelEvent): void {
    if (this.difference !== undefined || (this.at === this.events.length && this.trace.end === undefined)) return;
    const recorded = this.events[this.at];
    if (recorded !== undefined && same(recorded, now)) this.at++;
    else this.difference = { number: this.at + 1, recorded, now };
  }

  /** Runs to the end of what was recorded, or to the first difference; a pause is made at each `yield`. */
  *run(): Generator<number, ReplayResult> {
    for (let i = 0; i < this.events.length; i++) {
      const event = this.events[i];
      if (event === undefined || !isHostEvent(event)) continue;
      yield* this.until(event, i);
      if (this.difference !== undefined) break;
      act(this.machine, event);
    }
    const { end } = this.trace;
    if (end !== undefined) yield* this.until(end, this.events.length);
    else yield* this.through();
    return { same: this.at, steps: this.machine.steps, difference: this.difference };
  }

  /** To the moment before event number `index`: to where nothing could run, or to a trap and a time. */
  private *until(when: { readonly step: number; readonly at: number; readonly idle: boolean }, index: number): Generator<number, void> {
    const { machine } = this;
    for (let why = "steps"; why === "steps" && this.difference === undefined; ) {
      const steps = when.idle ? SLICE : Math.min(SLICE, when.step - machine.steps);
      if (steps <= 0) break;
      why = machine.run({ steps, untilTime: when.at });
      yield this.at;
    }
    if (this.difference === undefined && !when.idle && machine.now < when.at && machine.steps === when.step) machine.clock.advance(when.at);
    if (this.difference === undefined && (this.at < index || machine.steps !== when.step))
      this.difference = { number: this.at + 1, recorded: this.events[this.at], now: undefined };
  }

  /** Of a trace without an end: as long as there are events to compare. */
  private *through(): Generator<number, void> {
    for (let why = "steps"; why === "steps" && this.difference === undefined && this.at < this.events.length; ) {
      why = this.machine.run({ steps: SLICE });
      yield this.at;
    }
    if (this.difference === undefined && this.at < this.events.length) this.difference = { number: this.at + 1, recorded: this.events[this.at], now: undefined };
  }
}
