/** Requests to proc around an exec, beside the recorded ones: what the real server answers by its source (mgt.c, wait.c, stubs.c, info.c). */
import { expect } from "chai";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { MACH_PORT_DEAD, MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import { Kern } from "../../../mach/kern/kern-return.ts";
import { mach_host_self, mach_thread_self, type Syscall } from "../../../mach/kern/syscall.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { orThrow } from "../../../glibc-shim/errno.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { WCONTINUED, WNOHANG, WUNTRACED } from "../../../servers/interfaces/wait-status.ts";
import { deadName, newTask } from "../exec-probe.ts";
import { probed } from "../probe.ts";

/** A child without a program. */
function* child(libc: Libc): Syscall<{ readonly task: MachPort; readonly proc: MachPort; readonly pid: number }> {
  const { proc } = libc.ports;
  const task = yield* newTask();
  orThrow("proc_child", yield* procCall.proc_child(proc, { child: task }));
  return { task, proc: orThrow("proc_task2proc", yield* procCall.proc_task2proc(proc, { task })).proc, pid: orThrow("proc_task2pid", yield* procCall.proc_task2pid(proc, { task })).pid };
}

describe("requests to proc around an exec", () => {
  it("no process is behind a task port that is none, a dead one, or one that has ended", () => {
    const got = probed(function* (libc) {
      const { proc, auth } = libc.ports;
      const gone = yield* newTask();
      yield* machCall.task_terminate(gone, {});
      const out: number[][] = [];
      for (const task of [MACH_PORT_NULL, MACH_PORT_DEAD, auth, yield* mach_thread_self(), yield* mach_host_self(), yield* deadName(), gone]) {
        const codes = [yield* procCall.proc_task2pid(proc, { task }), yield* procCall.proc_task2proc(proc, { task }), yield* procCall.proc_child(proc, { child: task }), yield* procCall.proc_reassign(proc, { newtask: task })];
        out.push(codes.map((c) => c.err));
      }
      return out;
    });
    expect(got).to.deep.equal(new Array(7).fill(new Array(4).fill(Errno.ESRCH)));
  });

  it("a process' marks are whoever's who has its port; addresses are not looked at; what it runs is told to everybody", () => {
    const got = probed(function* (libc) {
      const { pid, proc } = yield* child(libc);
      const codes = [
        yield* procCall.proc_mark_exec(proc, {}), yield* procCall.proc_mark_exec(proc, {}), yield* procCall.proc_set_arg_locations(proc, { argv: 0xffffffff, envp: 1 }),
        yield* procCall.proc_set_code(proc, { start_code: 9, end_code: 3 }), yield* procCall.proc_set_entry(proc, { entry: 0xfffffff0 }), yield* procCall.proc_set_exe(proc, { path: "no such file" }),
      ].map((c) => c.err);
      const where = yield* procCall.proc_get_arg_locations(proc, {});
      const code = yield* procCall.proc_get_code(proc, {});
      const exe = yield* procCall.proc_get_exe(libc.ports.proc, { which: pid });
      const group = yield* procCall.proc_setpgrp(libc.ports.proc, { pid, pgrp: 0 });
      const args = yield* procCall.proc_getprocargs(libc.ports.proc, { which: pid });
      return [codes, where.err || [where.argv, where.envp], code.err || [code.start_code, code.end_code], exe.err || exe.path, group.err, args.err || args.procargs.length];
    });
    // After an exec the parent cannot put it into another group. Arguments that are nowhere cannot be read.
    expect(got).to.deep.equal([[0, 0, 0, 0, 0, 0], [0xffffffff, 1], [9, 3], "no such file", Errno.EACCES, Kern.INVALID_ADDRESS]);
  });

  it("a continuation is told with the code of the stop before it; a second child is EBUSY", () => {
    const got = probed(function* (libc) {
      const { proc } = libc.ports;
      const c = yield* child(libc);
      yield* procCall.proc_mark_stop(c.proc, { signo: 19, sigcode: 77 });
      const stop = yield* procCall.proc_wait(proc, { pid: c.pid, options: WUNTRACED });
      yield* procCall.proc_mark_cont(c.proc, {});
      const cont = yield* procCall.proc_wait(proc, { pid: c.pid, options: WCONTINUED | WNOHANG });
      const again = yield* procCall.proc_child(proc, { child: c.task });
      return [stop.err || [stop.status, stop.sigcode], cont.err || [cont.status, cont.sigcode], again.err];
    });
    expect(got).to.deep.equal([[0x137f, 77], [0xffff, 77], Errno.EBUSY]);
  });
});
