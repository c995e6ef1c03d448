/** Tasks, threads, memory and memory objects: the kernel's main interface. */
import { client } from "../mig/client.ts";
import { t } from "../mig/kind.ts";
import { routine, simpleroutine, subsystem } from "../mig/subsystem.ts";

export const mach = subsystem("mach", 2000, {
  /** A new task; its memory is copied by inheritance, or empty. Special ports are inherited, names are not. */
  task_create: routine(2007, { inherit_memory: t.boolean }, { child_task: t.copySend }),
  /** Ends a task: threads, memory, names. */
  task_terminate: routine(2008, {}, {}),
  /** System call emulation; there is none. */
  task_get_emulation_vector: routine(2009, {}, { vector_start: t.int, emulation_vector: t.intArrayOol }),
  /** System call emulation; there is none. */
  task_set_emulation_vector: routine(2010, { vector_start: t.int, emulation_vector: t.intArrayOol }, {}),
  /** Send rights to all threads. */
  task_threads: routine(2011, {}, { thread_list: t.copySends }),
  /** Facts of a task by flavor (procinfo.ts). */
  task_info: routine(2012, { flavor: t.int, task_info_outCnt: t.int }, { task_info_out: t.intsUpTo(1024, true) }),
  /** Ends a thread. */
  thread_terminate: routine(2016, {}, {}),
  /** Registers by flavor. KERN_FAILURE while it runs. */
  thread_get_state: routine(2017, { flavor: t.int, old_stateCnt: t.int }, { old_state: t.intsUpTo(1024, true) }),
  /** Sets registers by flavor. */
  thread_set_state: routine(2018, { flavor: t.int, new_state: t.intsUpTo(1024) }, {}),
  /** Facts of a thread by flavor (procinfo.ts). */
  thread_info: routine(2019, { flavor: t.int, thread_info_outCnt: t.int }, { thread_info_out: t.intsUpTo(1024, true) }),
  /** Fresh zero pages, at `address` or anywhere. KERN_NO_SPACE, KERN_INVALID_ADDRESS. */
  vm_allocate: routine(2021, { address: t.int, size: t.int, anywhere: t.boolean }, { address: t.int }),
  /** Unmaps; what is not mapped is no error. */
  vm_deallocate: routine(2023, { address: t.int, size: t.int }, {}),
  /** Sets current, or with `set_maximum` greatest protection. KERN_PROTECTION_FAILURE beyond the greatest. */
  vm_protect: routine(2024, { address: t.int, size: t.int, set_maximum: t.boolean, new_protection: t.int }, {}),
  /** What task_create does with a range: VM_INHERIT_…. */
  vm_inherit: routine(2025, { address: t.int, size: t.int, new_inheritance: t.int }, {}),
  /** A copy of a range. */
  vm_read: routine(2026, { address: t.int, size: t.int }, { data: t.pages }),
  /** Writes pages over a range. */
  vm_write: routine(2027, { address: t.int, data: t.pages }, {}),
  /** Copies a range within the task. */
  vm_copy: routine(2028, { source_address: t.int, size: t.int, dest_address: t.int }, {}),
  /** The first region at or after an address. KERN_NO_SPACE beyond the last. */
  vm_region: routine(
    2029,
    { address: t.int },
    {
      address: t.int, size: t.int, protection: t.int, max_protection: t.int, inheritance: t.int, is_shared: t.boolean,
      object_name: t.moveSend, offset: t.int,
    },
  ),
  /** Page counts of the host. */
  vm_statistics: routine(2030, {}, { vm_stats: t.ints(13) }),
  /** Up to four send rights that children inherit. */
  mach_ports_register: routine(2033, { init_port_set: t.copySends }, {}),
  /** Those rights. */
  mach_ports_lookup: routine(2034, {}, { init_port_set: t.copySends }),
  /** A pager has no data for that range: zero pages. */
  memory_object_data_unavailable: simpleroutine(2039, { offset: t.int, size: t.int }),
  /** How the kernel treats a memory object. */
  memory_object_get_attributes: routine(2040, {}, { object_ready: t.boolean, may_cache: t.boolean, copy_strategy: t.int }),
  /** Sets or asks for the default pager. */
  vm_set_default_memory_manager: routine(2041, { default_manager: t.makeSend }, { default_manager: t.makeSend }),
  /** Cleans, flushes or write-protects cached pages; `reply_to` is told when done. */
  memory_object_lock_request: simpleroutine(
    2044,
    { offset: t.int, size: t.int, should_return: t.int, should_flush: t.boolean, lock_value: t.int, reply_to: t.poly },
  ),
  /** One suspend count more: no thread of it runs. */
  task_suspend: routine(2056, {}, {}),
  /** One less. KERN_FAILURE at zero. */
  task_resume: routine(2057, {}, {}),
  /** Kernel, exception or bootstrap port. */
  task_get_special_port: routine(2058, { which_port: t.int }, { special_port: t.copySend }),
  /** Replaces it. */
  task_set_special_port: routine(2059, { which_port: t.int, special_port: t.copySend }, {}),
  /** A new thread, suspended, without state. */
  thread_create: routine(2061, {}, { child_thread: t.copySend }),
  /** One suspend count more. */
  thread_suspend: routine(2062, {}, {}),
  /** One less; at zero the thread may run. KERN_FAILURE at zero before. */
  thread_resume: routine(2063, {}, {}),
  /** Breaks off what the thread waits for: its mach_msg answers INTERRUPTED. */
  thread_abort: routine(2064, {}, {}),
  /** Kernel or exception port. */
  thread_get_special_port: routine(2067, { which_port: t.int }, { special_port: t.copySend }),
  /** Replaces it. */
  thread_set_special_port: routine(2068, { which_port: t.int, special_port: t.copySend }, {}),
  /** System call emulation; there is none. */
  task_set_emulation: routine(2070, { routine_entry_pt: t.int, routine_number: t.int }, {}),
  /** Restartable code ranges. */
  task_ras_control: routine(2071, { basepc: t.int, boundspc: t.int, flavor: t.int }, {}),
  /** Maps a memory object (null: zero pages), shared or as a copy. */
  vm_map: routine(
    2089,
    {
      address: t.int, size: t.int, mask: t.int, anywhere: t.boolean, memory_object: t.copySend, offset: t.int, copy: t.boolean,
      cur_protection: t.int, max_protection: t.int, inheritance: t.int,
    },
    { address: t.int },
  ),
  /** A pager cannot supply that range. */
  memory_object_data_error: simpleroutine(2090, { offset: t.int, size: t.int, error_value: t.int }),
  /** A pager gives its object up. */
  memory_object_destroy: simpleroutine(2092, { reason: t.int }),
  /** A pager supplies pages. */
  memory_object_data_supply: simpleroutine(
    2093,
    { offset: t.int, data: t.pagesMaybeMoved, lock_value: t.int, precious: t.boolean, reply_to: t.poly },
  ),
  /** A pager is ready after memory_object_init. */
  memory_object_ready: simpleroutine(2094, { may_cache: t.boolean, copy_strategy: t.int }),
  /** A pager changes how the kernel treats its object. */
  memory_object_change_attributes: simpleroutine(2095, { may_cache: t.boolean, copy_strategy: t.int, reply_to: t.poly }),
  /** Caching attributes. */
  vm_machine_attribute: routine(2099, { address: t.int, size: t.int, attribute: t.int, value: t.int }, { value: t.int }),
});

/** Plain stubs. */
export const machCall = client(mach);
