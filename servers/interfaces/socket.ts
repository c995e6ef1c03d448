/** Sockets (fs-io.md §9). */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const socket = subsystem("socket", 26000, {
  /** A new socket in this domain. EPROTONOSUPPORT before EPROTOTYPE. */
  socket_create: routine(26000, { sock_type: t.int, protocol: t.int }, { sock: t.polySend }),
  /** Ready to accept, with that queue. */
  socket_listen: routine(26001, { queue_limit: t.int }, {}),
  /** The next connection and its peer's address; EOPNOTSUPP when not listening. */
  socket_accept: routine(26002, {}, { conn_sock: t.polySend, peer_addr: t.polySend }),
  /** Connects to an address port. ECONNREFUSED, EISCONN, EPROTOTYPE. */
  socket_connect: routine(26003, { addr: t.copySend }, {}),
  /** Takes this address. EADDRINUSE, EINVAL when it has one. */
  socket_bind: routine(26004, { addr: t.copySend }, {}),
  /** The socket's own address. */
  socket_name: routine(26005, {}, { addr: t.polySend }),
  /** The address at the other end. ENOTCONN. */
  socket_peername: routine(26006, {}, { addr: t.polySend }),
  /** Connects two sockets with each other. */
  socket_connect2: routine(26007, { sock2: t.copySend }, {}),
  /** An address port from its bytes. */
  socket_create_address: routine(26008, { sockaddr_type: t.int, sockaddr: t.data }, { addr: t.polySend }),
  /** An address that the server makes up. */
  socket_fabricate_address: routine(26009, { sockaddr_type: t.int }, { addr: t.polySend }),
  /** The bytes of an address port. */
  socket_whatis_address: routine(26010, {}, { sockaddr_type: t.int, sockaddr: t.dataMoved }),
  /** Ends receiving (0), sending (1) or both (2). */
  socket_shutdown: routine(26011, { direction: t.int }, {}),
  /** A socket option's value. ENOPROTOOPT. */
  socket_getopt: routine(26012, { level: t.int, option: t.int }, { optval: t.dataMoved }),
  /** Sets a socket option. ENOPROTOOPT. */
  socket_setopt: routine(26013, { level: t.int, option: t.int, optval: t.data }, {}),
  /** Sends data, rights and control data, to an address or the peer. EPIPE, EMSGSIZE, ENOTCONN, EAGAIN. */
  socket_send: routine(26014, { addr: t.copySend, flags: t.int, data: t.data, ports: t.polySends, control: t.data }, { amount: t.int }),
  /** Receives: data, who sent it, rights and control data. Empty data at the end. */
  socket_recv: routine(
    26015,
    { flags: t.int, amount: t.int },
    { addr: t.polySend, data: t.dataMoved, ports: t.polySendsMoved, control: t.dataMoved, outflags: t.int },
  ),
});

/** Plain stubs. */
export const socketCall = client(socket);
