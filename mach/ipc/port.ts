/**
 * A port: a queue with one receiver and any number of senders.
 *
 * Its receive right is in exactly one place: in a space (`receiver`), in a message (`destination` says to which port), in limbo
 * for a moment between the two, or nowhere: then the port is dead for ever.
 *
 * Rules (mach-ipc.md §2): `srights` counts the entries that name the port with a send right, plus rights in messages and in the kernel
 * (rule 6: a destination right lives in the queued message and is consumed by the receive); `sorights` likewise. Moving the receive right resets
 * make-send count and seqno and clears payload and set membership, but keeps limit, queue and requests (rule 12). At death come first the rights
 * of queued messages and the no-senders right, then dead-name requests in slot order. Waiters are served last come, first served (rule 1).
 */
import { invariant } from "../kern/invariant.ts";
import { UNWATCHED, type KObject, type Realm } from "./host.ts";
import { destroyKmsg, type Kmsg } from "./kmsg.ts";
import { MessageSource } from "./message-source.ts";
import type { PortSet } from "./port-set.ts";
import type { DeadNameRequests } from "./dead-name-requests.ts";
import { notifyDeadName, notifyNoSenders, notifyPortDestroyed, notifySendOnce } from "./notify.ts";
import type { Space } from "./space.ts";

/** `MACH_PORT_QLIMIT_DEFAULT` and the largest limit. */
export const QLIMIT_DEFAULT = 5;
export const QLIMIT_MAX = 16;

/** A thread that waits for room in a port's queue. */
export interface BlockedSender {
  /** Who waited here before it; the waits' own link. */
  below: BlockedSender | null;
  readonly kmsg: Kmsg;
  /** There may be room now, or the port is dead: the thread tries again. */
  proceed(): void;
}

export class Port extends MessageSource {
  readonly id: number;
  readonly realm: Realm;
  /** The space whose task holds the receive right, and under which name. */
  receiver: Space | null = null;
  receiverName = 0;
  /** The port to which the message goes that carries the receive right. */
  destination: Port | null = null;
  kobject: KObject | null = null;
  mscount = 0;
  srights = 0;
  sorights = 0;
  seqno = 0;
  qlimit = QLIMIT_DEFAULT;
  /** Messages queued here or, of this port, in its set; slots given to blocked senders included. */
  msgcount = 0;
  payload: number | null = null;
  set: PortSet | null = null;
  /** The waiting sender that is served next. */
  senders: BlockedSender | null = null;
  /** Send-once rights for notifications. */
  noSenders: Port | null = null;
  portDestroyed: Port | null = null;
  deadNames: DeadNameRequests | null = null;
  /** The kernel's own interest in the port's death (a pager's objects). */
  onDeath: (() => void) | null = null;

  constructor(id: number, realm: Realm = UNWATCHED) {
    super();
    this.id = id;
    this.realm = realm;
  }

  /** Puts a message, whose slot is already counted, before a waiting receiver or into the queue. */
  deliver(kmsg: Kmsg): void {
    if (this.set === null) this.offer(kmsg, this);
    else this.set.offer(kmsg, this);
  }

  /** The number of the next message that is received or handed to a receiver. */
  nextSeqno(): number {
    const { seqno } = this;
    this.seqno = (seqno + 1) >>> 0;
    return seqno;
  }

  /** One message of this port has been received: a blocked sender may have its slot. */
  slotFreed(): void {
    if (this.dead) return;
    this.msgcount--;
    invariant(this.msgcount >= 0, "a port's queue has no fewer than zero messages", this.id);
    if (this.senders !== null) this.wakeSender();
  }

  /** Both at once. */
  taken(): number {
    this.slotFreed();
    return this.nextSeqno();
  }

  /** Wakes the blocked sender that came last, if there is room for it. */
  wakeSender(): void {
    if (this.senders !== null && this.msgcount < this.qlimit) this.popSender()?.proceed();
  }

  /** A raised limit wakes one blocked sender for each new slot. */
  setQlimit(qlimit: number): void {
    for (let i = this.qlimit; i < qlimit; i++) this.popSender()?.proceed();
    this.qlimit = qlimit;
  }

  /** A send right is gone: the last one fires the no-senders request. */
  releaseSend(): void {
    this.srights--;
    invariant(this.srights >= 0, "send rights are counted", this.id);
    if (this.srights === 0) this.fireNoSenders();
  }

  /** Fires the no-senders request, if there is one (when no senders are left). */
  fireNoSenders(): void {
    const request = this.noSenders;
    if (!request || this.dead) return;
    this.noSenders = null;
    notifyNoSenders(request, this.mscount);
  }

  /** A send-once right dies unused: its receiver gets a send-once notification, which uses it. */
  releaseSendOnce(): void {
    if (this.dead) this.sorights--;
    else notifySendOnce(this);
  }

  /** A receive right dies in transit. */
  releaseReceive(): void {
    this.destination = null;
    this.destroy();
  }

  /** Makes a new send right from the receive right. */
  makeSend(): this {
    this.mscount = (this.mscount + 1) >>> 0;
    this.srights++;
    return this;
  }

  makeSendOnce(): this {
    this.sorights++;
    return this;
  }

  /** Another right like one that exists. */
  copySend(): this {
    this.srights++;
    return this;
  }

  /** Takes the receive right out of its space: out of its set too, and waiting receivers learn that the port is gone for them. */
  clearReceiver(): void {
    this.set?.leave(this);
    this.wakeReceivers("died");
    this.receiver = null;
    this.receiverName = 0;
    this.mscount = 0;
    this.seqno = 0;
    this.payload = null;
  }

  pushSender(sender: BlockedSender): void {
    sender.below = this.senders;
    this.senders = sender;
  }

  private popSender(): BlockedSender | null {
    const top = this.senders;
    if (top !== null) {
      this.senders = top.below;
      top.below = null;
    }
    return top;
  }

  /** True while `sender` waits here. */
  hasSender(sender: BlockedSender): boolean {
    for (let s = this.senders; s !== null; s = s.below) if (s === sender) return true;
    return false;
  }

  /** Takes one that waits no more out of the middle. */
  dropSender(sender: BlockedSender): void {
    if (this.senders === sender) {
      this.popSender();
      return;
    }
    for (let s = this.senders; s !== null; s = s.below) {
      if (s.below !== sender) continue;
      s.below = sender.below;
      sender.below = null;
      return;
    }
  }

  /**
   * The receive right, held by nobody, is destroyed: it goes to the port-destroyed request if there is one, else the port dies.
   * A request that points to the port itself is ignored.
   */
  destroy(): void {
    invariant(this.receiver === null, "a port that dies has no receiver", this.id);
    const backup = this.portDestroyed;
    this.portDestroyed = null;
    if (backup === this) this.sorights--;
    else if (backup) {
      notifyPortDestroyed(backup, this);
      return;
    }
    this.die();
  }

  private die(): void {
    this.dead = true;
    this.realm.rights?.died(this);
    for (let s = this.popSender(); s; s = this.popSender()) s.proceed();
    this.msgcount = 0;
    const noSenders = this.noSenders;
    this.noSenders = null;
    if (noSenders) noSenders.releaseSendOnce();
    for (let k = this.shift(); k; k = this.shift()) destroyKmsg(k);
    const requests = this.deadNames;
    this.deadNames = null;
    requests?.forEach((r) => notifyDeadName(r.notify, r.name));
    const { onDeath } = this;
    this.onDeath = null;
    onDeath?.();
  }
}
