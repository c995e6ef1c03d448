/** The host and its processors. */
import { client } from "../mig/client.ts";
import { t } from "../mig/kind.ts";
import { routine, subsystem } from "../mig/subsystem.ts";

export const machHost = subsystem("mach_host", 2600, {
  /** Host processors. */
  host_processors: routine(2600, {}, { processor_list: t.copySends }),
  /** Processor start. */
  processor_start: routine(2603, {}, {}),
  /** Processor exit. */
  processor_exit: routine(2604, {}, {}),
  /** Processor set default. */
  processor_set_default: routine(2606, {}, { default_set: t.copySend }),
  /** Processor set create. */
  processor_set_create: routine(2608, {}, { new_set: t.copySend, new_name: t.copySend }),
  /** Processor set destroy. */
  processor_set_destroy: routine(2609, {}, {}),
  /** Processor assign. */
  processor_assign: routine(2611, { new_set: t.copySend, wait: t.boolean }, {}),
  /** Processor get assignment. */
  processor_get_assignment: routine(2612, {}, { assigned_set: t.copySend }),
  /** Thread assign. */
  thread_assign: routine(2613, { new_set: t.copySend }, {}),
  /** Thread assign default. */
  thread_assign_default: routine(2614, {}, {}),
  /** Thread get assignment. */
  thread_get_assignment: routine(2615, {}, { assigned_set: t.copySend }),
  /** Task assign. */
  task_assign: routine(2616, { new_set: t.copySend, assign_threads: t.boolean }, {}),
  /** Task assign default. */
  task_assign_default: routine(2617, { assign_threads: t.boolean }, {}),
  /** Task get assignment. */
  task_get_assignment: routine(2618, {}, { assigned_set: t.copySend }),
  /** Host kernel version. */
  host_kernel_version: routine(2619, {}, { kernel_version: t.stringElement(512) }),
  /** Thread priority. */
  thread_priority: routine(2620, { priority: t.int, set_max: t.boolean }, {}),
  /** Thread max priority. */
  thread_max_priority: routine(2621, { processor_set: t.copySend, max_priority: t.int }, {}),
  /** Task priority. */
  task_priority: routine(2622, { priority: t.int, change_threads: t.boolean }, {}),
  /** Processor set max priority. */
  processor_set_max_priority: routine(2623, { max_priority: t.int, change_threads: t.boolean }, {}),
  /** Thread policy. */
  thread_policy: routine(2624, { policy: t.int, data: t.int }, {}),
  /** Processor set policy enable. */
  processor_set_policy_enable: routine(2625, { policy: t.int }, {}),
  /** Processor set policy disable. */
  processor_set_policy_disable: routine(2626, { policy: t.int, change_threads: t.boolean }, {}),
  /** Processor set tasks. */
  processor_set_tasks: routine(2627, {}, { task_list: t.copySends }),
  /** Processor set threads. */
  processor_set_threads: routine(2628, {}, { thread_list: t.copySends }),
  /** Host processor sets. */
  host_processor_sets: routine(2629, {}, { processor_sets: t.copySends }),
  /** Host processor set priv. */
  host_processor_set_priv: routine(2630, { set_name: t.copySend }, { set: t.copySend }),
  /** Thread depress abort. */
  thread_depress_abort: routine(2631, {}, {}),
  /** Host set time. */
  host_set_time: routine(2632, { new_time: t.ints(2) }, {}),
  /** Host adjust time. */
  host_adjust_time: routine(2633, { new_adjustment: t.ints(2) }, { old_adjustment: t.ints(2) }),
  /** Host get time. */
  host_get_time: routine(2634, {}, { current_time: t.ints(2) }),
  /** Host reboot. */
  host_reboot: routine(2635, { options: t.int }, {}),
  /** Vm wire. */
  vm_wire: routine(2636, { task: t.copySend, address: t.int, size: t.int, access: t.int }, {}),
  /** Thread wire. */
  thread_wire: routine(2637, { thread: t.copySend, wired: t.boolean }, {}),
  /** Host info. */
  host_info: routine(2638, { flavor: t.int, host_info_outCnt: t.int }, { host_info_out: t.intsUpTo(1024, true) }),
  /** Processor info. */
  processor_info: routine(
    2639,
    { flavor: t.int, processor_info_outCnt: t.int },
    { host: t.copySend, processor_info_out: t.intsUpTo(1024, true) },
  ),
  /** Processor set info. */
  processor_set_info: routine(2640, { flavor: t.int, info_outCnt: t.int }, { host: t.copySend, info_out: t.intsUpTo(1024, true) }),
  /** Processor control. */
  processor_control: routine(2641, { processor_cmd: t.intsUpTo(1024) }, {}),
  /** Host get time64. */
  host_get_time64: routine(2643, {}, { current_time: t.ints(4) }),
  /** Host set time64. */
  host_set_time64: routine(2644, { new_time: t.ints(4) }, {}),
  /** Host adjust time64. */
  host_adjust_time64: routine(2645, { new_adjustment: t.ints(4) }, { old_adjustment: t.ints(4) }),
  /** Host get kernel version. */
  host_get_kernel_version: routine(2646, {}, { kernel_version: t.string(512) }),
  /** Host get uptime64. */
  host_get_uptime64: routine(2647, {}, { uptime: t.ints(4) }),
  /** Processor set processors. */
  processor_set_processors: routine(2648, {}, { processors_list: t.copySends }),
});

/** Plain stubs. */
export const machHostCall = client(machHost);
