/** What the kernel tells debuggers of a task's rights (`mach_debug.defs`). Tables of its memory, which are not like the real kernel's, it does not show. */
import { machDebug } from "../interfaces/mach-debug.ts";
import { PortType } from "../ipc/names.ts";
import { Port } from "../ipc/port.ts";
import type { Space } from "../ipc/space.ts";
import { Kern, type Failure } from "./kern-return.ts";
import { kernelRoutines, type KernelHandlers } from "./kernel-call.ts";
import { aSpace } from "./targets.ts";

/** What kind of object is behind a port (IKOT_*, `ipc_kobject.h`). */
const objectTypes: Readonly<Record<string, number>> = {
  thread: 1,
  task: 2,
  host: 3,
  "host-priv": 4,
  processor: 5,
  "processor-set": 6,
  "processor-set-name": 7,
  "memory-control": 9,
  device: 10,
  "memory-name": 16,
  "device-master": 19,
  "memory-proxy": 27,
};

/** The port under `name`, if its right is one of `types`. */
function portAt(space: Space, name: number, types: number): Port | Failure {
  const entry = space.lookup(name);
  if (entry === undefined) return Kern.INVALID_NAME;
  return entry.object instanceof Port && (entry.type & types) !== 0 ? entry.object : Kern.INVALID_RIGHT;
}

const { SEND, RECEIVE, SEND_ONCE } = PortType;

const handlers: KernelHandlers<typeof machDebug.routines, Space> = {
  mach_port_get_srights: (space, { name }) => {
    const port = portAt(space, name, RECEIVE);
    return typeof port === "number" ? { err: port } : { err: 0, srights: port.srights };
  },
  mach_port_dnrequest_info: (space, { name }) => {
    const port = portAt(space, name, RECEIVE);
    if (typeof port === "number") return { err: port };
    let used = 0;
    port.deadNames?.forEach(() => used++);
    return { err: 0, total: port.deadNames?.size ?? 0, used };
  },
  /** The address is the port's number: it tells two objects apart, and nothing else. */
  mach_port_kernel_object: (space, { name }) => {
    const port = portAt(space, name, SEND | RECEIVE | SEND_ONCE);
    if (typeof port === "number") return { err: port };
    const type = objectTypes[port.kobject?.kind ?? ""] ?? 0;
    return { err: 0, object_type: type, object_addr: type === 0 ? 0 : port.id };
  },
};

export const debugRoutines = kernelRoutines(machDebug, aSpace, handlers);
