/** GNU Mach's own additions: waiting on memory words, task names, essential tasks. */
import { client } from "../mig/client.ts";
import { t } from "../mig/kind.ts";
import { routine, simpleroutine, subsystem } from "../mig/subsystem.ts";

export const gnumach = subsystem("gnumach", 4200, {
  /** The page cache. */
  vm_cache_statistics: routine(4200, {}, { vm_cache_stats: t.ints(11) }),
  /** A thread ends itself, its reply port, its name and its stack in one call. */
  thread_terminate_release: simpleroutine(
    4201,
    { task: t.copySend, thread_name: t.portName, reply_port: t.portName, address: t.int, size: t.int },
  ),
  /** A name for debuggers and kernel messages. */
  task_set_name: simpleroutine(4202, { name: t.string(64) }),
  /** `notification` gets mach_notify_new_task from now on. Privileged, once: then KERN_NO_ACCESS. */
  register_new_task_notification: routine(4203, { notification: t.polySend }, {}),
  /** Waits while the word at `addr` is `val1`, until woken or timed out. KERN_INVALID_ARGUMENT when it is another already. */
  gsync_wait: routine(4204, { addr: t.int, val1: t.int, val2: t.int, msec: t.int, flags: t.int }, {}),
  /** Wakes one or all waiters at an address. */
  gsync_wake: simpleroutine(4205, { addr: t.int, val: t.int, flags: t.int }),
  /** Moves waiters to another address. */
  gsync_requeue: simpleroutine(4206, { src_addr: t.int, dst_addr: t.int, wake_one: t.boolean, flags: t.int }),
  /** Keeps all of a task resident. */
  vm_wire_all: routine(4207, { task: t.copySend, flags: t.int }, {}),
  /** Cleans a range of a memory object. */
  vm_object_sync: routine(
    4208,
    { offset: t.int, size: t.int, should_flush: t.boolean, should_return: t.boolean, should_iosync: t.boolean },
    {},
  ),
  /** Cleans a mapped range. */
  vm_msync: routine(4209, { address: t.int, size: t.int, sync_flags: t.int }, {}),
  /** Memory in a row, for devices. Privileged. */
  vm_allocate_contiguous: routine(
    4210,
    { target_task: t.copySend, size: t.int, pmin: t.int64, pmax: t.int64, palign: t.int64 },
    { vaddr: t.int, paddr: t.int64 },
  ),
  /** The kernel reports this task's death as the system's. */
  task_set_essential: simpleroutine(4211, { essential: t.boolean }),
  /** Physical addresses of pages. Privileged. */
  vm_pages_phys: routine(4212, { target_task: t.copySend, vaddr: t.int, size: t.int }, { pages: t.int64Array }),
  /** A name for debuggers. */
  thread_set_name: simpleroutine(4213, { name: t.string(64) }),
  /** That name. */
  thread_get_name: routine(4214, {}, { name: t.string(64) }),
  /** Limits an address space. */
  vm_set_size_limit: routine(4215, { map: t.copySend, current_limit: t.int, max_limit: t.int }, {}),
  /** Those limits; all ones for none. */
  vm_get_size_limit: routine(4216, {}, { current_limit: t.int, max_limit: t.int }),
});

/** Plain stubs. */
export const gnumachCall = client(gnumach);
