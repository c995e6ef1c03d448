/** What ps lists: processes, and with -T their threads; what is known of each, and sums over a process' threads (libps/procstat.c). */
import { PI_EXECED, PI_GETMSG, PI_LOGINLD, PI_NOMSG, PI_NOPARENT, PI_NOTOWNED, PI_ORPHAN, PI_SESSLD, PI_STOPPED, PI_TRACED, PI_WAITING, PI_ZOMBIE, TH_FLAGS_IDLE, TH_STATE_HALTED, TH_STATE_RUNNING, TH_STATE_STOPPED, TH_STATE_UNINTERRUPTIBLE, TH_STATE_WAITING, type ThreadBasicInfo, type ThreadInfo, type TimeValue } from "../../../../servers/interfaces/procinfo.ts";
import type { ProcessRow } from "./process.ts";

/** One line of the list. `index`: of a thread among those of its process that live. */
export interface Entry {
  readonly row: ProcessRow;
  readonly thread: { readonly index: number; readonly info: ThreadInfo } | undefined;
}

/** What a field may need. What only processes have is nothing in the lines of threads, and the other way round. */
export type Need = "pid" | "thread" | "info" | "threads" | "task" | "events" | "args" | "env" | "exe" | "ports" | "tty" | "wait" | "state" | "basic" | "sched";

/** "inapplicable": such a line has none. "unknown": it could not be found out. */
export type Known = "known" | "inapplicable" | "unknown";

const OF_THREADS: ReadonlySet<Need> = new Set(["thread", "wait", "state", "basic", "sched"]);

export function known({ row, thread }: Entry, need: Need): Known {
  if (thread === undefined ? need === "thread" : !OF_THREADS.has(need)) return "inapplicable";
  switch (need) {
    case "tty":
      return row.terminal === "unknown" ? "unknown" : "known";
    case "wait":
      return row.waits.length === 0 && liveThreads(row).length <= MANY_THREADS ? "unknown" : "known";
    case "env":
    case "exe":
    case "ports":
      return row[need] === undefined ? "unknown" : "known";
    default:
      return "known";
  }
}

/** A process with more threads has several that are the program's own: the library has one, or two. */
const MANY_THREADS = 3;

const liveThreads = (row: ProcessRow): readonly ThreadInfo[] => row.info.threads.filter((t) => !t.died);
/** The kernel's idle threads do not count. */
const busy = (row: ProcessRow): readonly ThreadInfo[] => liveThreads(row).filter((t) => (t.basic.flags & TH_FLAGS_IDLE) === 0);

/** A process and its threads. */
export const withThreads = (row: ProcessRow): readonly Entry[] => [{ row, thread: undefined }, ...liveThreads(row).map((info, index) => ({ row, thread: { index, info } }))];

/** What is told of a thread, or of all threads of a process together. */
export type Basic = Pick<ThreadBasicInfo, "cpuUsage" | "sleepTime" | "suspendCount" | "basePriority" | "currentPriority" | "userTime" | "systemTime">;

const NO_TIME: TimeValue = { sec: 0, usec: 0 };

/** The sum of some times. */
export function sum(times: readonly TimeValue[]): TimeValue {
  const usec = times.reduce((all, t) => all + t.usec, 0);
  return { sec: times.reduce((all, t) => all + t.sec, 0) + Math.floor(usec / 1e6), usec: usec % 1e6 };
}

/** Usage and times are summed up, those of threads that have ended too; sleep is the mean, suspensions the least, priorities those of the running ones if there are any. */
export function basicOf({ row, thread }: Entry): Basic {
  if (thread !== undefined) return thread.info.basic;
  const all = busy(row).map((t) => t.basic);
  const { userTime, systemTime } = row.info.task;
  const running = all.filter((t) => t.runState === TH_STATE_RUNNING);
  const mean = (values: readonly number[]): number => (values.length === 0 ? 0 : Math.trunc(values.reduce((a, b) => a + b, 0) / values.length));
  const priority = mean((running.length > 0 ? running : all).map((t) => t.basePriority));
  return {
    cpuUsage: all.reduce((a, t) => a + t.cpuUsage, 0),
    sleepTime: mean(all.map((t) => t.sleepTime)),
    suspendCount: all.length === 0 ? 0 : Math.min(...all.map((t) => t.suspendCount)),
    basePriority: priority,
    currentPriority: priority,
    userTime: sum([...all.map((t) => t.userTime), userTime ?? NO_TIME]),
    systemTime: sum([...all.map((t) => t.systemTime), systemTime ?? NO_TIME]),
  };
}

/** The highest priority that the threads may have: `thread_sched_info`'s second word but one. */
export function maxPriorityOf({ row, thread }: Entry): number {
  const all = (thread === undefined ? busy(row) : [thread.info]).map((t) => t.sched[MAX_PRIORITY] ?? 0);
  return all.length === 0 ? 0 : Math.trunc(all.reduce((a, b) => a + b, 0) / all.length);
}
/** Of policy, data, base_priority, max_priority, cur_priority, depressed, depress_priority, last_processor. */
const MAX_PRIORITY = 3;

/** Of the owner: undefined when the process is nobody's. */
export const ownerOf = ({ row }: Entry): number | undefined => ((row.info.state & PI_NOTOWNED) !== 0 ? undefined : row.info.owner);

/** How often it is suspended: the task, or the thread. */
export const suspensions = ({ row, thread }: Entry): number => (thread === undefined ? row.info.task.suspendCount : thread.info.basic.suspendCount);

/** Of the threads of a process that are the program's: what the only one waits for, "*" for several. */
export function waitOf({ row, thread }: Entry): { readonly text: string; readonly rpc: number } {
  const all = liveThreads(row).map((t, i) => ({ text: row.waits[i] ?? "", rpc: t.rpcBlock, flags: t.basic.flags }));
  if (thread !== undefined) return all[thread.index] ?? { text: "", rpc: 0 };
  if (all.length > MANY_THREADS) return { text: "*", rpc: 0 };
  const [only, more] = all.filter((w) => (w.flags & TH_FLAGS_IDLE) === 0 && w.text !== "msgport" && w.text !== "itimer");
  return more !== undefined ? { text: "*", rpc: 0 } : (only ?? { text: "", rpc: 0 });
}

// ---- states

/** The letters in the order of their bits. */
const LETTERS = "TZRHDSIN<u+slfmpoxwg";
const letters = (those: string): number => [...those].reduce((bits, letter) => bits | (1 << LETTERS.indexOf(letter)), 0);
const PROCESS_ATTRIBUTES = letters("+slfmpoxwg");
/** Where one of the first letters stands, the second ones are not shown. */
const SHADOWS: readonly (readonly [number, number])[] = [
  [letters("p"), PROCESS_ATTRIBUTES & ~letters("p")],
  [letters("RT"), letters("SID")],
  [letters("I"), letters("SD")],
  [letters("S"), letters("D")],
  [letters("RDSI"), letters("Hu")],
];
const STATE_BITS: readonly (readonly [number, string])[] = [
  [PI_STOPPED, "T"], [PI_ZOMBIE, "Z"], [PI_SESSLD, "s"], [PI_LOGINLD, "l"], [PI_NOMSG, "m"], [PI_NOPARENT, "p"], [PI_ORPHAN, "o"], [PI_TRACED, "x"], [PI_WAITING, "w"], [PI_GETMSG, "g"],
];
/** Like Unix: a wait of less than twenty seconds is sleep. */
const IDLE_AFTER = 20;
const USER_PRIORITY = 25;

function threadBits({ runState, sleepTime, basePriority }: ThreadBasicInfo): number {
  const states = new Map([[TH_STATE_RUNNING, "R"], [TH_STATE_UNINTERRUPTIBLE, "D"], [TH_STATE_HALTED, "H"], [TH_STATE_STOPPED, "Hu"], [TH_STATE_WAITING, sleepTime < IDLE_AFTER ? "S" : "I"]]);
  return letters(states.get(runState) ?? "") | letters(basePriority < USER_PRIORITY ? "<" : basePriority > USER_PRIORITY ? "N" : "");
}

/** The states of a process and its threads, or of a thread, in letters. */
export function stateLetters({ row, thread }: Entry): string {
  let bits = (thread === undefined ? busy(row) : [thread.info]).reduce((all, t) => all | threadBits(t.basic), 0);
  if (thread === undefined) {
    const { state } = row.info;
    for (const [bit, letter] of STATE_BITS) if ((state & bit) !== 0) bits |= letters(letter);
    if ((state & PI_EXECED) === 0) bits |= letters("f");
  }
  const shown = SHADOWS.reduce((left, [by, hidden]) => ((bits & by) !== 0 ? left & ~hidden : left), bits);
  return [...LETTERS].filter((_, i) => (shown & (1 << i)) !== 0).join("");
}
