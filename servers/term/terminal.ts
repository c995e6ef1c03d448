/**
 * One terminal as its users meet it: waiting, job control, signals, around the line discipline (fs-io.md §8).
 *
 * One lock covers the whole terminal, as the real server's does; output leaves for the device while it is held, so that bytes stay in order.
 */
import type { Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { Errno } from "../interfaces/errno.ts";
import { SELECT_READ, SELECT_WRITE } from "../interfaces/hurd-types.ts";
import { SIGWINCH } from "../interfaces/signals.ts";
import { Lflag } from "../interfaces/termios.ts";
import { Condition, Mutex } from "../lib/sync.ts";
import { Discipline, OUTPUT_LIMIT } from "./discipline.ts";
import { defaultModes, type Modes } from "./modes.ts";

/** Who uses the terminal through one port: known only on ports of `term_open_ctty`. The group is stored as it comes: positive. */
export interface Job {
  readonly pid: number;
  readonly pgrp: number;
}

/** What moves bytes to and from the machine. */
export interface Backend {
  /** The first open: makes bytes flow. */
  start(terminal: Terminal): Syscall<0 | Failure>;
  write(bytes: Uint8Array): Syscall<void>;
}

/** Sends a signal to a process, or for a negative number to a group. */
export type SendSignal = (owner: number, signo: number) => Syscall<void>;

type Reading = { readonly err: 0; readonly data: Uint8Array } | { readonly err: Failure };
type Written = { readonly err: 0; readonly amount: number } | { readonly err: Failure };

export class Terminal {
  readonly discipline = new Discipline();
  readonly lock = new Mutex();
  private readonly backend: Backend;
  private readonly sendSignal: SendSignal;
  private readonly inputCame = new Condition();
  private readonly outputWent = new Condition();
  private readonly changed = new Condition();
  /** The foreground id: a pid, or a group as a negative number; undefined is NO_OWNER. */
  owner: number | undefined = undefined;
  /** Rows, columns, and two pixel counts. */
  size: readonly number[] = [0, 0, 0, 0];
  /** TIOCEXCL. */
  exclusive = false;
  /** Opens that have not been closed. */
  opens = 0;
  private started = false;

  constructor(backend: Backend, sendSignal: SendSignal) {
    this.backend = backend;
    this.sendSignal = sendSignal;
  }

  // ---- opening and closing

  /** Somebody opens the terminal. The first open sets the default modes. EBUSY under TIOCEXCL, unless `privileged`. */
  *open(privileged: boolean): Syscall<0 | Failure> {
    if (this.exclusive && this.opens > 0 && !privileged) return Errno.EBUSY;
    if (this.opens === 0) this.discipline.setModes(defaultModes);
    this.opens++;
    if (this.started) return 0;
    this.started = true;
    const err = yield* this.backend.start(this);
    if (err) {
      this.started = false;
      this.opens--;
    }
    return err;
  }

  /** An open is closed. The last one flushes the queues and leaves the terminal to nobody. */
  close(): void {
    this.opens--;
    if (this.opens > 0) return;
    this.discipline.flush(0);
    this.owner = undefined;
    this.exclusive = false;
  }

  // ---- job control

  /** True when `job` may use the terminal as the foreground does (`fg_p`). */
  foreground(job: Job | undefined): boolean {
    return job === undefined || this.owner === undefined || job.pid === this.owner || job.pgrp === -this.owner;
  }

  /** EBACKGROUND for what only the foreground may change. */
  mayChange(job: Job | undefined): 0 | Failure {
    return this.foreground(job) ? 0 : Errno.EBACKGROUND;
  }

  /** Sends to the foreground, if there is one. Not with the lock held: the receiver may take its time. */
  *signal(signo: number): Syscall<void> {
    if (this.owner !== undefined) yield* this.sendSignal(this.owner, signo);
  }

  // ---- bytes

  /** Bytes from the device. */
  *typed(bytes: Uint8Array): Syscall<void> {
    yield* this.lock.lock();
    const signals = this.discipline.type(bytes);
    yield* this.flush();
    yield* this.inputCame.broadcast();
    yield* this.changed.broadcast();
    yield* this.lock.unlock();
    for (const signo of signals) yield* this.signal(signo);
  }

  /** Gives the device what waits for it. With the lock held. */
  *flush(): Syscall<void> {
    const bytes = this.discipline.output.take();
    if (bytes.length === 0) return;
    yield* this.backend.write(bytes);
    yield* this.outputWent.broadcast();
    yield* this.changed.broadcast();
  }

  /** `io_read`. EBACKGROUND; EWOULDBLOCK with `noblock`; EINTR. */
  *read(job: Job | undefined, noblock: boolean, amount: number): Syscall<Reading> {
    yield* this.lock.lock();
    const err = yield* this.awaitInput(job, noblock, amount);
    const got = err ? undefined : this.discipline.read(amount);
    yield* this.changed.broadcast();
    yield* this.lock.unlock();
    if (got === undefined) return { err: err || Errno.EIO };
    if (got.signal !== 0) yield* this.signal(got.signal);
    return { err: 0, data: got.data };
  }

  private *awaitInput(job: Job | undefined, noblock: boolean, amount: number): Syscall<0 | Failure> {
    const { discipline } = this;
    for (;;) {
      if (!this.foreground(job)) return Errno.EBACKGROUND;
      const timed = discipline.patience > 0 && (discipline.readable > 0 || discipline.minimum === 0);
      if (discipline.canRead(amount) && !(timed && discipline.readable === 0)) return 0;
      if (noblock) return Errno.EAGAIN;
      const how = yield* this.inputCame.wait(this.lock, timed ? discipline.patience * 100 : undefined);
      if (how === "cancelled") return Errno.EINTR;
      if (how === "timed out") return 0;
    }
  }

  /** `io_write`. EBACKGROUND under TOSTOP; EWOULDBLOCK with `noblock`, EINTR, when nothing was taken yet. */
  *write(job: Job | undefined, noblock: boolean, data: Uint8Array): Syscall<Written> {
    yield* this.lock.lock();
    const result = yield* this.writeLocked(job, noblock, data);
    yield* this.lock.unlock();
    return result;
  }

  private *writeLocked(job: Job | undefined, noblock: boolean, data: Uint8Array): Syscall<Written> {
    let done = 0;
    for (;;) {
      if (this.discipline.modes.lflag & Lflag.TOSTOP && !this.foreground(job)) return { err: Errno.EBACKGROUND };
      done += this.discipline.write(data.subarray(done));
      yield* this.flush();
      if (done >= data.length) return { err: 0, amount: done };
      if (this.discipline.output.size < OUTPUT_LIMIT) continue;
      if (noblock) return done > 0 ? { err: 0, amount: done } : { err: Errno.EAGAIN };
      if ((yield* this.outputWent.wait(this.lock)) === "cancelled") return done > 0 ? { err: 0, amount: done } : { err: Errno.EINTR };
    }
  }

  /** Waits until all output has gone (TIOCDRAIN). EINTR. */
  *drain(): Syscall<0 | Failure> {
    while (this.discipline.output.size > 0) {
      if ((yield* this.outputWent.wait(this.lock)) === "cancelled") return Errno.EINTR;
    }
    return 0;
  }

  private ready(types: number): number {
    const read = this.discipline.canRead(1) && this.discipline.readable > 0 ? SELECT_READ : 0;
    const write = this.discipline.output.size < OUTPUT_LIMIT ? SELECT_WRITE : 0;
    return types & (read | write);
  }

  /** `io_select`; milliseconds, undefined for ever. */
  *select(types: number, timeout: number | undefined): Syscall<{ readonly err: 0; readonly select_type: number } | { readonly err: Failure }> {
    yield* this.lock.lock();
    let how: "ok" | "cancelled" | "timed out" = "ok";
    while (this.ready(types) === 0 && how === "ok" && timeout !== 0) how = yield* this.changed.wait(this.lock, timeout);
    const select_type = this.ready(types);
    yield* this.lock.unlock();
    return how === "cancelled" ? { err: Errno.EINTR } : { err: 0, select_type };
  }

  // ---- modes

  /** New modes. `when`: at once, after output has gone, or then and with input thrown away. EBACKGROUND, EINTR. */
  *setModes(job: Job | undefined, modes: Modes, when: "now" | "drain" | "flush"): Syscall<0 | Failure> {
    yield* this.lock.lock();
    const err = this.mayChange(job) || (when === "now" ? 0 : yield* this.drain());
    if (!err) {
      if (when === "flush") this.discipline.input.flush();
      this.discipline.setModes(modes);
      yield* this.inputCame.broadcast();
      yield* this.changed.broadcast();
    }
    yield* this.lock.unlock();
    return err;
  }

  /** Runs `change` as the foreground may. EBACKGROUND. Output that may go now goes. */
  *change(job: Job | undefined, change: () => void): Syscall<0 | Failure> {
    yield* this.lock.lock();
    const err = this.mayChange(job);
    if (!err) {
      change();
      yield* this.flush();
      yield* this.inputCame.broadcast();
      yield* this.outputWent.broadcast();
      yield* this.changed.broadcast();
    }
    yield* this.lock.unlock();
    return err;
  }

  /** The window has another size: the foreground hears of it, if it is another. */
  *resize(size: readonly number[]): Syscall<void> {
    const same = size.every((n, i) => n === this.size[i]);
    this.size = size;
    if (!same) yield* this.signal(SIGWINCH);
  }

  /** The foreground changes: readers look again whether they are in it. */
  *setOwner(owner: number | undefined): Syscall<void> {
    this.owner = owner;
    yield* this.inputCame.broadcast();
    yield* this.outputWent.broadcast();
  }
}
