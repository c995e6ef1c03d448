/**
 * Unix-domain sockets: what a socket is, what stands in its queue, when it is dead.
 *
 * A socket lives as long as an open file refers to it, from a table or in flight. A peer is only known, not kept: a datagram socket learns of its peer's death when it next sends
 * (ECONNREFUSED once, then ENOTCONN), and never by receiving.
 */
import type { Machine } from "../../../mach/kern/machine.ts";
import { WaitQueue } from "../../kernel/waits.ts";
import type { OpenFile } from "./descriptor.ts";

export type SocketType = "dgram" | "stream";

/** One message in a queue. Its files are references in flight, charged to `user`. */
export interface Datagram {
  readonly data: Uint8Array;
  readonly files: readonly OpenFile[];
  readonly user: number;
}

export class Socket {
  readonly kind = "socket";
  readonly ino: number;
  readonly type: SocketType;
  /** The name that it was bound to; stays when the path is unlinked. */
  path: string | undefined;
  peer: Socket | undefined;
  dead = false;
  /** Recursion level (2.6.37 … 4.13). */
  level = 0;
  /** Datagrams that may still be sent from this socket; undefined: any number (a rule no Linux has, for `replyCapOneShot`). */
  shots: number | undefined;
  readonly queue: Datagram[] = [];
  /** Receivers that wait for a message. */
  readonly readers: WaitQueue;
  /** Senders that wait for room in this queue. */
  readonly writers: WaitQueue;

  constructor(machine: Machine, ino: number, type: SocketType) {
    this.ino = ino;
    this.type = type;
    this.readers = new WaitQueue(machine);
    this.writers = new WaitQueue(machine);
  }
}
