/** cut -b LIST | -c LIST | -f LIST [-d C] [-s] [--complement] [--output-delimiter S] [FILE …] */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { closeInput, Lines, openInput } from "../lib/input.ts";
import { UsageError } from "../lib/options.ts";
import { tool, type Tool } from "../lib/tool.ts";

const long = { bytes: "b", characters: "c", fields: "f", delimiter: "d", "only-delimited": "s", complement: "C", "output-delimiter": "O" };
type Chosen = (position: number) => boolean;

export const main = tool({ letters: "b:c:f:d:snCO:", long, usage: "OPTION... [FILE]..." }, function* (t) {
  const kinds = ["b", "c", "f"].filter((k) => t.has(k));
  const [kind, other] = kinds;
  if (kind === undefined) throw new UsageError("you must specify a list of bytes, characters, or fields");
  if (other !== undefined) throw new UsageError("only one type of list may be specified");
  const delimiter = t.value("d") ?? "\t";
  if ([...delimiter].length !== 1) throw new UsageError("the delimiter must be a single character");
  if (kind !== "f" && t.has("ds")) throw new UsageError("an input delimiter may be specified only when operating on fields");
  const list = parseList(t.value(kind) ?? "");
  const chosen: Chosen = t.has("C") ? (n) => !list(n) : list;
  const cutLine = kind === "f" ? fields(t, delimiter, chosen) : characters(t, chosen);
  for (const path of t.operands.length > 0 ? t.operands : ["-"]) yield* t.try(path, cutFile(t, path, cutLine));
});

/** "1,3-5,7-". Throws UsageError. */
function parseList(text: string): Chosen {
  const ranges = text.split(/[ ,]/).map((part) => {
    const m = /^(\d*)(-?)(\d*)$/.exec(part);
    if (!m || part === "" || part === "-") throw new UsageError(`invalid field value '${part}'`);
    const from = m[1] === "" ? 1 : Number(m[1]);
    const to = m[2] === "" ? from : m[3] === "" ? Infinity : Number(m[3]);
    if (from === 0) throw new UsageError("fields are numbered from 1");
    if (to < from) throw new UsageError("invalid decreasing range");
    return [from, to] as const;
  });
  return (n) => ranges.some(([from, to]) => n >= from && n <= to);
}

function characters(t: Tool, chosen: Chosen): (line: string) => string | undefined {
  const glue = t.value("O");
  return (line) => {
    const runs: string[] = [];
    let last = -1;
    for (const [i, c] of [...line].entries()) {
      if (!chosen(i + 1)) continue;
      if (runs.length === 0 || i > last + 1) runs.push(c);
      else runs[runs.length - 1] += c;
      last = i;
    }
    return runs.join(glue ?? "");
  };
}

function fields(t: Tool, delimiter: string, chosen: Chosen): (line: string) => string | undefined {
  return (line) => {
    if (!line.includes(delimiter)) return t.has("s") ? undefined : line;
    return line.split(delimiter).filter((_, i) => chosen(i + 1)).join(t.value("O") ?? delimiter);
  };
}

function* cutFile(t: Tool, path: string, cutLine: (line: string) => string | undefined): Syscall<void> {
  const fd = yield* openInput(t.libc, path);
  const input = new Lines(t.libc, fd, t.out);
  for (let line = yield* input.next(); line !== undefined; line = yield* input.next()) {
    const text = cutLine(line);
    if (text !== undefined) yield* t.out.line(text);
  }
  yield* closeInput(t.libc, fd);
}
