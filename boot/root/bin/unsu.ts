/**
 * unsu [-v] [-n] [-p PID | …]: undoes what su did to running processes: the effective ids and the first two available ones go, and the first that
 * is still available becomes the process' own (auth-proc.md part 5).
 */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { UsageError } from "../lib/options.ts";
import { chosenPids, EX_USAGE, frobAll, frobLong, prepareFrob } from "../lib/frob-auth.ts";
import { tool } from "../lib/tool.ts";
import { show, type Ugids } from "../lib/ugids.ts";

export const main = tool({ letters: "vnp:P:S:L:", long: frobLong, usage: "[OPTION...]", misuse: EX_USAGE, prepare: prepareFrob }, function* (t) {
  if (t.operands.length > 0) throw new UsageError("Too many arguments");
  yield* frobAll(t, yield* chosenPids(t), {
    to: before,
    *report(_old, now, owners): Syscall<string> {
      return `Changed to ${(yield* show(now, owners)) || "no ids"}`;
    },
  });
});

/** Real and saved id stand first among the available ones. */
function before(ids: Ugids): Ugids {
  const [euids, auids] = restored(ids.auids);
  const [egids, agids] = restored(ids.agids);
  return { euids, egids, auids, agids };
}
function restored(available: readonly number[]): readonly [readonly number[], readonly number[]] {
  const [id, ...rest] = available.slice(2);
  return id === undefined ? [[], []] : [[id], [id, id, ...rest.filter((other) => other !== id)]];
}
