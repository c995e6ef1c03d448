/**
 * What can be received from, a port or a port set: messages in their order, and the threads that wait for one.
 *
 * Messages and waiters are linked through themselves: a port that is idle has no list of its own. Waiters are served last come, first served (mach-ipc.md rule 1).
 */
import type { Kmsg } from "./kmsg.ts";
import type { Port } from "./port.ts";

/** A thread that waits for a message. */
export interface Receiver {
  /** Who waited here before it; the waits' own link. */
  below: Receiver | null;
  /** Offers a message of `port`. False: it does not fit (RCV_LARGE), the thread was woken and told; the message goes on. */
  accept(kmsg: Kmsg, port: Port): boolean;
  /** The port died or went to somebody else, or joined a set. */
  lost(why: "died" | "changed"): void;
}

export abstract class MessageSource {
  /** It can be received from no more. */
  dead = false;
  /** The oldest message. */
  first: Kmsg | null = null;
  private last: Kmsg | null = null;
  /** The waiter that is served next. */
  receivers: Receiver | null = null;

  push(kmsg: Kmsg): void {
    kmsg.next = null;
    if (this.last !== null) this.last.next = kmsg;
    else this.first = kmsg;
    this.last = kmsg;
  }

  shift(): Kmsg | null {
    const kmsg = this.first;
    if (kmsg === null) return null;
    this.first = kmsg.next;
    if (kmsg.next === null) this.last = null;
    kmsg.next = null;
    return kmsg;
  }

  /** Takes out, in order, all messages for `port`. */
  take(port: Port): readonly Kmsg[] {
    const all: Kmsg[] = [];
    for (let k = this.shift(); k !== null; k = this.shift()) all.push(k);
    for (const k of all) if (k.remote !== port) this.push(k);
    return all.filter((k) => k.remote === port);
  }

  /** Puts a message of `port` before a waiting receiver, or into the queue. */
  offer(kmsg: Kmsg, port: Port): void {
    for (let r = this.receivers; r !== null; r = this.receivers) {
      this.receivers = r.below;
      r.below = null;
      if (r.accept(kmsg, port)) return;
    }
    this.push(kmsg);
  }

  pushReceiver(receiver: Receiver): void {
    receiver.below = this.receivers;
    this.receivers = receiver;
  }

  popReceiver(): Receiver | null {
    const top = this.receivers;
    if (top !== null) {
      this.receivers = top.below;
      top.below = null;
    }
    return top;
  }

  /** Takes one that waits no more out of the middle. */
  dropReceiver(receiver: Receiver): void {
    if (this.receivers === receiver) {
      this.popReceiver();
      return;
    }
    for (let r = this.receivers; r !== null; r = r.below) {
      if (r.below !== receiver) continue;
      r.below = receiver.below;
      receiver.below = null;
      return;
    }
  }

  /** All waiters learn that there is nothing to wait for here. */
  wakeReceivers(why: "died" | "changed"): void {
    for (let r = this.popReceiver(); r; r = this.popReceiver()) r.lost(why);
  }
}
