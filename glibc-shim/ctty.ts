/** The controlling terminal's side of a descriptor (signals-fork.md §9): a second port, on which the terminal knows who we are. */
import { MACH_PORT_NULL, type MachPort, portValid } from "../mach/ipc/names.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { INIT_PORT_CTTYID } from "../servers/interfaces/hurd-types.ts";
import type { Process } from "./process.ts";
import { deallocate } from "./rights.ts";
import { termCall } from "./stubs.ts";

/** The ctty port for `port`, if it is our controlling terminal; else null. */
export function* openCtty(p: Process, port: MachPort): Syscall<MachPort> {
  const cttyid = p.port(INIT_PORT_CTTYID);
  if (cttyid === MACH_PORT_NULL || !portValid(port)) return MACH_PORT_NULL;
  const got = yield* termCall.term_getctty(port, {});
  if (got.err) return MACH_PORT_NULL;
  yield* deallocate(got.ctty);
  return got.ctty === cttyid ? yield* reopenCtty(p, port) : MACH_PORT_NULL;
}

/** A port on the terminal behind `port` under our present pid and process group; null when the terminal refuses. */
export function* reopenCtty(p: Process, port: MachPort, pgrp = p.pgrp): Syscall<MachPort> {
  const opened = yield* termCall.term_open_ctty(port, { pid: p.pid, pgrp });
  return opened.err ? MACH_PORT_NULL : opened.newtty;
}

/** Makes every ctty port anew: our group is to change, or we are a fork's child. */
export function* reopenAllCtty(p: Process, pgrp = p.pgrp): Syscall<void> {
  for (const d of p.dtable) {
    if (d === undefined || d.ctty.port === MACH_PORT_NULL) continue;
    const made = yield* d.port.use((port) => reopenCtty(p, port, pgrp));
    // Another thread may have left the session meanwhile.
    if (d.ctty.port === MACH_PORT_NULL) yield* deallocate(made);
    else yield* d.ctty.set(made);
  }
}

/** Forgets all ctty ports: we have left the session. */
export function* dropAllCtty(p: Process): Syscall<void> {
  for (const d of p.dtable) if (d !== undefined && d.ctty.port !== MACH_PORT_NULL) yield* d.ctty.set(MACH_PORT_NULL);
}
