/** The descriptor table: numbers for ports, all on the client's side (signals-fork.md §9). */
import { MACH_PORT_NULL, type MachPort, portValid } from "../mach/ipc/names.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { O_CLOEXEC, O_IGNORE_CTTY } from "../servers/interfaces/hurd-types.ts";
import { PortCell } from "./cell.ts";
import { openCtty } from "./ctty.ts";
import { UnixError } from "./errno.ts";
import { asFd, type Fd } from "./libc.ts";
import type { Descriptor, Process } from "./process.ts";
import { addSendRef } from "./rights.ts";

/** RLIMIT_NOFILE: a limit of the client alone. */
export const OPEN_MAX = 1024;

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

/** The lowest free number from `atLeast` on. Throws EMFILE, and EINVAL for an impossible `atLeast`. */
export function freeFd(p: Process, atLeast: number, call: string): Fd {
  if (atLeast < 0 || atLeast >= OPEN_MAX) throw new UnixError(call, Errno.EINVAL);
  let fd = atLeast;
  while (p.dtable[fd] !== undefined) fd++;
  if (fd >= OPEN_MAX) throw new UnixError(call, Errno.EMFILE);
  return asFd(fd);
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

/** dup2: the target's old port goes; FD_CLOEXEC is off. On itself it only checks. Throws EBADF. */
export function* dup2(p: Process, fd: number, to: number): Syscall<Fd> {
  const d = descriptor(p, fd, "dup2");
  if (fd === to) return asFd(to);
  if (to < 0 || to >= OPEN_MAX) throw new UnixError("dup2", Errno.EBADF);
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
