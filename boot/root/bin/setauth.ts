/**
 * setauth [-v] [-n] [-s] [-k] [-u UID] … [-p PID | …] [USER …]: replaces the ids of running processes; without any USER they have none at all
 * (not root's). -s: the old effective ids stay as available ones; -k: the old ids stay, the new ones are added.
 */
import { Errno } from "../../../servers/interfaces/errno.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { chosenPids, EX_USAGE, FROB_LETTERS, frobAll, frobLong, prepareFrob, refused, wantedIds } from "../lib/frob-auth.ts";
import { tool, type Tool } from "../lib/tool.ts";
import { merged, NO_IDS, saved, show, type Ugids } from "../lib/ugids.ts";
import { verifiedAuth } from "../lib/verify-ids.ts";

const long = { ...frobLong, save: "s", keep: "k" };

export const main = tool({ letters: `${FROB_LETTERS}sk`, long, usage: "[OPTION...] [USER...]", misuse: EX_USAGE, prepare: prepareFrob }, function* (t) {
  const { ids, implied } = yield* wantedIds(t);
  const pids = yield* chosenPids(t);
  const made = yield* verifiedAuth(t.libc, ids, implied);
  if (made.err !== 0) return yield* refused(t, made.err, made.err === Errno.EACCES);
  yield* frobAll(t, pids, {
    with: made.auth,
    to: (old) => merged(ids, remains(t, old)),
    *report(old, now, owners): Syscall<string> {
      return `Changed ${(yield* show(old, owners)) || "no ids"} to ${(yield* show(now, owners)) || "no ids"}`;
    },
  });
});

const remains = (t: Tool, old: Ugids): Ugids => (t.has("k") ? old : t.has("s") ? saved(old) : NO_IDS);
