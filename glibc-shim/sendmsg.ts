/**
 * Descriptors in messages (SCM_RIGHTS). What travels is the open file without anybody's identity; the receiver puts his own on it, so it is his ids that the
 * file's server judges from then on. Open modes and offset are the open file's, and stay.
 */
import { copySends, MACH_PORT_NULL, type MachPort } from "../mach/ipc/names.ts";
import { asFailure } from "../mach/kern/kern-return.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { INIT_PORT_AUTH } from "../servers/interfaces/hurd-types.ts";
import { close, descriptor, internFd } from "./dtable.ts";
import { attempt, UnixError } from "./errno.ts";
import type { Fd } from "./libc.ts";
import type { Process } from "./process.ts";
import { reauthenticate } from "./reauth.ts";
import { deallocate } from "./rights.ts";
import { failDescriptor } from "./rw.ts";
import { ioCall, socketCall } from "./stubs.ts";

/** What came. */
export interface Received {
  readonly data: Uint8Array;
  readonly fds: readonly Fd[];
}

const SOL_SOCKET = 0xffff;
const SCM_RIGHTS = 1;
/** Words of a control message's header: its length in bytes, level, type. */
const HEADER = 3;
const WORD = 4;

/** The control message for `n` descriptors: a word of flags for each, which are none. */
function rightsControl(n: number): Uint8Array {
  if (n === 0) return new Uint8Array(0);
  const bytes = new Uint8Array(WORD * (HEADER + n));
  const view = new DataView(bytes.buffer);
  [bytes.length, SOL_SOCKET, SCM_RIGHTS].forEach((word, i) => view.setUint32(WORD * i, word, true));
  return bytes;
}

/** How many descriptors the control messages announce. */
export function announced(control: Uint8Array): number {
  const view = new DataView(control.buffer, control.byteOffset, control.byteLength);
  let n = 0;
  for (let at = 0; at + WORD * HEADER <= control.length; ) {
    const length = view.getUint32(at, true);
    if (length < WORD * HEADER || at + length > control.length) break;
    const isRights = view.getUint32(at + WORD, true) === SOL_SOCKET && view.getUint32(at + 2 * WORD, true) === SCM_RIGHTS;
    if (isRights) n += Math.floor(length / WORD) - HEADER;
    at += Math.ceil(length / WORD) * WORD;
  }
  return n;
}

/** Sends `data` and descriptors on the socket `fd`. How many bytes went out. Throws EPIPE (with SIGPIPE), EBADF, what `io_restrict_auth` says of a descriptor. */
export function* sendmsg(p: Process, fd: Fd, data: Uint8Array, fds: readonly Fd[]): Syscall<number> {
  const to = descriptor(p, fd, "sendmsg");
  const ports: MachPort[] = [];
  try {
    for (const each of fds) ports.push(yield* withoutIdentity(p, each));
    const sent = yield* to.port.use((port) => socketCall.socket_send(port, { addr: MACH_PORT_NULL, flags: 0, data, ports: copySends(ports), control: rightsControl(ports.length) }));
    return sent.err ? yield* failDescriptor(p, "sendmsg", sent.err) : sent.amount;
  } finally {
    for (const port of ports) yield* deallocate(port);
  }
}

function* withoutIdentity(p: Process, fd: Fd): Syscall<MachPort> {
  const got = yield* descriptor(p, fd, "sendmsg").port.use((port) => ioCall.io_restrict_auth(port, { uids: [], gids: [] }));
  if (got.err) throw new UnixError("sendmsg", got.err);
  return got.new_object;
}

/** Receives up to `size` bytes, and the descriptors that came in front of them. Throws what the socket or a descriptor's server says; then there are none. */
export function* recvmsg(p: Process, fd: Fd, size: number): Syscall<Received> {
  const got = yield* descriptor(p, fd, "recvmsg").port.use((port) => socketCall.socket_recv(port, { flags: 0, amount: size }));
  if (got.err) return yield* failDescriptor(p, "recvmsg", got.err);
  yield* deallocate(got.addr);
  const fds: Fd[] = [];
  const expected = got.ports.slice(0, announced(got.control));
  let err = 0;
  for (const port of expected) {
    const own = yield* reauthenticate(port, p.port(INIT_PORT_AUTH));
    const fd = own === MACH_PORT_NULL ? { err: Errno.EINVAL } : yield* attempt(internFd(p, own, 0, "recvmsg"));
    err = fd.err;
    if (fd.err) break;
    fds.push(fd.value);
  }
  for (const port of got.ports) yield* deallocate(port);
  if (err === 0) return { data: got.data, fds };
  for (const each of fds) yield* close(p, each);
  throw new UnixError("recvmsg", asFailure(err));
}
