/** The structures of `task_info` and `thread_info`, as words (`mach/task_info.h`, `mach/thread_info.h`). Times are seconds and microseconds. */
import { PAGE_SIZE } from "../vm/page.ts";
import type { Clock } from "./clock.ts";
import type { Task } from "./task.ts";
import { BASE_PRIORITY, type Thread } from "./thread.ts";

const TaskFlavor = { BASIC: 1, EVENTS: 2, THREAD_TIMES: 3 } as const;
const ThreadFlavor = { BASIC: 1, SCHED: 2 } as const;
const RunState = { RUNNING: 1, STOPPED: 2, WAITING: 3 } as const;

/** `time_value_t` of microseconds. */
export const timeValue = (microseconds: number): readonly [number, number] => [Math.floor(microseconds / 1e6), microseconds % 1e6];
/** `time_value64_t`: seconds and nanoseconds, low word first. */
export const timeValue64 = (microseconds: number): readonly number[] => {
  const sec = Math.floor(microseconds / 1e6);
  return [sec >>> 0, Math.floor(sec / 0x100000000), (microseconds % 1e6) * 1000, 0];
};

/** The words that fit into `room`; undefined when the caller's buffer is smaller than the smallest known form. */
const cut = (words: readonly number[], least: number, room: number): readonly number[] | undefined =>
  room < least ? undefined : words.slice(0, room);

/** Pages that are in memory. */
function resident(task: Task): number {
  let pages = 0;
  for (const e of task.map.list.entries) pages += e.object?.residentCount ?? 0;
  return pages * PAGE_SIZE;
}

/** The answer of `task_info`; undefined for an unknown flavor or too small a buffer (KERN_INVALID_ARGUMENT). */
export function taskInfo(task: Task, flavor: number, room: number, clock: Clock): readonly number[] | undefined {
  switch (flavor) {
    case TaskFlavor.BASIC: {
      const created = clock.bootTime + task.createdAt;
      const used = task.deadThreadsTime;
      return cut(
        [
          ...[task.suspendCount, BASE_PRIORITY, task.map.size, resident(task)],
          ...[...timeValue(used), 0, 0, ...timeValue(created)],
          ...[...timeValue64(used), 0, 0, 0, 0, ...timeValue64(created)],
        ],
        10,
        room,
      );
    }
    case TaskFlavor.EVENTS:
      return cut([0, 0, 0, 0, 0, 0, 0], 7, room);
    case TaskFlavor.THREAD_TIMES: {
      const used = task.threads.reduce((sum, t) => sum + t.cpuTime, 0);
      return cut([...timeValue(used), 0, 0, ...timeValue64(used), 0, 0, 0, 0], 4, room);
    }
    default:
      return undefined;
  }
}

function runState(thread: Thread): number {
  if (thread.suspendCount > 0 || thread.task.suspendCount > 0) return RunState.STOPPED;
  return thread.runnable ? RunState.RUNNING : RunState.WAITING;
}

/** The answer of `thread_info`; undefined as for `taskInfo`. */
export function threadInfo(thread: Thread, flavor: number, room: number, clock: Clock): readonly number[] | undefined {
  switch (flavor) {
    case ThreadFlavor.BASIC: {
      const created = clock.bootTime + thread.createdAt;
      return cut(
        [
          ...[...timeValue(thread.cpuTime), 0, 0, 0, BASE_PRIORITY, BASE_PRIORITY, runState(thread), 0, thread.suspendCount, 0],
          ...timeValue(created),
          ...[...timeValue64(thread.cpuTime), 0, 0, 0, 0, ...timeValue64(created)],
        ],
        13,
        room,
      );
    }
    case ThreadFlavor.SCHED:
      return cut([1, 100, BASE_PRIORITY, BASE_PRIORITY, BASE_PRIORITY, 0, 0], 7, room);
    default:
      return undefined;
  }
}
