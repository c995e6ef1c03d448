/**
 * `proc_getprocinfo`: what can be asked for, and the words of the answer (auth-proc.md §2.14; `hurd/hurd_types.h`, 32-bit layout).
 *
 * Words: state · owner · ppid · pgrp · session · logincollection · exitstatus · sigcode · nthreads · task_basic_info (22) ·
 * task_events_info (7) · then for each thread: died · rpc_block · thread_basic_info (25) · thread_sched_info (8).
 */

// ---- what is asked for
export const PI_FETCH_TASKINFO = 0x1;
export const PI_FETCH_THREADS = 0x2;
export const PI_FETCH_THREAD_BASIC = 0x4;
export const PI_FETCH_THREAD_SCHED = 0x8;
export const PI_FETCH_THREAD_WAITS = 0x10;
export const PI_FETCH_TASKEVENTS = 0x20;
// ---- state bits
export const PI_STOPPED = 0x1;
export const PI_EXECED = 0x2;
export const PI_WAITING = 0x4;
export const PI_ORPHAN = 0x8;
export const PI_NOMSG = 0x10;
export const PI_SESSLD = 0x20;
export const PI_NOTOWNED = 0x40;
export const PI_NOPARENT = 0x80;
export const PI_ZOMBIE = 0x100;
export const PI_TRACED = 0x200;
export const PI_GETMSG = 0x400;
export const PI_LOGINLD = 0x800;

// ---- Mach's flavors (`mach/task_info.h`, `mach/thread_info.h`) and their sizes in words
export const TASK_BASIC_INFO = 1;
export const TASK_EVENTS_INFO = 2;
export const TASK_THREAD_TIMES_INFO = 3;
export const THREAD_BASIC_INFO = 1;
export const THREAD_SCHED_INFO = 2;
export const TASK_BASIC_WORDS = 22;
export const TASK_EVENTS_WORDS = 7;
export const THREAD_BASIC_WORDS = 25;
export const THREAD_SCHED_WORDS = 8;
export const TH_STATE_RUNNING = 1;
export const TH_STATE_STOPPED = 2;
export const TH_STATE_WAITING = 3;
export const TH_STATE_UNINTERRUPTIBLE = 4;
export const TH_STATE_HALTED = 5;
export const TH_FLAGS_SWAPPED = 1;
export const TH_FLAGS_IDLE = 2;

/** Seconds and microseconds (`rpc_time_value_t`). */
export interface TimeValue {
  readonly sec: number;
  readonly usec: number;
}

/** `task_basic_info`. Sizes in bytes; times of threads that have ended. */
export interface TaskBasicInfo {
  readonly suspendCount: number;
  readonly basePriority: number;
  readonly virtualSize: number;
  readonly residentSize: number;
  readonly userTime: TimeValue;
  readonly systemTime: TimeValue;
  readonly creationTime: TimeValue;
}

/** `thread_basic_info`. `cpuUsage` is scaled by 1000; `sleepTime` in seconds. */
export interface ThreadBasicInfo {
  readonly userTime: TimeValue;
  readonly systemTime: TimeValue;
  readonly cpuUsage: number;
  readonly basePriority: number;
  readonly currentPriority: number;
  /** A `TH_STATE_…`. */
  readonly runState: number;
  readonly flags: number;
  readonly suspendCount: number;
  readonly sleepTime: number;
  readonly creationTime: TimeValue;
}

/** One thread in the answer. `sched` are the 8 raw words. */
export interface ThreadInfo {
  readonly died: boolean;
  /** Message id of the call it waits in, 0 when in none. */
  readonly rpcBlock: number;
  readonly basic: ThreadBasicInfo;
  readonly sched: readonly number[];
}

/** The whole answer. `events` are 7 raw words. */
export interface ProcInfo {
  readonly state: number;
  readonly owner: number;
  readonly ppid: number;
  readonly pgrp: number;
  readonly session: number;
  readonly logincollection: number;
  readonly exitstatus: number;
  readonly sigcode: number;
  /** May be more than `threads` when only TASKINFO was asked for. */
  readonly nthreads: number;
  readonly task: TaskBasicInfo;
  readonly events: readonly number[];
  readonly threads: readonly ThreadInfo[];
}

const time = ({ sec, usec }: TimeValue): readonly number[] => [sec, usec];
/** `time_value64_t`: seconds and nanoseconds, 64 bits each. */
const time64 = ({ sec, usec }: TimeValue): readonly number[] => [sec, 0, usec * 1000, 0];
const timeAt = (w: readonly number[], i: number): TimeValue => ({ sec: w[i] ?? 0, usec: w[i + 1] ?? 0 });
const fill = (w: readonly number[], n: number): readonly number[] => Array.from({ length: n }, (_, i) => w[i] ?? 0);

/** The 22 words of `task_info` with TASK_BASIC_INFO. */
export const encodeTaskBasic = (i: TaskBasicInfo): readonly number[] => [
  ...[i.suspendCount, i.basePriority, i.virtualSize, i.residentSize, ...time(i.userTime), ...time(i.systemTime), ...time(i.creationTime)],
  ...[...time64(i.userTime), ...time64(i.systemTime), ...time64(i.creationTime)],
];
export const decodeTaskBasic = (w: readonly number[]): TaskBasicInfo => ({
  suspendCount: w[0] ?? 0,
  basePriority: w[1] ?? 0,
  virtualSize: (w[2] ?? 0) >>> 0,
  residentSize: (w[3] ?? 0) >>> 0,
  userTime: timeAt(w, 4),
  systemTime: timeAt(w, 6),
  creationTime: timeAt(w, 8),
});

/** The 25 words of `thread_info` with THREAD_BASIC_INFO. */
export const encodeThreadBasic = (i: ThreadBasicInfo): readonly number[] => [
  ...[...time(i.userTime), ...time(i.systemTime), i.cpuUsage, i.basePriority, i.currentPriority, i.runState, i.flags, i.suspendCount],
  ...[i.sleepTime, ...time(i.creationTime), ...time64(i.userTime), ...time64(i.systemTime), ...time64(i.creationTime)],
];
export const decodeThreadBasic = (w: readonly number[]): ThreadBasicInfo => ({
  userTime: timeAt(w, 0),
  systemTime: timeAt(w, 2),
  cpuUsage: w[4] ?? 0,
  basePriority: w[5] ?? 0,
  currentPriority: w[6] ?? 0,
  runState: w[7] ?? 0,
  flags: w[8] ?? 0,
  suspendCount: w[9] ?? 0,
  sleepTime: w[10] ?? 0,
  creationTime: timeAt(w, 11),
});

/** The words of `procinfo`. */
export function encodeProcInfo(i: ProcInfo): readonly number[] {
  const words = [i.state, i.owner, i.ppid, i.pgrp, i.session, i.logincollection, i.exitstatus, i.sigcode, i.nthreads];
  words.push(...encodeTaskBasic(i.task), ...fill(i.events, TASK_EVENTS_WORDS));
  for (const thread of i.threads) {
    words.push(thread.died ? 1 : 0, thread.rpcBlock, ...encodeThreadBasic(thread.basic), ...fill(thread.sched, THREAD_SCHED_WORDS));
  }
  return words;
}

const HEAD = 9;
const THREADS_AT = HEAD + TASK_BASIC_WORDS + TASK_EVENTS_WORDS;
const THREAD_WORDS = 2 + THREAD_BASIC_WORDS + THREAD_SCHED_WORDS;

/** `procinfo` from its words. Threads that are not there whole are left out. */
export function decodeProcInfo(w: readonly number[]): ProcInfo {
  const at = (i: number): number => w[i] ?? 0;
  const threads: ThreadInfo[] = [];
  for (let i = THREADS_AT; threads.length < at(8) && i + THREAD_WORDS <= w.length; i += THREAD_WORDS) {
    const basic = decodeThreadBasic(w.slice(i + 2));
    const sched = w.slice(i + 2 + THREAD_BASIC_WORDS, i + THREAD_WORDS);
    threads.push({ died: at(i) !== 0, rpcBlock: at(i + 1), basic, sched });
  }
  return {
    state: at(0),
    owner: at(1) >>> 0,
    ppid: at(2),
    pgrp: at(3),
    session: at(4),
    logincollection: at(5),
    exitstatus: at(6),
    sigcode: at(7),
    nthreads: at(8),
    task: decodeTaskBasic(w.slice(HEAD)),
    events: w.slice(HEAD + TASK_BASIC_WORDS, THREADS_AT),
    threads,
  };
}
