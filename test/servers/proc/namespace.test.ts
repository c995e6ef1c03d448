import { expect } from "chai";
import { MACH_PORT_NULL, makeSend, type MachPort } from "../../../mach/ipc/names.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { machMsgServer, serve } from "../../../mach/mig/server.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { allocateReceive, taskSelf } from "../../../glibc-shim/rights.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { proc as process, procCall } from "../../../servers/interfaces/process.ts";
import { decodeProcInfo, encodeProcInfo } from "../../../servers/interfaces/procinfo.ts";
import { WNOHANG } from "../../../servers/interfaces/wait-status.ts";
import { probed } from "../probe.ts";

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

/** What a namespace's own server says: its member is 77, in a session 78 of it and of a process that it alone knows. Calls are noted. */
function* ownServer(libc: Libc, notify: MachPort, asked: string[], taskOf: (pid: number) => MachPort): Syscall<void> {
  const note = (what: string, pid: number): void => {
    asked.push(`${what} ${pid}`);
  };
  yield* libc.thread(function* () {
    const answers = serve(process, () => true, {
      *proc_task2pid() {
        return { err: 0, pid: 77 };
      },
      *proc_pid2task(_self, { pid }) {
        return { err: 0, task: taskOf(pid) };
      },
      *proc_getsid(_self, { pid }) {
        note("sid", pid);
        return { err: 0, sid: 78 };
      },
      *proc_getsessionpids(_self, { sid }) {
        note("pids", sid);
        return { err: 0, pidset: [77, 78, 99] };
      },
      *proc_getsessionpgids() {
        return { err: 0, pgidset: [78] };
      },
      *proc_getpgrppids() {
        return { err: 0, pidset: [77] };
      },
      *proc_getloginid() {
        return { err: 0, login_id: 78 };
      },
      *proc_getloginpids() {
        return { err: 0, pids: [78, 77] };
      },
      *proc_getprocinfo() {
        const info = decodeProcInfo([]);
        return { err: 0, flags: 0, procinfo: encodeProcInfo({ ...info, ppid: 77, pgrp: 78, session: 78, logincollection: 5 }), threadwaits: new Uint8Array(0) };
      },
    });
    yield* machMsgServer(notify, answers);
  });
}

describe("task namespaces (auth-proc.md §2.13)", () => {
  it("have their own server asked about members, not about the root; its numbers are made ours; the root's death ends them all", () => {
    const got = probed(function* (libc) {
      const { proc } = libc.ports;
      const root = yield* birth(proc);
      const notify = yield* allocateReceive();
      const asked: string[] = [];
      const tasks = new Map<number, MachPort>();
      yield* ownServer(libc, notify, asked, (pid) => tasks.get(pid) ?? MACH_PORT_NULL);
      const made = (yield* procCall.proc_make_task_namespace(root.proc, { notify: makeSend(notify) })).err;
      const again = (yield* procCall.proc_make_task_namespace(root.proc, { notify: makeSend(notify) })).err;
      const [member, leader] = [yield* birth(root.proc), yield* birth(root.proc)];
      tasks.set(77, member.task).set(78, leader.task);
      const names = new Map([[1, "init"], [root.pid, "root"], [member.pid, "member"], [leader.pid, "leader"], [-1, "unknown"]]);
      const named = (pids: readonly number[]): string => pids.map((pid) => names.get(pid) ?? `${pid}`).join(" ");
      const sids: string[] = [];
      for (const pid of [member.pid, root.pid]) {
        const r = yield* procCall.proc_getsid(proc, { pid });
        sids.push(r.err ? "?" : named([r.sid]));
      }
      const group = yield* procCall.proc_getpgrp(proc, { pid: member.pid });
      const [pids, pgids] = [yield* procCall.proc_getsessionpids(proc, { sid: member.pid }), yield* procCall.proc_getsessionpgids(proc, { sid: member.pid })];
      const [ofGroup, login] = [yield* procCall.proc_getpgrppids(proc, { pgrp: member.pid }), yield* procCall.proc_getloginid(proc, { pid: member.pid })];
      const logins = yield* procCall.proc_getloginpids(proc, { id: member.pid });
      const info = yield* procCall.proc_getprocinfo(proc, { which: member.pid, flags: 0 });
      const i = decodeProcInfo(info.err ? [] : info.procinfo);
      const lists = [pids.err ? [] : pids.pidset, pgids.err ? [] : pgids.pgidset, ofGroup.err ? [] : ofGroup.pidset, login.err ? [] : [login.login_id], logins.err ? [] : logins.pids, [i.ppid, i.pgrp, i.session, i.logincollection]];
      yield* machCall.task_terminate(root.task, {});
      yield* libc.usleep(2000);
      const dead = (yield* machCall.task_suspend(member.task, {})).err !== 0;
      const wait = (yield* procCall.proc_wait(proc, { pid: root.pid, options: WNOHANG })).err;
      return { made, again, sids, asked, group: group.err || group.pgrp, lists: lists.map(named), dead, wait };
    });
    const lists = ["member leader unknown", "leader", "member", "leader", "leader member", "root leader leader unknown"];
    expect(got).to.deep.equal({ made: 0, again: Errno.EBUSY, sids: ["leader", "init"], asked: ["sid 77", "pids 77"], group: 1, lists, dead: true, wait: Errno.ECHILD });
  });
});
