/**
 * Who runs next, and every other choice that could go either way.
 *
 * Without a strategy the machine runs each thread until it blocks or its quantum is over, in the order in which they became runnable. With one it
 * asks before every trap. A strategy may live across runs and learn.
 */
import type { Trap } from "./syscall.ts";
import type { RandomStream } from "./random.ts";

/** What a pending trap touches: two traps whose footprints are disjoint can be exchanged. */
export interface Footprint {
  readonly task: number;
  /** Ports by their kernel-wide number: destination, reply, where it receives, rights in the body. */
  readonly ports: readonly number[];
  /** What a foreign system call touches besides, in its personality's words. */
  readonly cells: readonly string[];
}

/** A thread that could run, and the trap that it would make. */
export interface Enabled {
  readonly thread: number;
  readonly task: number;
  readonly name: string;
  /** Undefined before its first instruction. */
  readonly trap: Trap | undefined;
  readonly footprint: Footprint;
}

/** The kinds of choice that are not about threads (`modelchecking.md` §6). */
export type ChoiceKind = "data" | "fault" | "timeout" | "allocator" | "queue-order" | "short-read";

/** A choice to be made. Valid while it is made: the next one is told by the same object. */
export interface Situation {
  /** In order of thread id, never empty. */
  readonly enabled: readonly Enabled[];
  /** The thread that ran last; undefined at the start. */
  readonly current: number | undefined;
  readonly step: number;
  readonly random: RandomStream;
}

export interface Strategy {
  /** Index into `enabled`, or "stop" to end the run. */
  next(situation: Situation): number | "stop";
  /** An alternative from 0 up to `below` - 1; 0 is what the machine does by default. */
  choice(kind: ChoiceKind, below: number): number;
  /** The run is over. */
  done?(): void;
}

/** Any enabled thread, by the machine's random stream. */
export class RandomStrategy implements Strategy {
  private readonly random: RandomStream;
  constructor(random: RandomStream) {
    this.random = random;
  }
  next({ enabled }: Situation): number {
    return this.random.below(enabled.length);
  }
  choice(): number {
    return 0;
  }
}

/** First come, first served, without allocating: a ring that grows. */
export class RunQueue<T> {
  private ring: (T | undefined)[] = new Array<T | undefined>(16).fill(undefined);
  private head = 0;
  private count = 0;

  get length(): number {
    return this.count;
  }

  push(item: T): void {
    if (this.count === this.ring.length) this.grow();
    this.ring[(this.head + this.count++) & (this.ring.length - 1)] = item;
  }

  shift(): T | undefined {
    if (this.count === 0) return undefined;
    const item = this.ring[this.head];
    this.ring[this.head] = undefined;
    this.head = (this.head + 1) & (this.ring.length - 1);
    this.count--;
    return item;
  }

  private grow(): void {
    const size = this.ring.length;
    const bigger = new Array<T | undefined>(size * 2).fill(undefined);
    for (let i = 0; i < size; i++) bigger[i] = this.ring[(this.head + i) & (size - 1)];
    this.ring = bigger;
    this.head = 0;
  }
}
