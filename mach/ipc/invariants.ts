/**
 * The rules that hold for all rights of a machine between two traps. `checkRights` counts everything anew and stops at the first rule that is broken; tests
 * call it after each step. It costs time in proportion to all rights, so the kernel itself does not.
 */
import { invariant } from "../kern/invariant.ts";
import { isPort, Rights, type Kmsg, type PortRef } from "./kmsg.ts";
import { MsgType, PortType } from "./names.ts";
import { Port } from "./port.ts";
import { PortSet } from "./port-set.ts";
import { MAX_UREFS, type Entry, type Space } from "./space.ts";

/** All that can hold a right. */
export interface Holders {
  readonly spaces: Iterable<Space>;
  /** Send rights, send-once rights and receive rights that the kernel holds for itself. */
  readonly sends: Iterable<PortRef>;
  readonly sendOnces: Iterable<PortRef>;
  readonly receives: Iterable<Port>;
  /** Ports at which threads wait: one whose receive right stands in the message of its own waiting sender is found in no other way. */
  readonly waitedAt: Iterable<Port>;
  /** Messages that a woken thread has been given, or is about to send again. */
  readonly inHand: Iterable<Kmsg>;
}

/** The rules by name, as they stand in the error of a broken one. */
export const rules = {
  entries: "an entry holds one kind of thing, with user references in its range",
  names: "all send and receive rights of a space for one port have one name, and the space finds it",
  sends: "a port's send rights are those in spaces, messages and the kernel",
  sendOnces: "a port's send-once rights are those in spaces, messages, requests and the kernel",
  receive: "the receive right of a live port is in exactly one place, that of a dead port nowhere",
  sets: "port and set know each other, and a member's messages are in the set's queue",
  queues: "a port's message count is that of its queued and handed-over messages, and each message stands in one queue",
  dead: "a dead port holds no message, no request and no waiting thread",
  requests: "each dead-name request belongs to one entry, and knows its name",
  waiters: "no sender waits at a dead port, and no receiver beside its port's set",
} as const;

/** Counts of one port. */
class Tally {
  sends = 0;
  sendOnces = 0;
  receives = 0;
  messages = 0;
  requests = 0;
}

class Census {
  private readonly tallies = new Map<Port, Tally>();
  private readonly sets = new Set<PortSet>();
  private readonly messages = new Set<Kmsg>();

  /** The port is looked at; what it holds is counted once. */
  of(port: Port): Tally {
    const known = this.tallies.get(port);
    if (known) return known;
    const tally = new Tally();
    this.tallies.set(port, tally);
    this.contents(port);
    return tally;
  }

  private contents(port: Port): void {
    for (const request of [port.noSenders, port.portDestroyed]) if (request) this.of(request).sendOnces++;
    port.deadNames?.forEach(({ notify }) => this.of(notify).sendOnces++);
    for (let k = port.first; k; k = k.next) this.queued(k, port);
    for (let s = port.senders; s !== null; s = s.below) this.message(s.kmsg);
    if (port.set) this.set(port.set);
  }

  private queued(kmsg: Kmsg, port: Port): void {
    invariant(kmsg.remote === port, rules.queues, port.id);
    this.of(port).messages++;
    this.message(kmsg);
  }

  /** What a message carries. */
  message(kmsg: Kmsg): void {
    invariant(!this.messages.has(kmsg), rules.queues, kmsg.id);
    this.messages.add(kmsg);
    this.right(kmsg.remote, kmsg.remoteType);
    this.right(kmsg.local, kmsg.localType);
    for (const { data, type } of kmsg.items) if (data instanceof Rights) for (const ref of data.refs) this.right(ref, type);
    if (kmsg.accepted) this.of(kmsg.accepted.notify).sendOnces++;
  }

  /** One right, wherever it is. */
  right(ref: PortRef, type: number): void {
    if (!isPort(ref)) return;
    const tally = this.of(ref);
    if (type === MsgType.MOVE_SEND) tally.sends++;
    else if (type === MsgType.MOVE_SEND_ONCE) tally.sendOnces++;
    else tally.receives++;
  }

  /** A message that was handed over counts at its port until its receiver goes on. */
  inHand(kmsg: Kmsg): void {
    this.message(kmsg);
    const port = kmsg.destination;
    if (port && kmsg.handedOver) this.of(port).messages++;
  }

  private set(set: PortSet): void {
    if (this.sets.has(set)) return;
    this.sets.add(set);
    for (const port of set.members) {
      invariant(port.set === set && port.first === null, rules.sets, port.id);
      this.of(port);
    }
    for (let k = set.first; k; k = k.next) {
      const port = k.destination;
      invariant(port !== null && set.members.has(port), rules.sets, set.name);
      this.queued(k, port);
    }
  }

  space(space: Space): void {
    for (const name of space.names()) {
      const entry = space.lookup(name);
      if (entry) this.entry(space, name, entry);
    }
  }

  private entry(space: Space, name: number, entry: Entry): void {
    const { type, object, urefs } = entry;
    if (object instanceof Port) this.portEntry(space, name, entry, object);
    else if (object instanceof PortSet) {
      invariant(type === PortType.PORT_SET && object.name === name && !object.dead, rules.entries, name);
      this.set(object);
    } else invariant(type === PortType.DEAD_NAME && urefs >= 1 && urefs <= MAX_UREFS + 1, rules.entries, name, type, urefs);
  }

  private portEntry(space: Space, name: number, entry: Entry, port: Port): void {
    const { type, urefs } = entry;
    const { SEND, RECEIVE, SEND_ONCE } = PortType;
    invariant(type === SEND_ONCE || (type & (SEND | RECEIVE)) !== 0, rules.entries, name, type);
    if (type & SEND) {
      invariant(urefs >= 1 && urefs <= MAX_UREFS, rules.entries, name, urefs);
      this.right(port, MsgType.MOVE_SEND);
    }
    if (type & RECEIVE) {
      invariant(port.receiver === space && port.receiverName === name, rules.receive, name);
      this.right(port, MsgType.MOVE_RECEIVE);
    }
    if (type === SEND_ONCE) this.right(port, MsgType.MOVE_SEND_ONCE);
    else invariant(space.nameOf(port) === name, rules.names, name);
    this.request(name, entry, port);
  }

  private request(name: number, entry: Entry, port: Port): void {
    if (entry.request === 0) return;
    invariant(port.deadNames?.get(entry.request)?.name === name, rules.requests, name);
    this.of(port).requests++;
  }

  check(): void {
    for (const [port, tally] of this.tallies) {
      const { id } = port;
      invariant(port.srights === tally.sends, rules.sends, id, port.srights, tally.sends);
      invariant(port.sorights === tally.sendOnces, rules.sendOnces, id, port.sorights, tally.sendOnces);
      invariant(tally.receives === (port.dead ? 0 : 1), rules.receive, id, tally.receives);
      invariant(port.msgcount === (port.dead ? 0 : tally.messages), rules.queues, id, port.msgcount, tally.messages);
      if (port.dead) invariant(!port.noSenders && !port.portDestroyed && !port.deadNames && port.senders === null && port.receivers === null, rules.dead, id);
      else this.waiting(port, tally);
    }
  }

  private waiting(port: Port, tally: Tally): void {
    let requests = 0;
    port.deadNames?.forEach(() => requests++);
    invariant(requests === tally.requests, rules.requests, port.id, requests, tally.requests);
    invariant(port.set === null || port.receivers === null, rules.waiters, port.id);
    invariant(port.set === null || port.set.members.has(port), rules.sets, port.id);
  }
}

/** Counts all rights that `holders` hold, and throws an InvariantError that names the first broken rule. */
export function checkRights(holders: Holders): void {
  const census = new Census();
  for (const space of holders.spaces) census.space(space);
  for (const ref of holders.sends) census.right(ref, MsgType.MOVE_SEND);
  for (const ref of holders.sendOnces) census.right(ref, MsgType.MOVE_SEND_ONCE);
  for (const port of holders.receives) if (!port.dead) census.right(port, MsgType.MOVE_RECEIVE);
  for (const port of holders.waitedAt) census.of(port);
  for (const kmsg of holders.inHand) census.inHand(kmsg);
  census.check();
}
