/** What a live task has used (`task_info`). */
import type { MachPort } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import { decodeTaskBasic, TASK_BASIC_INFO, TASK_BASIC_WORDS, TASK_EVENTS_INFO, TASK_EVENTS_WORDS, TASK_THREAD_TIMES_INFO } from "../interfaces/procinfo.ts";
import { encodeRusage } from "../interfaces/rusage.ts";

/** The words of one flavor; none when the task is dead. */
export function* taskInfo(task: MachPort, flavor: number, room: number): Syscall<readonly number[]> {
  const info = yield* machCall.task_info(task, { flavor, task_info_outCnt: room });
  return info.err ? [] : info.task_info_out;
}

/** Words of TASK_THREAD_TIMES_INFO in the longest form. */
const THREAD_TIMES_WORDS = 12;

/** Times of dead and living threads together, and the counts of events. */
export function* sampleRusage(task: MachPort): Syscall<readonly number[]> {
  const dead = decodeTaskBasic(yield* taskInfo(task, TASK_BASIC_INFO, TASK_BASIC_WORDS));
  const events = yield* taskInfo(task, TASK_EVENTS_INFO, TASK_EVENTS_WORDS);
  const live = yield* taskInfo(task, TASK_THREAD_TIMES_INFO, THREAD_TIMES_WORDS);
  const time = (t: { readonly sec: number; readonly usec: number }, at: number): { sec: number; usec: number } => {
    const usec = t.usec + (live[at + 1] ?? 0);
    return { sec: t.sec + (live[at] ?? 0) + Math.floor(usec / 1e6), usec: usec % 1e6 };
  };
  return encodeRusage({
    utime: time(dead.userTime, 0),
    stime: time(dead.systemTime, 2),
    minflt: (events[0] ?? 0) - (events[3] ?? 0),
    majflt: events[3] ?? 0,
    msgsnd: events[5] ?? 0,
    msgrcv: events[6] ?? 0,
  });
}
