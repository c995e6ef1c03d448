/** The columns that ps knows (rpctrace.md §6; recorded/tools-run.txt). */
import type { Libc } from "../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { msgidName } from "../../../../servers/interfaces/catalogue.ts";
import { PI_EXECED, PI_GETMSG, PI_LOGINLD, PI_NOMSG, PI_NOPARENT, PI_NOTOWNED, PI_ORPHAN, PI_SESSLD, PI_STOPPED, PI_TRACED, PI_WAITING, PI_ZOMBIE, TH_STATE_HALTED, TH_STATE_RUNNING, TH_STATE_STOPPED, TH_STATE_UNINTERRUPTIBLE } from "../../../../servers/interfaces/procinfo.ts";
import { strftime } from "../../lib/calendar.ts";
import type { Owners } from "../../lib/owners.ts";
import type { ProcessRow } from "./process.ts";

/** What columns may look at beside the process. */
export interface Setting {
  readonly libc: Libc;
  readonly owners: Owners;
  readonly now: number;
  /** Of the machine, in bytes. */
  readonly memory: number;
}

export interface Field {
  readonly title: string;
  readonly width: number;
  readonly left: boolean;
  readonly text: (row: ProcessRow, setting: Setting) => Syscall<string>;
  /** For sorting by this column; by its text if it has none. */
  readonly value?: (row: ProcessRow) => number;
}

const pure = (title: string, width: number, left: boolean, text: (row: ProcessRow, s: Setting) => string, value?: (row: ProcessRow) => number): Field => ({
  title,
  width,
  left,
  *text(row, s) {
    return text(row, s);
  },
  ...(value && { value }),
});
const number = (title: string, width: number, value: (row: ProcessRow) => number): Field => pure(title, width, false, (row) => String(value(row)), value);

const owned = (row: ProcessRow): boolean => (row.info.state & PI_NOTOWNED) === 0;
const user: Field = {
  title: "USER",
  width: 8,
  left: true,
  *text(row, s) {
    return owned(row) ? yield* s.owners.user(row.info.owner) : "-";
  },
};

/** Mach's base priority 25 is nice 0. */
const nice = (row: ProcessRow): number => (row.info.threads[0]?.basic.basePriority ?? 25) - 25;
/** Seconds of processor time, of threads that live and that ended. */
const spent = (kinds: readonly ("userTime" | "systemTime")[]) => (row: ProcessRow): number => {
  const times = [row.info.task, ...row.info.threads.map((t) => t.basic)].flatMap((i) => kinds.map((kind) => i[kind]));
  return times.reduce((sum, t) => sum + t.sec + t.usec / 1e6, 0);
};
const seconds = spent(["userTime", "systemTime"]);
const inClock = (title: string, value: (row: ProcessRow) => number): Field => pure(title, 8, false, (row) => clock(value(row)), value);
const virtual = (title: string): Field => pure(title, 5, false, (row) => size(row.info.task.virtualSize), (row) => row.info.task.virtualSize);
function clock(time: number): string {
  const hundredths = Math.floor(time * 100 + 1e-6);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${Math.floor(hundredths / 6000)}:${two(Math.floor(hundredths / 100) % 60)}.${two(hundredths % 100)}`;
}
/** Three digits and a unit: "155M", "1.05M". */
function size(bytes: number): string {
  if (bytes < 1024) return `${bytes}`;
  let value = bytes / 1024;
  let unit = 0;
  for (; value >= 1000 && unit < 3; unit++) value /= 1024;
  return String(Number(value.toPrecision(3))) + "KMGT".charAt(unit);
}
const processor = (row: ProcessRow): number => row.info.threads.reduce((sum, t) => sum + t.basic.cpuUsage, 0) / 10;
const resident = (row: ProcessRow): number => row.info.task.residentSize;

/** Letters in the order of their bits. The strongest state of a thread shows; a process without parent shows no others of its own. */
export function stateLetters(row: ProcessRow): string {
  const { state, threads, pgrp } = row.info;
  const is = (bit: number): boolean => (state & bit) !== 0;
  const own: readonly (readonly [boolean, string])[] = [
    [foreground(row, pgrp), "+"],
    [is(PI_SESSLD), "s"],
    [is(PI_LOGINLD), "l"],
    [!is(PI_EXECED), "f"],
    [is(PI_NOMSG), "m"],
    [is(PI_ORPHAN), "o"],
    [is(PI_TRACED), "x"],
    [is(PI_WAITING), "w"],
    [is(PI_GETMSG), "g"],
  ];
  const letters = own.filter(([on]) => on).map(([, letter]) => letter).join("");
  const priority = threads.some((t) => t.basic.basePriority < 25) ? "<" : threads.some((t) => t.basic.basePriority > 25) ? "N" : "";
  return threadState(row) + priority + (is(PI_NOPARENT) ? "p" : letters);
}
const foreground = (row: ProcessRow, pgrp: number): boolean => typeof row.terminal === "object" && row.terminal.foreground === pgrp;

function threadState(row: ProcessRow): string {
  const { state, threads } = row.info;
  if ((state & PI_STOPPED) !== 0) return "T";
  if ((state & PI_ZOMBIE) !== 0) return "Z";
  const has = (runState: number): boolean => threads.some((t) => t.basic.runState === runState);
  if (has(TH_STATE_RUNNING)) return "R";
  if (has(TH_STATE_UNINTERRUPTIBLE)) return "D";
  if (threads.length > 0 && threads.every((t) => t.basic.runState === TH_STATE_HALTED)) return "H";
  if (threads.length > 0 && threads.every((t) => t.basic.runState === TH_STATE_STOPPED)) return "T";
  return threads.length > 0 && threads.every((t) => t.basic.sleepTime > 20) ? "I" : "S";
}

/** "co" for the console, "p0" for ttyp0; "-" without one, "?" when it is not known. */
function terminal(row: ProcessRow): string {
  if (row.terminal === "none") return "-";
  if (row.terminal === "unknown") return "?";
  return row.terminal.name === "/dev/console" ? "co" : row.terminal.name.replace(/^\/dev\/(tty)?/, "");
}

/**
 * Of the threads other than the one that serves messages: what the only one waits for, "*" for several. A call shows as "PORT:ROUTINE",
 * the port in the process' own words, which are in brackets when a signal can break it off (recorded: "[init#3]:proc_getprocinfo_request").
 */
function wait(row: ProcessRow): string {
  const [only, more] = row.waits.map((text, i) => ({ text, rpc: row.info.threads[i]?.rpcBlock ?? 0 })).filter((w) => w.text !== "msgport" && w.text !== "itimer");
  if (more !== undefined) return "*";
  if (only === undefined || only.text === "") return "-";
  return only.rpc === 0 ? only.text : `${only.text}:${msgidName(only.rpc) ?? only.rpc}`;
}
const event = (row: ProcessRow, i: number): number => row.info.events[i] ?? 0;

export const fields: ReadonlyMap<string, Field> = new Map<string, Field>([
  ["user", user],
  ["uid", pure("UID", 4, false, (row) => (owned(row) ? String(row.info.owner) : "-"), (row) => row.info.owner)],
  ["pid", number("PID", 5, (row) => row.pid)],
  ["ppid", number("PPID", 5, (row) => row.info.ppid)],
  ["pgrp", number("PGRP", 5, (row) => row.info.pgrp)],
  ["sess", number("SESS", 5, (row) => row.info.session)],
  ["lcoll", number("LCOLL", 5, (row) => row.info.logincollection)],
  ["pri", number("PRI", 3, nice)],
  ["ni", number("NI", 3, nice)],
  ["nth", number("TH", 2, (row) => row.info.nthreads)],
  ["msgi", number("MSGI", 5, (row) => event(row, 6))],
  ["msgo", number("MSGO", 5, (row) => event(row, 5))],
  ["faults", number("PGFLTS", 6, (row) => event(row, 0))],
  ["zfills", number("ZFILLS", 6, (row) => event(row, 1))],
  ["pgins", number("PGINS", 5, (row) => event(row, 3))],
  ["cowfaults", number("COWFLTS", 7, (row) => event(row, 4))],
  ["sz", virtual("SZ")],
  ["rss", pure("RSS", 5, false, (row) => size(resident(row)), resident)],
  ["cpu", pure("%CPU", 4, false, (row) => processor(row).toFixed(1), processor)],
  ["mem", pure("%MEM", 4, false, (row, s) => (s.memory > 0 ? (100 * resident(row)) / s.memory : 0).toFixed(1), resident)],
  ["sl", number("SL", 2, (row) => Math.min(99, ...(row.info.threads.length > 0 ? row.info.threads.map((t) => t.basic.sleepTime) : [0])))],
  ["wait", pure("WAIT", 10, true, wait)],
  ["stat", pure("STAT", 4, true, stateLetters)],
  ["tt", pure("TT", 2, false, terminal)],
  ["tty", pure("TTY", 3, false, terminal)],
  ["start", pure("START", 7, true, (row, s) => started(row, s.now), (row) => row.info.task.creationTime.sec)],
  ["sc", number("SC", 2, (row) => row.info.task.suspendCount)],
  ["time", inClock("TIME", seconds)],
  ["utime", inClock("UTIME", spent(["userTime"]))],
  ["stime", inClock("STIME", spent(["systemTime"]))],
  // The two formats that do not shout.
  ["nthreads", number("NTh", 2, (row) => row.info.nthreads)],
  ["vmem", virtual("Vmem")],
  ["cpu-user", inClock("User", spent(["userTime"]))],
  ["cpu-system", inClock("System", spent(["systemTime"]))],
  ["pgroup", number("PGrp", 5, (row) => row.info.pgrp)],
  ["session", number("Sess", 5, (row) => row.info.session)],
  ["words", pure("Args", 0, true, (row) => row.args || "-")],
  ["command", pure("COMMAND", 0, true, (row) => row.args || "-")],
]);

function started(row: ProcessRow, now: number): string {
  const { sec } = row.info.task.creationTime;
  return strftime(now - sec < 86400 ? "%H:%M" : "%b %e", sec);
}

/** The ready-made formats by option. */
export const formats: Readonly<Record<string, readonly string[]>> = {
  default: ["user", "pid", "tt", "stat", "time", "command"],
  u: ["user", "pid", "cpu", "mem", "sz", "rss", "tt", "stat", "start", "time", "command"],
  v: ["pid", "stat", "sl", "pgins", "faults", "cowfaults", "zfills", "sz", "rss", "cpu", "mem", "command"],
  l: ["uid", "pid", "ppid", "pri", "ni", "nth", "msgi", "msgo", "sz", "rss", "wait", "stat", "tt", "time", "command"],
  j: ["user", "pid", "ppid", "pgrp", "sess", "lcoll", "stat", "tt", "time", "command"],
  f: ["user", "pid", "ppid", "tty", "time", "command"],
  hurd: ["pid", "uid", "nthreads", "vmem", "rss", "cpu-user", "cpu-system", "words"],
  "hurd-long": ["pid", "uid", "ppid", "pgroup", "session", "nthreads", "vmem", "rss", "cpu", "cpu-user", "cpu-system", "words"],
};
