/** uniq [-c] [-d] [-u] [-i] [-f N] [-s N] [-w N] [INPUT [OUTPUT]]: adjacent lines that are equal, once. */
import { O_CREAT, O_TRUNC, O_WRONLY } from "../../../servers/interfaces/hurd-types.ts";
import { slurp, splitLines } from "../lib/input.ts";
import { decode } from "../lib/output.ts";
import { UsageError } from "../lib/options.ts";
import { tool, wholeNumber, type Tool } from "../lib/tool.ts";

const long = { count: "c", repeated: "d", unique: "u", "ignore-case": "i", "skip-fields": "f", "skip-chars": "s", "check-chars": "w" };

export const main = tool({ letters: "cduif:s:w:", long, usage: "[OPTION]... [INPUT [OUTPUT]]" }, function* (t) {
  const [input = "-", output, extra] = t.operands;
  if (extra !== undefined) throw new UsageError(`extra operand '${extra}'`);
  const data = yield* t.try(input, slurp(t.libc, input));
  if (!data) return;
  const key = keyOf(t);
  const groups: { readonly line: string; readonly key: string; count: number }[] = [];
  for (const line of splitLines(decode(data))) {
    const k = key(line);
    const last = groups.at(-1);
    if (last?.key === k) last.count++;
    else groups.push({ line, key: k, count: 1 });
  }
  const wanted = groups.filter((g) => (g.count > 1 ? !t.has("u") : !t.has("d")));
  const text = wanted.map((g) => `${t.has("c") ? `${String(g.count).padStart(7)} ` : ""}${g.line}\n`).join("");
  if (output === undefined || output === "-") return yield* t.out.text(text);
  const fd = yield* t.try(output, t.libc.open(output, O_WRONLY | O_CREAT | O_TRUNC, 0o666));
  if (fd !== undefined) yield* t.libc.writeAll(fd, text);
});

/** What of a line is compared. */
function keyOf(t: Tool): (line: string) => string {
  const fields = wholeNumber(t.value("f") ?? "0", "number of fields to skip");
  const skip = wholeNumber(t.value("s") ?? "0", "number of bytes to skip");
  const width = t.value("w") === undefined ? undefined : wholeNumber(t.value("w") ?? "", "number of bytes to compare");
  const blank = new RegExp(`^(?:[ \\t]*[^ \\t]+){0,${fields}}`);
  return (line) => {
    const rest = line.replace(blank, "").slice(skip);
    const text = width === undefined ? rest : rest.slice(0, width);
    return t.has("i") ? text.toLowerCase() : text;
  };
}
