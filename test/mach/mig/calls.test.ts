import { expect } from "chai";
import type { Item, MachMsg } from "../../../mach/ipc/message.ts";
import { MachMsg as Message, MsgOption } from "../../../mach/ipc/message.ts";
import { copySend, makeSendOnce, MsgType, type MachPort } from "../../../mach/ipc/names.ts";
import { Mig, Msg } from "../../../mach/kern/kern-return.ts";
import { cpu, newThreadStorage, type Syscall, type Trap } from "../../../mach/kern/syscall.ts";
import { client } from "../../../mach/mig/client.ts";
import { t } from "../../../mach/mig/kind.ts";
import { answerRequest, firstOf, replyTo, serve, type Demuxer } from "../../../mach/mig/server.ts";
import { routine, simpleroutine, subsystem } from "../../../mach/mig/subsystem.ts";

const toy = subsystem("toy", 900000, {
  toy_add: routine(900000, { a: t.int, b: t.int }, { sum: t.int }),
  toy_take: routine(900001, { right: t.polySend, text: t.string(16) }),
  toy_say: simpleroutine(900002, { text: t.string(16) }),
  toy_both: routine(900003, { value: t.int }, { value: t.int, more: t.data }),
});
const port = (n: number): MachPort => n as MachPort;
const EPERM = 0x40000001;

const arrivedAs = new Map<number, number>([
  [MsgType.COPY_SEND, MsgType.MOVE_SEND],
  [MsgType.MAKE_SEND, MsgType.MOVE_SEND],
  [MsgType.MAKE_SEND_ONCE, MsgType.MOVE_SEND_ONCE],
]);
const arrive = (items: readonly Item[]): Item[] => items.map((i) => ({ ...i, type: arrivedAs.get(i.type) ?? i.type }));

/** Stands for the kernel: runs a program to its end, answering each trap. */
function run<T>(program: Syscall<T>, answer: (trap: Trap) => number): T {
  let step = program.next(0);
  while (step.done !== true) step = program.next(answer(step.value));
  return step.value;
}

/** A world of one server: what is sent to port 100 it answers; calls of the kernel (ids 3200…) are noted and answered 0. */
function world(demuxer: Demuxer): { readonly kernel: string[]; readonly sent: number[]; call<T>(program: Syscall<T>): T } {
  const kernel: string[] = [];
  const sent: number[] = [];
  let nextPort = 200;
  const reply = (msg: MachMsg, id: number, items: readonly Item[]): number => {
    msg.id = id;
    msg.items = items;
    msg.remotePort = port(0);
    return Msg.SUCCESS;
  };
  const answer = (trap: Trap): number => {
    if (trap.op !== "mach_msg") return nextPort++;
    if (trap.id >= 3200 && trap.id < 3300) {
      kernel.push(`${trap.id} ${trap.items.map((i) => String(i.data)).join(" ")}`);
      return reply(trap, trap.id + 100, [t.int.pack(0)]);
    }
    sent.push(trap.id);
    if ((trap.option & MsgOption.RCV) === 0) return Msg.SUCCESS;
    const request = new Message();
    request.header(port(77), MsgType.MOVE_SEND_ONCE, port(100), 0, trap.id, arrive(trap.items));
    const there = run(answerRequest(request, demuxer), answer);
    return there ? reply(trap, request.id, arrive(request.items)) : Msg.RCV_PORT_DIED;
  };
  return {
    kernel,
    sent,
    call: (program) => {
      cpu.tls = newThreadStorage();
      return run(program, answer);
    },
  };
}

const call = client(toy);
const object = { name: "object" };
const server = serve(toy, (request) => (request.localPort === 100 ? object : undefined), {
  *toy_add(self, { a, b }) {
    return self === object ? { err: 0, sum: a + b } : { err: EPERM };
  },
  *toy_take(_, { text }) {
    return text === "keep" ? { err: 0 } : { err: EPERM };
  },
  *toy_both(_, { value }) {
    return { err: 0, value: value + 1, more: Uint8Array.of(value) };
  },
});

describe("calls (MIG's rules)", () => {
  it("carry arguments there and results back", () => {
    expect(world(server).call(call.toy_add(port(100), { a: 2, b: 40 }))).to.deep.equal({ err: 0, sum: 42 });
    expect(world(server).call(call.toy_both(port(100), { value: 8 }))).to.deep.equal({ err: 0, value: 9, more: Uint8Array.of(8) });
  });

  it("destroy the rights of a request that fails, and leave them to a handler that succeeds", () => {
    const failing = world(server);
    expect(failing.call(call.toy_take(port(100), { right: copySend(port(5)), text: "no" })).err).to.equal(EPERM);
    expect(failing.kernel).to.deep.equal(["3206 5"]);
    const keeping = world(server);
    expect(keeping.call(call.toy_take(port(100), { right: copySend(port(5)), text: "keep" })).err).to.equal(0);
    expect(keeping.kernel).to.deep.equal([]);
  });

  it("answer MIG_BAD_ID for unknown ids, MIG_BAD_ARGUMENTS for another shape, and destroy what came", () => {
    const stranger = client(subsystem("other", 900000, { other: routine(900050, {}), shape: routine(900000, { a: t.int, b: t.data }) }));
    expect(world(server).call(stranger.other(port(100), {})).err).to.equal(Mig.BAD_ID);
    expect(world(server).call(stranger.shape(port(100), { a: 1, b: Uint8Array.of(1) })).err).to.equal(Mig.BAD_ARGUMENTS);
    const wrongRight = client(subsystem("other", 900000, { take: routine(900001, { right: t.polySendOnce, text: t.string(16) }) }));
    const w = world(server);
    expect(w.call(wrongRight.take(port(100), { right: makeSendOnce(port(5)), text: "keep" })).err).to.equal(Mig.BAD_ARGUMENTS);
    expect(w.kernel).to.deep.equal(["3206 5"]);
  });

  it("answer EOPNOTSUPP without a handler, and for a port without object unless the routine takes any", () => {
    const nothing = serve(toy, () => undefined, { *toy_add() { return { err: 0, sum: 0 }; } });
    expect(world(nothing).call(call.toy_both(port(100), { value: 1 })).err).to.equal(0x4000002d);
    expect(world(nothing).call(call.toy_add(port(100), { a: 1, b: 1 })).err).to.equal(0x4000002d);
    const any = serve(toy, () => undefined, { *toy_add() { return { err: 0, sum: 1 }; } }, { anyPort: ["toy_add"] });
    expect(world(any).call(call.toy_add(port(100), { a: 1, b: 1 })).err).to.equal(0);
  });

  it("find the demuxer that knows the id", () => {
    const other = serve(subsystem("other", 1, { one: routine(1, {}) }), () => object, {});
    expect(world(firstOf(other, server)).call(call.toy_add(port(100), { a: 1, b: 1 }))).to.deep.equal({ err: 0, sum: 2 });
    expect(world(firstOf(other)).call(call.toy_add(port(100), { a: 1, b: 1 })).err).to.equal(Mig.BAD_ID);
  });

  it("of simpleroutines do not wait", () => {
    const w = world(server);
    expect(w.call(call.toy_say(port(100), { text: "hi" }))).to.deep.equal({ err: 0 });
    expect(w.sent).to.deep.equal([900002]);
  });

  it("give up a reply port whose state is unknown", () => {
    const late = serve(toy, () => object, { *toy_add(_, __, request) { request.remotePort = port(0); return { err: Mig.NO_REPLY }; } });
    const w = world(late);
    expect(w.call(call.toy_add(port(100), { a: 1, b: 1 })).err).to.equal(Msg.RCV_PORT_DIED);
    expect(w.kernel).to.have.length(1);
    expect(w.kernel[0]).to.match(/^3208 \d+ 1 -1$/);
  });

  it("are answered late by a message like the one that would have been", () => {
    const sent: MachMsg[] = [];
    const answer = (trap: Trap): number => {
      if (trap.op === "mach_msg") sent.push(trap);
      return Msg.SUCCESS;
    };
    run(replyTo(toy).toy_add(port(9), { err: 0, sum: 5 }), answer);
    run(replyTo(toy).toy_add(port(9), { err: EPERM }), answer);
    expect(sent.map((m) => [m.id, m.remoteType, m.items.map((i) => i.data)])).to.deep.equal([
      [900100, MsgType.MOVE_SEND_ONCE, [0, 5]],
      [900100, MsgType.MOVE_SEND_ONCE, [EPERM]],
    ]);
  });

  it("find out a reply that is none of theirs", () => {
    const answers = (id: number, items: readonly Item[]): number => {
      cpu.tls = newThreadStorage();
      const program = call.toy_add(port(100), { a: 1, b: 1 });
      return run(program, (trap) => {
        if (trap.op !== "mach_msg") return 300;
        trap.id = id;
        trap.items = items;
        return Msg.SUCCESS;
      }).err;
    };
    expect(answers(900101, [t.int.pack(0), t.int.pack(1)])).to.equal(Mig.REPLY_MISMATCH);
    expect(answers(71, [])).to.equal(Mig.SERVER_DIED);
    expect(answers(900100, [t.int.pack(0)])).to.equal(Mig.TYPE_ERROR);
    expect(answers(900100, [t.int.pack(0), t.int.pack(1), t.int.pack(2)])).to.equal(Mig.TYPE_ERROR);
    expect(answers(900100, [t.int.pack(EPERM)])).to.equal(EPERM);
  });
});
