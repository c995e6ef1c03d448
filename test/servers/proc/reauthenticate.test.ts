import { expect } from "chai";
import { copySends, MACH_PORT_NULL, makeSend, Right, type MachPort } from "../../../mach/ipc/names.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import { Mig, Msg } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { allocateReceive, destroyReceive, insertSend, taskSelf } from "../../../glibc-shim/rights.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { probed } from "../probe.ts";

interface Child {
  readonly task: MachPort;
  readonly proc: MachPort;
  readonly pid: number;
}

function* stranger(proc: MachPort): Syscall<Child> {
  const made = yield* machCall.task_create(yield* taskSelf(), { inherit_memory: false });
  const task = made.err ? MACH_PORT_NULL : made.child_task;
  const port = yield* procCall.proc_task2proc(proc, { task });
  const pid = yield* procCall.proc_task2pid(proc, { task });
  return { task, proc: port.err ? MACH_PORT_NULL : port.proc, pid: pid.err ? 0 : pid.pid };
}

function* child(proc: MachPort): Syscall<Child> {
  const made = yield* stranger(proc);
  yield* procCall.proc_child(proc, { child: made.task });
  return made;
}

/** The type of a name of ours; 0 when there is none. */
function* type(name: MachPort): Syscall<number> {
  const r = yield* machPortCall.mach_port_type(yield* taskSelf(), { name });
  return r.err ? 0 : r.ptype;
}
const DEAD = 0x100000;

function* handle(auth: MachPort, uid: number): Syscall<MachPort> {
  const made = yield* authCall.auth_makeauth(auth, { other_handles: copySends([]), euids: [uid], auids: [uid], egids: [], agids: [] });
  return made.err ? MACH_PORT_NULL : made.newhandle;
}

describe("proc_reauthenticate", () => {
  it("gives a new port with the new ids when the user completes, and the old one dies", () => {
    const got = probed(function* (libc) {
      const { proc, auth } = libc.ports;
      const c = yield* child(proc);
      const r = yield* allocateReceive();
      const sent = (yield* procCall.proc_reauthenticate(c.proc, { rendezvous: makeSend(r) })).err;
      const met = yield* authCall.auth_user_authenticate(yield* handle(auth, 1001), { rendezvous: makeSend(r) });
      yield* destroyReceive(r);
      const fresh = met.err ? MACH_PORT_NULL : met.newport;
      const before = (yield* procCall.proc_getpids(c.proc, {})).err;
      yield* procCall.proc_reauthenticate_complete(fresh, {});
      const pids = yield* procCall.proc_getpids(fresh, {});
      return {
        sent,
        before,
        pid: pids.err ? -1 : pids.pid - c.pid,
        old: yield* type(c.proc),
        oldAnswer: (yield* procCall.proc_getpids(c.proc, {})).err,
        root: (yield* procCall.proc_pid2task(fresh, { pid: 1 })).err,
      };
    });
    expect(got).to.deep.equal({ sent: 0, before: 0, pid: 0, old: DEAD, oldAnswer: Msg.SEND_INVALID_DEST, root: Errno.EPERM });
  });

  it("changes nothing when nobody authenticates, or another message comes first (recorded p-reauth)", () => {
    const got = probed(function* (libc) {
      const { proc, auth } = libc.ports;
      const c = yield* child(proc);
      const [r1, r2] = [yield* allocateReceive(), yield* allocateReceive()];
      yield* procCall.proc_reauthenticate(c.proc, { rendezvous: makeSend(r1) });
      const meanwhile = (yield* procCall.proc_getpids(c.proc, {})).err;
      yield* destroyReceive(r1);
      yield* libc.usleep(1000);
      yield* procCall.proc_reauthenticate(c.proc, { rendezvous: makeSend(r2) });
      const met = yield* authCall.auth_user_authenticate(auth, { rendezvous: makeSend(r2) });
      const fresh = met.err ? MACH_PORT_NULL : met.newport;
      const wrong = (yield* procCall.proc_getpids(fresh, {})).err;
      return { meanwhile, wrong, fresh: yield* type(fresh), old: (yield* procCall.proc_getpids(c.proc, {})).err };
    });
    expect(got).to.deep.equal({ meanwhile: 0, wrong: Mig.SERVER_DIED, fresh: DEAD, old: 0 });
  });

  it("changes nothing when the new port is dropped", () => {
    const got = probed(function* (libc) {
      const { proc, auth } = libc.ports;
      const c = yield* child(proc);
      const r = yield* allocateReceive();
      yield* procCall.proc_reauthenticate(c.proc, { rendezvous: makeSend(r) });
      const met = yield* authCall.auth_user_authenticate(auth, { rendezvous: makeSend(r) });
      yield* machPortCall.mach_port_mod_refs(yield* taskSelf(), { name: met.err ? MACH_PORT_NULL : met.newport, right: Right.SEND, delta: -1 });
      yield* libc.usleep(1000);
      return (yield* procCall.proc_getpids(c.proc, {})).err;
    });
    expect(got).to.equal(0);
  });
});

describe("moving to another task", () => {
  it("keeps pid and record, ends the old task, and leaves no zombie (auth-proc.md §2.7)", () => {
    const got = probed(function* (libc) {
      const { proc, auth } = libc.ports;
      const c = yield* child(proc);
      const stub = yield* stranger(proc);
      const message = yield* allocateReceive();
      yield* insertSend(message);
      yield* procCall.proc_setmsgport(c.proc, { newmsgport: message });
      const r = yield* allocateReceive();
      const sent = (yield* procCall.proc_reauthenticate_reassign(c.proc, { rendezvous: makeSend(r), new_task: stub.task })).err;
      const met = yield* authCall.auth_user_authenticate(yield* handle(auth, 1001), { rendezvous: makeSend(r) });
      const fresh = met.err ? MACH_PORT_NULL : met.newport;
      yield* procCall.proc_reauthenticate_complete(fresh, {});
      const task = yield* procCall.proc_proc2task(fresh, {});
      yield* libc.usleep(1000);
      const pids = yield* procCall.proc_getallpids(proc, {});
      return {
        sent,
        task: !task.err && task.task === stub.task,
        old: [yield* type(c.task), yield* type(c.proc), yield* type(stub.proc)],
        pids: pids.err ? [] : pids.pidarray.filter((pid) => pid > 7).map((pid) => pid - c.pid),
        parent: (yield* procCall.proc_wait(proc, { pid: c.pid, options: 1 })).err,
      };
    });
    expect(got).to.deep.equal({ sent: 0, task: true, old: [DEAD, DEAD, DEAD], pids: [0], parent: Errno.EAGAIN });
  });

  it("by the old interface lets the process go on behind the stub's port", () => {
    const got = probed(function* (libc) {
      const { proc } = libc.ports;
      const c = yield* child(proc);
      const stub = yield* stranger(proc);
      const same = (yield* procCall.proc_reassign(c.proc, { newtask: c.task })).err;
      const moved = (yield* procCall.proc_reassign(c.proc, { newtask: stub.task })).err;
      const pids = yield* procCall.proc_getpids(stub.proc, {});
      return { same, moved, pid: pids.err ? pids.err : pids.pid - c.pid, old: [yield* type(c.task), yield* type(c.proc)] };
    });
    expect(got).to.deep.equal({ same: Errno.EINVAL, moved: 0, pid: 0, old: [DEAD, DEAD] });
  });
});
