import { expect } from "chai";
import { copySend, copySends, MACH_PORT_NULL, makeSend } from "../../../mach/ipc/names.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { orThrow } from "../../../glibc-shim/errno.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { allocateReceive, taskSelf } from "../../../glibc-shim/rights.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { INIT_PORT_AUTH, INIT_UMASK } from "../../../servers/interfaces/hurd-types.ts";
import { msgCall } from "../../../servers/interfaces/msg.ts";
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

  it("answers what every process answers on its message port; it waits for nothing, and is signalled on its own task's authority (startup.c)", () => {
    const got = probed(function* (libc) {
      const msgport = yield* libc.file_name_lookup("/servers/startup", 0);
      const { task } = orThrow("pid2task", yield* procCall.proc_pid2task(libc.ports.proc, { pid: 2 }));
      const own = yield* taskSelf();
      const auth = orThrow("auth", yield* msgCall.msg_get_init_port(msgport, { refport: task, which: INIT_PORT_AUTH }));
      const ids = orThrow("getids", yield* authCall.auth_getids(auth.port, {}));
      return {
        euids: ids.euids,
        umask: yield* msgCall.msg_get_init_int(msgport, { refport: task, which: INIT_UMASK }),
        stranger: (yield* msgCall.msg_get_init_int(msgport, { refport: own, which: INIT_UMASK })).err,
        wait: yield* msgCall.msg_report_wait(msgport, { thread: task }),
        signals: [
          (yield* msgCall.msg_sig_post(msgport, { signal: 20, sigcode: 0, refport: task })).err,
          (yield* msgCall.msg_sig_post_untraced(msgport, { signal: 20, sigcode: 0, refport: task })).err,
          (yield* msgCall.msg_sig_post_untraced(msgport, { signal: 20, sigcode: 0, refport: own })).err,
        ],
        identity: [(yield* msgCall.msg_add_auth(msgport, { auth: libc.ports.auth })).err, (yield* msgCall.msg_del_auth(msgport, { task, uids: [], gids: [] })).err],
        table: (yield* msgCall.msg_set_dtable(msgport, { refport: task, dtable: copySends([]) })).err,
      };
    });
    expect(got).to.deep.equal({
      euids: [0], umask: { err: 0, value: 0o22 }, stranger: Errno.EPERM, wait: { err: 0, wait_desc: "", wait_rpc: 0 }, signals: [0, 0, Errno.EPERM],
      identity: [Errno.EOPNOTSUPP, Errno.EOPNOTSUPP], table: Errno.EOPNOTSUPP,
    });
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
