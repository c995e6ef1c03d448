import { expect } from "chai";
import { MachMsg, MsgOption } from "../../mach/ipc/message.ts";
import { MACH_PORT_NULL, MsgType, PortType, Right, type MachPort } from "../../mach/ipc/names.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import { mach_thread_self, type Syscall } from "../../mach/kern/syscall.ts";
import { addSendRef, allocateReceive, destroyReceive, insertSend, taskSelf } from "../../glibc-shim/rights.ts";
import { probed } from "../servers/probe.ts";

/** fork.c's `nm`, for the names that have a role: R receive, S send, O send-once, P port set, D dead name; "-" none. */
function* kind(name: MachPort): Syscall<string> {
  const task = yield* taskSelf();
  const got = yield* machPortCall.mach_port_type(task, { name });
  if (got.err) return "-";
  const refs = yield* machPortCall.mach_port_get_refs(task, { name, right: Right.SEND });
  const letters: readonly (readonly [number, string])[] = [[PortType.RECEIVE, "R"], [PortType.SEND, `S${refs.err ? 0 : refs.refs}`], [PortType.SEND_ONCE, "O"], [PortType.PORT_SET, "P"], [PortType.DEAD_NAME, "D"]];
  return letters.map(([bit, letter]) => (got.ptype & bit ? letter : "")).join("");
}

function* queueOne(port: MachPort): Syscall<void> {
  const msg = new MachMsg();
  msg.header(port, MsgType.COPY_SEND, MACH_PORT_NULL, 0, 1, []);
  msg.option = MsgOption.SEND;
  yield msg;
}

function* kinds(roles: Readonly<Record<string, MachPort>>): Syscall<Readonly<Record<string, string>>> {
  const out: Record<string, string> = {};
  for (const [role, name] of Object.entries(roles)) out[role] = yield* kind(name);
  return out;
}

describe("a fork's name space (recorded fork-space)", () => {
  it("has receive rights as new ports, references as they were, no port sets, send-once rights or other threads", () => {
    const got = probed(function* (libc) {
      const task = yield* taskSelf();
      const [recv, both, x, member, gone] = [yield* allocateReceive(), yield* allocateReceive(), yield* allocateReceive(), yield* allocateReceive(), yield* allocateReceive()];
      for (const port of [both, gone]) yield* insertSend(port);
      yield* destroyReceive(gone);
      const made = yield* machPortCall.mach_port_allocate(task, { right: Right.PORT_SET });
      const set = made.err ? MACH_PORT_NULL : made.name;
      yield* machPortCall.mach_port_move_member(task, { member, after: set });
      const extracted = yield* machPortCall.mach_port_extract_right(task, { name: x, msgt_name: MsgType.MAKE_SEND_ONCE });
      const once = extracted.err ? MACH_PORT_NULL : extracted.poly.name;
      yield* queueOne(both);
      yield* addSendRef(libc.ports.auth, 3);
      const other = yield* libc.thread(function* () {
        yield* libc.sleep(100);
      });
      const main = yield* mach_thread_self();
      const threads = yield* machCall.task_threads(task, {});
      const signal = (threads.err ? [] : threads.thread_list).find((t) => t !== main && t !== other) ?? MACH_PORT_NULL;
      const roles = { recv, both, x, member, dead: gone, set, once, auth: libc.ports.auth, main, signal, other, task };
      const before = yield* kinds(roles);
      let child: Readonly<Record<string, unknown>> = {};
      const pid = yield* libc.fork(function* () {
        const inChild = yield* kinds(roles);
        const list = yield* machCall.task_threads(yield* taskSelf(), {});
        const status = yield* machPortCall.mach_port_get_receive_status(yield* taskSelf(), { name: both });
        const former = yield* machPortCall.mach_port_get_receive_status(yield* taskSelf(), { name: member });
        child = { ...inChild, threads: list.err ? 0 : list.thread_list.length, messages: status.err ? -1 : status.status[4], inSet: former.err ? -1 : former.status[0] };
        return 0;
      });
      yield* libc.waitpid(pid);
      return { before, child, after: yield* kinds(roles) };
    });
    const more = (s: string | undefined): string => `S${Number(s?.slice(1)) + 1}`;
    expect(got.before).to.include({ recv: "R", both: "RS1", x: "R", member: "R", dead: "D", set: "P", once: "O", task: "S1" });
    expect(got.child).to.include({ recv: "R", both: "RS1", x: "R", member: "R", dead: "D", auth: got.before.auth, task: "S1", threads: 2, messages: 0, inSet: 0 });
    expect(got.child).to.include({ main: more(got.before.main), signal: more(got.before.signal), other: "-" });
    // The names of the set and of the send-once right are free: the library's new ports may have them by now.
    expect(got.child.set).to.be.oneOf(["-", "R"]);
    expect(got.child.once).to.be.oneOf(["-", "R"]);
    expect(got.after).to.deep.equal(got.before);
  });
});
