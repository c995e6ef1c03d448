/**
 * rmauth [-v] [-n] [-s] [-a] [-e] [-u UID] … [-p PID | …] [USER …]: takes ids from running processes, through the task ports that our own ids
 * give us. -s: effective ids that are taken stay as available ones.
 */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { chosenPids, EX_USAGE, FROB_LETTERS, frobAll, frobLong, prepareFrob, requireIds, wantedIds } from "../lib/frob-auth.ts";
import type { Owners } from "../lib/owners.ts";
import { tool } from "../lib/tool.ts";
import { common, merged, NO_IDS, saved, show, without, type Ugids } from "../lib/ugids.ts";

const long = { ...frobLong, available: "a", effective: "e", save: "s" };

export const main = tool({ letters: `${FROB_LETTERS}aes`, long, usage: "[OPTION...] USER...", misuse: EX_USAGE, prepare: prepareFrob }, function* (t) {
  const wanted = yield* wantedIds(t);
  requireIds(wanted);
  yield* frobAll(t, yield* chosenPids(t), {
    to: (old) => (t.has("s") ? keeping(old, wanted.ids) : without(old, wanted.ids)),
    *report(old, _now, owners: Owners): Syscall<string> {
      return `Removed ${yield* show(common(old, wanted.ids), owners)}`;
    },
  });
});

const keeping = (old: Ugids, drop: Ugids): Ugids => merged(without(old, drop), saved({ ...NO_IDS, ...effective(common(old, drop)) }));
const effective = (ids: Ugids): Pick<Ugids, "euids" | "egids"> => ({ euids: ids.euids, egids: ids.egids });
