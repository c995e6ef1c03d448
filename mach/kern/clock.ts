/**
 * Virtual time, in microseconds since the machine was switched on, and what waits for it.
 *
 * Time goes on by a small fixed cost a trap, and jumps to the next timer when nothing can run. Timers of one moment fire in the order in which they were set.
 */

/** Virtual microseconds that every trap costs. */
export const TRAP_COST = 1;
const TRAPS_A_MICROSECOND = 1 / TRAP_COST;

/** Something that happens later, unless cancelled. */
export interface Timer {
  cancel(): void;
}

class Pending implements Timer {
  readonly at: number;
  readonly order: number;
  fire: (() => void) | null;
  constructor(at: number, order: number, fire: () => void) {
    this.at = at;
    this.order = order;
    this.fire = fire;
  }
  cancel(): void {
    this.fire = null;
  }
}

const before = (a: Pending, b: Pending): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

export class Clock {
  /** Microseconds since boot. */
  now = 0;
  /** Of `now`, what passed without a trap. */
  private jumped = 0;
  /** No timer fires before this moment; one that has been cancelled may be counted. */
  private soonest = Infinity;
  /** Microseconds since the epoch at boot; `host_set_time` changes it. */
  bootTime: number;
  private heap: Pending[] = [];
  private set = 0;

  constructor(bootTime: number) {
    this.bootTime = bootTime;
  }

  /** Calls `fire` in `microseconds`. */
  after(microseconds: number, fire: () => void): Timer {
    const timer = new Pending(this.now + Math.max(0, microseconds), this.set++, fire);
    this.heap.push(timer);
    this.up(this.heap.length - 1);
    if (timer.at < this.soonest) this.soonest = timer.at;
    return timer;
  }

  /** A timer may be due: `advance` will tell. */
  get due(): boolean {
    return this.soonest <= this.now;
  }

  /** Traps made so far, the one that is being made included. */
  get steps(): number {
    return Math.round((this.now - this.jumped) * TRAPS_A_MICROSECOND);
  }

  /** When the next timer fires; undefined when none is set. */
  get next(): number | undefined {
    while (this.heap.length > 0 && (this.heap[0] as Pending).fire === null) this.pop();
    return this.heap[0]?.at;
  }

  /** Sets the time to `to`, unless it is later already, and fires all timers due. */
  advance(to: number): void {
    for (let next = this.next; next !== undefined && next <= Math.max(to, this.now); next = this.next) {
      const timer = this.pop();
      this.jump(timer.at);
      timer.fire?.();
    }
    this.soonest = this.next ?? Infinity;
    this.jump(to);
  }

  private jump(to: number): void {
    if (to <= this.now) return;
    this.jumped += to - this.now;
    this.now = to;
  }

  private pop(): Pending {
    const top = this.heap[0] as Pending;
    const last = this.heap.pop() as Pending;
    if (this.heap.length > 0) {
      this.heap[0] = last;
      this.down(0);
    }
    return top;
  }

  private up(i: number): void {
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(this.heap[i] as Pending, this.heap[parent] as Pending)) return;
      this.swap(i, parent);
      i = parent;
    }
  }

  private down(i: number): void {
    for (;;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2])
        if (child < this.heap.length && before(this.heap[child] as Pending, this.heap[least] as Pending)) least = child;
      if (least === i) return;
      this.swap(i, least);
      i = least;
    }
  }

  private swap(i: number, j: number): void {
    const t = this.heap[i] as Pending;
    this.heap[i] = this.heap[j] as Pending;
    this.heap[j] = t;
  }
}
