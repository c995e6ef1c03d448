import { expect } from "chai";
import { MACH_PORT_NULL, makeSend, type MachPort } from "../../../mach/ipc/names.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { machMsgServer, serve } from "../../../mach/mig/server.ts";
import { allocateReceive, taskSelf } from "../../../glibc-shim/rights.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { proc as process, procCall } from "../../../servers/interfaces/process.ts";
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

describe("task namespaces (auth-proc.md §2.13)", () => {
  it("have their own server asked about members, not about the root; the root's death ends them all", () => {
    const got = probed(function* (libc) {
      const { proc } = libc.ports;
      const root = yield* birth(proc);
      const notify = yield* allocateReceive();
      const asked: number[] = [];
      yield* libc.thread(function* () {
        const answers = serve(process, () => true, {
          *proc_task2pid() {
            return { err: 0, pid: 77 };
          },
          *proc_getsid(_self, { pid }) {
            asked.push(pid);
            return { err: 0, sid: 78 };
          },
        });
        yield* machMsgServer(notify, answers);
      });
      const made = (yield* procCall.proc_make_task_namespace(root.proc, { notify: makeSend(notify) })).err;
      const again = (yield* procCall.proc_make_task_namespace(root.proc, { notify: makeSend(notify) })).err;
      const member = yield* birth(root.proc);
      const sids: unknown[] = [];
      for (const pid of [member.pid, root.pid]) {
        const r = yield* procCall.proc_getsid(proc, { pid });
        sids.push(r.err || r.sid);
      }
      const group = yield* procCall.proc_getpgrp(proc, { pid: member.pid });
      yield* machCall.task_terminate(root.task, {});
      yield* libc.usleep(2000);
      const dead = (yield* machCall.task_suspend(member.task, {})).err !== 0;
      const wait = (yield* procCall.proc_wait(proc, { pid: root.pid, options: WNOHANG })).err;
      return { made, again, sids, asked, group: group.err || group.pgrp, dead, wait };
    });
    expect(got).to.deep.equal({ made: 0, again: Errno.EBUSY, sids: [78, 1], asked: [77], group: 1, dead: true, wait: Errno.ECHILD });
  });
});
