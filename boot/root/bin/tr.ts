/** tr [-c] [-d] [-s] [-t] SET1 [SET2]: characters replaced, removed, squeezed. */
import { STDIN } from "../../../glibc-shim/libc.ts";
import { BLOCK } from "../lib/input.ts";
import { UsageError } from "../lib/options.ts";
import { tool, type Tool } from "../lib/tool.ts";

const long = { complement: "c", delete: "d", "squeeze-repeats": "s", "truncate-set1": "t" };

export const main = tool({ letters: "+cCdst", long, usage: "[OPTION]... SET1 [SET2]" }, function* (t) {
  const translate = new Translation(t);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  for (let data = yield* t.libc.read(STDIN, BLOCK); data.length > 0; data = yield* t.libc.read(STDIN, BLOCK)) {
    yield* t.out.text(translate.text(decoder.decode(data, { stream: true })));
    yield* t.out.flush();
  }
  yield* t.out.text(translate.text(decoder.decode()));
});

class Translation {
  readonly #map = new Map<string, string>();
  readonly #from: ReadonlySet<string>;
  readonly #complement: boolean;
  /** What a character outside of SET1 becomes under -c. */
  readonly #other: string | undefined;
  readonly #delete: boolean;
  readonly #squeeze: ReadonlySet<string> | "complement of set1" | undefined;
  #last = "";
  constructor(t: Tool) {
    const [one, two, extra] = t.operands;
    if (one === undefined) throw new UsageError("missing operand");
    if (extra !== undefined) throw new UsageError(`extra operand '${extra}'`);
    this.#complement = t.has("cC");
    this.#delete = t.has("d");
    if (two === undefined && !t.has("ds")) throw new UsageError(`missing operand after '${one}'`);
    if (two !== undefined && this.#delete && !t.has("s")) throw new UsageError(`extra operand '${two}'`);
    let from = expandSet(one, 0);
    const to = two === undefined ? [] : expandSet(two, from.length);
    if (t.has("t") && two !== undefined) from = from.slice(0, to.length);
    this.#from = new Set(from);
    const translating = two !== undefined && !this.#delete;
    this.#other = translating && this.#complement ? to.at(-1) : undefined;
    if (translating && !this.#complement) for (const [i, c] of from.entries()) this.#map.set(c, to[i] ?? to.at(-1) ?? c);
    this.#squeeze = !t.has("s") ? undefined : two !== undefined ? new Set(to) : this.#complement ? "complement of set1" : this.#from;
  }
  text(text: string): string {
    let out = "";
    for (const c of text) {
      const member = this.#from.has(c) !== this.#complement;
      if (member && this.#delete) continue;
      const to = member ? (this.#complement ? (this.#other ?? c) : (this.#map.get(c) ?? c)) : c;
      if (to === this.#last && this.#squeezes(to)) continue;
      this.#last = to;
      out += to;
    }
    return out;
  }
  #squeezes(c: string): boolean {
    if (this.#squeeze === undefined) return false;
    return this.#squeeze === "complement of set1" ? !this.#from.has(c) : this.#squeeze.has(c);
  }
}

const letters = (from: number, to: number): readonly string[] => Array.from({ length: to - from + 1 }, (_, i) => String.fromCharCode(from + i));
const digits = letters(48, 57);
const upper = letters(65, 90);
const lower = letters(97, 122);
const alnum = [...digits, ...upper, ...lower];
const graph = letters(33, 126);
const classes: Readonly<Record<string, readonly string[]>> = {
  alpha: [...upper, ...lower],
  digit: digits,
  alnum,
  upper,
  lower,
  space: ["\t", "\n", "\v", "\f", "\r", " "],
  blank: ["\t", " "],
  punct: graph.filter((c) => !alnum.includes(c)),
  cntrl: [...letters(0, 31), "\x7f"],
  print: [" ", ...graph],
  graph,
  xdigit: [...digits, ...letters(65, 70), ...letters(97, 102)],
};
const escapes: Readonly<Record<string, string>> = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "\\": "\\" };

/** The characters of a set: ranges, classes, escapes, [c*n]. `length` is what [c*] fills up to. Throws UsageError. */
function expandSet(text: string, length: number): string[] {
  const set: string[] = [];
  const token = /\[:(\w+):\]|\[=([^])=\]|\[(\\[^]|[^\\])\*(\d*)\]|\\([0-7]{1,3})|\\([^])|([^])/gu;
  const items = [...text.matchAll(token)];
  for (let i = 0; i < items.length; i++) {
    const m = items[i];
    if (!m) break;
    const [, name, same, repeated, times] = m;
    if (name !== undefined) set.push(...(classes[name] ?? unknownClass(name)));
    else if (same !== undefined) set.push(same);
    else if (repeated !== undefined) {
      const n = times === "" || times === undefined || Number(times) === 0 ? length - set.length : Number.parseInt(times, times.startsWith("0") ? 8 : 10);
      set.push(...Array.from({ length: Math.max(0, n) }, () => single(repeated)));
    } else if (items[i + 1]?.[0] === "-" && items[i + 2] && !items[i + 2]?.[1]) {
      set.push(...range(single(m[0]), single(items[i + 2]?.[0] ?? "")));
      i += 2;
    } else set.push(single(m[0]));
  }
  return set;
}
const single = (text: string): string => (!text.startsWith("\\") || text.length === 1 ? text : /^\\[0-7]/.test(text) ? String.fromCharCode(Number.parseInt(text.slice(1), 8)) : (escapes[text.slice(1)] ?? text.slice(1)));
function range(from: string, to: string): readonly string[] {
  const [a, b] = [from.codePointAt(0) ?? 0, to.codePointAt(0) ?? 0];
  if (a > b) throw new UsageError(`range-endpoints of '${from}-${to}' are in reverse collating sequence order`);
  return Array.from({ length: b - a + 1 }, (_, i) => String.fromCodePoint(a + i));
}
function unknownClass(name: string): never {
  throw new UsageError(`invalid character class '${name}'`);
}
