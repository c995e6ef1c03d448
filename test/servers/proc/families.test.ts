import { expect } from "chai";
import * as fc from "fast-check";
import { MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { taskSelf } from "../../../glibc-shim/rights.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { decodeProcInfo, PI_ORPHAN } from "../../../servers/interfaces/procinfo.ts";
import { WNOHANG } from "../../../servers/interfaces/wait-status.ts";
import { probed } from "../probe.ts";

/** What may happen to a family. Numbers choose among the processes there are. */
type Event =
  | { readonly do: "birth"; readonly of: number }
  | { readonly do: "setpgrp"; readonly who: number; readonly to: number }
  | { readonly do: "setsid"; readonly who: number }
  | { readonly do: "death"; readonly who: number }
  | { readonly do: "wait"; readonly who: number };

const which = fc.nat({ max: 11 });
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("birth" as const), of: which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("setpgrp" as const), who: which, to: which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("setsid" as const), who: which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("death" as const), who: which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const), who: which }) },
);

interface Member {
  readonly pid: number;
  readonly task: MachPort;
  readonly proc: MachPort;
}

function* birth(parent: MachPort): Syscall<Member> {
  const made = yield* machCall.task_create(yield* taskSelf(), { inherit_memory: false });
  const task = made.err ? MACH_PORT_NULL : made.child_task;
  yield* procCall.proc_child(parent, { child: task });
  const proc = yield* procCall.proc_task2proc(parent, { task });
  const pid = yield* procCall.proc_task2pid(parent, { task });
  return { task, proc: proc.err ? MACH_PORT_NULL : proc.proc, pid: pid.err ? -1 : pid.pid };
}

/** Does `e`; the living afterwards. */
function* happen(living: readonly Member[], e: Event): Syscall<readonly Member[]> {
  const pick = (n: number): Member | undefined => living[n % living.length];
  switch (e.do) {
    case "birth": {
      const parent = pick(e.of);
      return parent === undefined ? living : [...living, yield* birth(parent.proc)];
    }
    case "setpgrp":
      yield* procCall.proc_setpgrp(pick(e.who)?.proc ?? MACH_PORT_NULL, { pid: 0, pgrp: pick(e.to)?.pid ?? 0 });
      return living;
    case "setsid":
      yield* procCall.proc_setsid(pick(e.who)?.proc ?? MACH_PORT_NULL, {});
      return living;
    case "wait":
      yield* procCall.proc_wait(pick(e.who)?.proc ?? MACH_PORT_NULL, { pid: -1, options: WNOHANG });
      return living;
    case "death": {
      const victim = pick(e.who);
      if (victim === undefined || victim === living[0]) return living;
      yield* machCall.task_terminate(victim.task, {});
      return living.filter((m) => m !== victim);
    }
  }
}

interface Row {
  readonly pid: number;
  readonly ppid: number;
  readonly pgrp: number;
  readonly session: number;
  readonly orphan: boolean;
}

function* rows(proc: MachPort): Syscall<readonly Row[]> {
  const all = yield* procCall.proc_getallpids(proc, {});
  const found: Row[] = [];
  for (const pid of all.err ? [] : all.pidarray) {
    const info = yield* procCall.proc_getprocinfo(proc, { which: pid, flags: 0 });
    if (info.err) continue;
    const { ppid, pgrp, session, state } = decodeProcInfo(info.procinfo);
    found.push({ pid, ppid, pgrp, session, orphan: (state & PI_ORPHAN) !== 0 });
  }
  return found;
}

/** Rules that hold whatever happened; the broken ones. */
function* broken(proc: MachPort, living: readonly Member[]): Syscall<readonly string[]> {
  const all = yield* rows(proc);
  const out: string[] = [];
  for (const m of living) if (!all.some((r) => r.pid === m.pid)) out.push(`${m.pid} lives and is not listed`);
  for (const r of all) {
    if (!all.some((parent) => parent.pid === r.ppid)) out.push(`${r.pid}: parent ${r.ppid} is no living process`);
    const session = yield* procCall.proc_getsessionpids(proc, { sid: r.session });
    if (session.err || session.pidset.filter((pid) => pid === r.pid).length !== 1) out.push(`${r.pid} is not once in its session ${r.session}`);
    const groups = yield* procCall.proc_getsessionpgids(proc, { sid: r.session });
    if (groups.err || !groups.pgidset.includes(r.pgrp)) out.push(`${r.pid}: group ${r.pgrp} is not in session ${r.session}`);
    if (all.some((other) => other.pgrp === r.pgrp && (other.session !== r.session || other.orphan !== r.orphan))) out.push(`group ${r.pgrp} is in two states`);
  }
  return out;
}

describe("families of processes", () => {
  it("hang together whatever happens to them", () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 5, maxLength: 40 }), (events) => {
        const got = probed(function* (libc) {
          let living: readonly Member[] = [{ pid: libc.getpid(), task: yield* taskSelf(), proc: libc.ports.proc }];
          for (const e of events) living = yield* happen(living, e);
          yield* libc.usleep(10_000);
          return yield* broken(libc.ports.proc, living);
        });
        expect(got).to.deep.equal([]);
      }),
      { numRuns: 12 },
    );
  }).timeout(120_000);

  it("are reaped to the last one by init", () => {
    const got = probed(function* (libc) {
      const { proc } = libc.ports;
      const child = yield* birth(proc);
      const grandchild = yield* birth(child.proc);
      yield* machCall.task_terminate(grandchild.task, {});
      yield* libc.usleep(1000);
      yield* machCall.task_terminate(child.task, {});
      yield* libc.usleep(1000);
      const reaped: number[] = [];
      for (;;) {
        const r = yield* procCall.proc_wait(proc, { pid: -1, options: WNOHANG });
        if (r.err) return { reaped: reaped.map((pid) => pid - child.pid).sort(), end: r.err };
        reaped.push(r.pid_status);
      }
    });
    expect(got).to.deep.equal({ reaped: [0, 1], end: Errno.EAGAIN });
  });
});
