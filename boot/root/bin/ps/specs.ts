/** The fields that ps can show, under all their names, and its ready-made formats (libps/spec.c, utils/ps.c). */
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { msgidName } from "../../../../servers/interfaces/catalogue.ts";
import type { TimeValue } from "../../../../servers/interfaces/procinfo.ts";
import { namedInterval, pastTime } from "../../lib/intervals.ts";
import type { Owners } from "../../lib/owners.ts";
import { basicOf, maxPriorityOf, ownerOf, stateLetters, sum, suspensions, waitOf, type Basic, type Entry, type Need } from "./entry.ts";
import type { Field, FieldSpec } from "./format.ts";

/** What fields may look at beside the entry. */
export interface Setting {
  readonly owners: Owners;
  /** Whose processes are nothing special; undefined for a process without ids. */
  readonly uid: number | undefined;
  readonly now: number;
  /** Of the machine, in bytes. */
  readonly memory: number;
}

type Emit = (entry: Entry, field: Field<Spec>, setting: Setting) => Syscall<string>;
type Key = number | string;

export interface Spec extends FieldSpec {
  readonly needs: Need;
  readonly emit: Emit;
  /** Cut to the width of its column. */
  readonly cut?: boolean;
  /** By what lines are sorted; without it they cannot be. */
  readonly key?: (entry: Entry, setting: Setting) => Syscall<Key>;
  /** True for what nobody needs to be told. */
  readonly nominal?: (entry: Entry, setting: Setting) => boolean;
}

const pure = (text: (entry: Entry, field: Field<Spec>, setting: Setting) => string): Emit =>
  function* (entry, field, setting) {
    return text(entry, field, setting);
  };
const by = (key: (entry: Entry, setting: Setting) => Key): Required<Pick<Spec, "key">> => ({
  *key(entry, setting) {
    return key(entry, setting);
  },
});

// ---- kinds of fields

function integer(name: string, width: number, needs: Need, value: (entry: Entry) => number, more: Partial<Spec> = {}): Spec {
  return { name, width: -width, needs, emit: pure((entry) => String(value(entry))), ...by(value), ...more };
}
/** A number that says nothing when it is 0. */
const count = (name: string, width: number, needs: Need, value: (entry: Entry) => number): Spec => integer(name, width, needs, value, { nominal: (entry) => value(entry) === 0 });

/** Mach's base priority of user programs is nice 0. */
const priority = (name: string, needs: Need, value: (entry: Entry) => number): Spec => {
  const nice = (entry: Entry): number => value(entry) - 25;
  return integer(name, 3, needs, nice, { nominal: (entry) => nice(entry) === 0 });
};

function words(name: string, needs: Need, value: (entry: Entry) => string, more: Partial<Spec> = {}): Spec {
  const cutTo = (text: string, width: number): string => (width === 0 ? text : text.slice(0, Math.abs(width)));
  return { name, width: 0, needs, cut: true, emit: pure((entry, field) => cutTo(value(entry) || "-", field.width)), ...by(value), nominal: (entry) => value(entry) === "" || value(entry) === "-", ...more };
}

const duration = (name: string, value: (basic: Basic) => TimeValue): Spec => ({
  name,
  width: -8,
  precision: 2,
  needs: "basic",
  emit: pure((entry, { width, precision, noZeroes, dashes }) => {
    const time = value(basicOf(entry));
    return dashes && time.sec === 0 ? "-" : clock(time, !noZeroes, precision, Math.abs(width));
  }),
  ...by((entry) => {
    const { sec, usec } = value(basicOf(entry));
    return sec * 1e6 + usec;
  }),
});

const size = (name: string, value: (entry: Entry) => number): Spec => ({ name, width: -5, needs: "task", emit: pure((entry, { width }) => niceSize(value(entry), Math.abs(width))), ...by(value) });

const share = (name: string, title: string, needs: Need, value: (entry: Entry, setting: Setting) => number): Spec => ({
  name,
  title,
  width: -4,
  needs,
  emit: pure((entry, { width }, setting) => percent(100 * value(entry, setting), Math.abs(width))),
  ...by(value),
});

// ---- how values are written

/** Hours, minutes and seconds, as many as there are or, with `zeroes`, as fit; what does not fit into `width` is in words. */
export function clock({ sec, usec }: TimeValue, zeroes: boolean, precision: number, width: number): string {
  const wide = width <= 0 || width >= 20 ? 19 : width;
  const room = precision > 0 ? wide - precision - 1 : wide;
  const tight: readonly (readonly [number, number])[] = [[36000, 8], [3600, 7], [600, 5], [60, 4], [10, 2]];
  if (sec > 86400) return namedInterval(sec, wide);
  if (room < 1 || tight.some(([over, needed]) => sec > over && room < needed)) return namedInterval(sec, room);
  let text = "";
  let left = sec;
  let going = zeroes;
  for (const [unit, least, after] of [[3600, 7, ":"], [60, 4, ":"], [1, 1, ""]] as const) {
    const units = Math.floor(left / unit);
    if (units === 0 && !(room >= least && going)) continue;
    left -= units * unit;
    going = true;
    text += (room === least ? String(units) : String(units).padStart(2, room === least + 1 ? " " : "0")) + after;
  }
  const places = precision < 0 && text.length < room - 2 ? room - text.length - 1 : precision;
  return places > 0 ? `${text}.${String(usec).padStart(6, "0").slice(0, places)}` : text;
}

/** Up to three digits and the power of 1024: "155M", "1.05M", "12 ". */
export function niceSize(bytes: number, width: number): string {
  let value = bytes;
  let fraction = 0;
  let power = 0;
  for (; value >= 1024; power++) {
    fraction = Math.floor(((value % 1024) * 1000) / 1024);
    value = Math.floor(value / 1024);
  }
  let places = 3;
  for (; places > 0 && (width - 1 < String(value).length + 1 + places || fraction % 10 === 0); places--) fraction = Math.floor(fraction / 10);
  return `${value}${places > 0 ? `.${String(fraction).padStart(places, "0")}` : ""}${" KMGTPE".charAt(power)}`;
}

function percent(value: number, width: number): string {
  if (width === 0) return String(Number(value.toPrecision(6)));
  return width > 3 ? value.toFixed(width - 3) : String(Math.trunc(value));
}

/** Terminals are known by short names: "co" is the console. */
export function shortTerminal(name: string): string {
  for (const [prefix, short] of [["/dev/console", "co"], ["/dev/tty", ""], ["/dev/pty", ""], ["/dev/com", "c"], ["/dev/", ""]] as const) if (name.startsWith(prefix)) return short + name.slice(prefix.length);
  return name;
}
const terminal = ({ row }: Entry): string => (typeof row.terminal === "object" ? shortTerminal(row.terminal.name) || "?" : "-");

/** A call shows as "PORT:ROUTINE"; ports that every program has by their names, others' names shortened. A bracket says that a signal can break the call off. */
function wait(entry: Entry): string {
  const { text, rpc } = waitOf(entry);
  if (text === "") return "-";
  if (text === "kernel") return `syscall:${-rpc}`;
  if (rpc === 0) return text;
  const known = ["cwd", "root", "auth", "proc", "cttyid", "boot"][Number(/^init#(\d)$/.exec(text)?.[1] ?? -1)];
  const port = known ?? text.replace(/^fd#/, "fd").replace(/^bgfd#/, "bg").replace(/^port#/, "");
  return `${port}:${msgidName(rpc) ?? rpc}`.slice(0, 79);
}

const event = (which: number) => ({ row }: Entry): number => row.info.events[which] ?? 0;
const own = (entry: Entry, { uid }: Setting): boolean => uid !== undefined && ownerOf(entry) === uid;

// ---- the fields

const STANDARD: readonly Spec[] = [
  integer("PID", 5, "pid", ({ row }) => row.pid),
  integer("TH", 2, "thread", ({ thread }) => thread?.index ?? 0, { title: "TH#" }),
  integer("PPID", 5, "info", ({ row }) => row.info.ppid),
  { name: "UID", width: -4, keep: true, needs: "info", emit: pure((entry) => String(ownerOf(entry) ?? "-")), ...by((entry) => ownerOf(entry) ?? -1), nominal: own },
  {
    name: "User",
    width: 8,
    keep: true,
    needs: "info",
    *emit(entry, _field, { owners }) {
      const owner = ownerOf(entry);
      return owner === undefined ? "-" : yield* owners.user(owner);
    },
    *key(entry, { owners }) {
      const owner = ownerOf(entry);
      return owner === undefined ? "" : yield* owners.user(owner);
    },
    nominal: own,
  },
  // A program has two threads: its own, and the library's for signals.
  integer("NTh", 2, "threads", ({ row }) => row.info.nthreads, { nominal: ({ row }) => row.info.nthreads === 2 }),
  integer("PGrp", 5, "info", ({ row }) => row.info.pgrp),
  integer("Sess", 5, "info", ({ row }) => row.info.session),
  integer("LColl", 5, "info", ({ row }) => row.info.logincollection),
  words("Args", "args", ({ row }) => row.args),
  words("Arg0", "args", ({ row }) => row.args.split(" ", 1)[0] ?? ""),
  words("Comm", "exe", ({ row }) => row.exe?.slice(row.exe.lastIndexOf("/") + 1) ?? "", { title: "COMMAND" }),
  words("Env", "env", ({ row }) => row.env ?? ""),
  { name: "Start", width: -7, precision: 1, needs: "task", emit: pure(({ row }, _field, { now }) => pastTime(row.info.task.creationTime.sec, now)), ...by(({ row }) => row.info.task.creationTime.sec * 1e6 + row.info.task.creationTime.usec) },
  duration("Time", ({ userTime, systemTime }) => sum([userTime, systemTime])),
  duration("UTime", ({ userTime }) => userTime),
  duration("STime", ({ systemTime }) => systemTime),
  size("VSize", ({ row }) => row.info.task.virtualSize),
  size("RSize", ({ row }) => row.info.task.residentSize),
  priority("Pri", "basic", (entry) => basicOf(entry).currentPriority),
  priority("BPri", "basic", (entry) => basicOf(entry).basePriority),
  priority("MPri", "sched", maxPriorityOf),
  share("Mem", "%Mem", "task", ({ row }, { memory }) => (memory > 0 ? row.info.task.residentSize / memory : 0)),
  share("CPU", "%CPU", "basic", (entry) => basicOf(entry).cpuUsage / 1000),
  { name: "State", width: 4, needs: "state", emit: pure(stateLetters) },
  { name: "Wait", width: 10, needs: "wait", emit: pure(wait) },
  count("Sleep", 2, "basic", (entry) => basicOf(entry).sleepTime),
  count("Susp", 2, "basic", suspensions),
  count("PSusp", 2, "task", ({ row }) => row.info.task.suspendCount),
  count("TSusp", 2, "basic", (entry) => basicOf(entry).suspendCount),
  { name: "TTY", width: -2, needs: "tty", emit: pure(terminal), ...by(terminal) },
  count("PgFlts", 5, "events", event(0)),
  count("COWFlts", 5, "events", event(4)),
  count("PgIns", 5, "events", event(3)),
  count("MsgIn", 5, "events", event(6)),
  count("MsgOut", 5, "events", event(5)),
  count("ZFills", 5, "events", event(1)),
  integer("Ports", 5, "ports", ({ row }) => row.ports ?? 0),
  words("Exe", "exe", ({ row }) => row.exe ?? ""),
];

/** The program's own names for some of them: name, field, title. */
const ABBREVIATIONS: readonly (readonly [name: string, of: string, title?: string])[] = [
  ["TT", "tty"], ["SC", "susp"], ["Stat", "state"], ["Command", "args"], ["SL", "sleep"], ["NTH", "nth", "TH"], ["NI", "bpri"], ["SZ", "vsize"], ["RSS", "rsize"], ["MsgI", "msgin"], ["MsgO", "msgout"],
];

const specs = new Map<string, Spec>(STANDARD.map((spec) => [spec.name.toLowerCase(), spec]));
for (const [name, of, title] of ABBREVIATIONS) {
  const spec = specs.get(of);
  if (spec !== undefined) specs.set(name.toLowerCase(), { ...spec, name, ...(title !== undefined && { title }) });
}

/** A field by its name, in capitals or not. */
export const findSpec = (name: string): Spec | undefined => specs.get(name.toLowerCase());

export interface ReadyFormat {
  readonly name: string;
  readonly sort: string;
  readonly source: string;
}

/** The ready-made formats. */
export const readyFormats: readonly ReadyFormat[] = [
  { name: "default", sort: "pid", source: "%^%?user %pid %th %tt %sc %stat %time %command" },
  { name: "user", sort: "-cpu", source: "%^%user %pid %th %cpu %mem %sz %rss %tt %sc %stat %start %time %command" },
  { name: "vmem", sort: "-mem", source: "%^%pid %th %stat %sl %pgins %pgflts %cowflts %zfills %sz %rss %cpu %mem %command" },
  { name: "long", sort: "pid", source: "%^%uid %pid %th %ppid %pri %ni %nth %msgi %msgo %sz %rss %sc %wait %stat %tt %time %command" },
  { name: "jobc", sort: "pid", source: "%^%user %pid %th %ppid %pgrp %sess %lcoll %sc %stat %tt %time %command" },
  { name: "full", sort: "pid", source: "%^%-user %pid %ppid %tty %time %command" },
  { name: "hurd", sort: "pid", source: "%pid %th %uid %nth %{vsize:Vmem} %rss %{utime:User} %{stime:System} %args" },
  { name: "hurd-long", sort: "pid", source: "%pid %th %uid %ppid %pgrp %sess %nth %{vsize:Vmem} %rss %cpu %{utime:User} %{stime:System} %args" },
];
