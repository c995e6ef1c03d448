/**
 * Sockets and their addresses (fs-io.md §9). A socket reads from a pipe of its own; connecting makes the other's pipe the one it writes to.
 * An address is a port, not a name: whoever has it can connect to the socket bound to it.
 */
import type { Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { Errno } from "../interfaces/errno.ts";
import type { PortInfo } from "../lib/ports.ts";
import { DGRAM, Pipe, SEQPACKET, STREAM, type PipeClass } from "../lib/pipe/pipe.ts";
import { Condition } from "../lib/sync.ts";
import { SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM } from "../interfaces/hurd-types.ts";
import { ConnectionQueue } from "./connections.ts";

/** An address: the socket bound to it, while there is one. */
export interface Address {
  sock: Sock | undefined;
}
export type AddressPort = PortInfo<Address>;

/** The pipe class of a socket type; undefined: EPROTOTYPE. */
export const pipeClassOf = (type: number): PipeClass | undefined =>
  type === SOCK_STREAM ? STREAM : type === SOCK_DGRAM ? DGRAM : type === SOCK_SEQPACKET ? SEQPACKET : undefined;
/** SO_TYPE of a pipe class. */
export const socketType = ({ name }: PipeClass): number => (name === "stream" ? SOCK_STREAM : name === "dgram" ? SOCK_DGRAM : SOCK_SEQPACKET);

export class Sock {
  readonly class: PipeClass;
  /** The S_IF type that io_stat says: S_IFIFO for pipes. */
  readonly type: number;
  readonly readPipe: Pipe<AddressPort>;
  writePipe: Pipe<AddressPort> | undefined = undefined;
  /** SO_SNDBUF of a socket that writes to nobody: its next pipe is at least so large. */
  writeLimit = 0;
  noblock = false;
  connected = false;
  shutRead = false;
  shutWrite = false;
  address: AddressPort | undefined = undefined;
  queue: ConnectionQueue<Sock> | undefined = undefined;
  /** Ports through which it is used. */
  users = 0;
  /** A connection is being made. */
  connecting = false;
  /** Woken when a connection comes or is made. */
  readonly changed = new Condition();

  private constructor(cls: PipeClass, type: number) {
    this.class = cls;
    this.type = type;
    this.readPipe = new Pipe(cls);
  }

  /** An unconnected socket. */
  static *create(cls: PipeClass, type: number): Syscall<Sock> {
    const sock = new Sock(cls, type);
    yield* sock.readPipe.addReader();
    return sock;
  }

  /** The queue of connections, made when first needed: listening needs no address (recorded). */
  listenQueue(): ConnectionQueue<Sock> {
    this.queue ??= new ConnectionQueue(this.changed);
    return this.queue;
  }

  /** Makes what this socket writes go to `to`. EISCONN, EPIPE when `to` does not read any more. */
  private *attach(to: Sock): Syscall<0 | Failure> {
    if (this.connected && !this.class.connectionless) return Errno.EISCONN;
    const old = this.writePipe;
    this.writePipe = to.readPipe;
    to.readPipe.limit = Math.max(to.readPipe.limit, this.writeLimit);
    this.connected = true;
    yield* to.readPipe.addWriter();
    if (old !== undefined) yield* old.removeWriter();
    yield* this.changed.broadcast();
    return 0;
  }

  /** `socket_connect2`: each writes to the other. */
  *pairWith(other: Sock): Syscall<0 | Failure> {
    if (this.class !== other.class) return Errno.EOPNOTSUPP;
    if (!this.class.connectionless && (this.connected || other.connected)) return Errno.EISCONN;
    return (yield* this.attach(other)) || (other === this ? 0 : yield* other.attach(this));
  }

  /**
   * `socket_connect` to the socket behind an address. Datagrams only remember where to send. A stream waits for a place in the listener's
   * queue. ECONNREFUSED: nobody is bound or listens; EISCONN; EALREADY; EOPNOTSUPP: another kind of socket.
   */
  *connectTo(peer: Sock | undefined): Syscall<0 | Failure> {
    if (peer === undefined) return Errno.ECONNREFUSED;
    if (this.class.connectionless) return peer.class === this.class ? yield* this.attach(peer) : Errno.EOPNOTSUPP;
    if (peer.queue === undefined) return Errno.ECONNREFUSED;
    if (this.connecting) return Errno.EALREADY;
    if (this.connected) return Errno.EISCONN;
    if (peer.class !== this.class) return Errno.EOPNOTSUPP;
    this.connecting = true;
    const err = yield* peer.queue.connect(this.noblock, () => this.accepted(peer));
    this.connecting = false;
    return err;
  }

  /** The server's end of a new connection. It shares the listener's address, and blocks even if the listener does not. */
  private *accepted(listener: Sock): Syscall<Sock> {
    const server = yield* Sock.create(listener.class, listener.type);
    yield* this.attach(server);
    yield* server.attach(this);
    return server;
  }

  /** `socket_shutdown`: 0 reading, 1 writing, anything else both. */
  *shutdown(direction: number): Syscall<void> {
    if (direction !== 1 && !this.shutRead) {
      this.shutRead = true;
      yield* this.readPipe.removeReader();
    }
    if (direction !== 0 && !this.shutWrite) {
      this.shutWrite = true;
      yield* this.dropWriter();
    }
  }

  private *dropWriter(): Syscall<void> {
    const pipe = this.writePipe;
    this.writePipe = undefined;
    this.writeLimit = pipe?.limit ?? this.writeLimit;
    if (pipe !== undefined) yield* pipe.removeWriter();
  }

  /** The last user is gone. Connections that nobody accepted end too. */
  *close(): Syscall<void> {
    if (this.address !== undefined) this.address.object.sock = undefined;
    if (this.queue !== undefined) for (const waiting of yield* this.queue.close()) yield* waiting.close();
    yield* this.shutdown(2);
  }

  /** What reading, or writing, fails with before it begins; 0 when it may be tried. */
  get readError(): 0 | Failure {
    if (this.shutRead) return 0;
    return this.connected || this.class.connectionless ? 0 : Errno.ENOTCONN;
  }
  get writeError(): 0 | Failure {
    if (this.shutWrite) return Errno.EPIPE;
    if (this.writePipe !== undefined) return 0;
    return this.class.connectionless ? Errno.EDESTADDRREQ : Errno.ENOTCONN;
  }
}
