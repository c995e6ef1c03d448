/** What a launch costs, counted where it happens (comparison.md §2, "Cost vector"). */
import type { Machine } from "../../mach/kern/machine.ts";
import type { Cost } from "../model/launch.ts";

/** Counts from `start` on. A kernel adds what it does; context switches are changes of the thread that makes calls. */
export class Meter {
  private traps = 0;
  private messages = 0;
  private rpcs = 0;
  private rightsMoved = 0;
  private bytesCopied = 0;
  private contextSwitches = 0;
  private inFlight = 0;
  private peak = 0;
  private last: number | undefined;
  private began = 0;
  private frozen: Cost | undefined;
  private readonly machine: Machine;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  /** Forgets what has been counted. */
  start(): void {
    this.traps = this.messages = this.rpcs = this.rightsMoved = this.bytesCopied = this.contextSwitches = this.inFlight = this.peak = 0;
    this.began = this.machine.now;
    this.last = undefined;
    this.frozen = undefined;
  }

  /** `thread` makes a call. */
  trap(thread: number): void {
    this.traps++;
    if (this.last !== undefined && this.last !== thread) this.contextSwitches++;
    this.last = thread;
  }

  /** A message goes out with `rights`; they are in flight until `arrived`. */
  message(rights: number, bytes: number): void {
    this.messages++;
    this.bytesCopied += bytes;
    this.inFlight += rights;
    this.peak = Math.max(this.peak, this.inFlight);
  }

  /** A message has been taken out of its queue with `rights`. */
  arrived(rights: number): void {
    this.inFlight -= rights;
    this.rightsMoved += rights;
  }

  /** A request has got its answer. */
  rpc(): void {
    this.rpcs++;
  }

  /** Rights or references made, copied or moved by the kernel itself. */
  moved(rights: number): void {
    this.rightsMoved += rights;
  }

  copied(bytes: number): void {
    this.bytesCopied += bytes;
  }

  /** The launch is over: what comes later costs nothing. The first call counts. */
  stop(): void {
    this.frozen ??= this.now();
  }

  /** The cost, up to `stop` when it has been called. */
  get cost(): Cost {
    return this.frozen ?? this.now();
  }

  private now(): Cost {
    const { traps, messages, rpcs, rightsMoved, bytesCopied, contextSwitches, peak, machine, began } = this;
    return { traps, messages, rpcs, rightsMoved, bytesCopied, contextSwitches, peakRightsInFlight: peak, time: machine.now - began };
  }
}
