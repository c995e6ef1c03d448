/**
 * Locks and conditions between the threads of one task (cthreads' mutex, and the Hurd's cancellable condition wait).
 *
 * Threads of a task share objects and are interleaved only where one traps, so the state of a lock needs no atomic instruction. A thread that
 * must wait receives on a port of its own; whoever wakes it sends an empty message there. A waiting thread can be cancelled
 * (`hurd_thread_cancel`): that is how interrupt_operation ends an RPC (signals-fork.md).
 */
import { MachMsg, MsgOption } from "../../mach/ipc/message.ts";
import { MACH_PORT_NULL, MsgType, portValid, type MachPort } from "../../mach/ipc/names.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import { Msg } from "../../mach/kern/kern-return.ts";
import { cpu, mach_reply_port, type Syscall } from "../../mach/kern/syscall.ts";
import { abortRpc } from "../../glibc-shim/abort-rpc.ts";
import { ThreadState } from "../../glibc-shim/process.ts";

/** How a wait ended. */
export type Woken = "ok" | "cancelled" | "timed out";

/** One wait of one thread. */
interface Waiter {
  readonly thread: Thread;
  /** Undefined until somebody wakes it. */
  woken: Woken | undefined;
}

/** What this library keeps for a thread, in the thread's own storage. */
export class Thread {
  /** Where this thread waits; made when first needed. */
  private port: MachPort = MACH_PORT_NULL;
  private cancelPending = false;
  /** What the C library keeps for the thread: the call that it is in. */
  private readonly library: unknown = cpu.tls.library;
  private waiting: { readonly condition: Condition; readonly waiter: Waiter } | undefined;

  /** The running thread. Synchronous: ask before the next trap. */
  static self(): Thread {
    const { tls } = cpu;
    if (tls.threads instanceof Thread) return tls.threads;
    const made = new Thread();
    tls.threads = made;
    return made;
  }

  /** Ends the wait this thread is in, or the call to another server; without one, its next cancellable wait (`hurd_thread_cancel`). */
  *cancel(): Syscall<void> {
    const { waiting } = this;
    if (waiting === undefined) {
      this.cancelPending = true;
      yield* this.breakOff();
    } else if (waiting.condition.forget(waiting.waiter)) yield* this.wake(waiting.waiter, "cancelled");
  }

  /** Asks the server that this thread is calling to answer EINTR. */
  private *breakOff(): Syscall<void> {
    if (!(this.library instanceof ThreadState)) return;
    const { process, sigstate } = this.library;
    if (sigstate.rpc === undefined || !portValid(sigstate.thread)) return;
    yield* machCall.thread_suspend(sigstate.thread, {});
    if (sigstate.rpc !== undefined) yield* abortRpc(process, sigstate, false);
    yield* machCall.thread_resume(sigstate.thread, {});
  }

  /** Takes a cancellation that came before (`hurd_check_cancel`). */
  takeCancel(): boolean {
    const pending = this.cancelPending;
    this.cancelPending = false;
    return pending;
  }

  /** Says what this thread can be cancelled from; undefined: nothing. */
  waitsOn(waiting: { readonly condition: Condition; readonly waiter: Waiter } | undefined): void {
    this.waiting = waiting;
  }

  /** Blocks until `wake`. With a time-out in milliseconds answers "timed out" when nobody woke it by then. */
  *block(waiter: Waiter, timeout?: number): Syscall<Woken> {
    if (this.port === MACH_PORT_NULL) {
      this.port = yield* mach_reply_port();
      if (waiter.woken !== undefined) return waiter.woken;
    }
    const msg = new MachMsg();
    let limit = timeout;
    for (;;) {
      if (waiter.woken !== undefined) limit = undefined;
      msg.option = limit === undefined ? MsgOption.RCV : MsgOption.RCV | MsgOption.RCV_TIMEOUT;
      msg.timeout = limit ?? 0;
      msg.rcvName = this.port;
      const code = yield msg;
      if (code === Msg.SUCCESS) return waiter.woken ?? "ok";
      if (code === Msg.RCV_TIMED_OUT && waiter.woken === undefined) return "timed out";
    }
  }

  /** Ends `block`. The thread may not have come to its receive yet: then the message waits for it, or it has no port and looks first. */
  *wake(waiter: Waiter, how: Woken): Syscall<void> {
    waiter.woken = how;
    if (this.port === MACH_PORT_NULL) return;
    const msg = new MachMsg();
    msg.header(this.port, MsgType.MAKE_SEND_ONCE, MACH_PORT_NULL, 0, 0, []);
    msg.option = MsgOption.SEND;
    yield msg;
  }
}

/** A lock. Fair: the thread that waited longest is next. Not recursive. */
export class Mutex {
  private held = false;
  private readonly queue: Waiter[] = [];

  /** True while some thread has it. */
  get locked(): boolean {
    return this.held;
  }

  *lock(): Syscall<void> {
    if (!this.held) {
      this.held = true;
      return;
    }
    const waiter: Waiter = { thread: Thread.self(), woken: undefined };
    this.queue.push(waiter);
    yield* waiter.thread.block(waiter);
  }

  /** Hands the lock to the next thread, or opens it. */
  *unlock(): Syscall<void> {
    const next = this.queue.shift();
    if (next === undefined) this.held = false;
    else yield* next.thread.wake(next, "ok");
  }

  /** Runs `body` with the lock held. */
  *with<T>(body: () => Syscall<T>): Syscall<T> {
    yield* this.lock();
    const result = yield* body();
    yield* this.unlock();
    return result;
  }
}

/** A condition. Waits are cancellable: answer EINTR when a wait says "cancelled". */
export class Condition {
  private readonly queue: Waiter[] = [];

  /** Gives up `mutex` (if any), waits, and takes it again. Milliseconds. A cancellation that came before the wait ends it at once. */
  *wait(mutex?: Mutex, timeout?: number): Syscall<Woken> {
    const thread = Thread.self();
    if (thread.takeCancel()) return "cancelled";
    const waiter: Waiter = { thread, woken: undefined };
    this.queue.push(waiter);
    thread.waitsOn({ condition: this, waiter });
    if (mutex !== undefined) yield* mutex.unlock();
    const how = yield* thread.block(waiter, timeout);
    this.forget(waiter);
    thread.waitsOn(undefined);
    if (mutex !== undefined) yield* mutex.lock();
    return how;
  }

  /** Wakes the thread that waited longest. */
  *signal(): Syscall<void> {
    const next = this.queue.shift();
    if (next !== undefined) yield* next.thread.wake(next, "ok");
  }

  /** Wakes all. */
  *broadcast(): Syscall<void> {
    for (const waiter of this.queue.splice(0)) yield* waiter.thread.wake(waiter, "ok");
  }

  /** Takes one wait out of the queue. False: it was no longer there. */
  forget(waiter: Waiter): boolean {
    const at = this.queue.indexOf(waiter);
    if (at >= 0) this.queue.splice(at, 1);
    return at >= 0;
  }
}
