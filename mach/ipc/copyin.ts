/**
 * From a task's buffer to a message in the kernel.
 *
 * Header first: destination and reply are checked together and nothing is taken if either is bad. Then the body, item by item; an item that fails
 * destroys everything taken so far, the header's rights included (mach-ipc.md §2 rule 4). Error precedence is §3's: size, dispositions,
 * destination, reply, then per item descriptor, room, memory, rights; what is left over of a complex message is MSG_TOO_SMALL.
 */
import { Msg, type KernReturn } from "../kern/kern-return.ts";
import { VmCopy } from "../vm/copy.ts";
import type { IpcThread } from "./host.ts";
import { DEAD, destroyBody, destroyRight, isPort, kitem, Kmsg, Rights, type KItem, type PortRef } from "./kmsg.ts";
import { HEADER_SIZE, itemSize, MsgOption, type Item, type ItemData, type MachMsg } from "./message.ts";
import { isPortType, MsgType, PortType } from "./names.ts";
import { reaches } from "./notify.ts";
import type { Port } from "./port.ts";
import { copyin, takeOut } from "./right.ts";
import { transition } from "./right-table.ts";
import type { Entry, Space } from "./space.ts";
import { receivedType } from "../mig/kind.ts";

const isSendType = (type: number): boolean => (type - MsgType.MOVE_SEND) >>> 0 <= MsgType.MAKE_SEND_ONCE - MsgType.MOVE_SEND;

/** Copies in the whole message. Answers a code when it cannot be sent. */
export function copyinMessage(thread: IpcThread, msg: MachMsg): Kmsg | KernReturn {
  const { items, complex, remoteType, localType } = msg;
  const measured = measure(items);
  const size = msg.sendSize < 0 ? Math.abs(measured) : msg.sendSize;
  if (size < HEADER_SIZE || size & 3) return Msg.SEND_MSG_TOO_SMALL;
  if ((msg.option & MsgOption.SEND_CANCEL) !== 0 && msg.notify === 0) return Msg.SEND_INVALID_NOTIFY;
  // a copy of the array has just the room that is needed; pushing on an empty one would take room for 17
  const body = complex || measured === size ? items.slice() : copyinPlain(items, size - HEADER_SIZE);
  const kmsg = new Kmsg(null, receivedType(remoteType), null, localType === 0 ? 0 : receivedType(localType), msg.id, body as KItem[], size, complex);
  const code = copyinHeader(thread.space, msg, kmsg);
  if (code !== Msg.SUCCESS) return code;
  kmsg.seqno = msg.seqno;
  return complex ? copyinBody(thread, items, kmsg) : kmsg;
}

/** The body of a message with the complex bit; destroys all of the message when it cannot be sent. */
function copyinBody(thread: IpcThread, items: readonly Item[], kmsg: Kmsg): Kmsg | KernReturn {
  const code = new Body(thread, items, kmsg.size - HEADER_SIZE, kmsg.items).read();
  if (code === Msg.SUCCESS) {
    kmsg.circular = closesLoop(kmsg);
    return kmsg;
  }
  destroyRight(kmsg.remote, kmsg.remoteType);
  destroyRight(kmsg.local, kmsg.localType);
  destroyBody(kmsg.items);
  return code;
}

/** Bytes of a message with these items; negative when some of them have to be copied. */
function measure(items: readonly Item[]): number {
  let size = HEADER_SIZE;
  let shared = true;
  for (let i = 0; i < items.length; i++) {
    const item = items[i] as Item;
    size += itemSize(item);
    if (!isValue(item)) shared = false;
  }
  return shared ? size : -size;
}

/** An item that nobody can change, which is the receiver's as it is, descriptor and all. */
const isValue = ({ data }: Item): boolean => typeof data === "number" || typeof data === "string";

/** A body without the complex bit is plain data: nothing is looked up. What does not fit into the size that the sender said stays behind. */
function copyinPlain(source: readonly Item[], room: number): KItem[] {
  let left = room;
  let fit = 0;
  for (; fit < source.length && left > 0; fit++) left -= itemSize(source[fit] as Item);
  return (fit === source.length ? source : source.slice(0, fit)).map(copyItem);
}

const copyItem = (item: Item): KItem =>
  isValue(item) ? (item as KItem) : kitem(item.type, item.bits, item.number, item.inline, item.longform, copyData(item.data));

/** Marks receive rights in the body as on their way to the destination; true when that closes a loop. */
function closesLoop(kmsg: Kmsg): boolean {
  const to = kmsg.destination;
  const { items } = kmsg;
  let circular = false;
  for (let i = 0; i < items.length; i++) {
    const { type, data } = items[i] as KItem;
    if (type !== MsgType.MOVE_RECEIVE || !to || !(data instanceof Rights)) continue;
    for (const port of data.refs) {
      if (port === null || !isPort(port)) continue;
      if (reaches(to, port)) circular = true;
      else port.destination = to;
    }
  }
  return circular;
}

/**
 * Both header rights into `kmsg`, or a code; nothing changes unless both are good. The destination must be a name before the reply is looked at, but what right it
 * stands for is asked after the reply. With SEND_CANCEL a dead-name request on the destination to the port `notify` goes without a notification.
 */
function copyinHeader(space: Space, msg: MachMsg, kmsg: Kmsg): KernReturn {
  const { remotePort, remoteType, localPort, localType } = msg;
  if (!isSendType(remoteType)) return Msg.SEND_INVALID_HEADER;
  if (localType === 0 ? localPort !== 0 : !isSendType(localType)) return Msg.SEND_INVALID_HEADER;
  const quiet = (msg.option & MsgOption.SEND_CANCEL) !== 0 ? receivePort(space, msg.notify) : null;
  if (quiet === undefined) return Msg.SEND_INVALID_NOTIFY;
  const remote = space.lookup(remotePort);
  if (remote === undefined) return Msg.SEND_INVALID_DEST;
  if (localType !== 0 && localPort !== 0 && localPort !== 0xffffffff) return copyinWithReply(space, msg, remote, quiet, kmsg);
  const going = transition(remote.type, remoteType);
  if (remote.type === PortType.DEAD_NAME || going === "-") return Msg.SEND_INVALID_DEST;
  kmsg.remote = takeOut(space, remotePort, remote, going, quiet);
  kmsg.local = localPort === 0 ? null : DEAD;
  return Msg.SUCCESS;
}

/** The reply is a name to be looked up. */
function copyinWithReply(space: Space, msg: MachMsg, remote: Entry, quiet: Port | null, kmsg: Kmsg): KernReturn {
  const { remotePort, remoteType, localPort, localType } = msg;
  const local = localPort === remotePort ? remote : space.lookup(localPort);
  const coming = local === undefined ? "-" : transition(local.type, localType);
  if (local === undefined || coming === "-") return Msg.SEND_INVALID_REPLY;
  const going = transition(remote.type, remoteType);
  if (remote.type === PortType.DEAD_NAME || going === "-") return Msg.SEND_INVALID_DEST;
  if (local === remote) return copyinBoth(space, msg, remote, quiet, kmsg);
  kmsg.remote = takeOut(space, remotePort, remote, going, quiet);
  kmsg.local = takeOut(space, localPort, local, coming, null);
  return Msg.SUCCESS;
}

/** The port that `name` receives from; undefined when it is no receive right. */
function receivePort(space: Space, name: number): Port | undefined {
  const entry = space.lookup(name);
  return entry && entry.type & PortType.RECEIVE ? entry.port : undefined;
}

/** Destination and reply are one name: what only makes or copies goes first, two moves need two references. */
function copyinBoth(space: Space, { remotePort: name, remoteType, localType }: MachMsg, entry: Entry, quiet: Port | null, kmsg: Kmsg): KernReturn {
  const moves = (type: number): boolean => type === MsgType.MOVE_SEND || type === MsgType.MOVE_SEND_ONCE;
  if (moves(remoteType) && moves(localType) && (entry.type === PortType.SEND_ONCE || entry.urefs < 2)) return Msg.SEND_INVALID_DEST;
  if (moves(remoteType)) kmsg.local = copyin(space, name, entry, localType);
  kmsg.remote = copyin(space, name, entry, remoteType, quiet);
  if (!moves(remoteType)) kmsg.local = copyin(space, name, entry, localType);
  return Msg.SUCCESS;
}

/** Reads the body of a message with the complex bit. `items` are the kernel's from the first on, as far as `filled`; in the end that is all of them. */
class Body {
  private readonly items: KItem[];
  private filled = 0;
  private readonly thread: IpcThread;
  private readonly source: readonly Item[];
  private left: number;

  constructor(thread: IpcThread, source: readonly Item[], room: number, items: KItem[]) {
    this.thread = thread;
    this.source = source;
    this.left = room;
    this.items = items;
  }

  read(): KernReturn {
    const code = this.readItems();
    if (this.filled < this.items.length) this.items.length = this.filled;
    return code === Msg.SUCCESS ? this.zeros() : code;
  }

  private readItems(): KernReturn {
    for (let i = 0; i < this.source.length && this.left !== 0; i++) {
      const code = this.item(this.source[i] as Item);
      if (code !== Msg.SUCCESS) return code;
    }
    return Msg.SUCCESS;
  }

  private put(item: KItem): void {
    this.items[this.filled++] = item;
  }

  /** What stands behind the last item is zeros: read as descriptors they are empty out-of-line items of 8 bytes. */
  private zeros(): KernReturn {
    while (this.left >= 8) {
      this.left -= 8;
      this.items.push(kitem(0, 0, 0, false, false, undefined));
    }
    return this.left === 0 ? Msg.SUCCESS : Msg.SEND_MSG_TOO_SMALL;
  }

  private item(item: Item): KernReturn {
    const descriptor = item.longform ? 12 : 4;
    if (this.left < descriptor) return Msg.SEND_MSG_TOO_SMALL;
    const port = isPortType(item.type);
    if ((port && item.bits !== 32) || (item.inline && item.dealloc) || item.unused === true) return Msg.SEND_INVALID_TYPE;
    const size = itemSize(item);
    if (this.left < size) return Msg.SEND_MSG_TOO_SMALL;
    this.left -= size;
    if (port) return this.rights(item);
    if (item.inline) {
      this.put(copyItem(item));
      return Msg.SUCCESS;
    }
    const memory = this.memory(item, Math.ceil((item.bits * item.number) / 8));
    if (memory === "invalid") return Msg.SEND_INVALID_MEMORY;
    this.put(kitem(item.type, item.bits, item.number, false, item.longform, memory));
    return Msg.SUCCESS;
  }

  /** Out-of-line data: a copy of the sender's pages, which go when it said dealloc. */
  private memory(item: Item, size: number): VmCopy | undefined | "invalid" {
    const { data } = item;
    if (size === 0) return undefined;
    if (data instanceof Uint8Array) return VmCopy.ofBytes(data);
    if (Array.isArray(data)) return VmCopy.ofBytes(elements(data as readonly number[], item.bits));
    if (typeof data !== "object" || !("address" in data)) return "invalid";
    const copy = this.thread.memory.copyin(data.address, size);
    if (copy === undefined) return "invalid";
    if (item.dealloc) this.thread.memory.deallocate(data.address, size);
    return copy;
  }

  private rights(item: Item): KernReturn {
    if (typeof item.data === "number") return this.oneRight(item, item.data);
    const names = this.names(item);
    if (names === undefined) return Msg.SEND_INVALID_MEMORY;
    const ports: PortRef[] = [];
    this.putRights(item, ports);
    for (const name of names) {
      const ref = this.right(name, item.type);
      if (ref === undefined) return Msg.SEND_INVALID_RIGHT;
      ports.push(ref);
    }
    return Msg.SUCCESS;
  }

  private oneRight(item: Item, name: number): KernReturn {
    const ref = this.right(name, item.type);
    if (ref === undefined) return Msg.SEND_INVALID_RIGHT;
    this.putRights(item, [ref]);
    return Msg.SUCCESS;
  }

  private putRights(item: Item, ports: PortRef[]): void {
    this.put(kitem(receivedType(item.type), item.bits, item.number, item.inline, item.longform, new Rights(ports)));
  }

  /** The right under `name`, taken out; undefined when it cannot travel so. */
  private right(name: number, disposition: number): PortRef | undefined {
    if (name === 0) return null;
    if (name === 0xffffffff) return DEAD;
    const { space } = this.thread;
    const entry = space.lookup(name);
    const cell = entry === undefined ? "-" : transition(entry.type, disposition);
    return entry === undefined || cell === "-" ? undefined : takeOut(space, name, entry, cell, null);
  }

  /** The names of rights, from the item or from the sender's memory. */
  private names(item: Item): readonly number[] | undefined {
    const { data } = item;
    if (Array.isArray(data)) return data as readonly number[];
    if (item.number === 0) return [];
    const memory = this.memory(item, item.number * 4);
    if (memory === undefined || memory === "invalid") return undefined;
    const bytes = memory.bytes();
    memory.release();
    return Array.from({ length: item.number }, (_, i) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(i * 4, true));
  }
}

/** Numbers as elements of `bits` each, little-endian. */
function elements(numbers: readonly number[], bits: number): Uint8Array {
  if (bits === 64) return new Uint8Array(BigInt64Array.from(numbers, (n) => BigInt(n)).buffer);
  return new Uint8Array((bits === 16 ? Int16Array.from(numbers) : Uint32Array.from(numbers)).buffer);
}

/** In-line data, copied: the sender cannot change what it has sent. */
function copyData(data: ItemData): ItemData {
  if (typeof data === "number" || typeof data === "string") return data;
  if (data instanceof Uint8Array) return data.slice();
  if (Array.isArray(data)) return (data as readonly number[]).slice();
  return "address" in data ? data.address : 0;
}
