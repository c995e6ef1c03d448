/**
 * addauth [-v] [-n] [-a] [-e] [-u UID] [-U UID] [-g GID] [-G GID] [-p PID | -P PGRP | -S [SID] | -L [LID]] [USER …]: gives ids to running
 * processes (feature-table.md #21). Whoever has not the ids himself proves them with passwords; nobody needs to be root.
 *
 * It takes no care of itself: when it is among the processes (recorded), its own proc port changes, and the rest cannot be asked for.
 */
import { strerror, Errno } from "../../../servers/interfaces/errno.ts";
import { msgCall } from "../../../servers/interfaces/msg.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import type { MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { chosenPids, chosenPlaces, FROB_LETTERS, frobLong, heldProc, provedAuth, refused, requireIds, wantedIds } from "../lib/frob-auth.ts";
import { Owners } from "../lib/owners.ts";
import { dropRight } from "../lib/rights.ts";
import { EX_USAGE, tool, type Tool } from "../lib/tool.ts";
import { show } from "../lib/ugids.ts";

const long = { ...frobLong, available: "a", effective: "e" };

export const main = tool({ letters: `${FROB_LETTERS}ae`, long, usage: "[OPTION...] USER...", misuse: EX_USAGE }, function* (t) {
  const wanted = yield* wantedIds(t, chosenPlaces(t));
  requireIds(wanted);
  const pids = yield* chosenPids(t);
  const made = yield* provedAuth(t, wanted);
  if (made.err !== 0) return yield* refused(t, made.err, made.err === Errno.EACCES);
  const added = yield* show(wanted, new Owners(t.libc));
  const proc = yield* heldProc(t);
  for (const pid of pids) yield* addTo(t, proc, pid, made.auth, added);
  return 0;
});

function* addTo(t: Tool, proc: MachPort, pid: number, auth: MachPort, added: string): Syscall<void> {
  const got = yield* procCall.proc_getmsgport(proc, { pid });
  if (got.err !== 0) return yield* t.complain(`${pid}: Cannot get message port: ${strerror(got.err)}`);
  const done = t.has("n") ? { err: 0 as const } : yield* msgCall.msg_add_auth(got.msgport, { auth });
  yield* dropRight(got.msgport);
  if (done.err !== 0) return yield* t.complain(`${pid}: Cannot add authentication: ${strerror(done.err)}`);
  if (t.has("v")) yield* t.out.line(`${pid}: Added ${added}`);
}
