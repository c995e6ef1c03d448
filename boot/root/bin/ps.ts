/** ps [-AadefgjlnPuvwx] [-o FIELDS] [-s FIELD] [-r] [-p PIDS] [-U USERS] [-t TTY] [PID …]: processes as proc knows them. */
import { attempt } from "../../../glibc-shim/errno.ts";
import { STDOUT } from "../../../glibc-shim/libc.ts";
import { machHostCall } from "../../../mach/interfaces/mach-host.ts";
import { mach_host_self, type Syscall } from "../../../mach/kern/syscall.ts";
import { PI_LOGINLD, PI_NOPARENT, PI_NOTOWNED, PI_ORPHAN, PI_SESSLD } from "../../../servers/interfaces/procinfo.ts";
import { UsageError } from "../lib/options.ts";
import { Owners } from "../lib/owners.ts";
import { dropRight } from "../lib/rights.ts";
import { tool, wholeNumber, type Tool } from "../lib/tool.ts";
import { fields, formats, type Field, type Setting } from "./ps/fields.ts";
import { allPids, readProcess, type ProcessRow } from "./ps/process.ts";
import { layOut } from "./ps/table.ts";

/** Options may stand without their dash, as in "ps aux". */
const prepare = (args: readonly string[]): readonly string[] => (/^[a-zA-Z]+$/.test(args[0] ?? "") ? [`-${args[0] ?? ""}`, ...args.slice(1)] : args);
const long = { all: "A", format: "F", fields: "o", "no-header": "H", sort: "s", reverse: "R", pid: "p", user: "U", width: "W", wide: "w", "no-msg-port": "M", owner: "U", session: "S", nominal: "n" };

export const main = tool({ letters: "AadefgjlnPuvwxMHTQF:o:s:rRp:U:t:W:S:", long, usage: "[OPTION]... [PID]...", prepare }, function* (t) {
  const names = chosenFields(t);
  const chosen = names.map((n) => fields.get(n) ?? unknown(n));
  const wanted = { terminal: !t.has("M") && names.some((n) => ["tt", "tty", "stat"].includes(n)), waits: names.includes("wait"), messages: names.some((n) => /^(msg|faults|zfills|pgins|cow)/.test(n)) };
  const rows: ProcessRow[] = [];
  const select = yield* selection(t);
  for (const pid of yield* allPids(t.libc)) {
    const row = yield* readProcess(t.libc, pid, wanted);
    if (row && select(row)) rows.push(row);
  }
  const setting: Setting = { libc: t.libc, owners: new Owners(t.libc), now: (yield* t.libc.gettimeofday()).sec, memory: names.includes("mem") ? yield* memorySize() : 0 };
  yield* print(t, yield* sorted(t, rows, setting), yield* withoutNominal(t, names, chosen, rows), setting);
  return rows.length > 0 ? t.status : 1;
});

function chosenFields(t: Tool): readonly string[] {
  const own = t.value("o");
  if (own !== undefined) return own.split(/[ ,]+/).map((n) => ({ comm: "command", args: "command", cmd: "command", state: "stat", pgid: "pgrp", sid: "sess", vsz: "sz", th: "nth", "%cpu": "cpu", "%mem": "mem", tname: "tt" })[n.toLowerCase()] ?? n.toLowerCase());
  const named = t.value("F") ?? t.options.last("uvljf") ?? "default";
  const format = formats[{ user: "u", vmem: "v", long: "l", jobc: "j", full: "f" }[named] ?? named];
  if (!format) throw new UsageError(`${named}: Unknown format`);
  return format;
}
function unknown(name: string): never {
  throw new UsageError(`${name}: Unknown field`);
}

/** Suspensions are a column of the formats that show states and terminals when something is suspended, or with -n. */
function withSuspensions(t: Tool, names: readonly string[], all: readonly Field[], rows: readonly ProcessRow[]): readonly Field[] {
  const at = names.indexOf(names.includes("wait") ? "wait" : "stat");
  const column = fields.get("sc");
  if (at < 0 || !names.includes("tt") || column === undefined) return all;
  return t.has("n") || rows.some((r) => r.info.task.suspendCount > 0) ? [...all.slice(0, at), column, ...all.slice(at)] : all;
}

/** Columns that say nothing are left out: in the default format that of owners, too, when all is one's own. */
function* withoutNominal(t: Tool, names: readonly string[], all: readonly Field[], rows: readonly ProcessRow[]): Syscall<readonly Field[]> {
  if (t.value("o") !== undefined) return all;
  const chosen = withSuspensions(t, names, all, rows);
  if (t.has("nujf") || names[0] !== "user") return chosen;
  const uid = yield* ownUid(t);
  const foreign = rows.some((r) => (r.info.state & PI_NOTOWNED) !== 0 || r.info.owner !== uid);
  return foreign ? chosen : chosen.slice(1);
}

/** Undefined for a process without ids: nothing is its own. */
function* ownUid(t: Tool): Syscall<number | undefined> {
  const uid = yield* attempt(t.libc.geteuid());
  return uid.err === 0 ? uid.value : undefined;
}

/** Which processes are shown: by default one's own that are not orphaned, have a parent and lead no session. */
function* selection(t: Tool): Syscall<(row: ProcessRow) => boolean> {
  const pids = [...t.operands, ...t.options.values("p").flatMap((v) => v.split(","))].map((p) => wholeNumber(p, "process id"));
  if (pids.length > 0) return (row) => pids.includes(row.pid);
  const users: number[] = [];
  for (const name of t.options.values("U").flatMap((v) => v.split(","))) {
    const uid = (yield* t.libc.getpwnam(name))?.uid ?? (/^\d+$/.test(name) ? Number(name) : undefined);
    if (uid === undefined) throw new UsageError(`${name}: Unknown user`);
    users.push(uid);
  }
  const terminal = t.value("t");
  const uid = yield* ownUid(t);
  return (row) => {
    const { state, owner } = row.info;
    const lacks = (bits: number): boolean => (state & bits) === 0;
    if (terminal !== undefined && !(typeof row.terminal === "object" && row.terminal.name.endsWith(terminal))) return false;
    if (users.length > 0) return lacks(PI_NOTOWNED) && users.includes(owner);
    if (t.has("Ae") || terminal !== undefined) return true;
    if (!t.has("ad") && (owner !== uid || !lacks(PI_NOTOWNED))) return false;
    return (t.has("gd") || lacks(PI_SESSLD | PI_LOGINLD)) && (t.has("x") || lacks(PI_ORPHAN)) && (t.has("P") || lacks(PI_NOPARENT));
  };
}

function* sorted(t: Tool, rows: readonly ProcessRow[], setting: Setting): Syscall<readonly ProcessRow[]> {
  const name = (t.value("s") ?? (t.has("uv") && !t.has("o") ? (t.options.last("uv") === "u" ? "-cpu" : "-mem") : "pid")).toLowerCase();
  const field = fields.get(name.replace(/^-/, "")) ?? unknown(name);
  const keyed: { readonly row: ProcessRow; readonly key: number | string }[] = [];
  for (const row of rows) keyed.push({ row, key: field.value?.(row) ?? (yield* field.text(row, setting)) });
  const sign = name.startsWith("-") !== t.has("rR") ? -1 : 1;
  return keyed.sort((a, b) => (a.key === b.key ? a.row.pid - b.row.pid : (a.key < b.key ? -1 : 1) * sign)).map((k) => k.row);
}

function* print(t: Tool, rows: readonly ProcessRow[], chosen: readonly Field[], setting: Setting): Syscall<void> {
  const width = t.has("w") ? Infinity : t.value("W") !== undefined ? wholeNumber(t.value("W") ?? "", "width") : yield* terminalWidth(t);
  if (!t.has("H")) yield* t.out.line(layOut(chosen, chosen.map((f) => f.title), Infinity));
  for (const row of rows) {
    const texts: string[] = [];
    for (const field of chosen) texts.push(yield* field.text(row, setting));
    yield* t.out.line(layOut(chosen, texts, width));
  }
}

/** A terminal would wrap a line that fills its last column. */
function* terminalWidth(t: Tool): Syscall<number> {
  const size = yield* attempt(t.libc.tiocgwinsz(STDOUT));
  return (size.err === 0 && size.value.col > 0 ? size.value.col : 80) - 1;
}

/** HOST_BASIC_INFO's third word. */
function* memorySize(): Syscall<number> {
  const host = yield* mach_host_self();
  const r = yield* machHostCall.host_info(host, { flavor: 1, host_info_outCnt: 1024 });
  yield* dropRight(host);
  return r.err === 0 ? (r.host_info_out[2] ?? 0) >>> 0 : 0;
}
