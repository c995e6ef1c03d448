/** What vectors cannot show: threads that die between being woken and going on, newcomers that are quicker, time-outs in the middle. */
import { expect } from "chai";
import { BLOCKED } from "../../../mach/ipc/host.ts";
import { MsgOption, type Item } from "../../../mach/ipc/message.ts";
import { asPort, MsgType } from "../../../mach/ipc/names.ts";
import { mach_port_destroy, mach_port_set_qlimit } from "../../../mach/ipc/port-calls.ts";
import { Msg } from "../../../mach/kern/kern-return.ts";
import { FakeHost } from "./fake-host.ts";

const withReply = (name: number): { localPort: ReturnType<typeof asPort>; localType: number } => ({ localPort: asPort(name), localType: MsgType.MAKE_SEND_ONCE });

describe("a thread that waits in mach_msg", () => {
  it("destroys the message that it was given when it dies before it goes on: the reply right dies unused", () => {
    const host = new FakeHost();
    const [a, reply] = [host.port(), host.port()];
    const receiver = host.thread();
    expect(host.receive(receiver, a.name).code).to.equal(BLOCKED);
    expect(host.send(host.thread(), a.name, 5, withReply(reply.name))).to.equal(0);
    host.check();
    host.kill(receiver);
    host.check();
    expect(host.next(reply.name)).to.equal(71);
    expect(a.port.msgcount).to.equal(0);
  });

  it("holds the slot of the message that it was given until it goes on", () => {
    const host = new FakeHost();
    const { name } = host.port();
    mach_port_set_qlimit(host.space, name, 1);
    const receiver = host.thread();
    const { msg } = host.receive(receiver, name);
    expect(host.send(host.thread(), name, 1)).to.equal(0);
    const sender = host.thread();
    expect(host.send(sender, name, 2)).to.equal(BLOCKED);
    expect(host.run(receiver)).to.equal(0);
    expect(msg.id).to.equal(1);
    expect(host.run(sender)).to.equal(0);
    expect(host.next(name)).to.equal(2);
    host.check();
  });

  it("waits again when a newcomer was quicker", () => {
    const host = new FakeHost();
    const { name } = host.port();
    mach_port_set_qlimit(host.space, name, 1);
    const [first, slow] = [host.thread(), host.thread()];
    host.send(first, name, 1);
    expect(host.send(slow, name, 2)).to.equal(BLOCKED);
    expect(host.next(name)).to.equal(1);
    expect(host.send(first, name, 3)).to.equal(0);
    expect(host.run(slow)).to.equal(BLOCKED);
    host.check();
    expect(host.next(name)).to.equal(3);
    expect(host.run(slow)).to.equal(0);
    expect(host.next(name)).to.equal(2);
  });

  it("leaves its slot to the next sender when it dies woken", () => {
    const host = new FakeHost();
    const { name } = host.port();
    mach_port_set_qlimit(host.space, name, 1);
    const [waiting, dying] = [host.thread(), host.thread()];
    host.send(host.thread(), name, 1);
    host.send(waiting, name, 2);
    host.send(dying, name, 3);
    expect(host.next(name)).to.equal(1);
    host.kill(dying);
    expect(host.run(waiting)).to.equal(0);
    expect(host.next(name)).to.equal(2);
    host.check();
  });

  it("succeeds in sending when the port dies, and what it sent dies after the port's own notifications", () => {
    const host = new FakeHost();
    const [a, reply] = [host.port(), host.port()];
    mach_port_set_qlimit(host.space, a.name, 0);
    const sender = host.thread();
    expect(host.send(sender, a.name, 1, withReply(reply.name))).to.equal(BLOCKED);
    mach_port_destroy(host.space, a.name);
    host.check();
    expect(host.next(reply.name)).to.equal(undefined);
    expect(host.run(sender)).to.equal(0);
    expect(host.next(reply.name)).to.equal(71);
    host.check();
  });

  it("gives up after its time, and gets its message back", () => {
    const host = new FakeHost();
    const [a, reply] = [host.port(), host.port()];
    mach_port_set_qlimit(host.space, a.name, 0);
    const sender = host.thread();
    const option = MsgOption.SEND | MsgOption.SEND_TIMEOUT;
    expect(host.send(sender, a.name, 1, { ...withReply(reply.name), option, timeout: 50 })).to.equal(BLOCKED);
    host.pass(49);
    expect(host.run(sender)).to.equal(BLOCKED);
    host.pass(1);
    expect(host.run(sender)).to.equal(Msg.SEND_TIMED_OUT);
    expect(host.space.names().length).to.equal(3);
    host.check();
  });

  it("is served last come, first served", () => {
    const host = new FakeHost();
    const { name } = host.port();
    const [one, two] = [host.thread(), host.thread()];
    const waits = [host.receive(one, name), host.receive(two, name)];
    host.send(host.thread(), name, 7);
    expect([host.run(two), host.run(one)]).to.deep.equal([0, BLOCKED]);
    expect(waits[1]?.msg.id).to.equal(7);
  });
});

describe("a body", () => {
  const item = (data: Item["data"], more: Partial<Item>): Item => ({ type: MsgType.INTEGER_32, bits: 32, number: 1, inline: true, longform: false, dealloc: false, data, ...more });

  it("is a value: what the sender changes afterwards stays with the sender", () => {
    const host = new FakeHost();
    const { name } = host.port();
    const words = [1, 2, 3];
    const bytes = Uint8Array.of(1, 2, 3);
    const far = Uint8Array.of(4, 5, 6);
    const octets = { type: MsgType.BYTE, bits: 8, number: 3 };
    host.send(host.thread(), name, 1, {}, [item(words, { number: 3 }), item(bytes, octets), item(far, { ...octets, inline: false, dealloc: true })]);
    words[0] = 99;
    bytes[0] = 99;
    far[0] = 99;
    const { msg } = host.receive(host.thread(), name, { take: true });
    expect(msg.items.map((i) => i.data)).to.deep.equal([[1, 2, 3], Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)]);
  });

  it("of plain items is a value too, and so is what the receiver gets", () => {
    const host = new FakeHost();
    const { name } = host.port();
    const body = [item(1, {}), item(2, {})];
    for (const id of [1, 2]) host.send(host.thread(), name, id, {}, body);
    body.pop();
    const first = host.receive(host.thread(), name).msg.items as Item[];
    first.length = 0;
    expect(host.receive(host.thread(), name).msg.items.map((i) => i.data)).to.deep.equal([1, 2]);
  });

  it("without the complex bit is not looked at: descriptors arrive with the bits that they were sent with", () => {
    const host = new FakeHost();
    const { name } = host.port();
    const odd = item(7, { dealloc: true });
    host.send(host.thread(), name, 1, {}, [odd]);
    expect(host.receive(host.thread(), name).msg.items).to.deep.equal([odd]);
  });

  it("that cannot be mapped tells so, and its rights arrive all the same", () => {
    const host = new FakeHost();
    const { name } = host.port();
    const receiver = host.thread();
    receiver.memory.full = true;
    const octets = { type: MsgType.BYTE, bits: 8, number: 3, inline: false };
    host.send(host.thread(), name, 1, {}, [item(Uint8Array.of(1, 2, 3), octets), item(name, { type: MsgType.COPY_SEND })]);
    const { code, msg } = host.receive(receiver, name);
    expect(code).to.equal(Msg.RCV_BODY_ERROR | Msg.VM_SPACE);
    expect(msg.items[1]?.data).to.equal(name);
    host.check();
  });

  it("in pages comes as an address, with words and rights out of line too", () => {
    const host = new FakeHost();
    const { name } = host.port();
    const thread = host.thread();
    thread.memory.maps.set(0x500000, Uint8Array.of(name, 0, 0, 0, 0xff, 0xff, 0xff, 0xff));
    const rights = item({ address: 0x500000 }, { type: MsgType.COPY_SEND, number: 2, inline: false, dealloc: true });
    expect(host.send(thread, name, 1, {}, [rights, item([7, 8], { number: 2, inline: false })])).to.equal(0);
    expect(thread.memory.maps.has(0x500000)).to.equal(false);
    const { msg } = host.receive(thread, name);
    const at = msg.items.map((i) => (i.data as { address: number }).address);
    expect(at.map((a) => [...(thread.memory.maps.get(a) ?? [])])).to.deep.equal([
      [name, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
      [7, 0, 0, 0, 8, 0, 0, 0],
    ]);
    expect(host.send(thread, name, 1, {}, [item({ address: 0x900000 }, { number: 2, inline: false })])).to.equal(Msg.SEND_INVALID_MEMORY);
    host.check();
  });
});
