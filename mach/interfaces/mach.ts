/** Tasks, threads, memory and memory objects: the kernel's main interface. */
import { client } from "../mig/client.ts";
import { t } from "../mig/kind.ts";
import { routine, simpleroutine, subsystem } from "../mig/subsystem.ts";

export const mach = subsystem("mach", 2000, {
  /** Task create. */
  task_create: routine(2007, { inherit_memory: t.boolean }, { child_task: t.copySend }),
  /** Task terminate. */
  task_terminate: routine(2008, {}, {}),
  /** Task get emulation vector. */
  task_get_emulation_vector: routine(2009, {}, { vector_start: t.int, emulation_vector: t.intArrayOol }),
  /** Task set emulation vector. */
  task_set_emulation_vector: routine(2010, { vector_start: t.int, emulation_vector: t.intArrayOol }, {}),
  /** Task threads. */
  task_threads: routine(2011, {}, { thread_list: t.copySends }),
  /** Task info. */
  task_info: routine(2012, { flavor: t.int, task_info_outCnt: t.int }, { task_info_out: t.intsUpTo(1024, true) }),
  /** Thread terminate. */
  thread_terminate: routine(2016, {}, {}),
  /** Thread get state. */
  thread_get_state: routine(2017, { flavor: t.int, old_stateCnt: t.int }, { old_state: t.intsUpTo(1024, true) }),
  /** Thread set state. */
  thread_set_state: routine(2018, { flavor: t.int, new_state: t.intsUpTo(1024) }, {}),
  /** Thread info. */
  thread_info: routine(2019, { flavor: t.int, thread_info_outCnt: t.int }, { thread_info_out: t.intsUpTo(1024, true) }),
  /** Vm allocate. */
  vm_allocate: routine(2021, { address: t.int, size: t.int, anywhere: t.boolean }, { address: t.int }),
  /** Vm deallocate. */
  vm_deallocate: routine(2023, { address: t.int, size: t.int }, {}),
  /** Vm protect. */
  vm_protect: routine(2024, { address: t.int, size: t.int, set_maximum: t.boolean, new_protection: t.int }, {}),
  /** Vm inherit. */
  vm_inherit: routine(2025, { address: t.int, size: t.int, new_inheritance: t.int }, {}),
  /** Vm read. */
  vm_read: routine(2026, { address: t.int, size: t.int }, { data: t.pages }),
  /** Vm write. */
  vm_write: routine(2027, { address: t.int, data: t.pages }, {}),
  /** Vm copy. */
  vm_copy: routine(2028, { source_address: t.int, size: t.int, dest_address: t.int }, {}),
  /** Vm region. */
  vm_region: routine(
    2029,
    { address: t.int },
    { address: t.int, size: t.int, protection: t.int, max_protection: t.int, inheritance: t.int, is_shared: t.boolean, object_name: t.moveSend, offset: t.int },
  ),
  /** Vm statistics. */
  vm_statistics: routine(2030, {}, { vm_stats: t.ints(13) }),
  /** Mach ports register. */
  mach_ports_register: routine(2033, { init_port_set: t.copySends }, {}),
  /** Mach ports lookup. */
  mach_ports_lookup: routine(2034, {}, { init_port_set: t.copySends }),
  /** Memory object data unavailable. */
  memory_object_data_unavailable: simpleroutine(2039, { offset: t.int, size: t.int }),
  /** Memory object get attributes. */
  memory_object_get_attributes: routine(2040, {}, { object_ready: t.boolean, may_cache: t.boolean, copy_strategy: t.int }),
  /** Vm set default memory manager. */
  vm_set_default_memory_manager: routine(2041, { default_manager: t.makeSend }, { default_manager: t.makeSend }),
  /** Memory object lock request. */
  memory_object_lock_request: simpleroutine(
    2044,
    { offset: t.int, size: t.int, should_return: t.int, should_flush: t.boolean, lock_value: t.int, reply_to: t.poly },
  ),
  /** Task suspend. */
  task_suspend: routine(2056, {}, {}),
  /** Task resume. */
  task_resume: routine(2057, {}, {}),
  /** Task get special port. */
  task_get_special_port: routine(2058, { which_port: t.int }, { special_port: t.copySend }),
  /** Task set special port. */
  task_set_special_port: routine(2059, { which_port: t.int, special_port: t.copySend }, {}),
  /** Thread create. */
  thread_create: routine(2061, {}, { child_thread: t.copySend }),
  /** Thread suspend. */
  thread_suspend: routine(2062, {}, {}),
  /** Thread resume. */
  thread_resume: routine(2063, {}, {}),
  /** Thread abort. */
  thread_abort: routine(2064, {}, {}),
  /** Thread get special port. */
  thread_get_special_port: routine(2067, { which_port: t.int }, { special_port: t.copySend }),
  /** Thread set special port. */
  thread_set_special_port: routine(2068, { which_port: t.int, special_port: t.copySend }, {}),
  /** Task set emulation. */
  task_set_emulation: routine(2070, { routine_entry_pt: t.int, routine_number: t.int }, {}),
  /** Task ras control. */
  task_ras_control: routine(2071, { basepc: t.int, boundspc: t.int, flavor: t.int }, {}),
  /** Vm map. */
  vm_map: routine(
    2089,
    { address: t.int, size: t.int, mask: t.int, anywhere: t.boolean, memory_object: t.copySend, offset: t.int, copy: t.boolean, cur_protection: t.int, max_protection: t.int, inheritance: t.int },
    { address: t.int },
  ),
  /** Memory object data error. */
  memory_object_data_error: simpleroutine(2090, { offset: t.int, size: t.int, error_value: t.int }),
  /** Memory object destroy. */
  memory_object_destroy: simpleroutine(2092, { reason: t.int }),
  /** Memory object data supply. */
  memory_object_data_supply: simpleroutine(
    2093,
    { offset: t.int, data: t.pagesMaybeMoved, lock_value: t.int, precious: t.boolean, reply_to: t.poly },
  ),
  /** Memory object ready. */
  memory_object_ready: simpleroutine(2094, { may_cache: t.boolean, copy_strategy: t.int }),
  /** Memory object change attributes. */
  memory_object_change_attributes: simpleroutine(2095, { may_cache: t.boolean, copy_strategy: t.int, reply_to: t.poly }),
  /** Vm machine attribute. */
  vm_machine_attribute: routine(2099, { address: t.int, size: t.int, attribute: t.int, value: t.int }, { value: t.int }),
});

/** Plain stubs. */
export const machCall = client(mach);
