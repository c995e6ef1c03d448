/**
 * w [-H] [-u] [-U] [-r] [-i] [-s FIELD] [-t TTY] [-w WIDTH] [USER …]: who is logged in, by utmp, and what runs there: the first process of the terminal's
 * foreground group. -u: only the first line, time and load; -U: not that line; -i: by idle time, else in utmp's order.
 */
import { attempt } from "../../../glibc-shim/errno.ts";
import { machHostCall } from "../../../mach/interfaces/mach-host.ts";
import { mach_host_self, type Syscall } from "../../../mach/kern/syscall.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { ioCall } from "../../../servers/interfaces/io.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { idleTime, namedInterval, pastTime, timeOfDay } from "../lib/intervals.ts";
import { NotThere, UsageError } from "../lib/options.ts";
import { dropRight } from "../lib/rights.ts";
import { EX_USAGE, tool, wholeNumber, type Tool } from "../lib/tool.ts";
import { LOGIN_PROCESS, readUtmp, USER_PROCESS, type Utmp } from "../lib/utmp.ts";
import { readProcess, type ProcessRow } from "./ps/process.ts";
import { layOut } from "./ps/table.ts";

const long = { "no-header": "H", uptime: "u", "no-uptime": "U", reverse: "r", sort: "s", tty: "t", width: "w", "raw-hosts": "n" };
/** Units of one in HOST_LOAD_INFO's averages. */
const LOAD_SCALE = 1000;
const HOST_LOAD_INFO = 4;
const UNKNOWN_USER = 6;

/** A session: what its columns tell. */
interface Row {
  readonly user: string;
  readonly tty: string;
  readonly host: string;
  readonly login: number;
  /** Seconds since somebody typed something. */
  readonly idle: number;
  readonly pid: number;
  readonly what: string;
}

const FROM = { title: "FROM", width: 14, left: true };
const columns = [
  { title: "USER", width: 8, left: true },
  { title: "TTY", width: 2, left: false },
  FROM,
  { title: "LOGIN@", width: 7, left: false },
  { title: "IDLE", width: 5, left: false },
  { title: "PID", width: 5, left: false },
  { title: "WHAT", width: 0, left: true },
];

export const main = tool({ letters: "Hhurnis:t:Uw:", long, usage: "[OPTION...] [USER...]", misuse: EX_USAGE }, function* (t) {
  const key = sortKey(t.has("i") ? "idle" : t.value("s"));
  const users = yield* wantedUsers(t);
  const { sec: now } = yield* t.libc.gettimeofday();
  const all = yield* sessions(t, now);
  const found: Row[] = [];
  for (const row of all) if (users.length === 0 || users.includes((yield* t.libc.getpwnam(row.user))?.uid ?? NaN)) found.push(row);
  if (!t.has("U")) yield* t.out.line(yield* summary(t, found.length, now));
  if (t.has("u")) return;
  // From where people come is a column that is left out while it says nothing.
  const fields = columns.filter((c) => c !== FROM || found.some((r) => r.host !== ""));
  if (!t.has("hH")) yield* t.out.line(layOut(fields, fields.map((c) => c.title), Infinity));
  const tty = t.value("t")?.replace(/^\/dev\//, "");
  const sign = t.has("r") ? -1 : 1;
  const width = t.value("w") === undefined ? Infinity : wholeNumber(t.value("w") ?? "", "width");
  const shown = found.filter((r) => tty === undefined || r.tty === tty).sort((a, b) => (key(a) === key(b) ? 0 : key(a) < key(b) ? -sign : sign));
  for (const row of shown) yield* t.out.line(layOut(fields, texts(row, now).filter((_, i) => fields.includes(columns[i] ?? FROM)), width));
});

function* wantedUsers(t: Tool): Syscall<readonly number[]> {
  const users: number[] = [];
  for (const name of t.operands) {
    const uid = /^\d/.test(name) ? parseInt(name, 10) : (yield* t.libc.getpwnam(name))?.uid;
    if (uid === undefined) throw new NotThere(`${name}: Unknown user`, UNKNOWN_USER);
    users.push(uid);
  }
  return users;
}

/** What rows are sorted by; nothing without a field. */
function sortKey(field: string | undefined): (row: Row) => string | number {
  if (field === undefined) return () => 0;
  const keys = new Map<string, (row: Row) => string | number>([
    ["user", (r) => r.user],
    ["tty", (r) => r.tty],
    ["from", (r) => r.host],
    ["login", (r) => r.login],
    ["idle", (r) => r.idle],
    ["pid", (r) => r.pid],
    ["what", (r) => r.what],
  ]);
  const key = keys.get(field.toLowerCase());
  if (key === undefined) throw new UsageError(`${field}: Unknown field`);
  return key;
}

/** "12:01:40 AM  up 1.6 minutes,  1 user,  load averages: 0.00, 0.00, 0.00" */
function* summary(t: Tool, users: number, now: number): Syscall<string> {
  const first = yield* readProcess(t.libc, 1, NOTHING_MORE);
  const boot = first?.info.task.creationTime.sec ?? now;
  const host = yield* mach_host_self();
  const load = yield* machHostCall.host_info(host, { flavor: HOST_LOAD_INFO, host_info_outCnt: 1024 });
  yield* dropRight(host);
  const averages = load.err === 0 ? load.host_info_out.slice(0, 3).map((n) => (n / LOAD_SCALE).toFixed(2)).join(", ") : "?";
  return `${timeOfDay(now)}  up ${namedInterval(now - boot)},  ${users} user${users === 1 ? "" : "s"},  load averages: ${averages}`;
}

/** Kinds of entries that may be of somebody at work. */
const SESSIONS: readonly number[] = [LOGIN_PROCESS, USER_PROCESS];
const NOTHING_MORE = { terminal: false, waits: false, messages: false };

/** The sessions in utmp. What is wrong with one is said, and it is left out. */
function* sessions(t: Tool, now: number): Syscall<readonly Row[]> {
  const found: Row[] = [];
  for (const entry of yield* readUtmp(t.libc)) {
    if (!SESSIONS.includes(entry.type) || entry.user === "" || entry.line === "") continue;
    const path = entry.line.startsWith("/") ? entry.line : `/dev/${entry.line}`;
    const process = yield* foreground(t, path);
    if (process !== undefined) found.push(yield* session(t, entry, path, process, now));
  }
  return found;
}

function* session(t: Tool, { user, host, time }: Utmp, path: string, process: ProcessRow, now: number): Syscall<Row> {
  const node = yield* attempt(t.libc.stat(path));
  const idle = node.err === 0 ? Math.max(0, now - node.value.atime) : 0;
  const tty = path === "/dev/console" ? "co" : path.replace(/^\/dev\/(tty)?/, "");
  return { user, tty, host, login: time, idle, pid: process.pid, what: process.args };
}

function* leftOut(t: Tool, why: string): Syscall<undefined> {
  yield* t.complain(why, 0);
  return undefined;
}

/** The first process of the group that has the terminal; proc names the newest first. */
function* foreground(t: Tool, path: string): Syscall<ProcessRow | undefined> {
  const owner = yield* ownerOf(t, path);
  if (owner === undefined) return undefined;
  const called = `${path} (owner ${owner < 0 ? "pgrp" : "pid"} ${Math.abs(owner)})`;
  const group = owner < 0 ? yield* procCall.proc_getpgrppids(t.libc.ports.proc, { pgrp: -owner }) : { err: 0 as const, pidset: [owner] };
  if (group.err !== 0) return yield* leftOut(t, `${called}: ${strerror(group.err)}`);
  const process = yield* readProcess(t.libc, group.pidset[0] ?? 0, NOTHING_MORE);
  return process ?? (yield* leftOut(t, `${called}: No processes`));
}

/** Whom the terminal belongs to: a process, or below 0 a group. */
function* ownerOf(t: Tool, path: string): Syscall<number | undefined> {
  const node = yield* attempt(t.libc.file_name_lookup(path, 0));
  if (node.err) return yield* leftOut(t, `${path}: ${strerror(node.err)}`);
  const got = yield* ioCall.io_get_owner(node.value, {});
  yield* dropRight(node.value);
  if (got.err !== 0) return yield* leftOut(t, `${path}: ${strerror(got.err)}`);
  return got.owner;
}

const texts = ({ user, tty, host, login, idle, pid, what }: Row, now: number): readonly string[] => [user, tty, host, pastTime(login, now), idleTime(idle), String(pid), what];
