/**
 * Pairs of sockets without addresses, which carry descriptors (cloudabi.md §§2.5, 7). A pipe of 2015 is the same, with a type of its own and rights that give it a direction.
 *
 * What is in a queue holds references; when the receiving end is closed they go.
 */
import { WaitQueue } from "../../kernel/waits.ts";
import type { Machine } from "../../../mach/kern/machine.ts";
import { FileType } from "../rights.ts";
import { OpenFile } from "./files.ts";
import type { Slot } from "./table.ts";

/** Bytes that wait in one direction of a stream at most. */
export const SOCKET_BUFFER = 65_536;

interface Chunk {
  data: Uint8Array;
  fds: readonly Slot[];
}

export interface Received {
  readonly data: Uint8Array;
  readonly fds: readonly Slot[];
  readonly dataTruncated: boolean;
  readonly fdsTruncated: boolean;
}

type SocketType = typeof FileType.SOCKET_STREAM | typeof FileType.SOCKET_DGRAM | typeof FileType.FIFO;

export class Socket extends OpenFile {
  readonly type: SocketType;
  /** The other end; undefined once it has been closed. */
  peer: Socket | undefined;
  readonly readable: WaitQueue;
  readonly writable: WaitQueue;
  private queue: Chunk[] = [];
  private receiving = true;
  private sending = true;
  private readonly changed: () => void;

  constructor(type: SocketType, label: string, machine: Machine, changed: () => void) {
    super(label);
    this.type = type;
    this.readable = new WaitQueue(machine);
    this.writable = new WaitQueue(machine);
    this.changed = changed;
  }

  /** Nothing will come any more. */
  get atEnd(): boolean {
    return !this.receiving || (this.queue.length === 0 && (this.peer === undefined || !this.peer.sending));
  }

  /** A message or an end can be had without waiting. */
  get canRead(): boolean {
    return this.queue.length > 0 || this.atEnd;
  }

  /** Nobody will ever read what is sent. */
  get broken(): boolean {
    return !this.sending || this.peer === undefined || !this.peer.receiving;
  }

  /** Bytes can be sent without waiting, or the send fails at once. */
  get canWrite(): boolean {
    return this.broken || (this.peer?.waitingBytes ?? 0) < SOCKET_BUFFER;
  }

  /** Descriptors that wait to be received, without taking them. */
  get queued(): readonly Slot[] {
    return this.queue.flatMap((c) => c.fds);
  }

  private get waitingBytes(): number {
    return this.queue.reduce((sum, c) => sum + c.data.length, 0);
  }

  /** Puts a message into the peer's queue, with references that are the message's from now on. */
  send(data: Uint8Array, fds: readonly Slot[]): void {
    const { peer } = this;
    if (data.length === 0 && fds.length === 0 && this.type !== FileType.SOCKET_DGRAM) return;
    peer?.queue.push({ data, fds });
    peer?.readable.wakeAll();
    this.changed();
  }

  /** Takes what is there, up to `length` bytes. A stream goes on over messages without descriptors; descriptors above the limit are closed. */
  receive(length: number, fdLimit: number): Received {
    const first = this.queue.shift();
    if (first === undefined || !this.receiving) return { data: new Uint8Array(0), fds: [], dataTruncated: false, fdsTruncated: false };
    for (const slot of first.fds.slice(fdLimit)) slot.file.release();
    const outcome = { fds: first.fds.slice(0, fdLimit), fdsTruncated: first.fds.length > fdLimit };
    const data = this.type === FileType.SOCKET_DGRAM ? first.data.slice(0, length) : this.stream(first.data, length);
    this.peer?.writable.wakeAll();
    this.changed();
    return { data, ...outcome, dataTruncated: this.type === FileType.SOCKET_DGRAM && first.data.length > length };
  }

  private stream(first: Uint8Array, length: number): Uint8Array {
    const bytes = [...first];
    while (bytes.length < length && this.queue[0]?.fds.length === 0) bytes.push(...(this.queue.shift()?.data ?? []));
    if (bytes.length > length) this.queue.unshift({ data: Uint8Array.from(bytes.slice(length)), fds: [] });
    return Uint8Array.from(bytes.slice(0, length));
  }

  /** `sock_shutdown`: afterwards a send fails with EPIPE, a receive gives 0 bytes. */
  shutdown(receiving: boolean, sending: boolean): void {
    if (receiving) {
      this.receiving = false;
      this.discard();
    }
    if (sending) this.sending = false;
    this.wake();
  }

  protected closed(): void {
    const { peer } = this;
    this.peer = undefined;
    if (peer !== undefined) peer.peer = undefined;
    this.discard();
    peer?.wake();
    this.changed();
  }

  private discard(): void {
    const { queue } = this;
    this.queue = [];
    for (const { fds } of queue) for (const slot of fds) slot.file.release();
  }

  private wake(): void {
    for (const end of [this, this.peer]) {
      end?.readable.wakeAll();
      end?.writable.wakeAll();
    }
    this.changed();
  }
}

/** Two ends that know one another. */
export function socketPair(type: SocketType, labels: readonly [string, string], machine: Machine, changed: () => void): readonly [Socket, Socket] {
  const pair = [new Socket(type, labels[0], machine, changed), new Socket(type, labels[1], machine, changed)] as const;
  pair[0].peer = pair[1];
  pair[1].peer = pair[0];
  return pair;
}
