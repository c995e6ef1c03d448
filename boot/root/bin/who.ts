/** who [-Hmq] [am i]: who is logged in, by utmp: names, terminals, since when, from where. -H: a heading; -m, "am i": only this terminal; -q: names alone and how many. */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { strftime } from "../lib/calendar.ts";
import { UsageError } from "../lib/options.ts";
import { tool } from "../lib/tool.ts";
import { ownLine, readUtmp, USER_PROCESS, type Utmp } from "../lib/utmp.ts";

export const main = tool({ letters: "Hmq", long: { heading: "H", count: "q" }, usage: "[-Hmq] [am i]" }, function* (t) {
  if (t.operands.length !== 0 && t.operands.length !== 2) throw new UsageError("one file of entries is all there is");
  const mine = t.has("m") || t.operands.length === 2 ? ((yield* ownLine(t.libc)) ?? "") : undefined;
  const all = (yield* readUtmp(t.libc)).filter((e) => e.type === USER_PROCESS && e.user !== "");
  if (t.has("q")) {
    yield* t.out.line(all.map((e) => e.user).join(" "));
    return yield* t.out.line(`# users=${all.length}`);
  }
  if (t.has("H")) yield* t.out.line(row("NAME", "LINE", "TIME", "COMMENT"));
  for (const entry of all) if (mine === undefined || entry.line === mine) yield* show(t.out, entry);
});

function* show(out: { line(text: string): Syscall<void> }, { user, line, time, host }: Utmp): Syscall<void> {
  yield* out.line(row(user, line, strftime("%b %e %H:%M", time), host === "" ? "" : `(${host})`));
}

const row = (name: string, line: string, time: string, comment: string): string => `${name.padEnd(8)} ${line.padEnd(12)} ${time.padEnd(12)} ${comment}`.trimEnd();
