/**
 * w [-H] [-u] [-U] [-r] [-i] [-s FIELD] [-t TTY] [-w WIDTH] [USER …]: who is logged in, and what runs there. Without a list of logins, these are the
 * sessions that have a terminal. -u: only the first line, time and load; -U: not that line; -i: by idle time.
 */
import { attempt } from "../../../glibc-shim/errno.ts";
import { machHostCall } from "../../../mach/interfaces/mach-host.ts";
import { mach_host_self, type Syscall } from "../../../mach/kern/syscall.ts";
import { PI_LOGINLD, PI_NOTOWNED, PI_SESSLD } from "../../../servers/interfaces/procinfo.ts";
import { idleTime, namedInterval, pastTime, timeOfDay } from "../lib/intervals.ts";
import { Owners } from "../lib/owners.ts";
import { NotThere, UsageError } from "../lib/options.ts";
import { dropRight } from "../lib/rights.ts";
import { tool, wholeNumber, type Tool } from "../lib/tool.ts";
import { allPids, readProcess, type ProcessRow } from "./ps/process.ts";
import { layOut } from "./ps/table.ts";

const long = { "no-header": "H", uptime: "u", "no-uptime": "U", reverse: "r", sort: "s", tty: "t", width: "w", "raw-hosts": "n" };
/** Units of one in HOST_LOAD_INFO's averages. */
const LOAD_SCALE = 1000;
const HOST_LOAD_INFO = 4;
const UNKNOWN_USER = 6;

/** A session: what its columns tell. */
interface Row {
  readonly user: string;
  readonly owner: number;
  readonly tty: string;
  readonly login: number;
  /** Seconds since somebody typed something. */
  readonly idle: number;
  readonly pid: number;
  readonly what: string;
}

/** From where somebody came is left out as a column that says nothing: nobody comes from elsewhere. */
const columns = [
  { title: "USER", width: 8, left: true },
  { title: "TTY", width: 2, left: false },
  { title: "LOGIN@", width: 7, left: false },
  { title: "IDLE", width: 5, left: false },
  { title: "PID", width: 5, left: false },
  { title: "WHAT", width: 0, left: true },
];

export const main = tool({ letters: "Hhurnis:t:Uw:", long, usage: "[OPTION...] [USER...]" }, function* (t) {
  const key = sortKey(t.has("i") ? "idle" : (t.value("s") ?? "login"));
  const users = yield* wantedUsers(t);
  const rows: ProcessRow[] = [];
  for (const pid of yield* allPids(t.libc)) {
    const row = yield* readProcess(t.libc, pid, { terminal: true, waits: false, messages: false });
    if (row) rows.push(row);
  }
  const { sec: now } = yield* t.libc.gettimeofday();
  const found = (yield* sessions(t, rows, now)).filter((r) => users.length === 0 || users.includes(r.owner));
  if (!t.has("U")) yield* t.out.line(yield* summary(rows, found.length, now));
  if (t.has("u")) return;
  if (!t.has("hH")) yield* t.out.line(layOut(columns, columns.map((c) => c.title), Infinity));
  const tty = t.value("t")?.replace(/^\/dev\//, "");
  const sign = t.has("r") ? -1 : 1;
  const width = t.value("w") === undefined ? Infinity : wholeNumber(t.value("w") ?? "", "width");
  const shown = found.filter((r) => tty === undefined || r.tty === tty).sort((a, b) => (key(a) === key(b) ? a.pid - b.pid : key(a) < key(b) ? -sign : sign));
  for (const row of shown) yield* t.out.line(layOut(columns, texts(row, now), width));
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

function sortKey(field: string): (row: Row) => string | number {
  const keys = new Map<string, (row: Row) => string | number>([
    ["user", (r) => r.user],
    ["tty", (r) => r.tty],
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
function* summary(rows: readonly ProcessRow[], users: number, now: number): Syscall<string> {
  const boot = rows.find((r) => r.pid === 1)?.info.task.creationTime.sec ?? now;
  const host = yield* mach_host_self();
  const load = yield* machHostCall.host_info(host, { flavor: HOST_LOAD_INFO, host_info_outCnt: 1024 });
  yield* dropRight(host);
  const averages = load.err === 0 ? load.host_info_out.slice(0, 3).map((n) => (n / LOAD_SCALE).toFixed(2)).join(", ") : "?";
  return `${timeOfDay(now)}  up ${namedInterval(now - boot)},  ${users} user${users === 1 ? "" : "s"},  load averages: ${averages}`;
}

/** The sessions of those who have ids, and a terminal. Its newest foreground process is what the user does. */
function* sessions(t: Tool, rows: readonly ProcessRow[], now: number): Syscall<readonly Row[]> {
  const owners = new Owners(t.libc);
  const found: Row[] = [];
  for (const leader of rows) {
    const { terminal, info } = leader;
    if (typeof terminal !== "object" || (info.state & (PI_SESSLD | PI_LOGINLD)) === 0 || (info.state & PI_NOTOWNED) !== 0) continue;
    const busy = rows.findLast((r) => r.info.session === info.session && r.info.pgrp === terminal.foreground) ?? leader;
    const node = yield* attempt(t.libc.stat(terminal.name));
    const idle = node.err === 0 ? Math.max(0, now - node.value.atime) : 0;
    const tty = terminal.name === "/dev/console" ? "co" : terminal.name.replace(/^\/dev\/(tty)?/, "");
    found.push({ user: yield* owners.user(info.owner), owner: info.owner, tty, login: info.task.creationTime.sec, idle, pid: busy.pid, what: busy.args });
  }
  return found;
}

const texts = ({ user, tty, login, idle, pid, what }: Row, now: number): readonly string[] => [user, tty, pastTime(login, now), idleTime(idle), String(pid), what];
