/**
 * ps [-AadefgjlnPuvxMHQTr] [-F FMT] [-o FIELDS] [-s FIELD] [-hN] [-bN] [-wN] [-U USERS] [-O USERS] [-tTTYS] [-p PIDS] [-SSIDS] [-LLIDS] [--pgrp=PGRPS] [PID …]:
 * processes as proc knows them, and with -T their threads. Formats are named or spelled out (ps/format.ts, ps/specs.ts).
 */
import { attempt } from "../../../glibc-shim/errno.ts";
import { STDOUT } from "../../../glibc-shim/libc.ts";
import { machHostCall } from "../../../mach/interfaces/mach-host.ts";
import { mach_host_self, type Syscall } from "../../../mach/kern/syscall.ts";
import { Errno, strerror } from "../../../servers/interfaces/errno.ts";
import { NotThere, UsageError } from "../lib/options.ts";
import { Owners } from "../lib/owners.ts";
import { dropRight } from "../lib/rights.ts";
import { EX_USAGE, tool, type Tool } from "../lib/tool.ts";
import { known, withThreads, type Entry, type Need } from "./ps/entry.ts";
import { fitted, gnuFormat, posixFormat, squashed, titles, type Field } from "./ps/format.ts";
import { allPids, readProcess, type ProcessRow, type Wanted } from "./ps/process.ts";
import { namedPids, selection } from "./ps/select.ts";
import { findSpec, readyFormats, shortTerminal, type ReadyFormat, type Setting, type Spec } from "./ps/specs.ts";
import { Line } from "./ps/table.ts";

const letters = "AadefgjlnPuvxMHQTrF:o:s:h::b::w::U:O:t::p:S::L::@:";
const long = {
  format: "F", "posix-format": "o", "all-users": "a", all: "e", owner: "U", "not-owner": "O", "no-parent": "P", threads: "T", tty: "t", "no-msg-port": "M", "nominal-fields": "n",
  "all-fields": "Q", "no-header": "H", reverse: "r", sort: "s", top: "h", head: "h", bottom: "b", tail: "b", width: "w", login: "L", lid: "L", pid: "p", pgrp: "@", session: "S", sid: "S",
};
const BAD_SORT_KEY = 3;

/** Options may stand without their dash, as in "ps aux": what is no number and no option's value is such. */
function prepare(args: readonly string[]): readonly string[] {
  const out: string[] = [];
  let value = false;
  for (const [i, word] of args.entries()) {
    if (word === "--" && !value) return [...out, ...args.slice(i)];
    const dashed: string = value || /^[-\d]/.test(word) || word === "" ? word : `-${word}`;
    out.push(dashed);
    value = !value && wantsNext(dashed);
  }
  return out;
}

/** True when the word ends with an option whose value is the next word. */
function wantsNext(word: string): boolean {
  if (word.startsWith("--")) return /^--(format|posix-format|owner|not-owner|sort|pid|pgrp)$/.test(word);
  const at = [...word.slice(1)].findIndex((letter) => /[a-zA-Z]/.test(letter) && letters.includes(`${letter}:`));
  return word.startsWith("-") && at >= 0 && at === word.length - 2 && !letters.includes(`${word.charAt(at + 1)}::`);
}

export const main = tool({ letters, long, usage: "[OPTION]... [PID]...", prepare, misuse: EX_USAGE }, function* (t) {
  const { source, sort, posix } = chosenFormat(t);
  const named = yield* namedPids(t);
  const select = yield* selection(t, named !== undefined, shortTerminal);
  const format = posix ? posixFormat(source, findSpec) : gnuFormat(source, findSpec);
  const key = sort === undefined ? undefined : sortKey(sort);
  const entries: Entry[] = [];
  const specs = [...format.map((f) => f.spec), key];
  const wanted = whatIsWanted(t, specs);
  for (const pid of yield* allPids(t.libc)) {
    if (named !== undefined && !named.has(pid)) continue;
    const row = yield* readProcess(t.libc, pid, wanted);
    if (row && select(row)) entries.push({ row, thread: undefined });
  }
  const uid = yield* attempt(t.libc.getuid());
  const setting: Setting = { owners: new Owners(t.libc), uid: uid.err === 0 ? uid.value : undefined, now: (yield* t.libc.gettimeofday()).sec, memory: specs.some((spec) => spec?.name === "Mem") ? yield* memorySize() : 0 };
  const listed = t.has("T") ? entries.flatMap(({ row }) => withThreads(row)) : entries;
  const shown = squashed(format, (field) => field.spec !== undefined && dropped(t, field, field.spec, listed, setting));
  const ordered = key === undefined ? listed : yield* sorted(t, listed, key, t.has("r") || sort?.startsWith("-") === true, setting);
  if (!t.has("H")) {
    if (ordered.length === 0) throw new NotThere("No applicable processes", 1);
    yield* t.out.line(titles(shown));
  }
  const fields = yield* limited(t, shown);
  for (const entry of extract(t, ordered)) yield* t.out.line(yield* lineOf(entry, fields, posix ? "-" : "", setting));
  return 0;
});

/** A ready-made format by a letter or by its name, or the beginning of it; else the format itself. */
function chosenFormat(t: Tool): { readonly source: string; readonly sort: string | undefined; readonly posix: boolean } {
  const sort = t.value("s");
  const last = t.options.last("Fouvljf");
  if (last === "o") return { source: t.value("o") ?? "", sort, posix: true };
  const asked = last === "F" ? (t.value("F") ?? "") : ({ u: "user", v: "vmem", l: "long", j: "jobc", f: "full" }[last ?? ""] ?? "default");
  const ready = readyFormat(asked);
  return { source: ready?.source ?? asked, sort: sort ?? ready?.sort, posix: false };
}

function readyFormat(name: string): ReadyFormat | undefined {
  const lower = name.toLowerCase();
  const [only, more] = readyFormats.filter((f) => f.name.startsWith(lower));
  const exact = readyFormats.find((f) => f.name === lower);
  if (exact === undefined && more !== undefined) throw new UsageError(`${name}: Ambiguous format type`);
  return exact ?? only;
}

function sortKey(name: string): Spec {
  const bare = name.replace(/^-/, "");
  const spec = findSpec(bare);
  if (spec === undefined) throw new NotThere(`${bare}: bad sort key`, BAD_SORT_KEY);
  return spec;
}

/** What the fields need that is not told of every process anyway. With -M no process is asked itself. */
function whatIsWanted(t: Tool, specs: readonly (Spec | undefined)[]): Wanted {
  const needs = new Set(specs.map((spec) => spec?.needs));
  const ask = !t.has("M");
  return { terminal: ask && (needs.has("tty") || t.has("t")), waits: ask && needs.has("wait"), messages: needs.has("events"), env: needs.has("env"), exe: needs.has("exe"), ports: needs.has("ports") };
}

/** What a process is asked itself. */
const OF_MESSAGE_PORTS: ReadonlySet<Need> = new Set(["tty", "wait"]);

/** Columns that cannot be told of anything in the list are left out, and those that say nothing of anything. */
function dropped(t: Tool, field: Field<Spec>, spec: Spec, entries: readonly Entry[], setting: Setting): boolean {
  if (t.has("Q")) return false;
  if (t.has("M") && OF_MESSAGE_PORTS.has(spec.needs)) return true;
  const told = entries.filter((entry) => known(entry, spec.needs) === "known");
  if (told.length === 0) return true;
  const { nominal } = spec;
  return !t.has("n") && !field.keep && nominal !== undefined && told.every((entry) => nominal(entry, setting));
}

/** Threads stay with their process, and are sorted among themselves where they can be. Entries that lack the field stay where they are. */
function* sorted(t: Tool, entries: readonly Entry[], spec: Spec, reverse: boolean, setting: Setting): Syscall<readonly Entry[]> {
  const { key } = spec;
  if (key === undefined) {
    yield* t.complain(`Couldn't sort processes: ${strerror(Errno.EINVAL)}`, 0);
    return entries;
  }
  const keyed: { readonly entry: Entry; readonly value: number | string | undefined }[] = [];
  for (const entry of entries) keyed.push({ entry, value: known(entry, spec.needs) === "known" ? yield* key(entry, setting) : undefined });
  const compare = (a: number | string | undefined, b: number | string | undefined): number => (a === undefined || b === undefined || a === b ? 0 : a < b !== reverse ? -1 : 1);
  const processes = keyed.filter((k) => k.entry.thread === undefined).sort((a, b) => compare(a.value, b.value));
  const threads = (row: ProcessRow) => keyed.filter((k) => k.entry.thread !== undefined && k.entry.row === row).sort((a, b) => compare(a.value, b.value));
  return processes.flatMap((k) => [k, ...threads(k.entry.row)]).map((k) => k.entry);
}

/** Fields that fit into the width asked for, or into that of a terminal. */
function* limited(t: Tool, fields: readonly Field<Spec>[]): Syscall<readonly Field<Spec>[]> {
  const asked = t.value("w");
  if (asked !== undefined) return Number.parseInt(asked, 10) > 0 ? fitted(fields, Number.parseInt(asked, 10)) : fields;
  const size = yield* attempt(t.libc.tiocgwinsz(STDOUT));
  if (size.err !== 0) return fields;
  return fitted(fields, size.value.col > 0 ? size.value.col : 80);
}

/** The first ENTRIES of the list with -h, the last with -b. */
function extract(t: Tool, entries: readonly Entry[]): readonly Entry[] {
  const last = t.options.given.findLast(({ name }) => name === "h" || name === "b");
  if (last === undefined) return entries;
  const count = (last.value === "" ? 10 : Number.parseInt(last.value, 10) || 0) * (last.name === "h" ? 1 : -1);
  if (count === 0) return entries;
  return count > 0 ? entries.slice(0, count) : entries.slice(Math.max(0, entries.length + count));
}

function* lineOf(entry: Entry, fields: readonly Field<Spec>[], inapplicable: string, setting: Setting): Syscall<string> {
  const line = new Line();
  for (const field of fields) {
    line.write(field.prefix);
    const { spec } = field;
    if (spec === undefined) continue;
    const what = known(entry, spec.needs);
    const text = what === "known" ? yield* spec.emit(entry, field, setting) : what === "unknown" ? "?" : inapplicable;
    line.field(text, field.width, spec.cut === true && what === "known" && field.width !== 0 ? Math.abs(field.width) : undefined);
  }
  return line.text;
}

/** HOST_BASIC_INFO's third word. */
function* memorySize(): Syscall<number> {
  const host = yield* mach_host_self();
  const r = yield* machHostCall.host_info(host, { flavor: 1, host_info_outCnt: 1024 });
  yield* dropRight(host);
  return r.err === 0 ? (r.host_info_out[2] ?? 0) >>> 0 : 0;
}
