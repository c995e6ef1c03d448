/** grep [OPTION …] PATTERN [FILE …]: lines that match. Status 0 found, 1 not, 2 trouble. */
import { attempt } from "../../../glibc-shim/errno.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { fnmatch } from "../lib/fnmatch.ts";
import { closeInput, openInput, readRest, slurp, splitLines } from "../lib/input.ts";
import { decode } from "../lib/output.ts";
import { isDirectory } from "../lib/mode.ts";
import { UsageError } from "../lib/options.ts";
import { join, lastComponent } from "../lib/path.ts";
import { RegexError, regexSource, type RegexKind } from "../lib/regex.ts";
import { tool, type Tool } from "../lib/tool.ts";

const long = {
  "basic-regexp": "G",
  "extended-regexp": "E",
  "fixed-strings": "F",
  "ignore-case": "i",
  "invert-match": "v",
  "line-number": "n",
  count: "c",
  "files-with-matches": "l",
  "files-without-match": "L",
  quiet: "q",
  silent: "q",
  "no-messages": "s",
  recursive: "r",
  "only-matching": "o",
  "word-regexp": "w",
  "line-regexp": "x",
  "with-filename": "H",
  "no-filename": "h",
  regexp: "e",
  file: "f",
  "max-count": "m",
  "after-context": "A",
  "before-context": "B",
  context: "C",
  include: "1",
  exclude: "2",
  text: "a",
};

export const main = tool({ letters: "GEFivnclLqsrRowxHhe:f:m:A:B:C:1:2:a", long, usage: "[OPTION]... PATTERNS [FILE]...", misuse: 2 }, function* (t) {
  const operands = [...t.operands];
  const patterns = yield* patternsOf(t, operands);
  const search = new Search(t, matcher(t, patterns));
  const recursive = t.has("rR");
  const files = operands.length > 0 ? operands : [recursive ? "." : "-"];
  search.named = t.options.last("Hh") === "H" || (t.options.last("Hh") === undefined && (recursive || files.length > 1));
  for (const path of files) yield* search.path(path, recursive, true);
  return search.found && (t.status === 0 || t.has("q")) ? 0 : Math.max(t.status, search.found ? 0 : 1);
});

function* patternsOf(t: Tool, operands: string[]): Syscall<readonly string[]> {
  const given = [...t.options.values("e")];
  const named = given.length > 0 || t.value("f") !== undefined;
  for (const path of t.options.values("f")) given.push(...splitLines(decode(yield* slurp(t.libc, path))));
  if (!named) {
    const first = operands.shift();
    if (first === undefined) throw new UsageError("missing pattern");
    given.push(first);
  }
  return given.flatMap((p) => p.split("\n"));
}

function matcher(t: Tool, patterns: readonly string[]): RegExp {
  const letter = t.options.last("GEF");
  const kind: RegexKind = letter === "E" ? "extended" : letter === "F" ? "fixed" : "basic";
  if (patterns.length === 0) return /(?!)/g;
  try {
    const source = patterns.map((p) => `(?:${regexSource(p, kind)})`).join("|");
    const bounded = t.has("x") ? `^(?:${source})$` : t.has("w") ? `(?<!\\w)(?:${source})(?!\\w)` : source;
    return new RegExp(bounded, t.has("i") ? "giu" : "gu");
  } catch (e) {
    throw e instanceof RegexError || e instanceof SyntaxError ? new UsageError(e instanceof RegexError ? e.message : "Invalid regular expression") : e;
  }
}

class Search {
  found = false;
  /** Are lines preceded by the file's name? */
  named = false;
  readonly #t: Tool;
  readonly #pattern: RegExp;
  readonly #before: number;
  readonly #after: number;
  readonly #limit: number;
  #separate = false;
  constructor(t: Tool, pattern: RegExp) {
    this.#t = t;
    this.#pattern = pattern;
    const number = (name: string): number => Number(t.value(name) ?? t.value("C") ?? "0") || 0;
    this.#before = number("B");
    this.#after = number("A");
    this.#limit = Number(t.value("m") ?? "Infinity");
  }

  *path(path: string, recursive: boolean, operand: boolean): Syscall<void> {
    const t = this.#t;
    if (this.found && t.has("q")) return;
    const st = path === "-" ? undefined : yield* attempt(operand ? t.libc.stat(path) : t.libc.lstat(path));
    if (st && st.err !== 0) return yield* this.#trouble(path, st.err);
    if (st && isDirectory(st.value)) {
      if (!recursive) return yield* t.complain(`${path}: Is a directory`, 2);
      const entries = yield* t.try(path, t.libc.readdir(path), 2);
      const names = (entries ?? []).map((e) => e.name).filter((n) => n !== "." && n !== "..");
      for (const name of names.sort((a, b) => (a < b ? -1 : 1))) yield* this.path(path === "." && t.operands.length < 2 ? name : join(path, name), true, false);
      return;
    }
    if (st && !operand && !((st.value.mode & 0o170000) === 0o100000 && this.#chosen(path))) return;
    const data = yield* attempt(this.#read(path));
    if (data.err !== 0) return yield* this.#trouble(path, data.err);
    yield* this.#file(path === "-" ? "(standard input)" : path, data.value);
  }
  *#trouble(path: string, err: number): Syscall<void> {
    if (this.#t.has("s")) this.#t.status = 2;
    else yield* this.#t.complain(`${path}: ${strerror(err)}`, 2);
  }
  #chosen(path: string): boolean {
    const name = lastComponent(path);
    const [include, exclude] = [this.#t.options.values("1"), this.#t.options.values("2")];
    return (include.length === 0 || include.some((p) => fnmatch(p, name))) && !exclude.some((p) => fnmatch(p, name));
  }
  *#read(path: string): Syscall<Uint8Array> {
    const fd = yield* openInput(this.#t.libc, path);
    const data = yield* readRest(this.#t.libc, fd);
    yield* closeInput(this.#t.libc, fd);
    return data;
  }

  *#file(name: string, data: Uint8Array): Syscall<void> {
    const t = this.#t;
    const lines = splitLines(decode(data));
    const selected: number[] = [];
    for (const [i, line] of lines.entries()) {
      if (selected.length >= this.#limit) break;
      this.#pattern.lastIndex = 0;
      if (this.#pattern.test(line) !== t.has("v")) selected.push(i);
    }
    if (selected.length > 0) this.found = true;
    if (t.has("q")) return;
    if (t.has("L")) return selected.length === 0 ? yield* t.out.line(name) : undefined;
    if (t.has("l")) return selected.length > 0 ? yield* t.out.line(name) : undefined;
    if (t.has("c")) return yield* t.out.line(`${this.named ? `${name}:` : ""}${selected.length}`);
    if (selected.length > 0 && data.includes(0) && !t.has("a")) return yield* t.out.line(`Binary file ${name} matches`);
    yield* this.#print(name, lines, selected);
  }

  *#print(name: string, lines: readonly string[], selected: readonly number[]): Syscall<void> {
    let next = 0;
    const chosen = new Set(selected);
    for (const at of selected) {
      const from = Math.max(next, at - this.#before);
      if ((this.#before > 0 || this.#after > 0) && (next > 0 ? from > next : this.#separate)) yield* this.#t.out.line("--");
      for (let i = from; i < at; i++) yield* this.#line(name, i, lines[i] ?? "", "-");
      yield* this.#match(name, at, lines[at] ?? "");
      next = at + 1;
      while (next < lines.length && next <= at + this.#after && !chosen.has(next)) yield* this.#line(name, next, lines[next++] ?? "", "-");
    }
    if (selected.length > 0) this.#separate = true;
  }
  *#match(name: string, at: number, line: string): Syscall<void> {
    if (!this.#t.has("o")) return yield* this.#line(name, at, line, ":");
    if (this.#t.has("v")) return;
    this.#pattern.lastIndex = 0;
    for (const m of line.matchAll(this.#pattern)) if (m[0] !== "") yield* this.#line(name, at, m[0], ":");
  }
  *#line(name: string, at: number, text: string, mark: string): Syscall<void> {
    const number = this.#t.has("n") ? `${at + 1}${mark}` : "";
    yield* this.#t.out.line(`${this.named ? name + mark : ""}${number}${text}`);
  }
}
