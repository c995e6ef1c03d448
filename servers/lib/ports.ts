/**
 * libports: receive rights with objects behind them, and threads that serve them.
 *
 * Rules kept here: an object lives until its last send right is gone *and* no request uses it; a no-senders message is believed only if the
 * kernel confirms it and every right that we handed out has been made (a forged one answers EAGAIN, recorded p-notify); dead names are announced
 * on a private port; interrupt_operation, and the loss of the last sender, cancel what is being served on a port.
 */
import { MachMsg, MsgOption } from "../../mach/ipc/message.ts";
import { MACH_PORT_NULL, makeSend, makeSendOnce, portValid, type MachPort, type PolyRight } from "../../mach/ipc/names.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import { Msg, type KernReturn } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { answerRequest, firstOf, mach_msg_destroy, sendFailed, sendReply, type Demuxer } from "../../mach/mig/server.ts";
import { allocateReceive, deallocate, destroyReceive, insertSend, taskSelf } from "../../glibc-shim/rights.ts";
import { Errno } from "../interfaces/errno.ts";
import { NotifyId, INTERRUPT_OPERATION, portsDemuxer } from "./notifications.ts";
import { othersIn, PortInfo, type AnyPort, type PortClass, type Rpc } from "./port-info.ts";
import { Condition, Thread } from "./sync.ts";
export { PortClass, PortInfo, type Rpc } from "./port-info.ts";

/** What starts threads: the C library, or its like. */
export interface ThreadStarter {
  /** The port that it answers is the thread's own, and goes with it. */
  thread(body: () => Syscall<void>): Syscall<MachPort>;
}

/** What to do when a name that we watch dies. */
export type DeadNameHook = () => Syscall<void>;

export class Bucket {
  /** All our ports that are served are members of this set. */
  readonly portSet: MachPort;
  /** Where the kernel announces dead names: nobody else has a right to it. */
  private readonly notifyPort: MachPort;
  private readonly starter: ThreadStarter;
  private readonly ports = new Map<MachPort, AnyPort>();
  private readonly deadNames = new Map<MachPort, Set<DeadNameHook>>();
  /** Threads now waiting for a request. */
  private waitingThreads = 0;
  /** Who keeps new requests on all ports waiting. */
  inhibitor: Thread | undefined = undefined;
  private readonly changed = new Condition();

  private constructor(starter: ThreadStarter, portSet: MachPort, notifyPort: MachPort) {
    this.starter = starter;
    this.portSet = portSet;
    this.notifyPort = notifyPort;
  }

  /** A bucket with no ports yet. One for a server, as a rule. */
  static *create(starter: ThreadStarter): Syscall<Bucket> {
    const set = yield* machPortCall.mach_port_allocate(yield* taskSelf(), { right: 3 });
    const notifyPort = yield* allocateReceive();
    const bucket = new Bucket(starter, set.err ? MACH_PORT_NULL : set.name, notifyPort);
    yield* bucket.addToSet(notifyPort);
    return bucket;
  }

  // ---- ports and objects

  /** A new receive right in the set, without a send right yet. */
  *create<T>(cls: PortClass<T>, object: T): Syscall<PortInfo<T>> {
    const port = yield* this.createOutside(cls, object);
    yield* this.addToSet(port.name);
    return port;
  }

  /** As `create`, but requests wait in the queue until `serve` (`ports_create_port_noinstall`). */
  *createOutside<T>(cls: PortClass<T>, object: T): Syscall<PortInfo<T>> {
    return this.enter(new PortInfo(cls, object, yield* allocateReceive(), 0));
  }

  /** Takes over a receive right that has been used before; its send rights count (`ports_import_port`). */
  *import<T>(cls: PortClass<T>, receive: MachPort, object: T): Syscall<PortInfo<T>> {
    const { mscount, srights } = yield* this.status(receive);
    const port = this.enter(new PortInfo(cls, object, receive, mscount));
    if (srights > 0) yield* this.expectNoSenders(port);
    yield* this.addToSet(receive);
    return port;
  }

  /** Lets requests on a port of `createOutside` be served. */
  *serve(port: PortInfo<unknown>): Syscall<void> {
    yield* this.addToSet(port.name);
  }

  /** The port of one of these classes whose receive right is `name`. */
  lookup<T>(cls: PortClass<T> | readonly PortClass<T>[], name: MachPort): PortInfo<T> | undefined {
    const port = this.ports.get(name);
    if (port === undefined) return undefined;
    const fits = Array.isArray(cls) ? (cls as readonly unknown[]).includes(port.class) : port.class === cls;
    return fits ? (port as PortInfo<T>) : undefined;
  }

  /** The ports of a class, as they are now. */
  all<T>(cls: PortClass<T>): readonly PortInfo<T>[] {
    return [...this.ports.values()].filter((port) => port.class === cls) as PortInfo<T>[];
  }

  /** How many ports there are. */
  get count(): number {
    return this.ports.size;
  }

  /** The right for a message to carry, MAKE_SEND. It counts as handed out: send it (`ports_get_right`). Null after `destroyRight`. */
  *getRight(port: PortInfo<unknown>): Syscall<PolyRight> {
    port.mscount++;
    if (!port.hasSendRights && portValid(port.name)) yield* this.expectNoSenders(port);
    return makeSend(port.name);
  }

  /** A send right of our own (`ports_get_send_right`). Give it back with mach_port_deallocate. */
  *getSendRight(port: PortInfo<unknown>): Syscall<MachPort> {
    yield* this.getRight(port);
    yield* insertSend(port.name);
    return port.name;
  }

  /** Keeps the object while somebody outside the requests uses it; balance with `release`. */
  hold(port: PortInfo<unknown>): void {
    port.refs++;
  }

  *release(port: PortInfo<unknown>): Syscall<void> {
    port.refs--;
    yield* this.settle(port as AnyPort);
  }

  /** Ends the receive right: send rights become dead names, queued requests are destroyed. The object goes when its last request is done. */
  *destroyRight(port: PortInfo<unknown>): Syscall<void> {
    const { name } = port;
    if (!portValid(name)) return;
    this.ports.delete(name);
    port.name = MACH_PORT_NULL;
    port.hasSendRights = false;
    yield* destroyReceive(name);
    yield* this.settle(port as AnyPort);
  }

  /** `to` takes over the receive right of `from`, with its senders; `to`'s own is destroyed (`ports_transfer_right`). */
  *transferRight(to: PortInfo<unknown>, from: PortInfo<unknown>): Syscall<void> {
    const { name, mscount, hasSendRights } = from;
    this.ports.delete(name);
    from.name = MACH_PORT_NULL;
    from.hasSendRights = false;
    yield* this.replaceRight(to, name, mscount, hasSendRights);
    yield* this.settle(from as AnyPort);
  }

  /** `port` gets the foreign receive right in place of its own, which is destroyed (`ports_reallocate_from_external`). */
  *reallocate(port: PortInfo<unknown>, receive: MachPort): Syscall<void> {
    const { mscount, srights } = yield* this.status(receive);
    yield* this.replaceRight(port, receive, mscount, false);
    if (srights > 0) yield* this.expectNoSenders(port);
    yield* this.addToSet(receive);
  }

  private *replaceRight(port: PortInfo<unknown>, receive: MachPort, mscount: number, hasSendRights: boolean): Syscall<void> {
    const old = port.name;
    this.ports.delete(old);
    port.name = receive;
    port.mscount = mscount;
    port.hasSendRights = hasSendRights;
    this.ports.set(receive, port as AnyPort);
    yield* destroyReceive(old);
  }

  private enter<T>(port: PortInfo<T>): PortInfo<T> {
    port.class.count++;
    this.ports.set(port.name, port as AnyPort);
    return port;
  }

  private *addToSet(member: MachPort): Syscall<void> {
    yield* machPortCall.mach_port_move_member(yield* taskSelf(), { member, after: this.portSet });
  }

  /** Gives up an object that nothing keeps. */
  private *settle(port: AnyPort): Syscall<void> {
    if (!port.idle || port.finished) return;
    port.finished = true;
    port.class.count--;
    const { name } = port;
    if (portValid(name)) {
      this.ports.delete(name);
      port.name = MACH_PORT_NULL;
      yield* destroyReceive(name);
    }
    if (port.class.clean !== undefined) yield* port.class.clean(port);
  }

  // ---- no senders

  private *status(name: MachPort): Syscall<{ readonly mscount: number; readonly srights: number }> {
    const got = yield* machPortCall.mach_port_get_receive_status(yield* taskSelf(), { name });
    return got.err ? { mscount: 0, srights: 0 } : { mscount: got.status[2] ?? 0, srights: got.status[6] ?? 0 };
  }

  /** Orders the notification for when all rights made so far are gone. */
  private *expectNoSenders(port: PortInfo<unknown>): Syscall<void> {
    const { name, mscount } = port;
    port.hasSendRights = true;
    yield* this.requestNotification(name, NotifyId.NO_SENDERS, mscount, makeSendOnce(name));
  }

  /** The port is said to have no senders. EAGAIN when that is not true now. */
  *noSenders(name: MachPort): Syscall<KernReturn> {
    const port = this.ports.get(name);
    if (port === undefined) return Errno.EOPNOTSUPP;
    if (!port.hasSendRights) return Errno.EAGAIN;
    const { mscount, srights } = yield* this.status(name);
    if (port.name !== name || !port.hasSendRights) return Errno.EAGAIN;
    if (srights > 0 || mscount < port.mscount) {
      yield* this.expectNoSenders(port);
      return Errno.EAGAIN;
    }
    port.hasSendRights = false;
    yield* this.interruptRpcs(port);
    yield* this.settle(port);
    return 0;
  }

  // ---- dead names

  /** Runs `hook` once when `name` dies; at once when it is dead. Several may watch one name. */
  *requestDeadName(name: MachPort, hook: DeadNameHook): Syscall<KernReturn> {
    const hooks = this.deadNames.get(name);
    if (hooks !== undefined) {
      hooks.add(hook);
      return 0;
    }
    this.deadNames.set(name, new Set([hook]));
    const code = yield* this.requestNotification(name, NotifyId.DEAD_NAME, 1, makeSendOnce(this.notifyPort));
    if (code !== 0) this.deadNames.delete(name);
    return code;
  }

  /** `hook` no longer watches `name`. */
  *cancelDeadName(name: MachPort, hook: DeadNameHook): Syscall<void> {
    const hooks = this.deadNames.get(name);
    if (hooks === undefined || !hooks.delete(hook) || hooks.size > 0) return;
    this.deadNames.delete(name);
    yield* this.requestNotification(name, NotifyId.DEAD_NAME, 0, makeSendOnce(MACH_PORT_NULL));
  }

  /** A dead-name notification that came to `name`; `dead` is the name in it. EOPNOTSUPP: forged. The reference that it brought goes back. */
  *deadName(at: MachPort, dead: MachPort): Syscall<KernReturn> {
    if (at !== this.notifyPort) return Errno.EOPNOTSUPP;
    const hooks = this.deadNames.get(dead);
    this.deadNames.delete(dead);
    if (hooks !== undefined) for (const hook of [...hooks]) yield* hook();
    yield* deallocate(dead);
    return 0;
  }

  private *requestNotification(name: MachPort, id: number, sync: number, notify: PolyRight): Syscall<KernReturn> {
    const asked = yield* machPortCall.mach_port_request_notification(yield* taskSelf(), { name, id, sync, notify });
    if (asked.err) return asked.err;
    yield* deallocate(asked.previous);
    return 0;
  }

  // ---- requests in progress

  /** Cancels what is being served on `port`, the caller's own request excepted (`ports_interrupt_rpcs`). */
  *interruptRpcs(port: PortInfo<unknown>): Syscall<void> {
    const self = Thread.self();
    for (const rpc of [...port.rpcs]) if (rpc.thread !== self) yield* rpc.thread.cancel();
  }

  /** interrupt_operation on `name`. */
  *interrupt(name: MachPort): Syscall<KernReturn> {
    const port = this.ports.get(name);
    if (port === undefined) return Errno.EOPNOTSUPP;
    yield* this.interruptRpcs(port);
    return 0;
  }

  /** Counts this thread's request on `port` in; waits while requests are held back. Undefined: cancelled meanwhile. */
  private *beginRpc(port: AnyPort, id: number): Syscall<Rpc | undefined> {
    const self = Thread.self();
    while (id !== INTERRUPT_OPERATION && this.heldBack(port, self)) {
      if ((yield* this.changed.wait()) === "cancelled") return undefined;
    }
    return enterRpc(port, self, id);
  }

  private *endRpc(port: AnyPort, rpc: Rpc): Syscall<void> {
    port.rpcs.delete(rpc);
    rpc.thread.takeCancel();
    if (this.inhibitor ?? port.class.inhibitor ?? port.inhibitor) yield* this.changed.broadcast();
    yield* this.settle(port);
  }

  private heldBack(port: AnyPort, self: Thread): boolean {
    return [this.inhibitor, port.class.inhibitor, port.inhibitor].some((by) => by !== undefined && by !== self);
  }

  /**
   * Lets no new request begin on ports of `scope` (a port, a class; the whole bucket when left out), and waits until those of other threads are
   * done (`ports_inhibit_*_rpcs`). EBUSY: somebody did already; EINTR: cancelled.
   */
  *inhibitRpcs(scope?: PortInfo<unknown> | PortClass<unknown>): Syscall<KernReturn> {
    const target = scope ?? this;
    if (target.inhibitor !== undefined) return Errno.EBUSY;
    const self = Thread.self();
    target.inhibitor = self;
    const inScope = (): Iterable<AnyPort> => [...this.ports.values()].filter((p) => scope === undefined || p === scope || p.class === scope);
    for (;;) {
      const others = [...othersIn(inScope(), self)];
      if (others.length === 0) return 0;
      for (const rpc of others) yield* rpc.thread.cancel();
      if ([...othersIn(inScope(), self)].length === 0) return 0;
      if ((yield* this.changed.wait()) === "cancelled") {
        yield* this.resumeRpcs(scope);
        return Errno.EINTR;
      }
    }
  }

  /** Undoes `inhibitRpcs`. */
  *resumeRpcs(scope?: PortInfo<unknown> | PortClass<unknown>): Syscall<void> {
    (scope ?? this).inhibitor = undefined;
    yield* this.changed.broadcast();
  }

  // ---- serving

  /** Serves every port of the set with as many threads as there are requests at a time. The caller's thread is one of them. */
  *serveMultithread(demuxer: Demuxer): Syscall<void> {
    yield* this.serveLoop(firstOf(portsDemuxer(this), demuxer), true);
  }

  /** Serves with the caller's thread alone. */
  *serveOneThread(demuxer: Demuxer): Syscall<void> {
    yield* this.serveLoop(firstOf(portsDemuxer(this), demuxer), false);
  }

  private *serveLoop(demuxer: Demuxer, spawn: boolean): Syscall<void> {
    const msg = new MachMsg();
    let reply = false;
    for (;;) {
      msg.option = reply ? MsgOption.SEND | MsgOption.RCV : MsgOption.RCV;
      msg.rcvName = this.portSet;
      msg.take = true;
      this.waitingThreads++;
      const code = yield msg;
      this.waitingThreads--;
      if (code === Msg.SUCCESS) reply = yield* this.serveRequest(msg, demuxer, spawn);
      else if (code === Msg.SEND_INTERRUPTED) continue;
      else if (reply && sendFailed(code)) {
        yield* mach_msg_destroy(msg);
        reply = false;
      } else if (code === Msg.RCV_INTERRUPTED) reply = false;
      else return;
    }
  }

  /** One request, from the moment it was received. True: the reply is in `msg`. */
  private *serveRequest(msg: MachMsg, demuxer: Demuxer, spawn: boolean): Syscall<boolean> {
    const port = this.ports.get(msg.localPort);
    const more = spawn && this.waitingThreads === 0 && !isNotification(msg.id);
    if (port === undefined || isNotification(msg.id)) {
      if (more) yield* this.anotherThread(demuxer);
      return yield* answerRequest(msg, demuxer);
    }
    // Counted in before the thread is made, so that an interruption meanwhile finds it.
    const self = Thread.self();
    const begun = this.heldBack(port, self) ? undefined : enterRpc(port, self, msg.id);
    if (more) yield* this.anotherThread(demuxer);
    const rpc = begun ?? (yield* this.beginRpc(port, msg.id));
    const reply = rpc === undefined ? yield* this.refuse(msg) : yield* answerRequest(msg, demuxer);
    if (rpc === undefined) return reply;
    if (port.rpcs.size > 1 || port.hasSendRights || port.refs > 0) {
      yield* this.endRpc(port, rpc);
      return reply;
    }
    if (reply) yield* sendReply(msg);
    yield* this.endRpc(port, rpc);
    return false;
  }

  /** A cancelled request that never began: EINTR. */
  private *refuse(msg: MachMsg): Syscall<boolean> {
    return yield* answerRequest(msg, {
      handles: () => true,
      *answer() {
        return { err: Errno.EINTR, items: [{ type: 2, bits: 32, number: 1, inline: true, longform: false, dealloc: false, data: Errno.EINTR }] };
      },
    });
  }

  private *anotherThread(demuxer: Demuxer): Syscall<void> {
    this.waitingThreads++;
    yield* this.starter.thread(() => this.newThread(demuxer));
  }

  private *newThread(demuxer: Demuxer): Syscall<void> {
    this.waitingThreads--;
    yield* this.serveLoop(demuxer, true);
  }
}

function enterRpc(port: AnyPort, thread: Thread, id: number): Rpc {
  const rpc: Rpc = { thread, id };
  port.rpcs.add(rpc);
  return rpc;
}

/** Notifications are quick, and wait for nobody: they are not counted as requests. */
const isNotification = (id: number): boolean => id >= 64 && id <= 72;
