/**
 * Waiting on a word of memory (`gsync_wait`, `gsync_wake`, `gsync_requeue`): what locks of a task's threads are made of.
 *
 * A word is known by address space and address, or in shared memory by its object. Waiters are woken first come, first served. A wait ends by a wake (0), its timeout
 * (KERN_TIMEDOUT), or `thread_abort` (KERN_INTERRUPTED).
 */
import type { VmMap } from "../vm/map.ts";
import type { Timer } from "./clock.ts";
import { Kern, type KernReturn } from "./kern-return.ts";

/** Flags (`mach/gsync.h`). */
export const GsyncFlag = { SHARED: 1, QUAD: 2, TIMED: 4, BROADCAST: 8, MUTATE: 16 } as const;

/** Where a word is: an address space or an object, and the offset there. */
export interface WordPlace {
  readonly space: object;
  readonly offset: number;
}

/** The place of the word at `address`: `shared` looks through the map to the object. */
export function placeOf(map: VmMap, address: number, shared: boolean): WordPlace {
  const entry = shared ? map.list.at(address) : undefined;
  if (entry?.object) return { space: entry.object, offset: entry.offset + address - entry.start };
  return { space: map, offset: address };
}

interface Waiter {
  place: WordPlace;
  /** Gives the waiting thread its answer. False: nobody is there any more to take it. */
  end(code: KernReturn): boolean;
  timer: Timer | undefined;
}

export class Gsync {
  private readonly waiters = new Map<object, Map<number, Waiter[]>>();

  private at(place: WordPlace): Waiter[] {
    let words = this.waiters.get(place.space);
    if (words === undefined) this.waiters.set(place.space, (words = new Map<number, Waiter[]>()));
    let list = words.get(place.offset);
    if (list === undefined) words.set(place.offset, (list = []));
    return list;
  }

  private remove(waiter: Waiter): void {
    const list = this.at(waiter.place);
    const i = list.indexOf(waiter);
    if (i >= 0) list.splice(i, 1);
    waiter.timer?.cancel();
    this.tidy(waiter.place);
  }

  private tidy(place: WordPlace): void {
    const words = this.waiters.get(place.space);
    if (words?.get(place.offset)?.length === 0) words.delete(place.offset);
    if (words?.size === 0) this.waiters.delete(place.space);
  }

  /** Waits at `place`. `timer` gets what to do when the time is over, and sets it up. Answers how to end the wait from outside. */
  wait(place: WordPlace, end: (code: KernReturn) => boolean, timer?: (fire: () => void) => Timer): (code: KernReturn) => void {
    const waiter: Waiter = { place, end, timer: undefined };
    const finish = (code: KernReturn): void => {
      this.remove(waiter);
      waiter.end(code);
    };
    waiter.timer = timer?.(() => finish(Kern.TIMEDOUT));
    this.at(place).push(waiter);
    return finish;
  }

  /** Wakes one waiter, or all. Waiters that are gone do not count. Answers how many were woken. */
  wake(place: WordPlace, all: boolean): number {
    let woken = 0;
    for (const waiter of [...this.at(place)]) {
      this.remove(waiter);
      if (waiter.end(Kern.SUCCESS)) woken++;
      if (woken > 0 && !all) break;
    }
    this.tidy(place);
    return woken;
  }

  /** Wakes one waiter if asked, and lets the others (all, or as many as one) wait at another place. */
  requeue(from: WordPlace, to: WordPlace, wakeOne: boolean, all: boolean): void {
    if (wakeOne) this.wake(from, false);
    const list = this.at(from);
    const moved = list.splice(0, all ? list.length : wakeOne ? 0 : 1);
    for (const waiter of moved) {
      waiter.place = to;
      this.at(to).push(waiter);
    }
    this.tidy(from);
    this.tidy(to);
  }
}
