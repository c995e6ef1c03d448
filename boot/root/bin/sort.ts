/** sort [-n] [-r] [-u] [-f] [-b] [-d] [-h] [-V] [-s] [-c] [-m] [-z] [-t C] [-k KEY] [-o FILE] [FILE …], by code points. */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { O_CREAT, O_TRUNC, O_WRONLY } from "../../../servers/interfaces/hurd-types.ts";
import { slurp, splitLines } from "../lib/input.ts";
import { decode } from "../lib/output.ts";
import { UsageError } from "../lib/options.ts";
import { compareKeys, parseKey, type SortKey } from "../lib/sort-keys.ts";
import { tool, type Tool } from "../lib/tool.ts";

const long = {
  "numeric-sort": "n",
  reverse: "r",
  unique: "u",
  "ignore-case": "f",
  "ignore-leading-blanks": "b",
  "dictionary-order": "d",
  "human-numeric-sort": "h",
  "version-sort": "V",
  stable: "s",
  check: "c",
  merge: "m",
  "zero-terminated": "z",
  "field-separator": "t",
  key: "k",
  output: "o",
};

export const main = tool({ letters: "nrufbdhVscmzt:k:o:gM", long, usage: "[OPTION]... [FILE]...", misuse: 2 }, function* (t) {
  const end = t.has("z") ? "\0" : "\n";
  const compare = ordering(t);
  const lines: string[] = [];
  for (const path of t.operands.length > 0 ? t.operands : ["-"]) {
    const data = yield* t.try(path, slurp(t.libc, path), 2);
    if (!data) return 2;
    lines.push(...splitLines(decode(data), end));
  }
  if (t.has("c")) return yield* check(t, lines, compare);
  lines.sort(compare);
  const kept = t.has("u") ? lines.filter((line, i) => i === 0 || compare(lines[i - 1] ?? "", line) !== 0) : lines;
  yield* write(t, kept.map((line) => line + end));
  return t.status;
});

function* write(t: Tool, lines: readonly string[]): Syscall<void> {
  const path = t.value("o");
  if (path === undefined) {
    for (const line of lines) yield* t.out.text(line);
    return;
  }
  const fd = yield* t.libc.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666);
  yield* t.libc.writeAll(fd, lines.join(""));
  yield* t.libc.close(fd);
}

function* check(t: Tool, lines: readonly string[], compare: (a: string, b: string) => number): Syscall<number> {
  for (let i = 1; i < lines.length; i++) {
    const order = compare(lines[i - 1] ?? "", lines[i] ?? "");
    if (order < 0 || (order === 0 && !t.has("u"))) continue;
    yield* t.complain(`${t.operands[0] ?? "-"}:${i + 1}: disorder: ${lines[i] ?? ""}`);
    return 1;
  }
  return 0;
}

/** The order that the options ask for; lines that are equal in it go by their bytes, unless -s or -u. */
function ordering(t: Tool): (a: string, b: string) => number {
  const separator = t.value("t");
  if (separator !== undefined && [...separator].length !== 1 && separator !== "\\0") throw new UsageError(`multi-character tab '${separator}'`);
  const manner = ["n", "f", "b", "d", "h", "V", "g", "M", "r"].filter((l) => t.has(l)).join("");
  const specs = t.options.values("k");
  const keys: SortKey[] = specs.length > 0 ? specs.map((s) => parseKey(s, manner)) : [parseKey("1", manner)];
  const reverse = t.has("r") ? -1 : 1;
  return (a, b) => {
    for (const key of keys) {
      const order = compareKeys(a, b, key, separator === "\\0" ? "\0" : separator);
      if (order !== 0) return order;
    }
    if (t.has("us")) return 0;
    return a === b ? 0 : (a < b ? -1 : 1) * reverse;
  };
}
