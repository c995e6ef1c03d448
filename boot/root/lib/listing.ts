/** What ls prints of entries: order, columns, the long format. */
import type { Stat } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { strftime } from "./calendar.ts";
import { inColumns } from "./columns.ts";
import { isRegular, isSymlink, modeString, S_IFBLK, S_IFCHR, S_IFIFO, S_IFMT, S_IFSOCK } from "./mode.ts";
import { Owners } from "./owners.ts";
import type { Tool } from "./tool.ts";

/** One name, with the status of its node. */
export interface Entry {
  readonly name: string;
  readonly st: Stat;
  /** Of a symbolic link: where it leads, and what is there. */
  readonly target: string | undefined;
  readonly targetMode: number | undefined;
}

const HALF_YEAR = 15778476;

/** "1.2K", "34M": sizes for people, as GNU ls has them. */
export function humanSize(size: number): string {
  if (size < 1024) return String(size);
  let value = size / 1024;
  let unit = 0;
  for (; value >= 1024 && unit < 4; unit++) value /= 1024;
  const text = value < 10 ? (Math.ceil(value * 10) / 10).toFixed(1) : String(Math.ceil(value));
  return text + "KMGTP".charAt(unit);
}

export class Listing {
  readonly #t: Tool;
  readonly #owners: Owners;
  /** Of the terminal, when names are put in columns. */
  readonly #width: number | undefined;
  constructor(t: Tool, width: number | undefined) {
    this.#t = t;
    this.#owners = new Owners(t.libc);
    this.#width = width;
  }

  sort(entries: readonly Entry[]): readonly Entry[] {
    const t = this.#t;
    if (t.has("U")) return entries;
    const byName = (a: Entry, b: Entry): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
    const time = (e: Entry): number => (t.has("u") ? e.st.atime : t.has("c") ? e.st.ctime : e.st.mtime);
    const key = t.options.last("tS");
    const by = key === "t" ? (a: Entry, b: Entry) => time(b) - time(a) || byName(a, b) : key === "S" ? (a: Entry, b: Entry) => b.st.size - a.st.size || byName(a, b) : byName;
    const sorted = [...entries].sort(by);
    return t.has("r") ? sorted.reverse() : sorted;
  }

  /** `total`: they are a directory's, so that its blocks are summed up. */
  *print(entries: readonly Entry[], total: boolean): Syscall<void> {
    const t = this.#t;
    const isLong = t.has("lgnoT");
    if (total && (isLong || t.has("s"))) yield* t.out.line(`total ${entries.reduce((n, e) => n + this.#blocks(e.st), 0)}`);
    if (isLong) return yield* this.#long(entries);
    const numbers = this.#numbers(entries);
    const texts = entries.map((e, i) => `${numbers[i] ?? ""}${e.name}${this.#mark(e.st.mode)}`);
    if (t.has("m")) yield* t.out.line(texts.join(", "));
    else for (const line of this.#width === undefined ? texts : inColumns(texts, this.#width, t.has("x"))) yield* t.out.line(line);
  }
  #blocks(st: Stat): number {
    return Math.ceil(st.blocks / 2);
  }
  /** -i and -s: what stands before names. */
  #numbers(entries: readonly Entry[]): readonly string[] {
    const t = this.#t;
    const column = (wanted: boolean, of: (e: Entry) => string): readonly string[] => {
      const texts = wanted ? entries.map(of) : [];
      const width = Math.max(0, ...texts.map((x) => x.length));
      return texts.map((x) => `${x.padStart(width)} `);
    };
    const inodes = column(t.has("i"), (e) => String(e.st.ino));
    const blocks = column(t.has("s"), (e) => String(this.#blocks(e.st)));
    return entries.map((_, i) => (inodes[i] ?? "") + (blocks[i] ?? ""));
  }
  /** -F and -p. */
  #mark(mode: number): string {
    const t = this.#t;
    if ((mode & S_IFMT) === 0o040000 && t.has("Fp")) return "/";
    if (!t.has("F")) return "";
    if (isSymlink({ mode })) return t.has("lgnoT") ? "" : "@";
    if ((mode & S_IFMT) === S_IFIFO) return "|";
    if ((mode & S_IFMT) === S_IFSOCK) return "=";
    return isRegular({ mode }) && (mode & 0o111) !== 0 ? "*" : "";
  }

  *#long(entries: readonly Entry[]): Syscall<void> {
    const t = this.#t;
    const { sec } = yield* t.libc.gettimeofday();
    const numbers = this.#numbers(entries);
    const rows: string[][] = [];
    for (const { st } of entries) rows.push(yield* this.#columns(st, sec));
    const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((r) => r[i]?.length ?? 0)));
    for (const [i, entry] of entries.entries()) {
      const row = (rows[i] ?? []).map((text, k) => (k === 1 || k === 4 ? text.padStart(widths[k] ?? 0) : text.padEnd(widths[k] ?? 0)));
      const left = row.filter((_, k) => !(k === 2 && t.has("g")) && !(k === 3 && t.has("oG")));
      const link = entry.target === undefined ? "" : ` -> ${entry.target}${entry.targetMode === undefined ? "" : this.#mark(entry.targetMode)}`;
      yield* t.out.line(`${numbers[i] ?? ""}${left.join(" ")} ${entry.name}${this.#mark(entry.st.mode)}${link}`);
    }
  }
  /** Mode, links, owner, group, size, time. */
  *#columns(st: Stat, now: number): Syscall<string[]> {
    const t = this.#t;
    const device = (st.mode & S_IFMT) === S_IFCHR || (st.mode & S_IFMT) === S_IFBLK;
    const size = device ? `${st.rdev >>> 8}, ${st.rdev & 0xff}` : t.has("h") ? humanSize(st.size) : String(st.size);
    const names = t.has("n") ? [String(st.uid), String(st.gid)] : [yield* this.#owners.user(st.uid), yield* this.#owners.group(st.gid)];
    const when = t.has("u") ? st.atime : t.has("c") ? st.ctime : st.mtime;
    const recent = when > now - HALF_YEAR && when <= now + 1;
    const date = t.has("T") ? strftime("%F %T.000000000 +0000", when) : strftime(recent ? "%b %e %H:%M" : "%b %e  %Y", when);
    return [modeString(st.mode), String(st.nlink), ...names, size, date];
  }
}

