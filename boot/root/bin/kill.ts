/** kill [-s SIGNAL | -SIGNAL] PID … | kill -l [SIGNAL …] */
import { allSignals, signalName, signalNumber } from "../lib/signal-names.ts";
import { UsageError } from "../lib/options.ts";
import { tool, type Tool } from "../lib/tool.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";

/** "-TERM" and "-9" are the signal, later "-12" a process group. */
const prepare = (args: readonly string[]): readonly string[] => {
  const [first = "", ...rest] = args;
  if (first === "-s" || first === "-n") return ["-s", ...rest.slice(0, 1), "--", ...rest.slice(1)];
  return /^-[^-]/.test(first) && !/^-[lL]$/.test(first) ? ["-s", first.slice(1), "--", ...rest] : args;
};

export const main = tool({ letters: "+s:lL", long: { list: "l", signal: "s" }, usage: "[-s SIGNAL | -SIGNAL] PID... | -l [SIGNAL]...", prepare }, function* (t) {
  const operands = t.operands.filter((o) => o !== "--");
  if (t.has("lL")) return yield* list(t, operands);
  const name = t.value("s") ?? "TERM";
  const signo = name === "0" ? 0 : signalNumber(name);
  if (signo === undefined) throw new UsageError(`${name}: invalid signal`);
  if (operands.length === 0) throw new UsageError("no process ID specified");
  for (const text of operands) {
    if (!/^-?\d{1,9}$/.test(text)) yield* t.complain(`'${text}': invalid process id`);
    else yield* t.try(text, t.libc.kill(Number(text), signo));
  }
});

function* list(t: Tool, operands: readonly string[]): Syscall<void> {
  if (operands.length === 0) return yield* t.out.line(allSignals().map(signalName).join(" "));
  for (const text of operands) {
    const n = /^\d+$/.test(text) ? Number(text) % 128 : signalNumber(text);
    if (n === undefined || !allSignals().includes(n)) yield* t.complain(`${text}: invalid signal`);
    else yield* t.out.line(/^\d+$/.test(text) ? signalName(n) : String(n));
  }
}
