/** The descriptor table: numbers for ports, all on the client's side (signals-fork.md §9). It grows as needed, up to RLIMIT_NOFILE, and never shrinks. */
import { MACH_PORT_NULL, type MachPort, portValid } from "../mach/ipc/names.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { O_CLOEXEC, O_IGNORE_CTTY } from "../servers/interfaces/hurd-types.ts";
import { RLIMIT_NOFILE } from "../servers/interfaces/resource.ts";
import { PortCell } from "./cell.ts";
import { openCtty } from "./ctty.ts";
import { UnixError } from "./errno.ts";
import { asFd, type Fd } from "./libc.ts";
import type { Descriptor, Process } from "./process.ts";
import { addSendRef } from "./rights.ts";
import { currentLimit } from "./rlimit.ts";

/** A table of more entries is more than there is memory for. */
const TABLE_MAX = 1 << 20;

export const newDescriptor = (port: MachPort, ctty: MachPort = MACH_PORT_NULL, cloexec = false): Descriptor => ({
  port: new PortCell(port),
  ctty: new PortCell(ctty),
  cloexec,
});

/** The open descriptor `fd`. Throws EBADF. */
export function descriptor(p: Process, fd: number, call: string): Descriptor {
  const d = p.dtable[fd];
  if (d === undefined || d.port.port === MACH_PORT_NULL) throw new UnixError(call, Errno.EBADF);
  return d;
}

/**
 * The lowest free number from `atLeast` on (`_hurd_alloc_fd`). RLIMIT_NOFILE says how far the table may grow: what is free in it can be had above the limit,
 * too. Throws EMFILE when it is full, and EINVAL when it would have to grow and `atLeast` is not below the limit.
 */
export function freeFd(p: Process, atLeast: number, call: string): Fd {
  if (atLeast < 0) throw new UnixError(call, Errno.EINVAL);
  let fd = atLeast;
  while (p.dtable[fd] !== undefined) fd++;
  if (fd >= p.dtable.length) grow(p, atLeast, call);
  return asFd(fd);
}

/** Twice the table, or up to the limit, or as much as it takes. */
function grow(p: Process, atLeast: number, call: string): void {
  const { length } = p.dtable;
  const limit = currentLimit(p, RLIMIT_NOFILE);
  if (atLeast >= limit) throw new UnixError(call, Errno.EINVAL);
  if (length >= limit) throw new UnixError(call, Errno.EMFILE);
  const size = Math.min(Math.max(2 * length, atLeast + 1), limit);
  if (size > TABLE_MAX) throw new UnixError(call, Errno.ENOMEM);
  p.dtable.length = size;
}

/** Installs `port`, whose reference it takes, in `d` (`_hurd_port2fd`): the terminal is asked unless O_IGNORE_CTTY says not to. */
export function* portToFd(p: Process, d: Descriptor, port: MachPort, flags: number): Syscall<void> {
  const ctty = flags & O_IGNORE_CTTY ? MACH_PORT_NULL : yield* openCtty(p, port);
  d.cloexec = (flags & O_CLOEXEC) !== 0;
  yield* d.port.set(port);
  yield* d.ctty.set(ctty);
}

/** A descriptor for `port`, the lowest free (`_hurd_intern_fd`). Takes the reference, also when it throws EMFILE. */
export function* internFd(p: Process, port: MachPort, flags: number, call: string): Syscall<Fd> {
  const cell = new PortCell(port);
  let fd: Fd;
  try {
    fd = freeFd(p, 0, call);
  } catch (e) {
    yield* cell.set(MACH_PORT_NULL);
    throw e;
  }
  const d = newDescriptor(MACH_PORT_NULL);
  p.dtable[fd] = d;
  yield* portToFd(p, d, port, flags);
  return fd;
}

export function* close(p: Process, fd: number): Syscall<void> {
  const d = descriptor(p, fd, "close");
  p.dtable[fd] = undefined;
  yield* closeDescriptor(d);
}

/** Gives back what a descriptor holds; a call that is using it keeps the port to its end. */
export function* closeDescriptor(d: Descriptor): Syscall<void> {
  yield* d.port.set(MACH_PORT_NULL);
  yield* d.ctty.set(MACH_PORT_NULL);
}

/** A copy of `d` with references of its own. */
export function* copyDescriptor(d: Descriptor, cloexec: boolean): Syscall<Descriptor> {
  yield* addSendRef(d.port.port);
  yield* addSendRef(d.ctty.port);
  return newDescriptor(d.port.port, d.ctty.port, cloexec);
}

export function* dupfd(p: Process, fd: number, atLeast: number, cloexec: boolean): Syscall<Fd> {
  const d = descriptor(p, fd, "fcntl");
  const to = freeFd(p, atLeast, "fcntl");
  p.dtable[to] = newDescriptor(MACH_PORT_NULL);
  p.dtable[to] = yield* copyDescriptor(d, cloexec);
  return to;
}

/** Makes room for the number that dup2 is to give. Too high a number is no descriptor. */
function growFor(p: Process, to: number): void {
  try {
    freeFd(p, to, "dup2");
  } catch (e) {
    throw e instanceof UnixError && e.errno === Errno.EINVAL ? new UnixError("dup2", Errno.EBADF) : e;
  }
}

/** dup2: the target's old port goes; FD_CLOEXEC is off. On itself it only checks. Throws EBADF, also for a number that RLIMIT_NOFILE does not allow. */
export function* dup2(p: Process, fd: number, to: number): Syscall<Fd> {
  const d = descriptor(p, fd, "dup2");
  if (fd === to) return asFd(to);
  if (to < 0) throw new UnixError("dup2", Errno.EBADF);
  if (to >= p.dtable.length) growFor(p, to);
  const copy = yield* copyDescriptor(d, false);
  const old = p.dtable[to];
  p.dtable[to] = copy;
  if (old !== undefined) yield* closeDescriptor(old);
  return asFd(to);
}

/** Descriptors for the ports that the program was given: the terminal is asked once for a port that the descriptor before, or descriptor 0, has too. */
export function* initDtable(p: Process, ports: readonly MachPort[]): Syscall<void> {
  for (const [fd, port] of ports.entries()) {
    if (!portValid(port)) {
      p.dtable[fd] = undefined;
      continue;
    }
    const same = [p.dtable[fd - 1], p.dtable[0]].find((d) => d?.port.port === port);
    const ctty = same === undefined ? yield* openCtty(p, port) : same.ctty.port;
    if (same !== undefined) yield* addSendRef(ctty);
    p.dtable[fd] = newDescriptor(port, ctty);
  }
}
