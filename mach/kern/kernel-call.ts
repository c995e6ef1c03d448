/**
 * The kernel's MIG server: a request to a kernel port, decoded by the interface definition, and its reply.
 *
 * The kernel has no name space. While a call runs, the rights that it carries are numbered from 1, so that the same definitions and argument types serve here as
 * everywhere: a handler gets a number, and `call.right` says which port it stands for. Null is 0 and dead is 0xffffffff, as in any space.
 * Rights that a handler does not `take` are given back when the call ends, well or not.
 */
import { DEAD, isPort, kitem, type KItem, Kmsg, Rights, type PortRef } from "../ipc/kmsg.ts";
import { HEADER_SIZE, intItem, isComplex, itemSize, messageSize, type Item, type ItemData } from "../ipc/message.ts";
import { asPort, isPortType, MACH_PORT_DEAD, MACH_PORT_NULL, MsgType, type MachPort } from "../ipc/names.ts";
import type { KObject } from "../ipc/host.ts";
import { receivedType, type Got } from "../mig/kind.ts";
import { layoutOf, type Layout } from "../mig/layout.ts";
import type { Fields, Outcome, Routine, Routines, Subsystem } from "../mig/subsystem.ts";
import { VmCopy } from "../vm/copy.ts";
import { asFailure, Mig, type Failure } from "./kern-return.ts";
import type { Machine } from "./machine.ts";
import type { Thread } from "./thread.ts";

/** A handler's answer when the reply comes later, by `call.reply`. */
export const LATER = { later: true } as const;

export type KernelArgs<F extends Fields> = { readonly [K in keyof F]: Got<F[K]> };
export type KernelHandler<R extends Routine, Self> = (self: Self, args: KernelArgs<R["in"]>, call: KernelCall) => Outcome<R["out"]> | typeof LATER;
export type KernelHandlers<R extends Routines, Self> = { readonly [N in keyof R]?: KernelHandler<R[N], Self> };

/** Which kernel objects a group of routines takes, and what it answers for others. */
export interface Target<Self> {
  find(object: KObject, machine: Machine): Self | undefined;
  readonly wrong: Failure;
}

interface Entry {
  readonly routine: Routine;
  /** Looked up at the first call. */
  ins: Layout | undefined;
  outs: Layout | undefined;
  readonly target: Target<unknown>;
  readonly handler: (self: unknown, args: Readonly<Record<string, unknown>>, call: KernelCall) => Outcome<Fields> | typeof LATER;
}

/** All routines of the kernel by message id. */
export type KernelTable = ReadonlyMap<number, Entry>;

/** Rows of the table: the routines of `sub` that `handlers` has, for one kind of object. */
export function kernelRoutines<R extends Routines, Self>(sub: Subsystem<R>, target: Target<Self>, handlers: KernelHandlers<R, Self>): readonly [number, Entry][] {
  const given = Object.entries(handlers) as [string, Entry["handler"]][];
  return given.map(([name, handler]) => {
    const routine = sub.routines[name] as Routine;
    return [routine.id, { routine, ins: undefined, outs: undefined, target: target as Target<unknown>, handler }];
  });
}

interface Held {
  ref: PortRef;
  readonly type: number;
  /** Where it stands in the request; undefined for rights that go into the reply. */
  readonly slot: PortRef[] | undefined;
  readonly index: number;
}

/** One call: its rights, its caller, its reply. */
export class KernelCall {
  readonly machine: Machine;
  readonly sender: Thread;
  private readonly held: Held[] = [];
  private readonly entry: Entry;
  private readonly routine: Routine;
  private replyPort: PortRef = null;
  private replyType = 0;

  constructor(machine: Machine, sender: Thread, entry: Entry) {
    this.machine = machine;
    this.sender = sender;
    this.entry = entry;
    this.routine = entry.routine;
  }

  /** Takes the reply right out of the request: from now on this call answers. */
  private adopt(request: Kmsg): void {
    this.replyPort = request.local;
    this.replyType = request.localType;
    request.local = null;
  }

  /** Runs the handler. Answers the reply message, or null when there is none or it comes later. */
  run(self: unknown, request: Kmsg): Kmsg | null {
    const { entry } = this;
    const ins = (entry.ins ??= layoutOf(this.routine.in, "request"));
    const args = ins.unpack(this.unwrap(request.items), 0);
    this.adopt(request);
    if (args === undefined) return this.message([intItem(Mig.BAD_ARGUMENTS)]);
    if (self === undefined) return this.message([intItem(entry.target.wrong)]);
    const outcome = entry.handler(self, args, this);
    if (!("later" in outcome)) return this.answer(outcome);
    if (isPort(this.replyPort)) this.machine.pendingCalls.add(this);
    return null;
  }

  /** The late reply. The rights in `outcome` are `give`n as in an answer at once. */
  reply(outcome: Outcome<Fields>): void {
    this.machine.pendingCalls.delete(this);
    const message = this.answer(outcome);
    if (message !== null) this.machine.send(message);
  }

  /** The reply right that this call holds while it is pending, and how it came. */
  get pendingReply(): { readonly ref: PortRef; readonly type: number } {
    return { ref: this.replyPort, type: this.replyType };
  }

  /** True when nobody can get the reply any more. */
  get abandoned(): boolean {
    return !isPort(this.replyPort) || this.replyPort.dead;
  }

  /** The port behind a right of the request, which stays the request's. */
  right(handle: MachPort): PortRef {
    if (handle === MACH_PORT_NULL) return null;
    return handle === MACH_PORT_DEAD ? DEAD : (this.held[handle - 1]?.ref ?? null);
  }

  /** How a right of the request came (16, 17, 18). */
  rightType(handle: MachPort): number {
    return this.held[handle - 1]?.type ?? MsgType.MOVE_SEND;
  }

  /** The right itself: the handler owns it now. */
  take(handle: MachPort): PortRef {
    const held = this.held[handle - 1];
    if (held === undefined) return this.right(handle);
    const { ref, slot, index } = held;
    if (slot !== undefined) slot[index] = null;
    held.ref = null;
    return ref;
  }

  /** Puts a right into the reply, whose it becomes. */
  give(ref: PortRef, type: number = MsgType.MOVE_SEND): MachPort {
    if (ref === null) return MACH_PORT_NULL;
    if (ref === DEAD) return MACH_PORT_DEAD;
    return asPort(this.held.push({ ref, type, slot: undefined, index: 0 }));
  }

  private hold(ref: PortRef, type: number, slot: PortRef[], index: number): MachPort {
    if (ref === null) return MACH_PORT_NULL;
    if (ref === DEAD) return MACH_PORT_DEAD;
    return asPort(this.held.push({ ref, type, slot, index }));
  }

  /** A body as its handler sees it: most are as they came. */
  private unwrap(items: readonly KItem[]): readonly Item[] {
    for (let i = 0; i < items.length; i++) if (!isPlain(items[i] as KItem)) return items.map((item) => this.unwrapItem(item));
    return items as readonly Item[];
  }

  private unwrapItem(item: KItem): Item {
    if (isPlain(item)) return item;
    const { type, bits, number, inline, longform } = item;
    return { type, bits, number, inline, longform, dealloc: false, data: this.unwrapData(item) };
  }

  /** What a handler sees of an item: rights by number, out-of-line data as values. */
  private unwrapData({ type, bits, number, inline, data }: KItem): ItemData {
    if (data instanceof Rights) {
      const { refs } = data;
      const handles = refs.map((ref, i) => this.hold(ref, type, refs, i));
      return inline && number === 1 ? (handles[0] ?? 0) : handles;
    }
    if (data !== undefined && !(data instanceof VmCopy)) return data;
    const bytes = data === undefined ? new Uint8Array(0) : data.bytes();
    return bits === 8 ? bytes : words(bytes);
  }

  private answer(outcome: Outcome<Fields>): Kmsg | null {
    if (this.routine.out === null || outcome.err === Mig.NO_REPLY) return this.silent();
    if (outcome.err !== 0) return this.message([intItem(outcome.err)]);
    const outs = (this.entry.outs ??= layoutOf(this.routine.out, "reply"));
    return this.message(outs.pack(outcome, intItem(0)));
  }

  /** No reply: the reply right is given back. */
  private silent(): null {
    const { replyPort, replyType } = this;
    this.replyPort = null;
    if (isPort(replyPort)) {
      if (replyType === MsgType.MOVE_SEND_ONCE) replyPort.releaseSendOnce();
      else replyPort.releaseSend();
    }
    return null;
  }

  private message(items: readonly Item[]): Kmsg | null {
    const { replyPort, replyType } = this;
    this.replyPort = null;
    if (!isPort(replyPort)) return null;
    const complex = isComplex(items);
    const wrapped = complex ? items.map((i) => this.wrap(i)) : (items as KItem[]);
    return new Kmsg(replyPort, replyType, null, 0, this.routine.id + 100, wrapped, messageSize(items), complex);
  }

  private wrap(item: Item): KItem {
    return item.inline && !isPortType(item.type) ? (item as KItem) : kernelItem(item, (handle) => this.take(handle));
  }
}

/** Neither rights nor memory: a handler sees it as it came. */
const isPlain = (item: KItem): item is KItem & Item => item.inline && !(item.data instanceof Rights);

/** An item of a message that the kernel sends. `right` gives the right that a handle stands for. */
export function kernelItem(item: Item, right: (handle: MachPort) => PortRef): KItem {
  const { bits, number, inline, longform, data } = item;
  const type = receivedType(item.type);
  if (isPortType(item.type)) {
    const handles = typeof data === "number" ? [data] : (data as readonly number[]);
    return kitem(type, bits, number, inline, longform, new Rights(handles.map((h) => right(asPort(h)))));
  }
  if (inline) return kitem(type, bits, number, inline, longform, data);
  const bytes = data instanceof Uint8Array ? data : fromWords(data as readonly number[]);
  return kitem(type, bits, number, inline, longform, bytes.length === 0 ? undefined : VmCopy.ofBytes(bytes));
}

/** Little-endian 32-bit words in `bytes`. */
function words(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length >> 2 }, (_, i) => view.getInt32(i * 4, true));
}

function fromWords(numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(numbers.length * 4);
  const view = new DataView(bytes.buffer);
  numbers.forEach((n, i) => view.setInt32(i * 4, n, true));
  return bytes;
}

/** Answers a request to a kernel port: MIG_BAD_ID for an unknown id, MIG_BAD_ARGUMENTS for another shape (mach-ipc.md, "Kernel ports"). */
export function answerKernelCall(table: KernelTable, machine: Machine, sender: Thread, object: KObject, request: Kmsg): Kmsg | null {
  const entry = table.get(request.id);
  if (entry === undefined) {
    const { local } = request;
    if (!isPort(local)) return null;
    request.local = null;
    return errorReply(local, request.localType, request.id, Mig.BAD_ID);
  }
  return new KernelCall(machine, sender, entry).run(entry.target.find(object, machine), request);
}

function errorReply(to: PortRef, type: number, id: number, err: number): Kmsg {
  const item = intItem(asFailure(err));
  return new Kmsg(to, type, null, 0, id + 100, [kernelItem(item, () => null)], HEADER_SIZE + itemSize(item), false);
}
