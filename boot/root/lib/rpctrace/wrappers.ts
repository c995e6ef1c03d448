/**
 * What rpctrace puts between tasks (rpctrace.md §2.2): for each real port one send wrapper a holder, and for each send-once right one wrapper
 * that carries one message and is used again.
 *
 * A wrapper is a receive right of rpctrace's; names here are names in its own space. The right that a real port is known by (`forward`) is
 * kept until the last wrapper has gone, so that the server sees its own no-senders.
 */
import { addSendRef, allocateReceive, deallocate, destroyReceive, insertSend, taskSelf } from "../../../../glibc-shim/rights.ts";
import { machPortCall } from "../../../../mach/interfaces/mach-port.ts";
import { notify } from "../../../../mach/interfaces/notify.ts";
import { MACH_PORT_NULL, makeSendOnce, moveSendOnce, Right, type MachPort } from "../../../../mach/ipc/names.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";

/** A traced task, by rpctrace's name of its real port; null stands for every task that is not traced, the kernel too. */
export type Holder = MachPort;
export const UNTRACED: Holder = MACH_PORT_NULL;

/** A real port. */
export interface Receiver {
  forward: MachPort;
  /** Who has its receive right. */
  owner: Holder;
  readonly wrappers: SendWrapper[];
  /** What it is for, as far as is known (notes.ts). */
  note?: string | undefined;
}

/** What `holder` has in place of a send right to `receiver`. */
export interface SendWrapper {
  readonly kind: "send";
  readonly port: MachPort;
  readonly receiver: Receiver;
  readonly holder: Holder;
  /** What lines call it; undefined: its number. */
  name: string | undefined;
  /** Send rights made so far, and whether no-senders is asked for. */
  makes: number;
  armed: boolean;
}

/** A wrapper in a line, with the note on its port; undefined: it goes by its number. */
export const shownName = ({ name, receiver: { note } }: SendWrapper): string | undefined =>
  note === undefined || name === undefined ? name : `${name}<${note}>`;

/** A call on its way: whose, to whom. */
export interface Call {
  readonly id: number;
  readonly from: Holder;
  readonly to: Holder;
  /** What it was sent to, and the path in it: for notes. */
  readonly receiver?: Receiver;
  readonly path?: string | undefined;
}

/** What stands for one send-once right. `call`: the request that it will bring the answer to. */
export interface OnceWrapper {
  readonly kind: "once";
  readonly port: MachPort;
  forward: MachPort;
  call: Call | undefined;
}

const { mach_notify_dead_name, mach_notify_no_senders } = notify.routines;

/** All wrappers of one rpctrace. */
export class Wrappers {
  /** Where their messages come in. */
  readonly set: MachPort;
  /** Where the kernel says that a real port died. */
  readonly notifyPort: MachPort;
  private readonly pidOf: (task: Holder) => number;
  private readonly byPort = new Map<MachPort, SendWrapper | OnceWrapper>();
  private readonly byForward = new Map<MachPort, Receiver>();
  private readonly free: OnceWrapper[] = [];

  private constructor(set: MachPort, notifyPort: MachPort, pidOf: (task: Holder) => number) {
    this.set = set;
    this.notifyPort = notifyPort;
    this.pidOf = pidOf;
  }

  static *create(pidOf: (task: Holder) => number): Syscall<Wrappers> {
    const made = yield* machPortCall.mach_port_allocate(yield* taskSelf(), { right: Right.PORT_SET });
    const set = made.err ? MACH_PORT_NULL : made.name;
    const wrappers = new Wrappers(set, yield* allocateReceive(), pidOf);
    yield* wrappers.listen(wrappers.notifyPort);
    return wrappers;
  }

  /** What a message came to. */
  at(port: MachPort): SendWrapper | OnceWrapper | undefined {
    return this.byPort.get(port);
  }
  /** The send wrapper that a right is for. */
  sendAt(port: MachPort): SendWrapper | undefined {
    const found = this.byPort.get(port);
    return found?.kind === "send" ? found : undefined;
  }
  /** The real port that a right is for. */
  receiverOf(forward: MachPort): Receiver | undefined {
    return this.byForward.get(forward);
  }

  /** Records a real port, whose send right it takes. */
  *add(forward: MachPort, owner: Holder): Syscall<Receiver> {
    const receiver: Receiver = { forward, owner, wrappers: [] };
    yield* this.watch(receiver);
    return receiver;
  }

  /** The wrapper that `holder` has for a port: a new one if there is none. It has no senders yet: `makeSend` gives it one. */
  *wrapperFor(receiver: Receiver, holder: Holder): Syscall<SendWrapper> {
    const known = receiver.wrappers.find((w) => w.holder === holder);
    if (known !== undefined) return known;
    const port = yield* allocateReceive();
    const name = `  ${receiver.forward}<--${port}(pid${this.pidOf(holder)})`;
    return yield* this.link({ kind: "send", port, receiver, holder, name, makes: 0, armed: false });
  }

  /** A send right to a wrapper, under the wrapper's own name. */
  *makeSend(wrapper: SendWrapper): Syscall<void> {
    wrapper.makes++;
    if (!wrapper.armed) yield* this.arm(wrapper);
    yield* insertSend(wrapper.port);
  }

  /** A wrapper for a send-once right, which it takes. */
  *once(forward: MachPort): Syscall<OnceWrapper> {
    const free = this.free.pop();
    if (free !== undefined) {
      free.forward = forward;
      return free;
    }
    const once: OnceWrapper = { kind: "once", port: yield* allocateReceive(), forward, call: undefined };
    this.byPort.set(once.port, once);
    yield* this.listen(once.port);
    return once;
  }

  /** True while a call of a traced task has not been answered. */
  get calling(): boolean {
    for (const w of this.byPort.values()) if (w.kind === "once" && w.call !== undefined && w.call.from !== UNTRACED) return true;
    return false;
  }

  /** Its message is on its way: the wrapper can serve again. */
  recycle(once: OnceWrapper): void {
    once.forward = MACH_PORT_NULL;
    once.call = undefined;
    this.free.push(once);
  }

  /** The kernel says that nobody has a right to `wrapper` any more; `count` had been made by then. */
  *noSenders(wrapper: SendWrapper, count: number): Syscall<void> {
    wrapper.armed = false;
    if (wrapper.makes > count) yield* this.arm(wrapper);
    else yield* this.drop(wrapper);
  }

  /** The kernel says that a real port died: its wrappers die too. The notice brought a reference of its own. */
  *died(forward: MachPort): Syscall<void> {
    const receiver = this.byForward.get(forward);
    yield* deallocate(forward);
    if (receiver === undefined) return;
    for (const wrapper of [...receiver.wrappers]) yield* this.drop(wrapper);
    if (receiver.wrappers.length === 0) yield* this.release(receiver);
  }

  /**
   * A receive right, known as `receiver`'s, goes from `source` to `dest`: rpctrace keeps it as the wrapper of `source` and hands out the receive right of
   * the wrapper that `dest` has. Answers that one.
   */
  *move(receiver: Receiver, source: Holder, dest: Holder): Syscall<SendWrapper> {
    const kept = receiver.forward;
    this.byForward.delete(kept);
    yield* deallocate(kept);
    const given = yield* this.wrapperFor(receiver, dest);
    yield* this.unlink(given);
    yield* this.keep(kept, receiver, source);
    yield* insertSend(given.port);
    receiver.forward = given.port;
    receiver.owner = dest;
    yield* this.watch(receiver);
    return given;
  }

  /** A receive right that came in a message becomes the wrapper of `holder`. */
  private *keep(port: MachPort, receiver: Receiver, holder: Holder): Syscall<void> {
    const got = yield* machPortCall.mach_port_get_receive_status(yield* taskSelf(), { name: port });
    const makes = got.err ? 0 : (got.status[2] ?? 0);
    const wrapper = yield* this.link({ kind: "send", port, receiver, holder, name: undefined, makes, armed: false });
    if (!got.err && got.status[6] !== 0) yield* this.arm(wrapper);
  }

  private *link(wrapper: SendWrapper): Syscall<SendWrapper> {
    wrapper.receiver.wrappers.push(wrapper);
    this.byPort.set(wrapper.port, wrapper);
    yield* this.listen(wrapper.port);
    return wrapper;
  }

  /** Takes a wrapper out of service; its receive right stays. */
  private *unlink(wrapper: SendWrapper): Syscall<void> {
    const { wrappers } = wrapper.receiver;
    wrappers.splice(wrappers.indexOf(wrapper), 1);
    this.byPort.delete(wrapper.port);
    const self = yield* taskSelf();
    yield* machPortCall.mach_port_move_member(self, { member: wrapper.port, after: MACH_PORT_NULL });
    const { id } = mach_notify_no_senders;
    const old = yield* machPortCall.mach_port_request_notification(self, { name: wrapper.port, id, sync: 0, notify: moveSendOnce(MACH_PORT_NULL) });
    if (!old.err) yield* deallocate(old.previous);
  }

  private *drop(wrapper: SendWrapper): Syscall<void> {
    const { receiver } = wrapper;
    receiver.wrappers.splice(receiver.wrappers.indexOf(wrapper), 1);
    this.byPort.delete(wrapper.port);
    yield* destroyReceive(wrapper.port);
    if (receiver.wrappers.length === 0) yield* this.release(receiver);
  }

  private *release(receiver: Receiver): Syscall<void> {
    if (!this.byForward.delete(receiver.forward)) return;
    yield* deallocate(receiver.forward);
  }

  private *listen(port: MachPort): Syscall<void> {
    yield* machPortCall.mach_port_move_member(yield* taskSelf(), { member: port, after: this.set });
  }

  private *arm(wrapper: SendWrapper): Syscall<void> {
    wrapper.armed = true;
    const { id } = mach_notify_no_senders;
    const notify_ = makeSendOnce(wrapper.port);
    const old = yield* machPortCall.mach_port_request_notification(yield* taskSelf(), { name: wrapper.port, id, sync: wrapper.makes, notify: notify_ });
    if (!old.err) yield* deallocate(old.previous);
  }

  private *watch(receiver: Receiver): Syscall<void> {
    this.byForward.set(receiver.forward, receiver);
    const { id } = mach_notify_dead_name;
    const to = makeSendOnce(this.notifyPort);
    const old = yield* machPortCall.mach_port_request_notification(yield* taskSelf(), { name: receiver.forward, id, sync: 1, notify: to });
    if (!old.err) yield* deallocate(old.previous);
  }
}

/** One reference more on a send right. False when its port has died. */
export function* another(port: MachPort): Syscall<boolean> {
  return (yield* addSendRef(port)) === 0;
}
