/** Ports under another identity: the client's half of the rendezvous (auth-proc.md §1.4). */
import { MACH_PORT_NULL, makeSend, type MachPort } from "../mach/ipc/names.ts";
import { mach_reply_port, type Syscall } from "../mach/kern/syscall.ts";
import { deallocate, destroyPort } from "./rights.ts";
import { authCall, ioCall } from "./stubs.ts";
import type { PortCell } from "./cell.ts";
import type { Descriptor } from "./process.ts";

/** A port like `port` under the identity of `auth`; null when it failed. `port` keeps its reference. */
export function* reauthenticate(port: MachPort, auth: MachPort): Syscall<MachPort> {
  const rendezvous = yield* mach_reply_port();
  const newport = yield* meet(rendezvous, port, auth);
  yield* destroyPort(rendezvous);
  return newport;
}

function* meet(rendezvous: MachPort, port: MachPort, auth: MachPort): Syscall<MachPort> {
  const asked = yield* ioCall.io_reauthenticate(port, { rendezvous2: makeSend(rendezvous) });
  if (asked.err) return MACH_PORT_NULL;
  const met = yield* authCall.auth_user_authenticate(auth, { rendezvous: makeSend(rendezvous) });
  return met.err ? MACH_PORT_NULL : met.newport;
}

/** Reauthenticates `port` and drops the old one in any case, as lookups do. */
export function* reauthenticated(port: MachPort, auth: MachPort): Syscall<MachPort> {
  const newport = yield* reauthenticate(port, auth);
  yield* deallocate(port);
  return newport;
}

/** The port of a cell under the identity of `auth`; a port that fails stays as it is. True when it worked or there was none. */
export function* reauthCell(cell: PortCell, auth: MachPort): Syscall<boolean> {
  if (cell.port === MACH_PORT_NULL) return true;
  const rendezvous = yield* mach_reply_port();
  const newport = yield* cell.use((port) => meet(rendezvous, port, auth));
  if (newport !== MACH_PORT_NULL) yield* cell.set(newport);
  yield* destroyPort(rendezvous);
  return newport !== MACH_PORT_NULL;
}

/** A descriptor's port and then, only if that worked, its ctty port, with one rendezvous. */
export function* reauthDescriptor(d: Descriptor, auth: MachPort): Syscall<boolean> {
  const rendezvous = yield* mach_reply_port();
  const io = yield* d.port.use((port) => meet(rendezvous, port, auth));
  const tty = io === MACH_PORT_NULL || d.ctty.port === MACH_PORT_NULL ? MACH_PORT_NULL : yield* d.ctty.use((port) => meet(rendezvous, port, auth));
  if (io !== MACH_PORT_NULL) yield* d.port.set(io);
  if (tty !== MACH_PORT_NULL) yield* d.ctty.set(tty);
  yield* destroyPort(rendezvous);
  return io !== MACH_PORT_NULL;
}
