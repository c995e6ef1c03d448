/**
 * w [-H] [-u] [-r] [-s FIELD] [-t TTY] [-U USER] [-w WIDTH] [USER …]: who is logged in, and what runs there: the sessions that have a terminal.
 * -u: only the first line, time and load.
 */
import { machHostCall } from "../../../mach/interfaces/mach-host.ts";
import { mach_host_self, type Syscall } from "../../../mach/kern/syscall.ts";
import { PI_LOGINLD, PI_NOTOWNED, PI_SESSLD } from "../../../servers/interfaces/procinfo.ts";
import { strftime } from "../lib/calendar.ts";
import { Owners } from "../lib/owners.ts";
import { UsageError } from "../lib/options.ts";
import { dropRight } from "../lib/rights.ts";
import { tool, wholeNumber, type Tool } from "../lib/tool.ts";
import { allPids, readProcess, type ProcessRow } from "./ps/process.ts";

const long = { "no-header": "H", uptime: "u", reverse: "r", sort: "s", tty: "t", user: "U", width: "w", "raw-hosts": "n" };
/** Units of one in HOST_LOAD_INFO's averages. */
const LOAD_SCALE = 1000;
const HOST_LOAD_INFO = 4;

/** A session: the texts of its columns. */
interface Row {
  readonly user: string;
  readonly tty: string;
  readonly login: number;
  readonly pid: number;
  readonly what: string;
}

export const main = tool({ letters: "Hhurns:t:U:w:", long, usage: "[OPTION...] [USER...]" }, function* (t) {
  const rows: ProcessRow[] = [];
  for (const pid of yield* allPids(t.libc)) {
    const row = yield* readProcess(t.libc, pid, { terminal: true, waits: false, messages: false });
    if (row) rows.push(row);
  }
  const leaders = rows.filter((r) => typeof r.terminal === "object" && (r.info.state & (PI_SESSLD | PI_LOGINLD)) !== 0 && (r.info.state & PI_NOTOWNED) === 0);
  const key = sortKey(t.value("s") ?? "login");
  if (t.has("u") || !t.has("hH")) yield* t.out.line(yield* summary(t, rows, leaders.length));
  if (t.has("u")) return;
  if (!t.has("hH")) yield* t.out.line("User     Tty      Login@   PID What");
  const owners = new Owners(t.libc);
  const found: Row[] = [];
  for (const leader of leaders) found.push(yield* session(leader, rows, owners));
  const sign = t.has("r") ? -1 : 1;
  const width = t.value("w") === undefined ? Infinity : wholeNumber(t.value("w") ?? "", "width");
  const shown = found.filter((r) => wanted(t, r)).sort((a, b) => (key(a) === key(b) ? a.pid - b.pid : key(a) < key(b) ? -sign : sign));
  for (const row of shown) yield* t.out.line(text(row).slice(0, width));
});

function sortKey(field: string): (row: Row) => string | number {
  const keys = new Map<string, (row: Row) => string | number>([
    ["user", (r) => r.user],
    ["tty", (r) => r.tty],
    ["login", (r) => r.login],
    ["pid", (r) => r.pid],
    ["what", (r) => r.what],
  ]);
  const key = keys.get(field.toLowerCase());
  if (key === undefined) throw new UsageError(`${field}: Unknown field`);
  return key;
}

/** By -t and -U, or USER operands. */
function wanted(t: Tool, row: Row): boolean {
  const users = [...t.operands, ...t.options.values("U").flatMap((v) => v.split(","))];
  const tty = t.value("t");
  return (users.length === 0 || users.includes(row.user)) && (tty === undefined || row.tty === tty.replace(/^\/dev\//, ""));
}

/** "00:01:40  up 0:01,  1 user,  load averages: 0.00, 0.00, 0.00" */
function* summary(t: Tool, rows: readonly ProcessRow[], users: number): Syscall<string> {
  const now = yield* t.libc.gettimeofday();
  const boot = rows.reduce((least, r) => Math.min(least, r.info.task.creationTime.sec), now.sec);
  const host = yield* mach_host_self();
  const load = yield* machHostCall.host_info(host, { flavor: HOST_LOAD_INFO, host_info_outCnt: 1024 });
  yield* dropRight(host);
  const averages = load.err === 0 ? load.host_info_out.slice(0, 3).map((n) => (n / LOAD_SCALE).toFixed(2)).join(", ") : "?";
  return `${strftime("%T", now.sec)}  up ${uptime(now.sec - boot)},  ${users} user${users === 1 ? "" : "s"},  load averages: ${averages}`;
}

/** One line: the session's newest foreground process is what the user does. */
function* session(leader: ProcessRow, rows: readonly ProcessRow[], owners: Owners): Syscall<Row> {
  const { name, foreground } = typeof leader.terminal === "object" ? leader.terminal : { name: "-", foreground: undefined };
  const busy = rows.findLast((r) => r.info.session === leader.info.session && r.info.pgrp === foreground) ?? leader;
  return { user: yield* owners.user(leader.info.owner), tty: name.replace(/^\/dev\//, ""), login: leader.info.task.creationTime.sec, pid: leader.pid, what: busy.args };
}

const text = ({ user, tty, login, pid, what }: Row): string => `${user.padEnd(8)} ${tty.padEnd(8)} ${strftime("%R", login).padEnd(6)} ${String(pid).padStart(5)} ${what}`;

function uptime(seconds: number): string {
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  return `${days > 0 ? `${days} day${days === 1 ? "" : "s"}, ` : ""}${hours}:${String(minutes).padStart(2, "0")}`;
}
