/** Ports that nobody receives on: that two rights are the same says that two files, or filesystems, are (io_identity). */
import { makeSend, MACH_PORT_NULL, portValid, type MachPort, type PolyRight } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { allocateReceive, destroyReceive } from "../../glibc-shim/rights.ts";

/** Where such a port is kept; null until somebody asks. */
export interface Identified {
  identity: MachPort;
}

/** Nothing but the place for one. */
export const newIdentity = (): Identified => ({ identity: MACH_PORT_NULL });

/** A right to the port, to be sent. Of several who ask first, one makes it. */
export function* identityRight(of: Identified): Syscall<PolyRight> {
  if (!portValid(of.identity)) {
    const made = yield* allocateReceive();
    if (portValid(of.identity)) yield* destroyReceive(made);
    else of.identity = made;
  }
  return makeSend(of.identity);
}
