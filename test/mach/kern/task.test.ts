import { expect } from "chai";
import { gnumachCall } from "../../../mach/interfaces/gnumach.ts";
import { machDebugCall } from "../../../mach/interfaces/mach-debug.ts";
import { machHostCall } from "../../../mach/interfaces/mach-host.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { intItem, MachMsg, MsgOption, type Item } from "../../../mach/ipc/message.ts";
import { copySend, MACH_PORT_NULL, MsgType, type MachPort } from "../../../mach/ipc/names.ts";
import { Kern, Mig } from "../../../mach/kern/kern-return.ts";
import { mig_get_reply_port } from "../../../mach/mig/client.ts";
import { mach_msg, mach_host_self, mach_thread_self, swtch_pri, type Syscall } from "../../../mach/kern/syscall.ts";
import { newPort, run, startThread } from "./boot-machine.ts";

/** Receives one message without waiting; undefined when there is none. */
function* poll(port: MachPort): Syscall<MachMsg | undefined> {
  const msg = new MachMsg();
  msg.option = MsgOption.RCV | MsgOption.RCV_TIMEOUT;
  msg.rcvName = port;
  return (yield* mach_msg(msg)) === 0 ? msg : undefined;
}

/** Sends `items` with `id` to a kernel port; answers the reply's id and code. */
function* ask(port: MachPort, id: number, items: readonly Item[]): Syscall<readonly unknown[]> {
  const reply = yield* mig_get_reply_port();
  const msg = new MachMsg();
  msg.header(port, MsgType.COPY_SEND, reply, MsgType.MAKE_SEND_ONCE, id, items);
  msg.option = MsgOption.SEND | MsgOption.RCV;
  msg.rcvName = reply;
  const code = yield* mach_msg(msg);
  return [code, msg.id, msg.items[0]?.data];
}

describe("tasks", () => {
  it("inherit special and registered ports as they are at that moment, and no names", () => {
    const got: unknown[] = [];
    run(function* ({ self }) {
      const [boot, reg] = [yield* newPort(self), yield* newPort(self)];
      yield* machCall.task_set_special_port(self, { which_port: 4, special_port: boot });
      yield* machCall.mach_ports_register(self, { init_port_set: [reg] });
      const child = yield* machCall.task_create(self, { inherit_memory: false });
      if (child.err) return;
      yield* machCall.task_set_special_port(self, { which_port: 4, special_port: MACH_PORT_NULL });
      const special = yield* machCall.task_get_special_port(child.child_task, { which_port: 4 });
      const registered = yield* machCall.mach_ports_lookup(child.child_task, {});
      const names = yield* machPortCall.mach_port_names(child.child_task, {});
      got.push(special.err ? 0 : special.special_port === boot, registered.err ? 0 : registered.init_port_set.map((p) => p === reg), names.err ? 0 : names.names);
    });
    expect(got).to.deep.equal([true, [true, false, false, false], []]);
  });

  it("new ones are told to whoever registered first, with their parent; a second registration is KERN_NO_ACCESS", () => {
    const got: unknown[] = [];
    run(function* ({ self, host }) {
      const port = yield* newPort(self);
      got.push((yield* gnumachCall.register_new_task_notification(host, { notification: copySend(port) })).err);
      got.push((yield* gnumachCall.register_new_task_notification(host, { notification: copySend(port) })).err);
      got.push((yield* gnumachCall.register_new_task_notification(yield* mach_host_self(), { notification: copySend(port) })).err);
      const child = yield* machCall.task_create(self, { inherit_memory: false });
      const msg = yield* poll(port);
      if (child.err || msg === undefined) return;
      got.push(msg.id, msg.items.map((i) => i.data === child.child_task || i.data === self));
    });
    expect(got).to.deep.equal([0, Kern.NO_ACCESS, Kern.INVALID_HOST, 4400, [true, true]]);
  });

  it("are enumerated in the order of creation, the kernel's first", () => {
    const got: boolean[] = [];
    run(function* ({ self, host }) {
      const child = yield* machCall.task_create(self, { inherit_memory: false });
      const set = yield* machHostCall.processor_set_default(host, {});
      if (set.err || child.err) return;
      const priv = yield* machHostCall.host_processor_set_priv(host, { set_name: set.default_set });
      if (priv.err) return;
      const tasks = yield* machHostCall.processor_set_tasks(priv.set, {});
      if (!tasks.err) got.push(tasks.task_list.length === 3, tasks.task_list[1] === self, tasks.task_list[2] === child.child_task);
    });
    expect(got).to.deep.equal([true, true, true]);
  });

  it("that have ended leave a dead name, and their threads' ports too", () => {
    const got: unknown[] = [];
    run(function* ({ self }) {
      const child = yield* machCall.task_create(self, { inherit_memory: true });
      if (child.err) return;
      const thread = yield* startThread(child.child_task, function* () {
        yield* swtch_pri();
      });
      yield* machCall.task_terminate(child.child_task, {});
      for (const name of [child.child_task, thread]) {
        const type = yield* machPortCall.mach_port_type(self, { name });
        got.push(type.err ? type.err : type.ptype);
      }
    });
    expect(got).to.deep.equal([0x100000, 0x100000]);
  });
});

describe("kernel ports (mach-ipc.md §2, More)", () => {
  it("answer an unknown id with id + 100 and MIG_BAD_ID, another shape with MIG_BAD_ARGUMENTS, another object with KERN_INVALID_ARGUMENT", () => {
    const got: unknown[] = [];
    run(function* ({ self, host }) {
      got.push(yield* ask(self, 2999, []), yield* ask(self, 2023, [intItem(1)]), yield* ask(host, 2008, []));
    });
    expect(got).to.deep.equal([
      [0, 3099, Mig.BAD_ID],
      [0, 2123, Mig.BAD_ARGUMENTS],
      [0, 2108, Kern.INVALID_ARGUMENT],
    ]);
  });

  it("a request without reply port is done or dropped in silence; rights that a failing request carries are destroyed", () => {
    const got: unknown[] = [];
    run(function* ({ self }) {
      const port = yield* newPort(self);
      const once: Item = { type: MsgType.MAKE_SEND_ONCE, bits: 32, number: 1, inline: true, longform: false, dealloc: false, data: port };
      got.push((yield* ask(self, 2999, [once]))[2]);
      got.push((yield* poll(port))?.id);
      const msg = new MachMsg();
      msg.header(self, MsgType.COPY_SEND, MACH_PORT_NULL, 0, 2999, []);
      msg.option = MsgOption.SEND;
      got.push(yield* mach_msg(msg));
    });
    expect(got).to.deep.equal([Mig.BAD_ID, 71, 0]);
  });

  it("a debugger learns what is behind a right: thread 1, task 2, host 3, an ordinary port 0", () => {
    const got: unknown[] = [];
    run(function* ({ self, host }) {
      const port = yield* newPort(self);
      yield* startThread(self, function* () {
        yield* swtch_pri();
      });
      for (const name of [yield* mach_thread_self(), self, yield* mach_host_self(), host, port]) {
        const r = yield* machDebugCall.mach_port_kernel_object(self, { name });
        got.push(r.err ? r.err : r.object_type);
      }
      const r = yield* machDebugCall.mach_port_get_srights(self, { name: port });
      got.push(r.err ? r.err : r.srights, (yield* machDebugCall.mach_port_get_srights(self, { name: self })).err);
    });
    expect(got).to.deep.equal([1, 2, 3, 4, 0, 1, Kern.INVALID_RIGHT]);
  });

  it("host_reboot needs the privileged host port, and stops the machine at once", () => {
    let code = 0;
    let after = false;
    const { machine, state } = run(function* ({ host }) {
      code = (yield* machHostCall.host_reboot(yield* mach_host_self(), { options: 8 })).err;
      yield* machHostCall.host_reboot(host, { options: 8 });
      after = true;
    });
    expect(code).to.equal(Kern.INVALID_HOST);
    expect([state, after, machine.halted]).to.deep.equal(["halted", false, { kind: "reboot", flags: 8 }]);
  });
});
