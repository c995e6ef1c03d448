/**
 * The receive half of `mach_msg`. Errors come in the order of mach-ipc.md §3.
 *
 * A message handed to a waiting thread counts against the queue limit until the thread has run and taken it; its sequence number is given when it is handed over.
 */
import { invariant } from "../kern/invariant.ts";
import { Msg, type KernReturn } from "../kern/kern-return.ts";
import { copyoutMessage, copyoutTooLarge } from "./copyout.ts";
import type { BLOCKED, IpcHost, IpcThread, IpcTimer, SpareWait } from "./host.ts";
import { destroyKmsg, isPort, type Kmsg } from "./kmsg.ts";
import { MsgOption, type MachMsg } from "./message.ts";
import { MsgType, PortType } from "./names.ts";
import { Port } from "./port.ts";
import type { Receiver } from "./message-source.ts";
import type { PortSet } from "./port-set.ts";
import { requestDeadName } from "./right.ts";
import type { Space } from "./space.ts";

/** Where a name lets its task receive from, or why not. */
function source(space: Space, name: number): Port | PortSet | KernReturn {
  const entry = space.lookup(name);
  if (entry === undefined) return Msg.RCV_INVALID_NAME;
  if ((entry.type & PortType.RECEIVE) !== 0) {
    const { port } = entry;
    return port.set === null ? port : Msg.RCV_IN_SET;
  }
  return entry.type === PortType.PORT_SET ? (entry.object as PortSet) : Msg.RCV_INVALID_NAME;
}

/** Receives into `msg`. */
export function receive(host: IpcHost, thread: IpcThread, msg: MachMsg): KernReturn {
  const from = source(thread.space, msg.rcvName);
  if (typeof from === "number") return from;
  const kmsg = from.first;
  if (kmsg === null) return waitFor(host, thread, msg, from);
  if (kmsg.size > msg.rcvSize && msg.option & MsgOption.RCV_LARGE) {
    msg.size = kmsg.size;
    return Msg.RCV_TOO_LARGE;
  }
  const port = kmsg.destination;
  invariant(port !== null, "a queued message has a destination");
  from.shift();
  host.observer?.received(kmsg, port, thread);
  return received(thread, msg, kmsg, port, port.nextSeqno());
}

/** The message has left its queue: frees its slot, tells who asked to be told. */
function leaves(kmsg: Kmsg, port: Port): void {
  port.slotFreed();
  const { accepted } = kmsg;
  if (accepted === null) return;
  kmsg.accepted = null;
  accepted.accepted();
}

function received(thread: IpcThread, msg: MachMsg, kmsg: Kmsg, port: Port, seqno: number): KernReturn {
  leaves(kmsg, port);
  const { size } = kmsg;
  if (size <= msg.rcvSize && (msg.option & MsgOption.RCV_NOTIFY) === 0) return copyoutMessage(thread, msg, kmsg, port, seqno);
  const notify = (msg.option & MsgOption.RCV_NOTIFY) !== 0 ? notifyPort(thread.space, msg) : null;
  if (size <= msg.rcvSize && notify) return receivedWatching(thread, msg, kmsg, port, seqno, notify);
  msg.seqno = seqno;
  copyoutTooLarge(msg, kmsg, port);
  return size > msg.rcvSize ? Msg.RCV_TOO_LARGE : Msg.RCV_INVALID_NOTIFY;
}

/** With RCV_NOTIFY. */
function receivedWatching(thread: IpcThread, msg: MachMsg, kmsg: Kmsg, port: Port, seqno: number, notify: Port): KernReturn {
  const watched = isNew(thread.space, kmsg);
  const placed = copyoutMessage(thread, msg, kmsg, port, seqno);
  if (watched) watchReply(thread.space, msg, notify);
  return placed;
}

/** RCV_NOTIFY: the port of the notify name, which must be a receive right; undefined when it is not. */
function notifyPort(space: Space, msg: MachMsg): Port | undefined {
  const entry = space.lookup(msg.notify);
  return entry && entry.type & PortType.RECEIVE ? entry.port : undefined;
}

/** Whether the reply right will get a name of its own here. */
function isNew(space: Space, { local, localType }: Kmsg): boolean {
  return isPort(local) && (localType === MsgType.MOVE_SEND_ONCE || space.nameOf(local) === undefined);
}

/** RCV_NOTIFY: a dead-name request on the reply right that has just arrived under a new name. */
function watchReply(space: Space, msg: MachMsg, notify: Port): void {
  const entry = space.lookup(msg.remotePort);
  if (entry && entry.type !== PortType.DEAD_NAME) requestDeadName(entry, msg.remotePort, notify.makeSendOnce());
}

/** Waits with the thread's own wait object, or its first one; not at all with a timeout of nothing. */
function waitFor(host: IpcHost, thread: IpcThread, msg: MachMsg, from: Port | PortSet): KernReturn {
  if ((msg.option & MsgOption.RCV_TIMEOUT) !== 0 && msg.timeout === 0) return Msg.RCV_TIMED_OUT;
  const { spareWait } = thread;
  if (spareWait === null) return new ReceiveWait(host, thread, msg, from).start();
  thread.spareWait = null;
  return spareWait.again(msg, from);
}

/** A thread that waits for a message. */
class ReceiveWait implements SpareWait, Receiver {
  readonly what = "receive";
  below: Receiver | null = null;
  private readonly host: IpcHost;
  private readonly thread: IpcThread;
  private msg: MachMsg;
  private from: Port | PortSet;
  private timer: IpcTimer | undefined;
  private kmsg: Kmsg | null = null;
  private to: Port | null = null;
  private seqno = 0;

  constructor(host: IpcHost, thread: IpcThread, msg: MachMsg, from: Port | PortSet) {
    this.host = host;
    this.thread = thread;
    this.msg = msg;
    this.from = from;
  }

  get port(): Port | undefined {
    return this.from instanceof Port ? this.from : undefined;
  }

  get inHand(): Kmsg | null {
    return this.kmsg;
  }

  /** The wait is over and begins anew for another receive. */
  again(msg: MachMsg, from: Port | PortSet): typeof BLOCKED {
    this.msg = msg;
    this.from = from;
    return this.start();
  }

  start(): typeof BLOCKED {
    const { from } = this;
    this.below = from.receivers;
    from.receivers = this;
    if ((this.msg.option & MsgOption.RCV_TIMEOUT) !== 0) this.timer = this.host.after(this.msg.timeout, () => this.expire());
    return this.host.block(this.thread, this);
  }

  accept(kmsg: Kmsg, port: Port): boolean {
    if (this.timer !== undefined) this.timer.cancel();
    if (kmsg.size > this.msg.rcvSize && (this.msg.option & MsgOption.RCV_LARGE) !== 0) {
      this.msg.size = kmsg.size;
      this.host.wake(this.thread, Msg.RCV_TOO_LARGE);
      return false;
    }
    kmsg.handedOver = true;
    this.kmsg = kmsg;
    this.to = port;
    this.seqno = port.nextSeqno();
    this.host.wake(this.thread, Msg.SUCCESS);
    return true;
  }

  lost(why: "died" | "changed"): void {
    this.timer?.cancel();
    this.host.wake(this.thread, why === "died" ? Msg.RCV_PORT_DIED : Msg.RCV_PORT_CHANGED);
  }

  private leave(): void {
    this.from.dropReceiver(this);
    this.timer?.cancel();
  }

  private expire(): void {
    this.leave();
    this.host.wake(this.thread, Msg.RCV_TIMED_OUT);
  }

  abort(): number {
    this.leave();
    return Msg.RCV_INTERRUPTED;
  }

  finish(code: number): number {
    const { kmsg, to } = this;
    const { thread } = this;
    thread.spareWait = this;
    if (kmsg === null || to === null) return code;
    this.kmsg = null;
    this.to = null;
    this.timer = undefined;
    this.host.observer?.received(kmsg, to, thread);
    return received(thread, this.msg, kmsg, to, this.seqno);
  }

  discard(): void {
    const { kmsg, to } = this;
    this.kmsg = null;
    if (kmsg === null || to === null) return;
    leaves(kmsg, to);
    destroyKmsg(kmsg);
  }
}
