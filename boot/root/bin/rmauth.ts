/**
 * rmauth [-v] [-n] [-s] [-a] [-e] [-u UID] … [-p PID | …] [USER …]: takes ids from running processes, through the task ports that our own ids
 * give us. -s: effective ids that are taken stay as available ones.
 *
 * A USER goes with his groups; but one that some other of the process's users brings as well stays, and so does one that none of its users
 * brought: somebody gave it by itself (libshouldbeinlibc/ugids-subtract.c).
 */
import type { Libc } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { chosenPids, chosenPlaces, FROB_LETTERS, frobAll, frobLong, requireIds, wantedIds, withOptions } from "../lib/frob-auth.ts";
import type { Owners } from "../lib/owners.ts";
import { EX_USAGE, tool } from "../lib/tool.ts";
import { merged, NO_IDS, saved, show, without, type Ugids } from "../lib/ugids.ts";
import { impliedGroups } from "../lib/verify-ids.ts";

const long = { ...frobLong, available: "a", effective: "e", save: "s" };

export const main = tool({ letters: `${FROB_LETTERS}aes`, long, usage: "[OPTION...] USER...", misuse: EX_USAGE }, function* (t) {
  const drop = yield* wantedIds(t, chosenPlaces(t));
  requireIds(drop);
  const named = yield* withOptions(t, NO_IDS);
  yield* frobAll(t, yield* chosenPids(t), {
    *to(old): Syscall<Ugids> {
      const [euids, egids] = yield* subtract(t.libc, old.euids, old.egids, { uids: drop.euids, gids: drop.egids, named: named.egids });
      const [auids, agids] = yield* subtract(t.libc, old.auids, old.agids, { uids: drop.auids, gids: drop.agids, named: named.agids });
      const left = { euids, egids, auids, agids };
      return t.has("s") ? merged(left, saved(without(old, left))) : left;
    },
    *report(old, now, owners: Owners): Syscall<string> {
      return `Removed ${yield* show(without(old, now), owners)}`;
    },
  });
});

/** What is to go: groups in `named` in any case, the others because their user goes. */
interface Drop {
  readonly uids: readonly number[];
  readonly gids: readonly number[];
  readonly named: readonly number[];
}

function* subtract(libc: Libc, uids: readonly number[], gids: readonly number[], drop: Drop): Syscall<readonly [uids: readonly number[], gids: readonly number[]]> {
  const left = uids.filter((uid) => !drop.uids.includes(uid));
  const before = yield* groupsOf(libc, uids);
  const after = yield* groupsOf(libc, left);
  const goes = (gid: number): boolean => drop.gids.includes(gid) && (drop.named.includes(gid) || (before.includes(gid) && !after.includes(gid)));
  return [left, gids.filter((gid) => !goes(gid))];
}

function* groupsOf(libc: Libc, uids: readonly number[]): Syscall<readonly number[]> {
  const groups: number[] = [];
  for (const uid of new Set(uids)) groups.push(...(yield* impliedGroups(libc, uid)));
  return groups;
}
