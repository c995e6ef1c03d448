/** What the socket server's parts share: the port classes, and making ports for sockets and addresses. */
import { deallocate } from "../../glibc-shim/rights.ts";
import type { MachPort, PolyRight } from "../../mach/ipc/names.ts";
import type { MachMsg } from "../../mach/ipc/message.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { PortClass, type Bucket, type PortInfo } from "../lib/ports.ts";
import type { Address, AddressPort, Sock } from "./sock.ts";

/** A port through which a socket is used. Sockets ask nobody who he is: the port is the permission. */
export interface User {
  readonly sock: Sock;
}

export class SocketServer {
  readonly bucket: Bucket;
  /** fsid of what we answer: our pid. */
  readonly pid: number;
  /** The server's own auth port, for reauthentication; borrowed. */
  readonly auth: MachPort;
  readonly users: PortClass<User>;
  readonly addresses: PortClass<Address>;
  /** Nothing but an identity: io_identity's ports. */
  readonly identities = new PortClass<undefined>("identity");
  private readonly ids = new Map<Sock, PortInfo<undefined>>();
  private fsid: PortInfo<undefined> | undefined;

  constructor(bucket: Bucket, pid: number, auth: MachPort) {
    this.bucket = bucket;
    this.pid = pid;
    this.auth = auth;
    const forget = (sock: Sock): Syscall<void> => this.forget(sock);
    this.users = new PortClass<User>("socket user", function* ({ object: { sock } }) {
      if (--sock.users === 0) yield* forget(sock);
    });
    this.addresses = new PortClass<Address>("socket address");
  }

  /** The socket behind the port that a request came to. */
  readonly lookup = (request: MachMsg): Sock | undefined => this.bucket.lookup(this.users, request.localPort)?.object.sock;
  /** The address behind the port that a request came to. */
  readonly lookupAddress = (request: MachMsg): AddressPort | undefined => this.bucket.lookup(this.addresses, request.localPort);

  /** A new port to `sock`, not served before `bucket.serve`. */
  *newUser(sock: Sock): Syscall<PortInfo<User>> {
    sock.users++;
    return yield* this.bucket.createOutside(this.users, { sock });
  }

  /** A right to a new port to `sock`. */
  *userRight(sock: Sock): Syscall<PolyRight> {
    const user = yield* this.newUser(sock);
    yield* this.bucket.serve(user);
    return yield* this.bucket.getRight(user);
  }

  private *forget(sock: Sock): Syscall<void> {
    const { address } = sock;
    yield* sock.close();
    if (address !== undefined) yield* this.bucket.release(address);
    const id = this.ids.get(sock);
    this.ids.delete(sock);
    if (id !== undefined) yield* this.bucket.destroyRight(id);
  }

  /** A new address, which dies with its last right unless a socket is bound to it. */
  *newAddress(): Syscall<AddressPort> {
    return yield* this.bucket.create(this.addresses, { sock: undefined });
  }

  /** Ties `sock` and `address` together. */
  bind(sock: Sock, address: AddressPort): void {
    sock.address = address;
    address.object.sock = sock;
    this.bucket.hold(address);
  }

  /** The address of `sock`, made when it has none. */
  *addressOf(sock: Sock): Syscall<AddressPort> {
    if (sock.address === undefined) {
      const made = yield* this.newAddress();
      if (sock.address === undefined) this.bind(sock, made);
    }
    return sock.address ?? (yield* this.newAddress());
  }

  /** The socket to which `name`, a right that came in a message, is an address. The right is given back. */
  *resolve(name: MachPort): Syscall<AddressPort | undefined> {
    const address = this.bucket.lookup(this.addresses, name);
    yield* deallocate(name);
    return address;
  }

  /** The port whose name is the inode number of `sock`. */
  *identity(sock: Sock): Syscall<PortInfo<undefined>> {
    const known = this.ids.get(sock);
    if (known !== undefined) return known;
    const made = yield* this.bucket.createOutside(this.identities, undefined);
    const meanwhile = this.ids.get(sock);
    if (meanwhile === undefined) {
      this.ids.set(sock, made);
      return made;
    }
    yield* this.bucket.destroyRight(made);
    return meanwhile;
  }

  /** The identity of the whole server. */
  *fsIdentity(): Syscall<PortInfo<undefined>> {
    const made = this.fsid ?? (yield* this.bucket.createOutside(this.identities, undefined));
    this.fsid ??= made;
    if (made !== this.fsid) yield* this.bucket.destroyRight(made);
    return this.fsid;
  }
}
