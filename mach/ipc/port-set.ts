/**
 * A port set: receiving from many ports at once.
 *
 * It has one merged queue (mach-ipc.md rule 15): messages of members come in the order of their arrival; a port that joins has its
 * queued messages appended behind what the set holds; a member that leaves takes its messages along. Threads waiting on a member are woken when it
 * joins; threads waiting on the set notice neither joining nor leaving.
 */
import { MessageSource } from "./message-source.ts";
import type { Port } from "./port.ts";

export class PortSet extends MessageSource {
  readonly members = new Set<Port>();
  /** Its name in the space that holds it. */
  name: number;

  constructor(name: number) {
    super();
    this.name = name;
  }

  /** Takes `port` in, out of another set first. */
  add(port: Port): void {
    port.set?.leave(port);
    this.members.add(port);
    port.set = this;
    port.wakeReceivers("changed");
    for (const kmsg of port.take(port)) this.offer(kmsg, port);
  }

  /** `port` is no member any more, and takes its messages along. */
  leave(port: Port): void {
    this.members.delete(port);
    port.set = null;
    for (const kmsg of this.take(port)) port.push(kmsg);
  }

  destroy(): void {
    this.dead = true;
    for (const port of [...this.members]) this.leave(port);
    this.wakeReceivers("died");
  }
}
