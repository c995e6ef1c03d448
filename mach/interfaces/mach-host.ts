/** The host and its processors. */
import { client } from "../mig/client.ts";
import { t } from "../mig/kind.ts";
import { routine, subsystem } from "../mig/subsystem.ts";

export const machHost = subsystem("mach_host", 2600, {
  /** The processors of the host. Privileged. */
  host_processors: routine(2600, {}, { processor_list: t.copySends }),
  /** Starts a processor. */
  processor_start: routine(2603, {}, {}),
  /** Stops a processor. */
  processor_exit: routine(2604, {}, {}),
  /** The default processor set's name port. */
  processor_set_default: routine(2606, {}, { default_set: t.copySend }),
  /** A new processor set. */
  processor_set_create: routine(2608, {}, { new_set: t.copySend, new_name: t.copySend }),
  /** Ends a processor set; what was in it goes to the default. */
  processor_set_destroy: routine(2609, {}, {}),
  /** Moves a processor to a set. */
  processor_assign: routine(2611, { new_set: t.copySend, wait: t.boolean }, {}),
  /** The set of a processor. */
  processor_get_assignment: routine(2612, {}, { assigned_set: t.copySend }),
  /** Moves a thread to a set. */
  thread_assign: routine(2613, { new_set: t.copySend }, {}),
  /** Moves a thread to the default set. */
  thread_assign_default: routine(2614, {}, {}),
  /** The set of a thread. */
  thread_get_assignment: routine(2615, {}, { assigned_set: t.copySend }),
  /** Moves a task to a set. */
  task_assign: routine(2616, { new_set: t.copySend, assign_threads: t.boolean }, {}),
  /** Moves a task to the default set. */
  task_assign_default: routine(2617, { assign_threads: t.boolean }, {}),
  /** The set of a task. */
  task_get_assignment: routine(2618, {}, { assigned_set: t.copySend }),
  /** Which kernel this is, in an element of 512 characters. */
  host_kernel_version: routine(2619, {}, { kernel_version: t.stringElement(512) }),
  /** Sets a thread's priority, with `set_max` its limit too. */
  thread_priority: routine(2620, { priority: t.int, set_max: t.boolean }, {}),
  /** Raises a thread's limit; needs the processor set. */
  thread_max_priority: routine(2621, { processor_set: t.copySend, max_priority: t.int }, {}),
  /** Priority for a task's new threads, with `change_threads` for the old too. */
  task_priority: routine(2622, { priority: t.int, change_threads: t.boolean }, {}),
  /** Greatest priority in a set. */
  processor_set_max_priority: routine(2623, { max_priority: t.int, change_threads: t.boolean }, {}),
  /** Scheduling policy of a thread. */
  thread_policy: routine(2624, { policy: t.int, data: t.int }, {}),
  /** Allows a policy in a set. */
  processor_set_policy_enable: routine(2625, { policy: t.int }, {}),
  /** Forbids it. */
  processor_set_policy_disable: routine(2626, { policy: t.int, change_threads: t.boolean }, {}),
  /** All tasks of a set, oldest first: how proc sees tasks that nobody told it of. */
  processor_set_tasks: routine(2627, {}, { task_list: t.copySends }),
  /** All threads of a set. */
  processor_set_threads: routine(2628, {}, { thread_list: t.copySends }),
  /** Name ports of all sets. Privileged. */
  host_processor_sets: routine(2629, {}, { processor_sets: t.copySends }),
  /** The control port of a set, for its name port. Privileged. */
  host_processor_set_priv: routine(2630, { set_name: t.copySend }, { set: t.copySend }),
  /** Ends a thread's priority depression. */
  thread_depress_abort: routine(2631, {}, {}),
  /** Sets the clock. Privileged. */
  host_set_time: routine(2632, { new_time: t.ints(2) }, {}),
  /** Slews the clock. Privileged. */
  host_adjust_time: routine(2633, { new_adjustment: t.ints(2) }, { old_adjustment: t.ints(2) }),
  /** Seconds and microseconds since 1970. */
  host_get_time: routine(2634, {}, { current_time: t.ints(2) }),
  /** Halts or reboots the machine (RB_…). Privileged; does not return. */
  host_reboot: routine(2635, { options: t.int }, {}),
  /** Keeps pages resident. Privileged. */
  vm_wire: routine(2636, { task: t.copySend, address: t.int, size: t.int, access: t.int }, {}),
  /** Lets a thread use reserved memory. Privileged. */
  thread_wire: routine(2637, { thread: t.copySend, wired: t.boolean }, {}),
  /** Facts of the host by flavor. */
  host_info: routine(2638, { flavor: t.int, host_info_outCnt: t.int }, { host_info_out: t.intsUpTo(1024, true) }),
  /** Facts of a processor by flavor. */
  processor_info: routine(
    2639,
    { flavor: t.int, processor_info_outCnt: t.int },
    { host: t.copySend, processor_info_out: t.intsUpTo(1024, true) },
  ),
  /** Facts of a set by flavor. */
  processor_set_info: routine(2640, { flavor: t.int, info_outCnt: t.int }, { host: t.copySend, info_out: t.intsUpTo(1024, true) }),
  /** Commands to a processor. */
  processor_control: routine(2641, { processor_cmd: t.intsUpTo(1024) }, {}),
  /** Seconds and nanoseconds since 1970, 64 bits each. */
  host_get_time64: routine(2643, {}, { current_time: t.ints(4) }),
  /** Sets the clock. Privileged. */
  host_set_time64: routine(2644, { new_time: t.ints(4) }, {}),
  /** Slews the clock. Privileged. */
  host_adjust_time64: routine(2645, { new_adjustment: t.ints(4) }, { old_adjustment: t.ints(4) }),
  /** Which kernel this is. */
  host_get_kernel_version: routine(2646, {}, { kernel_version: t.string(512) }),
  /** Time since the machine started. */
  host_get_uptime64: routine(2647, {}, { uptime: t.ints(4) }),
  /** The processors of a set. */
  processor_set_processors: routine(2648, {}, { processors_list: t.copySends }),
});

/** Plain stubs. */
export const machHostCall = client(machHost);
