/**
 * setauth [-v] [-n] [-s] [-k] [-u UID] … [-p PID | …] [USER …]: replaces the ids of running processes; without any USER they have none at all
 * (not root's). -s: the old effective ids stay as available ones; -k: the old ids stay, the new ones are added.
 */
import { Errno } from "../../../servers/interfaces/errno.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { chosenPids, FROB_LETTERS, frobAll, frobLong, provedAuth, refused, wantedIds } from "../lib/frob-auth.ts";
import { EX_USAGE, tool, type Tool } from "../lib/tool.ts";
import { merged, NO_IDS, saved, show, type Ugids } from "../lib/ugids.ts";

const long = { ...frobLong, save: "s", keep: "k" };

export const main = tool({ letters: `${FROB_LETTERS}sk`, long, usage: "[OPTION...] [USER...]", misuse: EX_USAGE }, function* (t) {
  const ids = yield* wantedIds(t, "posix");
  const pids = yield* chosenPids(t);
  const made = yield* provedAuth(t, ids);
  if (made.err !== 0) return yield* refused(t, made.err, made.err === Errno.EACCES);
  yield* frobAll(t, pids, {
    with: made.auth,
    *to(old): Syscall<Ugids> {
      return merged(ids, remains(t, old));
    },
    *report(_old, now, owners): Syscall<string> {
      return `Changed auth to ${yield* show(now, owners)}`;
    },
  });
});

const remains = (t: Tool, old: Ugids): Ugids => merged(t.has("k") ? old : NO_IDS, t.has("s") ? saved(old) : NO_IDS);
