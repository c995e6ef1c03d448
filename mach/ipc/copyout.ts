/**
 * From a message in the kernel to a task's buffer, in three ways: received (header swapped, destination right used up), given back to its
 * sender (rights return, header not swapped; mach-ipc.md §2 rule 4), and received into a buffer that is too small (rule 11).
 *
 * Names are given out in the order reply right, then body rights (mach-ipc.md §1).
 * The complex bit of what is received is computed anew: set only if the body really carries rights or out-of-line data (mach-ipc.md §2 rule 3).
 */
import { Msg, type KernReturn } from "../kern/kern-return.ts";
import { VmCopy } from "../vm/copy.ts";
import type { IpcMemory, IpcThread } from "./host.ts";
import { destroyBody, destroyRight, isPort, Rights, type KItem, type Kmsg, type PortRef } from "./kmsg.ts";
import type { Item, ItemData, MachMsg } from "./message.ts";
import { asPort, isPortType, MACH_PORT_DEAD, MACH_PORT_NULL, MsgType } from "./names.ts";
import type { Port } from "./port.ts";
import { copyout } from "./right.ts";
import type { Space } from "./space.ts";

/** Delivers `kmsg`, which came to `port`, into `msg`. Answers SUCCESS, or an error with the bits of what could not be placed. */
export function copyoutMessage(thread: IpcThread, msg: MachMsg, kmsg: Kmsg, port: Port, seqno: number): KernReturn {
  msg.remotePort = asPort(copyout(thread.space, kmsg.local, kmsg.localType));
  msg.remoteType = kmsg.localType;
  kmsg.local = null;
  header(msg, kmsg, port);
  msg.seqno = seqno;
  consumeDestination(kmsg, port);
  return copyoutBody(thread, msg, kmsg);
}

function header(msg: MachMsg, kmsg: Kmsg, port: Port): void {
  if (port.payload !== null) {
    msg.localPort = asPort(port.payload);
    msg.localType = MsgType.PROTECTED_PAYLOAD;
  } else {
    msg.localPort = port.dead ? MACH_PORT_DEAD : asPort(port.receiverName);
    msg.localType = kmsg.remoteType;
  }
  msg.id = kmsg.id;
  msg.size = kmsg.size;
}

/** The right that a message was sent to is used up by its receipt: the last send right gone fires no-senders now (rule 6). */
export function consumeDestination(kmsg: Kmsg, port: Port): void {
  kmsg.remote = null;
  if (kmsg.remoteType === MsgType.MOVE_SEND) port.releaseSend();
  else port.sorights--;
}

/** The items become the receiver's; rights get names and memory a place. Without the complex bit there is neither. */
function copyoutBody(thread: IpcThread, msg: MachMsg, kmsg: Kmsg): KernReturn {
  const { items } = kmsg;
  msg.items = items as Item[];
  msg.complex = false;
  return kmsg.complex ? placeBody(thread, msg, items) : Msg.SUCCESS;
}

function placeBody(thread: IpcThread, msg: MachMsg, items: readonly KItem[]): KernReturn {
  let code: KernReturn = Msg.SUCCESS;
  for (let i = 0; i < items.length; i++) {
    const item = items[i] as KItem;
    // plain data may be the sender's own item
    if (item.inline && !isPortType(item.type)) continue;
    const data = itemData(thread.space, thread.memory, item, msg.take);
    if (data === undefined) code = Msg.RCV_BODY_ERROR | Msg.VM_SPACE;
    msg.complex = true;
    item.data = data ?? { address: 0 };
  }
  return code;
}

/** What the receiver gets of one item; undefined when there is no room to map it. */
function itemData(space: Space, memory: IpcMemory, item: KItem, take: boolean): ItemData | undefined {
  const { data } = item;
  if (data instanceof Rights) return portData(space, memory, item, data.refs, take);
  if (data === undefined) return take ? emptyOf(item) : { address: 0 };
  if (!(data instanceof VmCopy)) return data;
  if (take) return taken(item, data);
  const address = memory.copyout(data);
  if (address !== undefined) return { address };
  data.release();
  return undefined;
}

const emptyOf = (item: KItem): ItemData => (item.bits === 8 ? new Uint8Array(0) : []);

function portData(space: Space, memory: IpcMemory, item: KItem, refs: PortRef[], take: boolean): ItemData | undefined {
  if (item.inline && refs.length === 1) {
    const [ref] = refs;
    refs[0] = null;
    return copyout(space, ref ?? null, item.type);
  }
  const names = refs.map((ref) => copyout(space, ref, item.type));
  refs.fill(null);
  if (item.inline) return names;
  if (take) return names;
  if (names.length === 0) return { address: 0 };
  const address = memory.copyout(wordCopy(names));
  return address === undefined ? undefined : { address };
}

/** Out-of-line data straight into registers. */
function taken(item: KItem, memory: VmCopy): ItemData {
  const bytes = memory.bytes();
  memory.release();
  if (item.bits === 8) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = item.bits / 8;
  return Array.from({ length: item.number }, (_, i) =>
    width === 2 ? view.getInt16(i * 2, true) : width === 4 ? view.getInt32(i * 4, true) : Number(view.getBigInt64(i * 8, true)),
  );
}

/**
 * Gives a message that could not be sent back to its sender: rights return, those made anew under new names; dispositions read as moved ones;
 * the header is not swapped.
 */
export function copyoutPseudo(thread: IpcThread, msg: MachMsg, kmsg: Kmsg): void {
  const { space } = thread;
  msg.remotePort = asPort(copyout(space, kmsg.remote, kmsg.remoteType));
  msg.remoteType = kmsg.remoteType;
  msg.localPort = asPort(copyout(space, kmsg.local, kmsg.localType));
  msg.localType = kmsg.localType;
  msg.id = kmsg.id;
  msg.size = kmsg.size;
  msg.seqno = kmsg.seqno;
  copyoutBody(thread, msg, kmsg);
}

/** RCV_TOO_LARGE without RCV_LARGE: the message is destroyed, its reply right too; the header says its full size (rule 11). */
export function copyoutTooLarge(msg: MachMsg, kmsg: Kmsg, port: Port): void {
  const { local, localType } = kmsg;
  msg.remotePort = local !== null && !isPort(local) ? MACH_PORT_DEAD : MACH_PORT_NULL;
  msg.remoteType = localType;
  header(msg, kmsg, port);
  msg.complex = kmsg.complex;
  msg.items = [];
  kmsg.local = null;
  consumeDestination(kmsg, port);
  destroyRight(local, localType);
  destroyBody(kmsg.items);
}

/** Names as the 32-bit words of an out-of-line array. */
const wordCopy = (names: readonly number[]): VmCopy => VmCopy.ofBytes(new Uint8Array(Uint32Array.from(names).buffer));
