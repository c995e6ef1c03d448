/**
 * The trap: send, receive, or both, with time-outs on virtual time.
 *
 * A failed send skips the receive. Sends to kernel ports and to send-once rights never wait. A send that waits and whose port dies succeeds
 * (mach-ipc.md §2 rule 2); one that gives up is given back (rule 4). Errors of the receive half come in the order of §3.
 */
import { invariant } from "../kern/invariant.ts";
import { Msg, type KernReturn } from "../kern/kern-return.ts";
import { copyinMessage } from "./copyin.ts";
import { copyoutMessage, copyoutPseudo, copyoutTooLarge } from "./copyout.ts";
import { BLOCKED, type IpcHost, type IpcThread, type IpcTimer, type IpcWait } from "./host.ts";
import { DeadNameRequests } from "./dead-name-requests.ts";
import { destroyKmsg, isPort, type Kmsg } from "./kmsg.ts";
import { MsgOption, type MachMsg } from "./message.ts";
import { MsgType, PortType } from "./names.ts";
import { notifyMsgAccepted } from "./notify.ts";
import { Port, type BlockedSender } from "./port.ts";
import type { PortSet, Receiver } from "./port-set.ts";
import type { Entry, Space } from "./space.ts";

/** `mach_msg`. Answers the code, or BLOCKED: then the wait's `finish` answers it. */
export function machMsgTrap(host: IpcHost, thread: IpcThread, msg: MachMsg): KernReturn {
  if (msg.option & MsgOption.SEND) {
    const code = send(host, thread, msg);
    if (code !== Msg.SUCCESS) return code;
  }
  return msg.option & MsgOption.RCV ? receive(host, thread, msg) : Msg.SUCCESS;
}

function send(host: IpcHost, thread: IpcThread, msg: MachMsg): KernReturn {
  const copied = copyinMessage(thread, msg);
  if ("code" in copied) return copied.code;
  const { kmsg } = copied;
  const port = kmsg.destination;
  invariant(port !== null, "a message that was copied in has a destination");
  host.observer?.sent(kmsg, thread);
  if (copied.circular || port.dead) {
    destroyKmsg(kmsg);
    return Msg.SUCCESS;
  }
  if (port.kobject !== null) return sendToKernel(host, thread, kmsg);
  if (kmsg.remoteType === MsgType.MOVE_SEND_ONCE || port.msgcount < port.qlimit) {
    port.msgcount++;
    port.deliver(kmsg);
    return Msg.SUCCESS;
  }
  return sendToFull(host, thread, msg, kmsg, port);
}

/** Kernel ports answer at once; what they leave in the message goes before the reply is queued. */
function sendToKernel(host: IpcHost, thread: IpcThread, kmsg: Kmsg): KernReturn {
  const reply = host.kobjectServer(kmsg, thread);
  destroyKmsg(kmsg);
  if (reply) deliverAlways(reply);
  return Msg.SUCCESS;
}

/** Queues a message of the kernel's own, whatever the limit; destroys it when its port is dead. */
export function deliverAlways(kmsg: Kmsg): void {
  const port = kmsg.destination;
  if (!port || port.dead) {
    destroyKmsg(kmsg);
    return;
  }
  port.msgcount++;
  port.deliver(kmsg);
}

function sendToFull(host: IpcHost, thread: IpcThread, msg: MachMsg, kmsg: Kmsg, port: Port): KernReturn {
  if (msg.option & MsgOption.SEND_TIMEOUT && msg.timeout === 0) {
    if (msg.option & MsgOption.SEND_NOTIFY) return sendNotifying(thread, msg, kmsg, port);
    copyoutPseudo(thread, msg, kmsg);
    return Msg.SEND_TIMED_OUT;
  }
  return new SendWait(host, thread, msg, kmsg, port).start();
}

/**
 * SEND_NOTIFY on a full queue: the message is taken beyond the limit, and the sender is told when it has been received, or the port has
 * died. One at a time for each name.
 */
function sendNotifying(thread: IpcThread, msg: MachMsg, kmsg: Kmsg, port: Port): KernReturn {
  const { space } = thread;
  const notify = space.lookup(msg.notify);
  if (!notify || !(notify.type & PortType.RECEIVE)) {
    copyoutPseudo(thread, msg, kmsg);
    return Msg.SEND_INVALID_NOTIFY;
  }
  const name = space.nameOf(port) ?? 0;
  const entry = name === 0 ? undefined : space.lookup(name);
  if (entry?.accepting) {
    copyoutPseudo(thread, msg, kmsg);
    return Msg.SEND_NOTIFY_IN_PROGRESS;
  }
  kmsg.accepted = new Accepted(space, name, entry, notify.port.makeSendOnce());
  if (entry) entry.accepting = true;
  port.msgcount++;
  port.deliver(kmsg);
  return Msg.SEND_WILL_NOTIFY;
}

class Accepted {
  private readonly space: Space;
  private readonly name: number;
  private readonly entry: Entry | undefined;
  private readonly notify: Port;
  constructor(space: Space, name: number, entry: Entry | undefined, notify: Port) {
    this.space = space;
    this.name = name;
    this.entry = entry;
    this.notify = notify;
  }
  accepted(): void {
    const live = this.entry?.accepting === true && this.space.active;
    if (this.entry) this.entry.accepting = false;
    notifyMsgAccepted(this.notify, live ? this.name : 0);
  }
}

/** A thread that waits for room in a queue. */
class SendWait implements IpcWait, BlockedSender {
  readonly what = "send";
  readonly kmsg: Kmsg;
  readonly port: Port;
  private readonly host: IpcHost;
  private readonly thread: IpcThread;
  private readonly msg: MachMsg;
  private timer: IpcTimer | undefined;

  constructor(host: IpcHost, thread: IpcThread, msg: MachMsg, kmsg: Kmsg, port: Port) {
    this.host = host;
    this.thread = thread;
    this.msg = msg;
    this.kmsg = kmsg;
    this.port = port;
  }

  start(): typeof BLOCKED {
    this.port.senders.push(this);
    if (this.msg.option & MsgOption.SEND_TIMEOUT) this.timer = this.host.after(this.msg.timeout, () => this.timedOut());
    return this.host.block(this.thread, this);
  }

  sent(): void {
    this.timer?.cancel();
    this.host.wake(this.thread, Msg.SUCCESS);
  }

  private giveBack(): void {
    const { senders } = this.port;
    senders.splice(senders.indexOf(this), 1);
    this.timer?.cancel();
    if (this.thread.space.active) copyoutPseudo(this.thread, this.msg, this.kmsg);
    else destroyKmsg(this.kmsg);
  }

  private timedOut(): void {
    this.giveBack();
    this.host.wake(this.thread, Msg.SEND_TIMED_OUT);
  }

  abort(): number {
    this.giveBack();
    return Msg.SEND_INTERRUPTED;
  }

  finish(code: number): number {
    return code === Msg.SUCCESS && this.msg.option & MsgOption.RCV ? receive(this.host, this.thread, this.msg) : code;
  }

  discard(): void {
    // The message went its way when the thread was woken.
  }
}

/** Where a name lets its task receive from, or why not. */
function source(space: Space, name: number): Port | PortSet | KernReturn {
  const entry = space.lookup(name);
  if (!entry || entry.object === null) return Msg.RCV_INVALID_NAME;
  const { object } = entry;
  if (!(object instanceof Port)) return object;
  if (!(entry.type & PortType.RECEIVE)) return Msg.RCV_INVALID_NAME;
  return object.set === null ? object : Msg.RCV_IN_SET;
}

function receive(host: IpcHost, thread: IpcThread, msg: MachMsg): KernReturn {
  const from = source(thread.space, msg.rcvName);
  if (typeof from === "number") return from;
  const kmsg = from.queue.first;
  if (kmsg === null) {
    if (msg.option & MsgOption.RCV_TIMEOUT && msg.timeout === 0) return Msg.RCV_TIMED_OUT;
    return new ReceiveWait(host, thread, msg, from).start();
  }
  const port = kmsg.destination;
  invariant(port !== null, "a queued message has a destination");
  if (kmsg.size > msg.rcvSize && msg.option & MsgOption.RCV_LARGE) {
    msg.size = kmsg.size;
    return Msg.RCV_TOO_LARGE;
  }
  from.queue.remove(kmsg);
  host.observer?.received(kmsg, port, thread);
  return received(thread, msg, kmsg, port, take(kmsg, port));
}

/** A message leaves its queue: counts, blocked senders, and who asked to be told. Answers its sequence number. */
function take(kmsg: Kmsg, port: Port): number {
  const { accepted } = kmsg;
  kmsg.accepted = null;
  accepted?.accepted();
  return port.taken();
}

function received(thread: IpcThread, msg: MachMsg, kmsg: Kmsg, port: Port, seqno: number): KernReturn {
  if (kmsg.size > msg.rcvSize) {
    msg.seqno = seqno;
    copyoutTooLarge(msg, kmsg, port);
    return Msg.RCV_TOO_LARGE;
  }
  if (msg.option & MsgOption.RCV_NOTIFY && !watchReply(thread.space, msg, kmsg)) {
    msg.seqno = seqno;
    copyoutTooLarge(msg, kmsg, port);
    return Msg.RCV_INVALID_NOTIFY;
  }
  const fresh = isPort(kmsg.local) && !(kmsg.localType === MsgType.MOVE_SEND && thread.space.nameOf(kmsg.local) !== undefined);
  const code = copyoutMessage(thread, msg, kmsg, port, seqno);
  if (msg.option & MsgOption.RCV_NOTIFY && fresh) requestOnReply(thread.space, msg);
  return code;
}

/** RCV_NOTIFY: the notify name must be a receive right here. */
function watchReply(space: Space, msg: MachMsg, _kmsg: Kmsg): boolean {
  const notify = space.lookup(msg.notify);
  return notify !== undefined && (notify.type & PortType.RECEIVE) !== 0;
}

/** RCV_NOTIFY: a dead-name request on the reply right that has just arrived under a new name, to the notify port. */
function requestOnReply(space: Space, msg: MachMsg): void {
  const entry = space.lookup(msg.remotePort);
  const notify = space.lookup(msg.notify);
  if (!entry || !notify || entry.type === PortType.DEAD_NAME) return;
  requestDeadName(entry, msg.remotePort, notify.port.makeSendOnce());
}

/** Installs a dead-name request; answers the right of the one that it replaces. */
export function requestDeadName(entry: Entry, name: number, notify: Port): Port | null {
  const { port } = entry;
  port.deadNames ??= new DeadNameRequests();
  if (entry.request !== 0) {
    const old = port.deadNames.get(entry.request);
    const right = old?.notify ?? null;
    if (old) old.notify = notify;
    return right;
  }
  entry.request = port.deadNames.add({ notify, name });
  return null;
}

/** A thread that waits for a message. */
class ReceiveWait implements IpcWait, Receiver {
  readonly what = "receive";
  private readonly host: IpcHost;
  private readonly thread: IpcThread;
  private readonly msg: MachMsg;
  private readonly from: Port | PortSet;
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

  start(): typeof BLOCKED {
    this.from.receivers.push(this);
    if (this.msg.option & MsgOption.RCV_TIMEOUT) this.timer = this.host.after(this.msg.timeout, () => this.timedOut());
    return this.host.block(this.thread, this);
  }

  accept(kmsg: Kmsg, port: Port): boolean {
    this.timer?.cancel();
    if (kmsg.size > this.msg.rcvSize && this.msg.option & MsgOption.RCV_LARGE) {
      this.msg.size = kmsg.size;
      this.host.wake(this.thread, Msg.RCV_TOO_LARGE);
      return false;
    }
    this.kmsg = kmsg;
    this.to = port;
    this.seqno = take(kmsg, port);
    this.host.wake(this.thread, Msg.SUCCESS);
    return true;
  }

  lost(why: "died" | "changed"): void {
    this.timer?.cancel();
    this.host.wake(this.thread, why === "died" ? Msg.RCV_PORT_DIED : Msg.RCV_PORT_CHANGED);
  }

  private leave(): void {
    const { receivers } = this.from;
    const at = receivers.indexOf(this);
    if (at >= 0) receivers.splice(at, 1);
    this.timer?.cancel();
  }

  private timedOut(): void {
    this.leave();
    this.host.wake(this.thread, Msg.RCV_TIMED_OUT);
  }

  abort(): number {
    this.leave();
    return Msg.RCV_INTERRUPTED;
  }

  finish(code: number): number {
    const { kmsg, to } = this;
    if (kmsg === null || to === null) return code;
    this.kmsg = null;
    this.host.observer?.received(kmsg, to, this.thread);
    return received(this.thread, this.msg, kmsg, to, this.seqno);
  }

  discard(): void {
    const { kmsg } = this;
    this.kmsg = null;
    if (kmsg) destroyKmsg(kmsg);
  }
}
