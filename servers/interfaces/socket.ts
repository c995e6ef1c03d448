/** Sockets (fs-io.md §9). */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const socket = subsystem("socket", 26000, {
  /** Socket create. */
  socket_create: routine(26000, { sock_type: t.int, protocol: t.int }, { sock: t.polySend }),
  /** Socket listen. */
  socket_listen: routine(26001, { queue_limit: t.int }, {}),
  /** Socket accept. */
  socket_accept: routine(26002, {}, { conn_sock: t.polySend, peer_addr: t.polySend }),
  /** Socket connect. */
  socket_connect: routine(26003, { addr: t.copySend }, {}),
  /** Socket bind. */
  socket_bind: routine(26004, { addr: t.copySend }, {}),
  /** Socket name. */
  socket_name: routine(26005, {}, { addr: t.polySend }),
  /** Socket peername. */
  socket_peername: routine(26006, {}, { addr: t.polySend }),
  /** Socket connect2. */
  socket_connect2: routine(26007, { sock2: t.copySend }, {}),
  /** Socket create address. */
  socket_create_address: routine(26008, { sockaddr_type: t.int, sockaddr: t.data }, { addr: t.polySend }),
  /** Socket fabricate address. */
  socket_fabricate_address: routine(26009, { sockaddr_type: t.int }, { addr: t.polySend }),
  /** Socket whatis address. */
  socket_whatis_address: routine(26010, {}, { sockaddr_type: t.int, sockaddr: t.dataMoved }),
  /** Socket shutdown. */
  socket_shutdown: routine(26011, { direction: t.int }, {}),
  /** Socket getopt. */
  socket_getopt: routine(26012, { level: t.int, option: t.int }, { optval: t.dataMoved }),
  /** Socket setopt. */
  socket_setopt: routine(26013, { level: t.int, option: t.int, optval: t.data }, {}),
  /** Socket send. */
  socket_send: routine(26014, { addr: t.copySend, flags: t.int, data: t.data, ports: t.polySends, control: t.data }, { amount: t.int }),
  /** Socket recv. */
  socket_recv: routine(
    26015,
    { flags: t.int, amount: t.int },
    { addr: t.polySend, data: t.dataMoved, ports: t.polySendsMoved, control: t.dataMoved, outflags: t.int },
  ),
});

/** Plain stubs. */
export const socketCall = client(socket);
