/** sleep NUMBER[smhd] …: virtual time. */
import { UsageError } from "../lib/options.ts";
import { tool } from "../lib/tool.ts";

const units: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86400 };

export const main = tool({ letters: "", usage: "NUMBER[SUFFIX]..." }, function* (t) {
  if (t.operands.length === 0) throw new UsageError("missing operand");
  const microseconds = t.operands.map(duration).reduce((a, b) => a + b) * 1e6;
  yield* t.libc.usleep(Math.min(microseconds, Number.MAX_SAFE_INTEGER));
});

function duration(text: string): number {
  const m = /^(\d+\.?\d*|\.\d+)([smhd]?)$/.exec(text);
  if (text === "infinity") return Number.MAX_SAFE_INTEGER / 1e6;
  if (!m) throw new UsageError(`invalid time interval '${text}'`);
  return Number(m[1]) * (units[m[2] ?? ""] ?? 1);
}
