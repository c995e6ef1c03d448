/**
 * A message as a task gives it to `mach_msg` and gets it back: a header, and a body of typed items.
 *
 * Bodies are values: the kernel copies arrays that it takes and delivers, of items and of data, so nothing that a sender keeps can change what
 * a receiver sees. An item is never changed; one without an array goes from the sender to the receiver as it is. A message has no bytes of its own here; sizes are those of the 32-bit layout (`conformance/FORMAT.md` §5.3).
 */
import type { MachPort } from "./names.ts";
import { isPortType, MsgType } from "./names.ts";

/** Options of `mach_msg`. */
export const MsgOption = {
  SEND: 0x1,
  RCV: 0x2,
  SEND_TIMEOUT: 0x10,
  SEND_NOTIFY: 0x20,
  SEND_CANCEL: 0x80,
  RCV_TIMEOUT: 0x100,
  RCV_NOTIFY: 0x200,
  RCV_LARGE: 0x800,
} as const;

/** Out-of-line data by its place in the task's own memory. */
export interface OolAddress {
  readonly address: number;
}

/**
 * What an item holds.
 * In line: one integer, name or right: `number`; several: `number[]`; 8-bit elements: `Uint8Array`; STRING_C: `string`;
 * a 64-bit integer: `number`. Out of line: rights: `number[]`; data: an address, or bytes straight from the sender's
 * registers (as if it had allocated pages, stored them and sent them with the dealloc bit).
 */
export type ItemData = number | string | Uint8Array | readonly number[] | OolAddress;

/** One typed item of a body: a type descriptor and its data. All fields are always there, so that items have one shape. */
export interface Item {
  /** `msgt_name`: a `MsgType`. */
  readonly type: number;
  /** `msgt_size`: bits of one element. */
  readonly bits: number;
  /** `msgt_number`: how many elements. */
  readonly number: number;
  readonly inline: boolean;
  /** Long-form descriptor (12 bytes instead of 4). */
  readonly longform: boolean;
  /** Out-of-line: take the memory (or the names' rights are already moved) from the sender. */
  readonly dealloc: boolean;
  readonly data: ItemData;
  /** The descriptor's reserved bit is set, which no stub does: MACH_SEND_INVALID_TYPE. */
  readonly unused?: boolean;
}

export const HEADER_SIZE = 24;

/** Bytes of `item` in the 32-bit layout, its descriptor included. */
export function itemSize(item: Item): number {
  const descriptor = item.longform ? 12 : 4;
  if (!item.inline) return descriptor + 4;
  if (item.bits === 32) return descriptor + 4 * item.number;
  return descriptor + ((Math.ceil((item.bits * item.number) / 8) + 3) & ~3);
}

/** Bytes of a whole message in the 32-bit layout. */
export function messageSize(items: readonly Item[]): number {
  let size = HEADER_SIZE;
  for (let i = 0; i < items.length; i++) size += itemSize(items[i] as Item);
  return size;
}

/** True when a body carries rights or out-of-line data: MIG's rule for MACH_MSGH_BITS_COMPLEX. */
export function isComplex(items: readonly Item[]): boolean {
  for (let i = 0; i < items.length; i++) {
    const { inline, type } = items[i] as Item;
    if (!inline || isPortType(type)) return true;
  }
  return false;
}

const NO_ITEMS: readonly Item[] = [];

/**
 * The message buffer and argument block of one `mach_msg` call. Yield it; the answer is the result code, and after a receive
 * the buffer holds the message that came. A thread may use one buffer again and again.
 */
export class MachMsg {
  readonly op = "mach_msg";
  option = 0;
  /** Before a send: destination. After a receive: the reply right, or null. */
  remotePort = 0 as MachPort;
  remoteType = 0;
  /** Before a send: reply port. After a receive: the receiver's name of the port it came to, or the protected payload. */
  localPort = 0 as MachPort;
  localType = 0;
  id = 0;
  seqno = 0;
  /** Sets MACH_MSGH_BITS_COMPLEX. `isComplex` says what MIG would set. */
  complex = false;
  items: readonly Item[] = NO_ITEMS;
  /** `send_size`; -1 means the true size of what stands in this buffer. */
  sendSize = -1;
  /** Size of the last message received, or the size needed after RCV_TOO_LARGE. */
  size = 0;
  rcvSize = 0x7fffffff;
  rcvName = 0 as MachPort;
  /** Milliseconds; read only with a _TIMEOUT option. */
  timeout = 0;
  notify = 0 as MachPort;
  /** Header bits outside those that the kernel knows (conformance only). */
  badBits = 0;
  /** Deliver out-of-line data into registers as bytes instead of mapping it (map, load and deallocate in one step). */
  take = false;

  /** Fills the header for a send. The body is `items`. */
  header(remote: MachPort, remoteType: number, local: MachPort, localType: number, id: number, items: readonly Item[]): void {
    this.remotePort = remote;
    this.remoteType = remoteType;
    this.localPort = local;
    this.localType = localType;
    this.id = id;
    this.items = items;
    this.complex = isComplex(items);
    this.sendSize = -1;
  }
}

/** An item of one 32-bit integer, MIG's most frequent. */
export const intItem = (value: number): Item => ({
  type: MsgType.INTEGER_32,
  bits: 32,
  number: 1,
  inline: true,
  longform: false,
  dealloc: false,
  data: value,
});
