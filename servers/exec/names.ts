/** Looking files up with the ports of the program that is to be, not with ours (exec.md §5 step 9, §6 step 3). */
import { MACH_PORT_NULL, type MachPort } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { PortCell } from "../../glibc-shim/cell.ts";
import { lookup, type Names } from "../../glibc-shim/lookup.ts";
import type { Result } from "./file.ts";

/** Names as a program with these ports and descriptors has them. The ports are borrowed. */
function namesOf(ports: (which: number) => MachPort, dtable: readonly MachPort[]): Names {
  const cells = new Map<number, PortCell>();
  return {
    pid: 0,
    umask: 0,
    cell(which) {
      const cell = cells.get(which) ?? new PortCell(ports(which));
      cells.set(which, cell);
      return cell;
    },
    fdCell: (fd) => (dtable[fd] === undefined || dtable[fd] === MACH_PORT_NULL ? undefined : new PortCell(dtable[fd])),
  };
}

/** A new right to the file. */
export function* lookupWith(ports: (which: number) => MachPort, dtable: readonly MachPort[], path: string, flags: number): Syscall<Result<MachPort>> {
  const found = yield* lookup(namesOf(ports, dtable), path, flags, 0);
  return found.err === 0 ? { err: 0, value: found.port } : found;
}
