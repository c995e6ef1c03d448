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

export class MessageSource {
  /** The oldest message. */
  first: Kmsg | null = null;
  private last: Kmsg | null = null;
  /** The waiter that is served next. */
  receivers: Receiver | null = null;

  push(kmsg: Kmsg): void {
    kmsg.prev = this.last;
    kmsg.next = null;
    if (this.last) this.last.next = kmsg;
    else this.first = kmsg;
    this.last = kmsg;
  }

  shift(): Kmsg | null {
    const kmsg = this.first;
    if (kmsg) this.remove(kmsg);
    return kmsg;
  }

  remove(kmsg: Kmsg): void {
    if (kmsg.prev) kmsg.prev.next = kmsg.next;
    else this.first = kmsg.next;
    if (kmsg.next) kmsg.next.prev = kmsg.prev;
    else this.last = kmsg.prev;
    kmsg.next = null;
    kmsg.prev = null;
  }

  /** Takes out, in order, all messages for `port`. */
  take(port: Port): readonly Kmsg[] {
    const taken: Kmsg[] = [];
    for (let k = this.first; k; ) {
      const next = k.next;
      if (k.remote === port) {
        this.remove(k);
        taken.push(k);
      }
      k = next;
    }
    return taken;
  }

  /** Puts a message of `port` before a waiting receiver, or into the queue. */
  offer(kmsg: Kmsg, port: Port): void {
    for (let r = this.popReceiver(); r; r = this.popReceiver()) if (r.accept(kmsg, port)) return;
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
