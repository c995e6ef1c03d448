/**
 * Foreign system calls: a task may run under a personality, whose table of calls the kernel then serves beside its own traps (as FreeBSD has a table of
 * system calls for each ABI, and as Mach had `task_set_emulation`). Tasks, threads, the scheduler, time and memory stay the kernel's.
 *
 * Nothing of the Hurd uses this; the laboratory builds other systems' program starts with it, on the same machine and under the same schedules.
 */
import type { KernReturn } from "./kern-return.ts";
import type { ForeignTrap } from "./syscall.ts";
import type { Task } from "./task.ts";
import type { Thread } from "./thread.ts";

/** The calls of one foreign system. One object serves all tasks that run under it, and a task's children inherit it. */
export interface Personality {
  readonly name: string;
  /** Makes the call, whole: nobody else runs meanwhile. Answers its number, or BLOCKED when `thread` has been put to wait (`IpcHost.block`). */
  call(thread: Thread, trap: ForeignTrap): KernReturn;
  /** The cells that the call would touch now (modelchecking.md §5.1), for a strategy that looks ahead. */
  footprint(thread: Thread, trap: ForeignTrap): readonly string[];
  /** `task` has been made by the kernel's own `task_create` out of `parent`. */
  taskCreated(task: Task, parent: Task): void;
  /** `task` has ended, by whatever hand. */
  taskEnded(task: Task): void;
}
