/** The queue of a listening socket: connected sockets that wait to be accepted (pflocal's `connq`). */
import type { Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { Errno } from "../interfaces/errno.ts";
import { Condition } from "../lib/sync.ts";

/** `T` is a connected socket. */
export class ConnectionQueue<T> {
  private readonly ready: T[] = [];
  private listeners = 0;
  private readonly arrived = new Condition();
  private readonly room = new Condition();
  /** Woken at every change, for select. */
  readonly changed: Condition;
  /** The listening socket is gone. */
  closed = false;
  /** How many may wait (`listen`). */
  limit = 0;

  constructor(changed: Condition) {
    this.changed = changed;
  }

  get waiting(): number {
    return this.ready.length;
  }

  /** Waits for a place (EWOULDBLOCK with `noblock`, EINTR), then puts the socket that `make` gives there. ECONNREFUSED once closed. */
  *connect(noblock: boolean, make: () => Syscall<T>): Syscall<0 | Failure> {
    while (!this.closed && this.ready.length >= Math.max(1, this.limit) + this.listeners) {
      if (noblock) return Errno.EAGAIN;
      if ((yield* this.room.wait()) === "cancelled") return Errno.EINTR;
    }
    if (this.closed) return Errno.ECONNREFUSED;
    this.ready.push(yield* make());
    yield* this.arrived.signal();
    yield* this.changed.broadcast();
    return 0;
  }

  /** Takes the socket that waited longest. EWOULDBLOCK with `noblock`; EINTR. */
  *accept(noblock: boolean): Syscall<{ readonly err: 0; readonly socket: T } | { readonly err: Failure }> {
    this.listeners++;
    yield* this.room.signal();
    while (this.ready.length === 0) {
      if (noblock || (yield* this.arrived.wait()) === "cancelled") {
        this.listeners--;
        return { err: noblock ? Errno.EAGAIN : Errno.EINTR };
      }
    }
    this.listeners--;
    const socket = this.ready.shift() as T;
    yield* this.room.signal();
    return { err: 0, socket };
  }

  /** Refuses whoever waits and whoever comes. Answers the sockets that nobody will accept. */
  *close(): Syscall<readonly T[]> {
    this.closed = true;
    yield* this.room.broadcast();
    yield* this.arrived.broadcast();
    return this.ready.splice(0);
  }
}
