/** seq [-w] [-s SEPARATOR] [-f FORMAT] [FIRST [STEP]] LAST */
import { UsageError } from "../lib/options.ts";
import { formatAll } from "../lib/printf.ts";
import { decode } from "../lib/output.ts";
import { tool } from "../lib/tool.ts";

/** Negative numbers are operands. */
const prepare = (args: readonly string[]): readonly string[] => {
  const at = args.findIndex((a) => /^-[\d.]/.test(a));
  return at < 0 || args.includes("--") ? args : [...args.slice(0, at), "--", ...args.slice(at)];
};
const long = { "equal-width": "w", separator: "s", format: "f" };

export const main = tool({ letters: "ws:f:", long, usage: "[OPTION]... [FIRST [INCREMENT]] LAST", prepare }, function* (t) {
  if (t.operands.length === 0) throw new UsageError("missing operand");
  if (t.operands.length > 3) throw new UsageError(`extra operand '${t.operands[3] ?? ""}'`);
  const numbers = t.operands.map(number);
  const [first, step, last] = [numbers.length > 1 ? (numbers[0] ?? 1) : 1, numbers.length > 2 ? (numbers[1] ?? 1) : 1, numbers.at(-1) ?? 1];
  if (step === 0) throw new UsageError(`invalid Zero increment value: '${t.operands[1] ?? ""}'`);
  const places = Math.max(0, ...t.operands.slice(0, -1).map(decimals));
  const show = formatter(t.value("f"), places, t.has("w") ? Math.max(first.toFixed(places).length, last.toFixed(places).length) : 0);
  const separator = t.value("s") ?? "\n";
  const count = Math.floor((last - first) / step + 1e-10);
  for (let i = 0; i <= count; i++) yield* t.out.text((i > 0 ? separator : "") + show(first + i * step));
  if (count >= 0) yield* t.out.text("\n");
});

function number(text: string): number {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) throw new UsageError(`invalid floating point argument: '${text}'`);
  return Number(text);
}
const decimals = (text: string): number => /\.(\d*)/.exec(text)?.[1]?.length ?? 0;

function formatter(format: string | undefined, places: number, width: number): (n: number) => string {
  if (format !== undefined) return (n) => decode(formatAll(format, [String(n)]).output);
  return (n) => {
    const text = Math.abs(n).toFixed(places);
    return n < 0 ? `-${text.padStart(width - 1, "0")}` : text.padStart(width, "0");
  };
}
