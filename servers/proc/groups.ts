/** The routines about process groups, sessions and login collections (auth-proc.md §2.4, §2.11). */
import { copySend, MACH_PORT_NULL, makeSend, type MachPort, type PolyRight } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { allocateReceive } from "../../glibc-shim/rights.ts";
import { Errno } from "../interfaces/errno.ts";
import { procCall } from "../interfaces/process.ts";
import type { ProcHandlers } from "./handlers.ts";
import { sendNewIds } from "./messages.ts";
import { ourPids, relay } from "./namespace.ts";
import { joinPgrp, leavePgrp, newPgrp, newSession } from "./pgrp.ts";
import { loginLeaderOf, type Pgrp, type Proc, type Session } from "./process.ts";
import type { ProcessTable } from "./table.ts";

function* moveTo(table: ProcessTable, proc: Proc, make: () => Pgrp): Syscall<void> {
  yield* leavePgrp(table, proc);
  proc.pgrp = make();
  yield* joinPgrp(table, proc);
}

/** The send right that stands for a session. Nobody ever receives on the port. */
function* sessionPort(session: Session): Syscall<PolyRight> {
  if (session.port === MACH_PORT_NULL) session.port = yield* allocateReceive();
  return makeSend(session.port);
}

/** What the server of `pid`'s task namespace says, in our numbers; undefined: there is none, or it says nothing. */
function* elsewhere(
  table: ProcessTable, pid: number, ask: (server: MachPort, pid: number) => Syscall<readonly number[] | undefined>,
): Syscall<readonly number[] | undefined> {
  const got = yield* relay(table, table.find(pid), function* (server, there) {
    const theirs = yield* ask(server, there);
    return theirs === undefined ? { err: Errno.ESRCH } : { err: 0 as const, pids: yield* ourPids(table, server, theirs) };
  });
  return got?.pids;
}

function* setpgrp(table: ProcessTable, caller: Proc, pid: number, wanted: number): Syscall<{ readonly err: 0 } | { readonly err: typeof Errno.EPERM }> {
  const proc = pid === 0 ? caller : table.find(pid);
  if (proc === undefined || (proc !== caller && proc.parent !== caller)) return { err: Errno.ESRCH };
  if (proc.parent === caller && proc.exec) return { err: Errno.EACCES };
  const pgid = wanted === 0 ? proc.pid : wanted;
  const group = table.pgrps.get(pgid);
  const own = proc.pgrp;
  const session = caller.pgrp?.session;
  if (own === undefined || session === undefined || own.session.sid === proc.pid || own.session !== session) return { err: Errno.EPERM };
  if (pgid !== proc.pid && group?.session !== session) return { err: Errno.EPERM };
  if (group === own) yield* sendNewIds(table, proc);
  else {
    yield* leavePgrp(table, proc);
    proc.pgrp = table.pgrps.get(pgid) ?? newPgrp(table, pgid, session);
    yield* joinPgrp(table, proc);
  }
  return { err: 0 };
}

export function groupHandlers(table: ProcessTable): ProcHandlers {
  return {
    proc_setpgrp: (caller, { pid, pgrp }) => setpgrp(table, caller, pid, pgrp),
    *proc_getpgrp(_caller, { pid }) {
      const pgrp = table.find(pid)?.pgrp;
      return pgrp === undefined ? { err: Errno.ESRCH } : { err: 0, pgrp: pgrp.pgid };
    },
    *proc_getpgrppids(caller, { pgrp }) {
      const there = pgrp === 0 ? undefined : yield* elsewhere(table, pgrp, function* (ns, p) {
        const got = yield* procCall.proc_getpgrppids(ns, { pgrp: p });
        return got.err ? undefined : got.pidset;
      });
      if (there !== undefined) return { err: 0, pidset: there };
      const group = pgrp === 0 ? caller.pgrp : table.pgrps.get(pgrp);
      if (group === undefined) return { err: Errno.ESRCH };
      return { err: 0, pidset: group.members.filter((p) => !p.important).map((p) => p.pid) };
    },
    *proc_setsid(proc) {
      if (proc.pgrp?.pgid === proc.pid || table.pgrps.has(proc.pid)) return { err: Errno.EPERM };
      yield* moveTo(table, proc, () => newPgrp(table, proc.pid, newSession(table, proc.pid)));
      return { err: 0 };
    },
    *proc_getsid(_caller, { pid }) {
      const [there] = (yield* elsewhere(table, pid, function* (ns, p) {
        const got = yield* procCall.proc_getsid(ns, { pid: p });
        return got.err ? undefined : [got.sid];
      })) ?? [];
      if (there !== undefined) return { err: 0, sid: there };
      const session = table.find(pid)?.pgrp?.session;
      return session === undefined ? { err: Errno.ESRCH } : { err: 0, sid: session.sid };
    },
    *proc_getsessionpgids(_caller, { sid }) {
      const there = yield* elsewhere(table, sid, function* (ns, p) {
        const got = yield* procCall.proc_getsessionpgids(ns, { sid: p });
        return got.err ? undefined : got.pgidset;
      });
      if (there !== undefined) return { err: 0, pgidset: there };
      const session = table.sessions.get(sid);
      return session === undefined ? { err: Errno.ESRCH } : { err: 0, pgidset: session.pgrps.map((g) => g.pgid) };
    },
    *proc_getsessionpids(_caller, { sid }) {
      const there = yield* elsewhere(table, sid, function* (ns, p) {
        const got = yield* procCall.proc_getsessionpids(ns, { sid: p });
        return got.err ? undefined : got.pidset;
      });
      if (there !== undefined) return { err: 0, pidset: there };
      const session = table.sessions.get(sid);
      if (session === undefined) return { err: Errno.ESRCH };
      return { err: 0, pidset: session.pgrps.flatMap((g) => g.members.map((p) => p.pid)) };
    },
    *proc_getsidport(proc) {
      const session = proc.pgrp?.session;
      return { err: 0, sessport: session === undefined ? copySend(MACH_PORT_NULL) : yield* sessionPort(session) };
    },
  };
}

/** Breadth first; what another leader leads is left out. */
function collection(leader: Proc): readonly number[] {
  const found = [leader];
  for (const proc of found) found.push(...proc.children.filter((child) => child !== proc && !child.loginLeader));
  return found.map((proc) => proc.pid);
}

export function loginHandlers(table: ProcessTable): ProcHandlers {
  return {
    *proc_make_login_coll(proc) {
      proc.loginLeader = true;
      return { err: 0 };
    },
    *proc_getloginid(_caller, { pid }) {
      const [there] = (yield* elsewhere(table, pid, function* (ns, p) {
        const got = yield* procCall.proc_getloginid(ns, { pid: p });
        return got.err ? undefined : [got.login_id];
      })) ?? [];
      if (there !== undefined) return { err: 0, login_id: there };
      const proc = table.find(pid);
      return proc === undefined ? { err: Errno.ESRCH } : { err: 0, login_id: loginLeaderOf(proc).pid };
    },
    *proc_getloginpids(_caller, { id }) {
      const there = yield* elsewhere(table, id, function* (ns, p) {
        const got = yield* procCall.proc_getloginpids(ns, { id: p });
        return got.err ? undefined : got.pids;
      });
      if (there !== undefined) return { err: 0, pids: there };
      const leader = table.find(id);
      return leader?.loginLeader === true ? { err: 0, pids: collection(leader) } : { err: Errno.ESRCH };
    },
    *proc_setlogin(proc, { logname }) {
      if (!proc.isRoot) return { err: Errno.EPERM };
      proc.login = { name: logname };
      return { err: 0 };
    },
    *proc_getlogin(proc) {
      return { err: 0, logname: proc.login.name };
    },
  };
}
