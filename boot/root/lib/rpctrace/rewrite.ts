/**
 * The rights in a message, replaced on their way (rpctrace.md §2.3): a task gets wrappers for what others own, and the real right for what it owns itself.
 *
 * Everything goes on as MOVE_SEND, MAKE_SEND_ONCE or MOVE_RECEIVE, so that an array stays of one kind. References are counted: each right that came is
 * either passed on or given back.
 */
import { deallocate, insertSend } from "../../../../glibc-shim/rights.ts";
import { machPortCall } from "../../../../mach/interfaces/mach-port.ts";
import type { Item } from "../../../../mach/ipc/message.ts";
import { asPort, isPortType, MACH_PORT_DEAD, makeSend, MsgType, PortType, portValid, type MachPort } from "../../../../mach/ipc/names.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { another, shownName, UNTRACED, type Holder, type Receiver, type SendWrapper, type Wrappers } from "./wrappers.ts";

/** Where a message comes from and goes to. `search`: whose names are looked through for a right that is not known. */
export interface Way {
  readonly source: Holder;
  readonly dest: Holder;
  readonly search: Holder;
}

/** A message's rights, replaced; `names` says what lines call those that have a name. */
export interface Rewritten {
  readonly items: readonly Item[];
  readonly names: ReadonlyMap<number, string>;
}

/** Replaces rights for one rpctrace. */
export class Rewriter {
  private readonly wrappers: Wrappers;
  private readonly unknown: (task: Holder) => Syscall<void>;
  private names = new Map<number, string>();

  /** `unknown` is told of a right whose port is nowhere to be found, and which therefore passes as it is. */
  constructor(wrappers: Wrappers, unknown: (task: Holder) => Syscall<void>) {
    this.wrappers = wrappers;
    this.unknown = unknown;
  }

  *body(items: readonly Item[], way: Way): Syscall<Rewritten> {
    this.names = new Map();
    const out: Item[] = [];
    for (const item of items) out.push(isPortType(item.type) ? yield* this.item(item, way) : item);
    return { items: out, names: this.names };
  }

  /** A send right: the right that goes on in its place. */
  *send(right: MachPort, way: Way): Syscall<MachPort> {
    if (!portValid(right)) return right;
    const wrapper = this.wrappers.sendAt(right);
    const known = wrapper?.receiver ?? this.wrappers.receiverOf(right);
    const receiver = known ?? (yield* this.find(right, way));
    if (receiver === undefined) return right;
    if (receiver.owner !== way.dest) return yield* this.wrapped(right, receiver, way.dest, known !== undefined);
    if (wrapper === undefined) {
      if (known === undefined) yield* another(right);
      return right;
    }
    const alive = yield* another(receiver.forward);
    yield* deallocate(right);
    this.call(receiver.forward, wrapper);
    return alive ? receiver.forward : MACH_PORT_DEAD;
  }

  /** The destination's wrapper. The right that came is given back, unless it has become the one that its port is known by. */
  private *wrapped(right: MachPort, receiver: Receiver, dest: Holder, giveBack: boolean): Syscall<MachPort> {
    const to = yield* this.wrappers.wrapperFor(receiver, dest);
    yield* this.wrappers.makeSend(to);
    if (giveBack) yield* deallocate(right);
    this.call(to.port, to);
    return to.port;
  }

  /** `right` is shown by the name of `wrapper`. */
  private call(right: MachPort, wrapper: SendWrapper): void {
    const name = shownName(wrapper);
    if (name !== undefined) this.names.set(right, name);
  }

  private *item(item: Item, way: Way): Syscall<Item> {
    const rights = typeof item.data === "number" ? [item.data] : (item.data as readonly number[]);
    const out: number[] = [];
    for (const right of rights) out.push(yield* this.right(asPort(right), item.type, way));
    const type = item.type === MsgType.MOVE_SEND_ONCE ? MsgType.MAKE_SEND_ONCE : item.type;
    return { ...item, type, data: typeof item.data === "number" ? (out[0] ?? 0) : out };
  }

  private *right(right: MachPort, type: number, way: Way): Syscall<MachPort> {
    if (!portValid(right)) return right;
    if (type === MsgType.MOVE_SEND) return yield* this.send(right, way);
    if (type === MsgType.MOVE_SEND_ONCE) return (yield* this.wrappers.once(right)).port;
    return yield* this.receive(right, way);
  }

  private *receive(right: MachPort, { source, dest }: Way): Syscall<MachPort> {
    const receiver = this.wrappers.receiverOf(right);
    if (receiver === undefined) {
      yield* insertSend(right);
      yield* this.wrappers.add(right, dest);
      return right;
    }
    const given = yield* this.wrappers.move(receiver, source, dest);
    this.call(given.port, given);
    return given.port;
  }

  /** A right that is not known: its port belongs to the sender, or to someone who is not traced. Takes the right when it answers a receiver. */
  private *find(right: MachPort, { source, search }: Way): Syscall<Receiver | undefined> {
    if (search !== UNTRACED && (yield* owns(search, right))) return yield* this.wrappers.add(right, search);
    if (source === UNTRACED) return yield* this.wrappers.add(right, UNTRACED);
    yield* this.unknown(search);
    return undefined;
  }
}

/** True when `task` has the receive right of the port that `right` is for: every receive right with senders is looked at. */
function* owns(task: Holder, right: MachPort): Syscall<boolean> {
  const all = yield* machPortCall.mach_port_names(task, {});
  if (all.err) return false;
  for (const [i, name] of all.names.entries()) {
    if (((all.types[i] ?? 0) & PortType.RECEIVE) === 0) continue;
    const status = yield* machPortCall.mach_port_get_receive_status(task, { name });
    if (status.err || status.status[6] === 0) continue;
    const made = yield* machPortCall.mach_port_extract_right(task, { name, msgt_name: makeSend(name).disposition });
    if (made.err) continue;
    yield* deallocate(made.poly.name);
    if (made.poly.name === right) return true;
  }
  return false;
}
