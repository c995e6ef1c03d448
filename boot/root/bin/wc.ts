/** wc [-l] [-w] [-c] [-m] [-L] [FILE …]: lines, words, characters, bytes, the longest line. */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { BLOCK, closeInput, openInput } from "../lib/input.ts";
import { tool, type Tool } from "../lib/tool.ts";

/** In the order in which they are printed. */
interface Counts {
  l: number;
  w: number;
  m: number;
  c: number;
  L: number;
}
const letters = ["l", "w", "m", "c", "L"] as const;
const long = { lines: "l", words: "w", bytes: "c", chars: "m", "max-line-length": "L" };

export const main = tool({ letters: "lwcmL", long, usage: "[OPTION]... [FILE]..." }, function* (t) {
  const files = t.operands.length > 0 ? t.operands : ["-"];
  const wanted = letters.filter((l) => (t.options.given.length > 0 ? t.has(l) : "lwc".includes(l)));
  const total: Counts = { l: 0, w: 0, m: 0, c: 0, L: 0 };
  const rows: { readonly counts: Counts; readonly name: string }[] = [];
  for (const path of files) {
    const counts = yield* t.try(path, count(t, path));
    if (!counts) continue;
    for (const l of letters) total[l] = l === "L" ? Math.max(total[l], counts[l]) : total[l] + counts[l];
    rows.push({ counts, name: t.operands.length > 0 ? ` ${path}` : "" });
  }
  if (files.length > 1) rows.push({ counts: total, name: " total" });
  const plain = wanted.length === 1 && rows.length === 1;
  const width = plain ? 1 : Math.max(t.operands.length > 0 && !t.operands.includes("-") ? 1 : 7, ...rows.flatMap((r) => wanted.map((l) => String(r.counts[l]).length)));
  for (const { counts, name } of rows) yield* t.out.line(wanted.map((l) => String(counts[l]).padStart(width)).join(" ") + name);
});

function* count(t: Tool, path: string): Syscall<Counts> {
  const fd = yield* openInput(t.libc, path);
  const counts: Counts = { l: 0, w: 0, m: 0, c: 0, L: 0 };
  let inWord = false;
  let column = 0;
  for (let data = yield* t.libc.read(fd, BLOCK); data.length > 0; data = yield* t.libc.read(fd, BLOCK)) {
    counts.c += data.length;
    for (const byte of data) {
      const character = (byte & 0xc0) !== 0x80;
      if (character) counts.m++;
      const white = byte === 32 || (byte >= 9 && byte <= 13);
      if (!white && !inWord) counts.w++;
      inWord = !white;
      if (byte === 10) {
        counts.l++;
        column = 0;
      } else if (byte === 9) column += 8 - (column % 8);
      else if (character && byte >= 32) column++;
      counts.L = Math.max(counts.L, column);
    }
  }
  yield* closeInput(t.libc, fd);
  return counts;
}
