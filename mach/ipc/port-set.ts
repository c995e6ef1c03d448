/**
 * A port set: receiving from many ports at once.
 *
 * It has one merged queue (mach-ipc.md rule 15): messages of members come in the order of their arrival; a port that joins has its
 * queued messages appended behind what the set holds; a member that leaves takes its messages along. Threads waiting on a member are woken when it
 * joins; threads waiting on the set notice neither joining nor leaving.
 */
import { KmsgQueue, type Kmsg } from "./kmsg.ts";
import type { Port } from "./port.ts";

/** A thread that waits for a message. */
export interface Receiver {
  /** Offers a message of `port`. False: it does not fit (RCV_LARGE), the thread was woken and told; the message goes on. */
  accept(kmsg: Kmsg, port: Port): boolean;
  /** The port died or went to somebody else, or joined a set. */
  lost(why: "died" | "changed"): void;
}

export class PortSet {
  dead = false;
  readonly members = new Set<Port>();
  readonly queue = new KmsgQueue();
  readonly receivers: Receiver[] = [];
  /** Its name in the space that holds it. */
  name: number;

  constructor(name: number) {
    this.name = name;
  }

  /** Takes `port` in, out of another set first. */
  add(port: Port): void {
    port.set?.remove(port);
    this.members.add(port);
    port.set = this;
    port.wakeReceivers("changed");
    for (const kmsg of port.queue.take(port)) this.offer(kmsg, port);
  }

  private offer(kmsg: Kmsg, port: Port): void {
    for (let r = this.receivers.pop(); r; r = this.receivers.pop()) if (r.accept(kmsg, port)) return;
    this.queue.push(kmsg);
  }

  remove(port: Port): void {
    this.members.delete(port);
    port.set = null;
    for (const kmsg of this.queue.take(port)) port.queue.push(kmsg);
  }

  destroy(): void {
    this.dead = true;
    for (const port of [...this.members]) this.remove(port);
    for (let r = this.receivers.pop(); r; r = this.receivers.pop()) r.lost("died");
  }
}
