/** The socket interface (fs-io.md §9). */
import { deallocate } from "../../glibc-shim/rights.ts";
import { MACH_PORT_NULL, moveSend, moveSends, portValid, type MachPort, type PolyRight } from "../../mach/ipc/names.ts";
import type { MachMsg } from "../../mach/ipc/message.ts";
import type { Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { serve, type Demuxer } from "../../mach/mig/server.ts";
import type { Handlers } from "../../mach/mig/subsystem.ts";
import { Errno } from "../interfaces/errno.ts";
import { socket } from "../interfaces/socket.ts";
import { PF_LOCAL } from "../interfaces/hurd-types.ts";
import { S_IFCHR, S_IFIFO, S_IFMT, S_IFSOCK } from "../interfaces/stat.ts";
import type { Pipe } from "../lib/pipe/pipe.ts";
import type { AddressPort } from "./sock.ts";
import { pipeClassOf, Sock } from "./sock.ts";
import { getOption, setOption } from "./options.ts";
import { sendOn } from "./serve-io.ts";
import type { SocketServer } from "./server.ts";

const MSG_OOB = 1;
const MSG_PEEK = 2;
const MSG_DONTWAIT = 0x80;

/** The address family, as `struct sockaddr` says it: its length, itself, and an empty name. */
const LOCAL_SOCKADDR = Uint8Array.of(3, PF_LOCAL, 0);
const NO_RIGHT = moveSend(MACH_PORT_NULL);

/** `socket_create`: the protocol is tested first; it may name the file type that the socket reports. */
function* create(server: SocketServer, type: number, protocol: number): Syscall<{ readonly err: 0; readonly sock: PolyRight } | { readonly err: Failure }> {
  const known = protocol === 0 || (((protocol & ~S_IFMT) === 0) && [S_IFCHR, S_IFSOCK, S_IFIFO].includes(protocol));
  if (!known) return { err: Errno.EPROTONOSUPPORT };
  const cls = pipeClassOf(type);
  if (cls === undefined) return { err: Errno.EPROTOTYPE };
  const sock = yield* Sock.create(cls, protocol === 0 ? S_IFSOCK : protocol);
  return { err: 0, sock: yield* server.userRight(sock) };
}

/** Where a datagram with an address goes: the reading pipe of the socket bound there. */
function destination(sock: Sock, address: AddressPort | undefined): { readonly err: 0; readonly pipe: Pipe<AddressPort> } | { readonly err: Failure } {
  const peer = address?.object.sock;
  if (peer === undefined) return { err: Errno.ECONNREFUSED };
  if (peer.class !== sock.class) return { err: Errno.EINVAL };
  return peer.readError ? { err: peer.readError } : { err: 0, pipe: peer.readPipe };
}

type Sent = { readonly err: 0; readonly amount: number } | { readonly err: Failure };

/**
 * `socket_send`. A port that is no address of ours is as none. Where there is one, it counts, for streams as well, and so does whether the socket there
 * reads. On failure the server loop gives the caller's ports back.
 */
function* send(server: SocketServer, sock: Sock, to: MachPort, flags: number, data: Uint8Array, ports: readonly MachPort[], control: Uint8Array): Syscall<Sent> {
  const address = portValid(to) ? server.bucket.lookup(server.addresses, to) : undefined;
  if (flags & MSG_OOB) return { err: Errno.EOPNOTSUPP };
  const noblock = sock.noblock || (flags & MSG_DONTWAIT) !== 0;
  if (sock.class.connectionless) yield* server.addressOf(sock);
  if (address === undefined) {
    const sent = yield* sendOn(sock, noblock, data, control, ports);
    if (!sent.err) yield* deallocate(to);
    return sent;
  }
  const found = destination(sock, address);
  if (found.err) return found;
  const sent = yield* found.pipe.send(noblock, { data, control, ports, source: sock.address });
  if (!sent.err) yield* deallocate(to);
  return sent;
}

/** A right to the address that a datagram came from. */
function* sourceRight(server: SocketServer, source: AddressPort | undefined): Syscall<PolyRight> {
  if (source === undefined || !portValid(source.name)) return NO_RIGHT;
  return yield* server.bucket.getRight(source);
}

function* accept(server: SocketServer, sock: Sock): Syscall<{ readonly err: 0; readonly conn_sock: PolyRight; readonly peer_addr: PolyRight } | { readonly err: Failure }> {
  const taken = yield* sock.listenQueue().accept(sock.noblock);
  if (taken.err) return taken;
  const conn_sock = yield* server.userRight(taken.socket);
  const address = yield* server.newAddress();
  return { err: 0, conn_sock, peer_addr: yield* server.bucket.getRight(address) };
}

type SocketHandlers = Partial<Handlers<typeof socket.routines, Sock>>;

/** Between sockets: who listens, who connects. */
const connecting = (server: SocketServer): SocketHandlers => ({
  *socket_listen(sock, { queue_limit }) {
    if (queue_limit < 0) return { err: Errno.EINVAL };
    sock.listenQueue().limit = queue_limit;
    return { err: 0 };
  },
  *socket_accept(sock) {
    return yield* accept(server, sock);
  },
  *socket_connect(sock, { addr }) {
    const peer = portValid(addr) ? server.bucket.lookup(server.addresses, addr)?.object.sock : undefined;
    const err = yield* sock.connectTo(peer);
    if (err) return { err };
    yield* deallocate(addr);
    return { err: 0 };
  },
  *socket_connect2(sock, { sock2 }) {
    const other = server.bucket.lookup(server.users, sock2)?.object.sock;
    if (other === undefined) return { err: Errno.EOPNOTSUPP };
    const err = yield* sock.pairWith(other);
    if (err) return { err };
    yield* deallocate(sock2);
    return { err: 0 };
  },
  *socket_shutdown(sock, { direction }) {
    yield* sock.shutdown(direction);
    return { err: 0 };
  },
});

/** Addresses, which are ports. */
const addresses = (server: SocketServer): SocketHandlers => ({
  *socket_bind(sock, { addr }) {
    const address = server.bucket.lookup(server.addresses, addr);
    if (address === undefined) return { err: Errno.EADDRNOTAVAIL };
    if (sock.address !== undefined) return { err: Errno.EINVAL };
    if (address.object.sock !== undefined) return { err: Errno.EADDRINUSE };
    server.bind(sock, address);
    yield* deallocate(addr);
    return { err: 0 };
  },
  *socket_name(sock) {
    return { err: 0, addr: yield* server.bucket.getRight(yield* server.addressOf(sock)) };
  },
  *socket_peername() {
    return { err: Errno.EOPNOTSUPP };
  },
  *socket_create_address() {
    return { err: Errno.EOPNOTSUPP };
  },
  *socket_fabricate_address(_sock, { sockaddr_type }) {
    if (sockaddr_type !== PF_LOCAL) return { err: Errno.EAFNOSUPPORT };
    return { err: 0, addr: yield* server.bucket.getRight(yield* server.newAddress()) };
  },
  *socket_whatis_address(_sock, _args, request) {
    if (server.lookupAddress(request) === undefined) return { err: Errno.EOPNOTSUPP };
    return { err: 0, sockaddr_type: PF_LOCAL, sockaddr: LOCAL_SOCKADDR };
  },
});

/** Data, and ports beside it. */
const data = (server: SocketServer): SocketHandlers => ({
  *socket_send(sock, { addr, flags, data, ports, control }) {
    return yield* send(server, sock, addr, flags, data, ports, control);
  },
  *socket_recv(sock, { flags, amount }) {
    if (flags & MSG_OOB) return { err: Errno.EINVAL };
    if (sock.readError) return { err: sock.readError };
    const got = yield* sock.readPipe.recv(sock.noblock || (flags & MSG_DONTWAIT) !== 0, amount, (flags & MSG_PEEK) !== 0);
    if (got.err) return got;
    const ports = flags & MSG_PEEK ? moveSends([]) : moveSends(got.ports);
    return { err: 0, addr: yield* sourceRight(server, got.source), data: got.data, ports, control: got.control, outflags: 0 };
  },
  *socket_getopt(sock, { level, option }) {
    return getOption(sock, level, option);
  },
  *socket_setopt(sock, { level, option, optval }) {
    return setOption(sock, level, option, optval);
  },
});

/** Serves socket on sockets, addresses and, through `isNode`, on the node /servers/socket/1 itself, where sockets are made. */
export function serveSocket(server: SocketServer, isNode: (request: MachMsg) => boolean): Demuxer {
  const making: SocketHandlers = {
    *socket_create(_sock, { sock_type, protocol }, request) {
      return isNode(request) ? yield* create(server, sock_type, protocol) : { err: Errno.EOPNOTSUPP };
    },
  };
  const handlers = { ...making, ...connecting(server), ...addresses(server), ...data(server) };
  return serve(socket, server.lookup, handlers, {
    anyPort: ["socket_create", "socket_fabricate_address", "socket_create_address", "socket_whatis_address"],
  });
}
