/** Process groups and sessions; who is orphaned (auth-proc.md §2.11). */
import { MACH_PORT_NULL } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { destroyReceive } from "../../glibc-shim/rights.ts";
import { SIGCONT, SIGHUP } from "../interfaces/signals.ts";
import { sendNewIds, sendSignal } from "./messages.ts";
import { Pgrp, Session, type Proc } from "./process.ts";
import type { ProcessTable } from "./table.ts";

export function newSession(table: ProcessTable, sid: number): Session {
  const session = new Session(sid);
  table.sessions.set(sid, session);
  return session;
}

export function newPgrp(table: ProcessTable, pgid: number, session: Session): Pgrp {
  const pgrp = new Pgrp(pgid, session);
  session.pgrps.unshift(pgrp);
  table.pgrps.set(pgid, pgrp);
  return pgrp;
}

/** True when this member keeps its group from being orphaned: its parent is in another group of the same session. */
const keepsAlive = (proc: Proc, pgrp: Pgrp): boolean => {
  const parents = proc.parent.pgrp;
  return parents !== undefined && parents !== pgrp && parents.session === pgrp.session;
};

/** Puts `proc` into the group that its record names. On a change of the group's state all members are told, else the new one alone. */
export function* joinPgrp(table: ProcessTable, proc: Proc): Syscall<void> {
  const { pgrp } = proc;
  if (pgrp === undefined) return;
  pgrp.members.unshift(proc);
  if (keepsAlive(proc, pgrp) && pgrp.orphanCount++ === 0) {
    for (const member of [...pgrp.members]) yield* sendNewIds(table, member);
  } else yield* sendNewIds(table, proc);
}

/** Takes `proc` out of its group. The group goes with its last member, and the session with its last group. */
export function* leavePgrp(table: ProcessTable, proc: Proc): Syscall<void> {
  const { pgrp } = proc;
  if (pgrp === undefined) return;
  pgrp.members = pgrp.members.filter((member) => member !== proc);
  if (pgrp.members.length === 0) yield* freePgrp(table, pgrp);
  else if (keepsAlive(proc, pgrp) && --pgrp.orphanCount === 0) yield* groupOrphaned(table, pgrp);
  proc.pgrp = undefined;
}

/** The last link is gone: members learn it, and when one of them is stopped all get SIGHUP and SIGCONT. */
function* groupOrphaned(table: ProcessTable, pgrp: Pgrp): Syscall<void> {
  const members = [...pgrp.members];
  // This one message has the member's own number for the group's (a wart of the real server, auth-proc.md §2.11).
  for (const member of members) yield* sendNewIds(table, member, member.pid);
  if (!members.some((member) => member.stopped)) return;
  for (const member of members) {
    yield* sendSignal(table, member.msgport, SIGHUP, 0, member.task);
    yield* sendSignal(table, member.msgport, SIGCONT, 0, member.task);
  }
}

function* freePgrp(table: ProcessTable, pgrp: Pgrp): Syscall<void> {
  const { session } = pgrp;
  table.pgrps.delete(pgrp.pgid);
  session.pgrps = session.pgrps.filter((other) => other !== pgrp);
  if (session.pgrps.length > 0) return;
  table.sessions.delete(session.sid);
  const { port } = session;
  session.port = MACH_PORT_NULL;
  yield* destroyReceive(port);
}
