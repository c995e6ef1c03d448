/**
 * libports: receive rights with objects behind them, and threads that serve them.
 *
 * Rules kept here: an object lives until its last send right is gone *and* no request uses it; a no-senders message is believed only if the
 * kernel confirms it and every right that we handed out has been made (a forged one answers EAGAIN, recorded p-notify); dead names are announced
 * on a private port; interrupt_operation, and the loss of the last sender, cancel what is being served on a port.
 */
import { MachMsg, MsgOption } from "../../mach/ipc/message.ts";
import { MACH_PORT_NULL, Right, type MachPort } from "../../mach/ipc/names.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import { Msg, type KernReturn } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { answerRequest, firstOf, mach_msg_destroy, refuseRequest, sendFailed, sendReply, type Demuxer } from "../../mach/mig/server.ts";
import { allocateReceive, taskSelf } from "../../glibc-shim/rights.ts";
import { Errno } from "../interfaces/errno.ts";
import type { Holes } from "../interfaces/holes.ts";
import { INTERRUPT_OPERATION, portsDemuxer } from "./notifications.ts";
import { othersIn, type AnyPort, type PortClass, type PortInfo, type Rpc } from "./port-info.ts";
import { PortTable } from "./port-table.ts";
import { Condition, Thread } from "./sync.ts";
export { PortClass, PortInfo, type Rpc } from "./port-info.ts";
export type { DeadNameHook } from "./port-table.ts";

/** What starts threads: the C library, or its like. */
export interface ThreadStarter {
  /** The port that it answers is the thread's own, and goes with it. */
  thread(body: () => Syscall<void>): Syscall<MachPort>;
  /** The holes that this build of the server has; none unless said. */
  readonly holes?: Holes;
}

export class Bucket extends PortTable {
  private readonly starter: ThreadStarter;
  /** Threads now waiting for a request. */
  private waitingThreads = 0;
  /** Who keeps new requests on all ports waiting. */
  inhibitor: Thread | undefined = undefined;
  private readonly changed = new Condition();

  private constructor(starter: ThreadStarter, portSet: MachPort, notifyPort: MachPort) {
    super(portSet, notifyPort, starter.holes?.has("2021-43412") ?? false);
    this.starter = starter;
  }

  /** A bucket with no ports yet. One for a server, as a rule. */
  static *create(starter: ThreadStarter): Syscall<Bucket> {
    const set = yield* machPortCall.mach_port_allocate(yield* taskSelf(), { right: Right.PORT_SET });
    const notifyPort = yield* allocateReceive();
    const bucket = new Bucket(starter, set.err ? MACH_PORT_NULL : set.name, notifyPort);
    yield* bucket.addToSet(notifyPort);
    return bucket;
  }

  // ---- requests in progress

  /** Cancels what is being served on `port`, the last to come first, the caller's own request excepted (`ports_interrupt_rpcs`). */
  *interruptRpcs(port: PortInfo<unknown>): Syscall<void> {
    const self = Thread.self();
    for (const rpc of [...port.rpcs].reverse()) if (rpc.thread !== self) yield* rpc.thread.cancel();
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
    if (port.idle) yield* this.settle(port);
  }

  private heldBack(port: AnyPort, self: Thread): boolean {
    return isOther(this.inhibitor, self) || isOther(port.class.inhibitor, self) || isOther(port.inhibitor, self);
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
    const reply = rpc === undefined ? yield* refuseRequest(msg, Errno.EINTR) : yield* answerRequest(msg, demuxer);
    if (rpc === undefined) return reply;
    if (port.rpcs.size > 1 || port.hasSendRights || port.refs > 0) {
      yield* this.endRpc(port, rpc);
      return reply;
    }
    if (reply) yield* sendReply(msg);
    yield* this.endRpc(port, rpc);
    return false;
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

const isOther = (by: Thread | undefined, self: Thread): boolean => by !== undefined && by !== self;

function enterRpc(port: AnyPort, thread: Thread, id: number): Rpc {
  const rpc: Rpc = { thread, id };
  port.rpcs.add(rpc);
  return rpc;
}

/** Notifications are quick, and wait for nobody: they are not counted as requests. */
const isNotification = (id: number): boolean => id >= 64 && id <= 72;
