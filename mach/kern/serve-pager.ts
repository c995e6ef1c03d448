/** What pagers say to the kernel (`mach.defs`, memory_object_*; `mach4.defs`, proxies). */
import { destroyKmsg, isPort } from "../ipc/kmsg.ts";
import { releaseSendRight } from "../ipc/kernel-port.ts";
import type { Port } from "../ipc/port.ts";
import { gnumach } from "../interfaces/gnumach.ts";
import { mach } from "../interfaces/mach.ts";
import { mach4 } from "../interfaces/mach4.ts";
import type { Pager, Proxy } from "../vm/pager.ts";
import { pageAligned } from "../vm/page.ts";
import { answerPort, closePort, objectPort } from "./kernel-ports.ts";
import { Kern } from "./kern-return.ts";
import { kernelRoutines, type KernelHandlers } from "./kernel-call.ts";
import type { Machine } from "./machine.ts";
import { aPager, aTask, theHostPriv } from "./targets.ts";
import type { Task } from "./task.ts";

const u = (n: number): number => n >>> 0;

const handlers: KernelHandlers<typeof mach.routines, Pager> = {
  memory_object_ready: (pager, { may_cache, copy_strategy }) => {
    pager.setReady(may_cache, copy_strategy);
    return { err: 0 };
  },
  memory_object_data_supply: (pager, { offset, data, lock_value, reply_to }, call) => {
    pager.supply(u(offset), data, lock_value);
    pager.supplyCompleted(call.take(reply_to.name), reply_to.disposition, offset, data.length);
    return { err: 0 };
  },
  memory_object_data_unavailable: (pager, { offset, size }) => {
    pager.unavailable(u(offset), u(size), Kern.SUCCESS);
    return { err: 0 };
  },
  memory_object_data_error: (pager, { offset, size }) => {
    pager.unavailable(u(offset), u(size), Kern.MEMORY_ERROR);
    return { err: 0 };
  },
  memory_object_lock_request: (pager, { offset, size, should_return, should_flush, lock_value, reply_to }, call) => {
    pager.lockRequest(u(offset), u(size), should_return, should_flush, lock_value);
    pager.lockCompleted(call.take(reply_to.name), reply_to.disposition, offset, size);
    return { err: 0 };
  },
  memory_object_change_attributes: (pager, { may_cache, copy_strategy, reply_to }, call) => {
    pager.changeAttributes(may_cache, copy_strategy);
    pager.changeCompleted(call.take(reply_to.name), reply_to.disposition);
    return { err: 0 };
  },
  memory_object_get_attributes: (pager) => ({ err: 0, object_ready: pager.ready, may_cache: pager.mayCache, copy_strategy: pager.copyStrategy }),
  memory_object_destroy: (pager) => {
    pager.destroy();
    return { err: 0 };
  },
};

const sync: KernelHandlers<typeof gnumach.routines, Pager> = {
  vm_object_sync: (pager, { offset, size, should_flush, should_return }) => {
    pager.lockRequest(u(offset), u(size), should_return ? 1 : 0, should_flush, 8);
    return { err: 0 };
  },
};

/** The port of a proxy: with its last send right it gives up the memory object. */
function proxyPort(machine: Machine, proxy: Proxy): Port {
  const port = objectPort(machine, proxy);
  machine.proxies.add(proxy);
  const watch = answerPort(machine, (message) => {
    destroyKmsg(message);
    releaseSendRight(proxy.object);
    machine.proxies.delete(proxy);
    closePort(machine, port);
    closePort(machine, watch);
  });
  port.noSenders = watch.makeSendOnce();
  return port;
}

const proxies: KernelHandlers<typeof mach4.routines, Task> = {
  /** One object only, as in the real kernel: others are KERN_INVALID_ARGUMENT. */
  memory_object_create_proxy: (_task, { max_protection, object, offset, start, len }, call) => {
    const [from = 0, at = 0, length = 0] = [offset[0], start[0], len[0]];
    if (object.length !== 1 || at !== 0 || length === 0 || !pageAligned(from)) return { err: Kern.INVALID_ARGUMENT };
    const [handle] = object;
    const ref = handle === undefined ? null : call.take(handle);
    if (!isPort(ref)) return { err: Kern.INVALID_ARGUMENT };
    const proxy: Proxy = { kind: "memory-proxy", object: ref, offset: u(from), length: u(length), maxProtection: max_protection };
    return { err: 0, proxy: call.give(proxyPort(call.machine, proxy).makeSend()) };
  },
};

const defaults: KernelHandlers<typeof mach.routines, true> = {
  vm_set_default_memory_manager: () => ({ err: Kern.FAILURE }),
};

export const pagerRoutines = [
  ...kernelRoutines(mach, aPager, handlers),
  ...kernelRoutines(gnumach, aPager, sync),
  ...kernelRoutines(mach4, aTask, proxies),
  ...kernelRoutines(mach, theHostPriv, defaults),
];
