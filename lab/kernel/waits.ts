/** Waiting in a foreign system call, and being woken. */
import type { BLOCKED} from "../../mach/ipc/host.ts";
import { type IpcWait } from "../../mach/ipc/host.ts";
import type { Machine } from "../../mach/kern/machine.ts";
import type { Thread } from "../../mach/kern/thread.ts";

/** What a call that was interrupted answers. */
export const INTERRUPTED = -2;

/**
 * Threads that wait for one condition, first come first served. A woken thread makes its call again: `retry` answers the call's number, or BLOCKED after it has put
 * the thread to wait once more.
 */
export class WaitQueue {
  private readonly waiting = new Set<Thread>();
  private readonly machine: Machine;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  get length(): number {
    return this.waiting.size;
  }

  /** Puts `thread` to wait. The call's answer is what this answers. `dropped`: what the call holds goes, because the thread ends or is interrupted and `retry` is not called. */
  wait(thread: Thread, retry: () => number, dropped: () => void = () => undefined): typeof BLOCKED {
    this.waiting.add(thread);
    const leave = (): number => {
      this.waiting.delete(thread);
      dropped();
      return INTERRUPTED;
    };
    const wait: IpcWait = {
      what: "receive",
      port: undefined,
      inHand: null,
      abort: leave,
      finish: (code) => (code === INTERRUPTED ? INTERRUPTED : retry()),
      discard: dropped,
    };
    return this.machine.block(thread, wait);
  }

  /** Lets the first waiter go on. False when there was none. */
  wakeOne(): boolean {
    const first = this.waiting.values().next();
    if (first.done) return false;
    this.waiting.delete(first.value);
    this.machine.wake(first.value, 0);
    return true;
  }

  /** Lets all waiters go on. */
  wakeAll(): void {
    while (this.wakeOne());
  }
}
