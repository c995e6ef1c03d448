/** Sockets as open objects: the io interface (fs-io.md §4, §9). Reading drops ports that came beside the data, as read does everywhere. */
import { deallocate } from "../../glibc-shim/rights.ts";
import { moveSend, portValid, type MachPort, type PolyRight } from "../../mach/ipc/names.ts";
import type { Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { serve, type Demuxer } from "../../mach/mig/server.ts";
import type { Handlers } from "../../mach/mig/subsystem.ts";
import { Errno } from "../interfaces/errno.ts";
import { _PC_PIPE_BUF, FSTYPE_SOCKET, O_APPEND, O_NONBLOCK, O_READ, O_WRITE, SELECT_READ, SELECT_WRITE } from "../interfaces/hurd-types.ts";
import { io } from "../interfaces/io.ts";
import { encodeStat, type Timespec } from "../interfaces/stat.ts";
import { PIPE_LIMIT, readiness } from "../lib/pipe/pipe.ts";
import { serverAuthenticate } from "../lib/reauth.ts";
import type { SocketServer } from "./server.ts";
import type { Sock } from "./sock.ts";

const EMPTY = new Uint8Array(0);
const EPOCH: Timespec = { sec: 0, nsec: 0 };
/** Sixteen pages. */
const BLOCK_SIZE = 65536;

/** Sends as `io_write` and `socket_send` without an address do. */
export function* sendOn(sock: Sock, noblock: boolean, data: Uint8Array, control: Uint8Array = EMPTY, ports: readonly MachPort[] = []): Syscall<
  { readonly err: 0; readonly amount: number } | { readonly err: Failure }
> {
  const err = sock.writeError;
  if (err || sock.writePipe === undefined) return { err: err || Errno.EPIPE };
  return yield* sock.writePipe.send(noblock, { data, control, ports, source: sock.class.connectionless ? sock.address : undefined });
}

/**
 * What is ready of `types` now. A listening socket can be read when somebody waits to be accepted. Where there is nothing to read from or write to, nobody
 * need wait for it.
 */
function selectNow(sock: Sock, types: number): { readonly err: 0 | Failure; readonly types: number } {
  if (sock.queue !== undefined) return { err: 0, types: sock.queue.waiting > 0 ? types & SELECT_READ : 0 };
  const missing = types & ((sock.writePipe === undefined ? SELECT_WRITE : 0) | (sock.readError || sock.shutRead ? SELECT_READ : 0));
  const { err, types: ready } = readiness(types & ~missing, sock.readPipe, sock.writePipe);
  return { err, types: ready | missing };
}

/** Waits until something of `types` is ready; milliseconds, undefined for ever. */
function* select(sock: Sock, types: number, timeout?: number): Syscall<{ readonly err: 0; readonly select_type: number } | { readonly err: Failure }> {
  if (sock.queue !== undefined && !(types & SELECT_READ)) return { err: 0, select_type: 0 };
  for (;;) {
    const found = selectNow(sock, types);
    if (found.err) return { err: found.err };
    if (found.types !== 0 || timeout === 0) return { err: 0, select_type: found.types };
    const how = yield* waitForChange(sock, types, timeout);
    if (how === "cancelled") return { err: Errno.EINTR };
    if (how === "timed out") return { err: 0, select_type: 0 };
  }
}

function* waitForChange(sock: Sock, types: number, timeout: number | undefined): Syscall<"ok" | "cancelled" | "timed out"> {
  if (sock.queue !== undefined) return yield* sock.changed.wait(undefined, timeout);
  const pipe = (types & SELECT_READ) === 0 ? sock.writePipe : sock.readPipe;
  return yield* (pipe?.changed ?? sock.changed).wait(undefined, timeout);
}

/** The flags of F_GETFL: pipes always append. */
const openmodes = (sock: Sock): number =>
  O_APPEND | (sock.noblock ? O_NONBLOCK : 0) | (sock.shutRead ? 0 : O_READ) | (sock.shutWrite ? 0 : O_WRITE);

function* stat(server: SocketServer, sock: Sock): Syscall<readonly number[]> {
  const { name } = yield* server.identity(sock);
  return encodeStat({
    ...{ fstype: FSTYPE_SOCKET, fsid: server.pid, ino: name, gen: 0, rdev: 0, mode: sock.type, nlink: 0, uid: 0, gid: 0 },
    ...{ size: sock.readPipe.size, atim: EPOCH, mtim: EPOCH, ctim: EPOCH, blksize: BLOCK_SIZE, blocks: 0, author: 0, flags: 0 },
  });
}

/** A second port to the same socket, whoever asks. */
function* duplicate(server: SocketServer, sock: Sock): Syscall<PolyRight> {
  return yield* server.userRight(sock);
}

type IoHandlers = Partial<Handlers<typeof io.routines, Sock>>;

const transfer: IoHandlers = {
  *io_write(sock, { data }) {
    return yield* sendOn(sock, sock.noblock, data);
  },
  *io_read(sock, { amount }) {
    if (sock.readError) return { err: sock.readError };
    const got = yield* sock.readPipe.recv(sock.noblock, amount);
    if (got.err) return got;
    for (const port of got.ports) if (portValid(port)) yield* deallocate(port);
    return { err: 0, data: got.data };
  },
  *io_seek() {
    return { err: Errno.ESPIPE };
  },
  *io_readable(sock) {
    if (sock.readError) return { err: sock.readError };
    return { err: 0, amount: sock.readPipe.size };
  },
  *io_select(sock, { select_type }) {
    return yield* select(sock, select_type);
  },
  *io_select_timeout(sock, { timeout, select_type }) {
    const until = (timeout[0] ?? 0) * 1000 + Math.ceil((timeout[1] ?? 0) / 1e6);
    return yield* select(sock, select_type, until);
  },
};

/** O_NONBLOCK is the socket's, not the open's. */
const modes: IoHandlers = {
  *io_get_openmodes(sock) {
    return { err: 0, bits: openmodes(sock) };
  },
  *io_set_all_openmodes(sock, { newbits }) {
    sock.noblock = (newbits & O_NONBLOCK) !== 0;
    return { err: 0 };
  },
  *io_set_some_openmodes(sock, { bits_to_set }) {
    if (bits_to_set & O_NONBLOCK) sock.noblock = true;
    return { err: 0 };
  },
  *io_clear_some_openmodes(sock, { bits_to_clear }) {
    if (bits_to_clear & O_NONBLOCK) sock.noblock = false;
    return { err: 0 };
  },
};

/** Sockets are everybody's. */
function* nobodyCares(): Syscall<void> {}

/** The port, its identity, and who may have another one: everybody. */
const ports = (server: SocketServer): IoHandlers => ({
  *io_stat(sock) {
    return { err: 0, stat_info: yield* stat(server, sock) };
  },
  *io_reauthenticate(sock, { rendezvous2 }) {
    const user = yield* server.newUser(sock);
    yield* serverAuthenticate(server.bucket, user, { auth: server.auth, rendezvous: rendezvous2 }, nobodyCares);
    return { err: 0 };
  },
  *io_restrict_auth(sock) {
    return { err: 0, new_object: yield* duplicate(server, sock) };
  },
  *io_duplicate(sock) {
    return { err: 0, newport: yield* duplicate(server, sock) };
  },
  *io_pathconf(sock, { name }) {
    if (name !== _PC_PIPE_BUF) return { err: Errno.EINVAL };
    return { err: 0, value: sock.writePipe === undefined ? 0 : PIPE_LIMIT };
  },
  *io_identity(sock) {
    const id = yield* server.identity(sock);
    const fsid = yield* server.fsIdentity();
    return { err: 0, idport: moveSend(yield* server.bucket.getSendRight(id)), fsidport: moveSend(yield* server.bucket.getSendRight(fsid)), fileno: id.name };
  },
});

/** Serves io on socket ports. */
export const serveIo = (server: SocketServer): Demuxer => serve(io, server.lookup, { ...transfer, ...modes, ...ports(server) });
