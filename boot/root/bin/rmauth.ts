/**
 * rmauth [-v] [-n] [-s] [-a] [-e] [-u UID] … [-p PID | …] [USER …]: takes ids from running processes, through the task ports that our own ids
 * give us. -s: effective ids that are taken stay as available ones.
 */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { chosenPids, chosenPlaces, EX_USAGE, FROB_LETTERS, frobAll, frobLong, prepareFrob, requireIds, wantedIds } from "../lib/frob-auth.ts";
import type { Owners } from "../lib/owners.ts";
import { tool } from "../lib/tool.ts";
import { common, merged, saved, show, without, type Ugids } from "../lib/ugids.ts";

const long = { ...frobLong, available: "a", effective: "e", save: "s" };

export const main = tool({ letters: `${FROB_LETTERS}aes`, long, usage: "[OPTION...] USER...", misuse: EX_USAGE, prepare: prepareFrob }, function* (t) {
  const wanted = yield* wantedIds(t, chosenPlaces(t));
  requireIds(wanted);
  yield* frobAll(t, yield* chosenPids(t), {
    *to(old): Syscall<Ugids> {
      return t.has("s") ? keeping(old, wanted) : without(old, wanted);
    },
    *report(old, now, owners: Owners): Syscall<string> {
      return `Removed ${yield* show(without(old, now), owners)}`;
    },
  });
});

const keeping = (old: Ugids, drop: Ugids): Ugids => merged(without(old, drop), saved(common(old, drop)));
