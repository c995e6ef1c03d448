/**
 * Descriptors 0 to 2 of a secure program are open before anything of its own is opened, so that no file gets their numbers (glibc's check_fds.c for the Hurd, since
 * 2.37; exec.md §5.3 leaves it to the library). It is the last thing that is done to the new table.
 */
import { MACH_PORT_NULL } from "../mach/ipc/names.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { O_RDONLY, O_RDWR } from "../servers/interfaces/hurd-types.ts";
import { newDescriptor } from "./dtable.ts";
import { lose } from "./exit.ts";
import { lookup, ownNames } from "./lookup.ts";
import type { Process } from "./process.ts";

const MODES = [O_RDONLY, O_RDWR, O_RDWR] as const;

/** Opens /dev/null at each of 0, 1, 2 that is closed, without asking it for a terminal. A program for which that cannot be done crashes: it has nowhere to complain. */
export function* openStandardFds(p: Process): Syscall<void> {
  for (const [fd, mode] of MODES.entries()) {
    if (p.dtable[fd] !== undefined) continue;
    const d = newDescriptor(MACH_PORT_NULL);
    p.dtable[fd] = d;
    const found = yield* lookup(ownNames(p), "/dev/null", mode, 0);
    if (found.err) yield* lose();
    else yield* d.port.set(found.port);
  }
}
