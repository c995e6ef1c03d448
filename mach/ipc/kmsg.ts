/**
 * A message inside the kernel: rights are references to ports, memory is copy-on-write copies.
 *
 * A kmsg owns what it carries. Each right in it is counted at its port (`srights`, `sorights`, or the port is "in transit" for a receive
 * right), so a message is either delivered, or destroyed with all of it; it never just disappears.
 */
import { VmCopy } from "../vm/copy.ts";
import type { Item, ItemData } from "./message.ts";
import { MsgType } from "./names.ts";
import type { Port } from "./port.ts";

/** A right whose port had died when it was sent: arrives as MACH_PORT_DEAD. */
export const DEAD = { dead: true } as const;
/** What a right refers to while it travels. */
export type PortRef = Port | null | typeof DEAD;
export const isPort = (ref: PortRef): ref is Port => ref !== null && ref !== DEAD;

/** The rights of a right-carrying item, in line or not. A server in the kernel takes one by putting null. */
export class Rights {
  readonly refs: PortRef[];
  constructor(refs: PortRef[]) {
    this.refs = refs;
  }
}

/**
 * One body item in transit, in the form in which it will be received: `type` of rights is 16, 17 or 18. When the message is received the
 * item becomes the receiver's: nothing is copied a second time.
 */
export interface KItem extends Omit<Item, "data"> {
  /** Plain data in line as in `Item.data`; rights; out-of-line data, undefined when empty. */
  data: ItemData | Rights | VmCopy | undefined;
}

/** An item of the kernel's own making, or copied in. */
export const kitem = (type: number, bits: number, number: number, inline: boolean, longform: boolean, data: KItem["data"]): KItem => ({
  type,
  bits,
  number,
  inline,
  longform,
  dealloc: !inline,
  data,
});

/** A pending SEND_NOTIFY: who is told when this message has been received (mach-ipc.md, SEND_NOTIFY). */
export interface MsgAccepted {
  /** The send-once right for the notification. */
  readonly notify: Port;
  /** The sender's name for the port; 0 once that name is gone. */
  name: number;
  accepted(): void;
}

export class Kmsg {
  /** Behind it in the queue it stands in. */
  next: Kmsg | null = null;
  remote: PortRef;
  /** MOVE_SEND or MOVE_SEND_ONCE: what kind of right the destination is. */
  readonly remoteType: number;
  local: PortRef;
  readonly localType: number;
  readonly id: number;
  readonly items: KItem[];
  /** Bytes in the 32-bit layout. */
  readonly size: number;
  /** MACH_MSGH_BITS_COMPLEX as the sender set it. */
  readonly complex: boolean;
  accepted: MsgAccepted | null = null;
  /** It carries the receive right of its own destination, perhaps through other messages: it is destroyed instead of queued (mach-ipc.md rule 14). */
  circular = false;
  /** A receiver has been given it and has not run yet: it still counts at its port. */
  handedOver = false;
  /** The sequence field as the sender left it; seen again only in a message given back. */
  seqno = 0;

  constructor(remote: PortRef, remoteType: number, local: PortRef, localType: number, id: number, items: KItem[], size: number, complex: boolean) {
    this.remote = remote;
    this.remoteType = remoteType;
    this.local = local;
    this.localType = localType;
    this.id = id;
    this.items = items;
    this.size = size;
    this.complex = complex;
  }

  /** The port it is addressed to. */
  get destination(): Port | null {
    return isPort(this.remote) ? this.remote : null;
  }
}

/** Destroys one right in transit. */
export function destroyRight(ref: PortRef, type: number): void {
  if (!isPort(ref)) return;
  switch (type) {
    case MsgType.MOVE_SEND:
      ref.releaseSend();
      break;
    case MsgType.MOVE_SEND_ONCE:
      ref.releaseSendOnce();
      break;
    case MsgType.MOVE_RECEIVE:
      ref.releaseReceive();
      break;
  }
}

/** Destroys a message's body: rights in order, and memory. */
export function destroyBody(items: readonly KItem[]): void {
  for (const { data, type } of items) {
    if (data instanceof VmCopy) data.release();
    else if (data instanceof Rights) destroyRights(data.refs, type);
  }
}

function destroyRights(refs: PortRef[], type: number): void {
  for (let i = 0; i < refs.length; i++) {
    const ref = refs[i] as PortRef;
    refs[i] = null;
    destroyRight(ref, type);
  }
}

/** Messages to be destroyed; empty except while `destroyKmsg` runs, which never waits. */
const doomed: Kmsg[] = [];

/**
 * Destroys a message with all that it carries: who asked to be told of its receipt, destination right, reply right, body. A message that dies because of this
 * one (in the queue of a port whose receive right was in the body) is destroyed after it, so that notifications come in the real kernel's order.
 */
export function destroyKmsg(kmsg: Kmsg): void {
  doomed.push(kmsg);
  if (doomed.length > 1) return;
  try {
    for (let i = 0; i < doomed.length; i++) clean(doomed[i] as Kmsg);
  } finally {
    doomed.length = 0;
  }
}

function clean(kmsg: Kmsg): void {
  const { remote, local, accepted } = kmsg;
  kmsg.remote = null;
  kmsg.local = null;
  kmsg.accepted = null;
  accepted?.accepted();
  destroyRight(remote, kmsg.remoteType);
  destroyRight(local, kmsg.localType);
  if (kmsg.complex) destroyBody(kmsg.items);
}
