/** w [-h]: who is logged in, and what runs there: the sessions that have a terminal. */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { PI_LOGINLD, PI_NOTOWNED, PI_SESSLD } from "../../../servers/interfaces/procinfo.ts";
import { strftime } from "../lib/calendar.ts";
import { Owners } from "../lib/owners.ts";
import { tool, type Tool } from "../lib/tool.ts";
import { allPids, readProcess, type ProcessRow } from "./ps/process.ts";

export const main = tool({ letters: "hs", usage: "[-h] [-s]" }, function* (t) {
  const rows: ProcessRow[] = [];
  for (const pid of yield* allPids(t.libc)) {
    const row = yield* readProcess(t.libc, pid, { terminal: true, waits: false, messages: false });
    if (row) rows.push(row);
  }
  const now = yield* t.libc.gettimeofday();
  const leaders = rows.filter((r) => typeof r.terminal === "object" && (r.info.state & (PI_SESSLD | PI_LOGINLD)) !== 0 && (r.info.state & PI_NOTOWNED) === 0);
  if (!t.has("h")) {
    const boot = rows.reduce((least, r) => Math.min(least, r.info.task.creationTime.sec), now.sec);
    yield* t.out.line(`${strftime("%T", now.sec)}  up ${uptime(now.sec - boot)},  ${leaders.length} user${leaders.length === 1 ? "" : "s"}`);
    yield* t.out.line("User     Tty      Login@   PID What");
  }
  const owners = new Owners(t.libc);
  for (const leader of leaders) yield* session(t, leader, rows, owners);
});

/** One line: the session's newest foreground process is what the user does. */
function* session(t: Tool, leader: ProcessRow, rows: readonly ProcessRow[], owners: Owners): Syscall<void> {
  if (typeof leader.terminal !== "object") return;
  const { name, foreground } = leader.terminal;
  const busy = rows.findLast((r) => r.info.session === leader.info.session && r.info.pgrp === foreground) ?? leader;
  const user = yield* owners.user(leader.info.owner);
  yield* t.out.line(`${user.padEnd(8)} ${name.replace(/^\/dev\//, "").padEnd(8)} ${strftime("%R", leader.info.task.creationTime.sec).padEnd(6)} ${String(leader.pid).padStart(5)} ${busy.args}`);
}

function uptime(seconds: number): string {
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  return `${days > 0 ? `${days} day${days === 1 ? "" : "s"}, ` : ""}${hours}:${String(minutes).padStart(2, "0")}`;
}
