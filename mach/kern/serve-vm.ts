/** Address spaces (`mach.defs`, `gnumach.defs`): `vm_*` on a task. What needs a page that only a pager has answers later. */
import type { KObject } from "../ipc/host.ts";
import { isPort, type PortRef } from "../ipc/kmsg.ts";
import { MACH_PORT_NULL } from "../ipc/names.ts";
import { gnumach } from "../interfaces/gnumach.ts";
import { mach } from "../interfaces/mach.ts";
import type { Fields, Outcome } from "../mig/subsystem.ts";
import { copyin, isFault, overwrite, type Fault } from "../vm/access.ts";
import { VmCopy } from "../vm/copy.ts";
import type { Mapping } from "../vm/map.ts";
import type { VmObject } from "../vm/object.ts";
import { PAGE_SIZE, pageAligned, Prot } from "../vm/page.ts";
import { Pager, type Proxy } from "../vm/pager.ts";
import { asFailure, Kern, type Failure } from "./kern-return.ts";
import { kernelRoutines, LATER, type KernelCall, type KernelHandlers } from "./kernel-call.ts";
import type { Machine } from "./machine.ts";
import { done } from "./serve-port.ts";
import { anything, aTask, aTaskToLimit } from "./targets.ts";
import { Task } from "./task.ts";

/** An unsigned address or size, as MIG's 32-bit words may come signed. */
const u = (n: number): number => n >>> 0;

/** Does `attempt`, again after each page that had to come from a pager; then answers. */
export function withPages<O extends Outcome<Fields> | typeof LATER>(call: KernelCall, attempt: () => O | Fault): O | { readonly err: Failure } | typeof LATER {
  const r = attempt();
  if (!isFault(r)) return r;
  if (r.kind === "error") return { err: r.code };
  const { object, page } = r.absent;
  if (object.source === null) return { err: Kern.MEMORY_ERROR };
  let later = false;
  let now: O | { readonly err: Failure } | typeof LATER = LATER;
  object.source.request(object, page, r.access, (code) => {
    const outcome = code === 0 ? withPages(call, attempt) : { err: asFailure(code) };
    if (!later) now = outcome;
    else if (!("later" in outcome)) call.reply(outcome);
  });
  later = true;
  return now;
}

/** The object that `vm_map` is to map, the offset that it adds, the bytes that may be mapped, and the most that may be done with them. */
interface Mappable {
  readonly object: VmObject | null;
  readonly offset: number;
  readonly length: number;
  readonly most: number;
}
const whole = (object: VmObject | null): Mappable => ({ object, offset: 0, length: Infinity, most: 7 });

function mappable(machine: Machine, ref: PortRef): Mappable | undefined {
  if (ref === null) return whole(null);
  if (!isPort(ref) || ref.dead) return undefined;
  const { kobject } = ref;
  if (kobject === null) return whole(machine.pagers.objectFor(ref));
  if (kobject.kind === "memory-proxy") {
    const proxy = kobject as Proxy;
    return { object: machine.pagers.objectFor(proxy.object), offset: proxy.offset, length: proxy.length, most: proxy.maxProtection };
  }
  if (kobject.kind === "device-memory") return whole((kobject as { readonly kind: string; readonly object: VmObject }).object);
  return undefined;
}

const handlers: KernelHandlers<typeof mach.routines, Task> = {
  vm_allocate: ({ map }, { address, size, anywhere }) => map.allocate(u(address), u(size), anywhere),
  vm_deallocate: ({ map }, { address, size }) => {
    map.deallocate(u(address), u(size));
    return { err: 0 };
  },
  vm_protect: ({ map }, { address, size, set_maximum, new_protection }) => done(map.protect(u(address), u(size), set_maximum, u(new_protection))),
  vm_inherit: ({ map }, { address, size, new_inheritance }) => done(map.inherit(u(address), u(size), u(new_inheritance))),
  vm_read: ({ map }, { address, size }, call) =>
    withPages(call, () => {
      const copy = copyin(map, u(address), u(size));
      if (isFault(copy)) return copy;
      const data = copy.bytes();
      copy.release();
      return { err: 0, data };
    }),
  vm_write: ({ map }, { address, data }) => {
    if (data.length === 0) return { err: 0 };
    const fault = overwrite(map, u(address), VmCopy.ofBytes(data));
    return faultCode(fault);
  },
  vm_copy: ({ map }, { source_address, size, dest_address }, call) =>
    withPages(call, () => {
      if (size === 0) return { err: 0 };
      const copy = copyin(map, u(source_address), u(size));
      if (isFault(copy)) return copy;
      const fault = overwrite(map, u(dest_address), copy);
      if (fault !== undefined) copy.release();
      return faultCode(fault);
    }),
  vm_region: ({ map }, { address }, call) => {
    const e = map.region(u(address));
    if (e === undefined) return { err: Kern.NO_SPACE };
    const { source } = e.object ?? { source: null };
    return {
      err: 0,
      address: e.start,
      size: e.end - e.start,
      protection: e.protection,
      max_protection: e.maxProtection,
      inheritance: e.inheritance,
      is_shared: e.shared,
      object_name: source instanceof Pager ? call.give(source.namePort.makeSend()) : MACH_PORT_NULL,
      offset: e.offset,
    };
  },
  /** A proxy gives no more access than it has: protections are cut down to that. */
  vm_map: (task, a, call) => {
    const what = mappable(call.machine, call.right(a.memory_object));
    if (what === undefined) return { err: Kern.INVALID_ARGUMENT };
    if (a.copy && (what.most & Prot.READ) === 0) return { err: Kern.PROTECTION_FAILURE };
    if (u(a.offset) + u(a.size) > what.length) return { err: Kern.INVALID_ARGUMENT };
    const most = a.copy ? ~0 : what.most | ~7;
    const mapping: Mapping = {
      address: u(a.address),
      size: u(a.size),
      mask: u(a.mask),
      anywhere: a.anywhere,
      object: what.object,
      offset: what.offset + u(a.offset),
      copy: a.copy,
      protection: u(a.cur_protection & most),
      maxProtection: u(a.max_protection & most),
      inheritance: u(a.inheritance),
    };
    return task.map.map(mapping);
  },
  vm_statistics: (_task, _args, { machine }) => ({ err: 0, vm_stats: statistics(machine) }),
  vm_machine_attribute: () => ({ err: Kern.INVALID_ARGUMENT }),
};

function faultCode(fault: Fault | undefined): { readonly err: 0 } | { readonly err: Failure } {
  if (fault === undefined) return { err: 0 };
  return { err: fault.kind === "error" ? fault.code : Kern.MEMORY_ERROR };
}

/** `vm_statistics_data_t`: page size, free, active, inactive, wired, and counters that stay 0. Memory is 1 GiB. */
function statistics(machine: Machine): number[] {
  let used = 0;
  for (const task of machine.tasks) for (const e of task.map.list.entries) used += e.object?.residentCount ?? 0;
  return [PAGE_SIZE, Math.max(0, 262144 - used), used, 0, 0, ...new Array<number>(8).fill(0)];
}

const more: KernelHandlers<typeof gnumach.routines, Task> = {
  vm_cache_statistics: () => ({ err: 0, vm_cache_stats: new Array<number>(11).fill(0) }),
  vm_msync: (_task, { address, size }) => (pageAligned(u(address)) || size === 0 ? { err: 0 } : { err: Kern.INVALID_ARGUMENT }),
};

const limits: KernelHandlers<typeof gnumach.routines, Task> = {
  vm_get_size_limit: ({ map }) => ({ err: 0, current_limit: map.limit.current | 0, max_limit: map.limit.maximum | 0 }),
};

/** The port asked is the host's: the name port does to lower the maximum, the privileged one also to raise it. What is mapped already stays. */
const limiting: KernelHandlers<typeof gnumach.routines, KObject> = {
  vm_set_size_limit: ({ kind }, args, call) => {
    const [current, maximum] = [u(args.current_limit), u(args.max_limit)];
    if (current > maximum) return { err: Kern.INVALID_ARGUMENT };
    const task = call.machine.objectOf(call.right(args.map));
    if (!(task instanceof Task)) return { err: Kern.INVALID_TASK };
    if (kind !== "host" && kind !== "host-priv") return { err: Kern.INVALID_HOST };
    if (maximum > task.map.limit.maximum && kind !== "host-priv") return { err: Kern.NO_ACCESS };
    task.map.limit = { current, maximum };
    return { err: 0 };
  },
};

export const vmRoutines = [
  ...kernelRoutines(mach, aTask, handlers),
  ...kernelRoutines(gnumach, aTask, more),
  ...kernelRoutines(gnumach, aTaskToLimit, limits),
  ...kernelRoutines(gnumach, anything, limiting),
];
