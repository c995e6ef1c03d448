/**
 * unsu [-v] [-n] [-p PID | …]: undoes what su did to running processes: the effective ids and the first two available ones go, and the first that
 * is still available becomes the process' own (auth-proc.md part 5).
 */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { UsageError } from "../lib/options.ts";
import { chosenPids, frobAll, frobLong } from "../lib/frob-auth.ts";
import { EX_USAGE, tool } from "../lib/tool.ts";
import { posixUser, show, type Ugids } from "../lib/ugids.ts";
import { impliedGroups } from "../lib/verify-ids.ts";

export const main = tool({ letters: "vnp:P:S::L::", long: frobLong, usage: "[OPTION...]", misuse: EX_USAGE }, function* (t) {
  if (t.operands.length > 0) throw new UsageError("Too many arguments");
  const pids = yield* chosenPids(t);
  yield* frobAll(t, pids, {
    *to(old): Syscall<Ugids> {
      const [uid] = old.auids.slice(2);
      const left: Ugids = { euids: [], egids: [], auids: old.auids.slice(2), agids: old.agids.slice(2) };
      return uid === undefined ? left : posixUser(left, uid, yield* impliedGroups(t.libc, uid));
    },
    *report(_old, now, owners): Syscall<string> {
      return `Changed auth to ${yield* show(now, owners)}`;
    },
  });
});
