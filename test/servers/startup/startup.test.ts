import { expect } from "chai";
import { copySend, MACH_PORT_NULL, makeSend } from "../../../mach/ipc/names.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { allocateReceive, taskSelf } from "../../../glibc-shim/rights.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { startupCall } from "../../../servers/interfaces/startup.ts";
import { probe, probed } from "../probe.ts";

describe("/servers/startup", () => {
  it("wants the privileged host port for what is dangerous, and nothing for a notice (recorded p-proc)", () => {
    const got = probed(function* (libc) {
      const startup = yield* libc.file_name_lookup("/servers/startup", 0);
      const task = yield* taskSelf();
      const notice = yield* allocateReceive();
      return [
        (yield* startupCall.startup_essential_task(startup, { task, excpt: MACH_PORT_NULL, name: "x", credential: MACH_PORT_NULL })).err,
        (yield* startupCall.startup_reboot(startup, { refport: MACH_PORT_NULL, reboot_code: 0 })).err,
        (yield* startupCall.startup_request_notification(startup, { notify_port: makeSend(notice), name: "x" })).err,
        (yield* startupCall.startup_procinit(startup, { startup_proc: libc.ports.proc })).err,
        (yield* startupCall.startup_authinit(startup, { auth: copySend(libc.ports.auth) })).err,
      ];
    });
    expect(got).to.deep.equal([Errno.EPERM, Errno.EPERM, 0, Errno.EPERM, Errno.EPERM]);
  });

  it("has set the standard data of secure execs: two directories, an identity without ids, umask 022 (recorded p-proc)", () => {
    const got = probed(function* (libc) {
      const data = yield* procCall.proc_getexecdata(libc.ports.proc, {});
      if (data.err) return data.err;
      const ids = yield* authCall.auth_getids(data.ports[2] ?? MACH_PORT_NULL, {});
      return { ports: data.ports.map((port) => port !== MACH_PORT_NULL), ints: data.ints, ids };
    });
    expect(got).to.deep.equal({ ports: [true, true, true, false, false, false], ints: [0o22, 0, 0, 0, 0], ids: { err: 0, euids: [], auids: [], egids: [], agids: [] } });
  });

  it("has no message port of the kernel's and proc's to offer, but its own for pid 2", () => {
    const got = probed(function* (libc) {
      const startup = yield* libc.file_name_lookup("/servers/startup", 0);
      const r = yield* procCall.proc_getmsgport(libc.ports.proc, { pid: 2 });
      return !r.err && r.msgport === startup;
    });
    expect(got).to.equal(true);
  });
});

describe("the death of an essential task", () => {
  function* kill(libc: Libc, pid: number): Syscall<void> {
    const task = yield* procCall.proc_pid2task(libc.ports.proc, { pid });
    if (!task.err) yield* machCall.task_terminate(task.task, {});
  }

  for (const [pid, name] of [[4, "proc"], [6, "exec"], [7, "auth"], [5, "tmpfs"]] as const) {
    it(`names ${name} and takes the system down`, () => {
      const { console, halted } = probe((libc) => kill(libc, pid));
      expect(console).to.contain(`startup: Crashing system; essential task ${name} died\n`);
      expect(console).to.match(/startup: rebooting Mach \(flags 0\)\.\.\.\n$/);
      expect(halted).to.deep.equal({ kind: "reboot", flags: 0 });
    });
  }

  it("is not that of any other", () => {
    const { value, halted } = probe(function* (libc) {
      const made = yield* machCall.task_create(yield* taskSelf(), { inherit_memory: false });
      if (!made.err) yield* machCall.task_terminate(made.child_task, {});
      yield* libc.sleep(1);
      return "alive";
    });
    expect([value, halted]).to.deep.equal(["alive", undefined]);
  });
});
