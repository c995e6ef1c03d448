/**
 * A pipe (libpipe): bytes one way, from any number of writers to any number of readers, with waiting, end of file and EPIPE. Sockets own one
 * each (their read pipe); a fifo is one.
 *
 * As recorded (probes/sock-pipe-stream-dgram.txt): a limit of 16384 bytes; a pipe takes a write when at least two bytes are free; what is not
 * longer than the limit goes in whole or not at all; a longer stream write goes in piece by piece, a longer datagram never does.
 */
import { portValid, type MachPort } from "../../../mach/ipc/names.ts";
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { deallocate } from "../../../glibc-shim/rights.ts";
import { Errno } from "../../interfaces/errno.ts";
import { SELECT_READ, SELECT_WRITE } from "../../interfaces/hurd-types.ts";
import { Condition } from "../sync.ts";
import { PacketQueue } from "./packets.ts";

/** Default of `write_limit`, and of PIPE_BUF. */
export const PIPE_LIMIT = 16384;

/** What distinguishes socket types: whether writes stay apart, and whether the other end's going is noticed. */
export interface PipeClass {
  readonly name: "stream" | "dgram" | "seqpacket";
  readonly keepsBounds: boolean;
  readonly connectionless: boolean;
}
export const STREAM: PipeClass = { name: "stream", keepsBounds: false, connectionless: false };
export const DGRAM: PipeClass = { name: "dgram", keepsBounds: true, connectionless: true };
export const SEQPACKET: PipeClass = { name: "seqpacket", keepsBounds: true, connectionless: false };

/** What goes into a pipe at once. */
export interface Sending<Source> {
  readonly data: Uint8Array;
  readonly control: Uint8Array;
  readonly ports: readonly MachPort[];
  readonly source: Source | undefined;
}
/** What comes out at once. The ports are the receiver's now. */
export interface Receipt<Source> extends Sending<Source> {
  readonly err: 0;
}

const EMPTY = new Uint8Array(0);
const END = { err: 0, data: EMPTY, control: EMPTY, ports: [], source: undefined } as const;

export class Pipe<Source = undefined> {
  readonly class: PipeClass;
  private readonly queue: PacketQueue<Source>;
  readers = 0;
  writers = 0;
  /** No reader is left, or (where that is noticed) no writer. */
  broken = false;
  limit = PIPE_LIMIT;
  private readonly readable_ = new Condition();
  private readonly writable_ = new Condition();
  /** Woken at every change, for select. */
  readonly changed = new Condition();

  constructor(cls: PipeClass) {
    this.class = cls;
    this.queue = new PacketQueue(cls.keepsBounds);
  }

  /** Bytes to read. */
  get size(): number {
    return this.queue.size;
  }
  /** A read need not wait. */
  get readable(): boolean {
    return this.broken || !this.queue.empty;
  }
  /** A write need not wait, unless it is long. */
  get writable(): boolean {
    return this.limit - this.size >= 2;
  }

  *addReader(): Syscall<void> {
    this.readers++;
    yield* this.announce();
  }
  *addWriter(): Syscall<void> {
    this.writers++;
    yield* this.announce();
  }

  /** The last reader breaks the pipe, and what nobody will read is thrown away. */
  *removeReader(): Syscall<void> {
    this.readers--;
    if (this.readers > 0) return;
    this.broken = true;
    for (const port of this.queue.drain()) if (portValid(port)) yield* deallocate(port);
    yield* this.announce();
  }

  /** The last writer ends the data, except between datagram sockets. */
  *removeWriter(): Syscall<void> {
    this.writers--;
    if (this.writers > 0 || this.class.connectionless) return;
    this.broken = true;
    yield* this.announce();
  }

  private *announce(): Syscall<void> {
    yield* this.readable_.broadcast();
    yield* this.writable_.broadcast();
    yield* this.changed.broadcast();
  }

  /** Free bytes are enough for the next piece of `left`. */
  private fits(left: number): boolean {
    if (!this.writable) return false;
    return (left > this.limit && !this.class.keepsBounds) || left <= this.limit - this.size;
  }

  private *waitWritable(left: number, noblock: boolean): Syscall<0 | Failure> {
    while (!this.broken && !this.fits(left)) {
      if (noblock) return Errno.EAGAIN;
      if ((yield* this.writable_.wait()) === "cancelled") return Errno.EINTR;
    }
    return this.broken ? Errno.EPIPE : 0;
  }

  /**
   * Puts `sending` in. EPIPE without a reader; EWOULDBLOCK with `noblock`; EINTR. Once something went in, answers how much, whatever comes
   * after. On failure the ports stay the caller's.
   */
  *send(noblock: boolean, { data, control, ports, source }: Sending<Source>): Syscall<{ readonly err: 0; readonly amount: number } | { readonly err: Failure }> {
    const err = yield* this.waitWritable(data.length, noblock);
    if (err) return { err };
    if (control.length > 0 || ports.length > 0) this.queue.putControl(control, ports);
    let done = 0;
    while (done < data.length) {
      const piece = data.slice(done, done + Math.min(data.length - done, this.class.keepsBounds ? data.length : this.limit - this.size));
      this.queue.putData(piece, source);
      done += piece.length;
      yield* this.readable_.broadcast();
      yield* this.changed.broadcast();
      if (done < data.length && (yield* this.waitWritable(Math.min(data.length - done, 2), noblock))) break;
    }
    if (data.length === 0 && (control.length > 0 || ports.length > 0)) yield* this.announce();
    return { err: 0, amount: done };
  }

  /**
   * Takes a control packet at the head, and up to `amount` bytes. Waits for something to be there; nothing at all is the end of the file.
   * EWOULDBLOCK with `noblock`; EINTR.
   */
  *recv(noblock: boolean, amount: number, peek = false): Syscall<Receipt<Source> | { readonly err: Failure }> {
    while (!this.readable) {
      if (noblock) return { err: Errno.EAGAIN };
      if ((yield* this.readable_.wait()) === "cancelled") return { err: Errno.EINTR };
    }
    if (this.queue.empty) return END;
    const beside = this.queue.takeControl(peek);
    const { data, source } = this.queue.takeData(amount, peek);
    if (!peek) {
      yield* this.writable_.broadcast();
      yield* this.changed.broadcast();
    }
    return { err: 0, data, source, control: beside?.control ?? EMPTY, ports: beside?.ports ?? [] };
  }
}

/** What select looks at. */
type Ends = Pick<Pipe, "broken" | "readable" | "writable">;

/** What a select on a pair of pipes finds now: types that are ready, and EPIPE when writing is asked for and nobody reads. */
export function readiness(types: number, read: Ends | undefined, write: Ends | undefined): { readonly err: 0 | Failure; readonly types: number } {
  if (types & SELECT_WRITE && write?.broken === true) return { err: Errno.EPIPE, types };
  const readReady = types & SELECT_READ && read?.readable === true;
  const writeReady = types & SELECT_WRITE && write?.writable === true;
  return { err: 0, types: (readReady ? SELECT_READ : 0) | (writeReady ? SELECT_WRITE : 0) };
}
