/**
 * The send half of `mach_msg`.
 *
 * Sends to kernel ports and to send-once rights never wait. A sender that waits tries again each time that it is woken, as the real kernel does: it is
 * woken by a receive (one sender), by a raised limit (as many as it was raised by) and by the port's death. A send that waits and whose port dies succeeds
 * (mach-ipc.md §2 rule 2); one that gives up is given back (rule 4). A message that would close a loop waits for room like any other, and is then
 * destroyed (rule 14).
 */
import { invariant } from "../kern/invariant.ts";
import { Msg, type KernReturn } from "../kern/kern-return.ts";
import { copyinMessage } from "./copyin.ts";
import { copyoutPseudo } from "./copyout.ts";
import type { BLOCKED, IpcHost, IpcThread, IpcTimer, IpcWait } from "./host.ts";
import { destroyKmsg, isPort, type Kmsg, type MsgAccepted } from "./kmsg.ts";
import { MsgOption, type MachMsg } from "./message.ts";
import { MsgType, PortType } from "./names.ts";
import { notifyMsgAccepted } from "./notify.ts";
import type { BlockedSender, Port } from "./port.ts";
import { receive } from "./receive.ts";
import type { Entry, Space } from "./space.ts";

/** Sends what stands in `msg`. */
export function send(host: IpcHost, thread: IpcThread, msg: MachMsg): KernReturn {
  const copied = copyinMessage(thread, msg);
  if (typeof copied === "number") return copied;
  const port = copied.remote;
  invariant(isPort(port), "a message that was copied in has a destination");
  host.observer?.sent(copied, thread);
  if (port.kobject !== null && !port.dead) return sendToKernel(host, thread, copied);
  return sendOrWait(host, thread, msg, copied, port);
}

/** Kernel ports answer at once; what they leave in the message goes before the reply is queued. */
function sendToKernel(host: IpcHost, thread: IpcThread, kmsg: Kmsg): KernReturn {
  const reply = host.kobjectServer(kmsg, thread);
  destroyKmsg(kmsg);
  if (reply) deliverAlways(reply);
  return Msg.SUCCESS;
}

/** Queues a message whatever the limit: of the kernel's own, or one sent with SEND_NOTIFY. Destroys it when its port is dead. */
export function deliverAlways(kmsg: Kmsg): void {
  const port = kmsg.remote;
  if (isPort(port)) deliver(kmsg, port);
  else destroyKmsg(kmsg);
}

function deliver(kmsg: Kmsg, port: Port): void {
  if (port.dead || kmsg.circular) {
    destroyKmsg(kmsg);
    return;
  }
  port.msgcount++;
  port.deliver(kmsg);
}

function sendOrWait(host: IpcHost, thread: IpcThread, msg: MachMsg, kmsg: Kmsg, port: Port): KernReturn {
  if (port.dead || kmsg.remoteType === MsgType.MOVE_SEND_ONCE || port.msgcount < port.qlimit) {
    deliver(kmsg, port);
    return Msg.SUCCESS;
  }
  const patience = timeLimit(msg);
  if (patience === 0) return timedOut(thread, msg, kmsg, port);
  return new SendWait(host, thread, msg, kmsg, port).start(patience);
}

/** Milliseconds to wait at most; undefined: for ever. With SEND_NOTIFY alone, not at all. */
function timeLimit({ option, timeout }: MachMsg): number | undefined {
  if (option & MsgOption.SEND_TIMEOUT) return timeout;
  return option & MsgOption.SEND_NOTIFY ? 0 : undefined;
}

function timedOut(thread: IpcThread, msg: MachMsg, kmsg: Kmsg, port: Port): KernReturn {
  const code = msg.option & MsgOption.SEND_NOTIFY ? sendNotifying(thread.space, msg, kmsg, port) : Msg.SEND_TIMED_OUT;
  if (code !== Msg.SEND_WILL_NOTIFY) copyoutPseudo(thread, msg, kmsg);
  return code;
}

/**
 * SEND_NOTIFY on a full queue: the message is taken beyond the limit, and the sender is told when it has been received, or the port has
 * died. One at a time for each name.
 */
function sendNotifying(space: Space, msg: MachMsg, kmsg: Kmsg, port: Port): KernReturn {
  const notify = space.lookup(msg.notify);
  if (!notify || !(notify.type & PortType.RECEIVE)) return Msg.SEND_INVALID_NOTIFY;
  const name = space.nameOf(port);
  const entry = name === undefined ? undefined : space.lookup(name);
  if (entry && space.accepting(entry)) return Msg.SEND_NOTIFY_IN_PROGRESS;
  const request = new AcceptRequest(notify.port.makeSendOnce(), name ?? 0, space, entry);
  if (entry) space.setAccepting(entry, request);
  kmsg.accepted = request;
  deliverAlways(kmsg);
  return Msg.SEND_WILL_NOTIFY;
}

/** Who is told of a message's receipt, and by which name of its port: null when that name is gone. */
class AcceptRequest implements MsgAccepted {
  name: number;
  readonly notify: Port;
  private readonly space: Space;
  private readonly entry: Entry | undefined;

  constructor(notify: Port, name: number, space: Space, entry: Entry | undefined) {
    this.notify = notify;
    this.name = name;
    this.space = space;
    this.entry = entry;
  }

  accepted(): void {
    const { space, entry } = this;
    if (entry !== undefined && space.accepting(entry) === this) space.setAccepting(entry, undefined);
    notifyMsgAccepted(this.notify, this.name);
  }
}

/** A thread that waits for room in a queue. */
class SendWait implements IpcWait, BlockedSender {
  readonly what = "send";
  below: BlockedSender | null = null;
  readonly port: Port;
  readonly kmsg: Kmsg;
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

  get inHand(): Kmsg | null {
    return this.port.hasSender(this) ? null : this.kmsg;
  }

  start(patience: number | undefined): typeof BLOCKED {
    this.port.pushSender(this);
    if (patience !== undefined) this.timer = this.host.after(patience, () => this.expire());
    return this.host.block(this.thread, this);
  }

  proceed(): void {
    this.timer?.cancel();
    this.host.wake(this.thread, Msg.SUCCESS);
  }

  private expire(): void {
    this.leave();
    this.host.wake(this.thread, Msg.SEND_TIMED_OUT);
  }

  private leave(): void {
    this.port.dropSender(this);
    this.timer?.cancel();
  }

  abort(): number {
    this.leave();
    copyoutPseudo(this.thread, this.msg, this.kmsg);
    return Msg.SEND_INTERRUPTED;
  }

  finish(code: number): number {
    const { host, thread, msg, kmsg, port } = this;
    const sent = code === Msg.SUCCESS ? sendOrWait(host, thread, msg, kmsg, port) : timedOut(thread, msg, kmsg, port);
    return sent === Msg.SUCCESS && msg.option & MsgOption.RCV ? receive(host, thread, msg) : sent;
  }

  discard(): void {
    destroyKmsg(this.kmsg);
    this.port.wakeSender();
  }
}
