/** A message that is taken beyond the limit of its queue (SEND_NOTIFY): what its sender is told when it has been received. */
import { expect } from "chai";
import { MsgOption } from "../../../mach/ipc/message.ts";
import { asPort, MsgType, PortType } from "../../../mach/ipc/names.ts";
import { mach_port_deallocate, mach_port_insert_right, mach_port_rename, mach_port_set_qlimit, mach_port_type } from "../../../mach/ipc/port-calls.ts";
import { Space } from "../../../mach/ipc/space.ts";
import { Msg } from "../../../mach/kern/kern-return.ts";
import { FakeHost } from "./fake-host.ts";

const MSG_ACCEPTED = 66;

describe("the notification that a message was accepted", () => {
  /** A send right of ours for a full queue of another space, to which a second message has gone. `history`: what is told before, between and after the receipt of both. */
  function scene(): { readonly host: FakeHost; readonly to: number; readonly history: () => unknown } {
    const host = new FakeHost();
    const other = new Space();
    const full = host.port(other);
    mach_port_set_qlimit(other, full.name, 1);
    const to = 1000;
    mach_port_insert_right(host.space, to, full.port.makeSend(), MsgType.MOVE_SEND);
    const notify = host.port().name;
    expect(host.send(host.thread(), to, 1)).to.equal(Msg.SUCCESS);
    expect(host.send(host.thread(), to, 2, { option: MsgOption.SEND | MsgOption.SEND_NOTIFY, notify: asPort(notify) })).to.equal(Msg.SEND_WILL_NOTIFY);
    const told = (): unknown => {
      const { code, msg } = host.receive(host.thread(), notify, { option: MsgOption.RCV | MsgOption.RCV_TIMEOUT });
      return code === Msg.SUCCESS ? { id: msg.id, name: msg.items[0]?.data } : "nothing";
    };
    const received = (): number => host.receive(host.thread(other), full.name).msg.id;
    return { host, to, history: () => [told(), received(), told(), received(), told()] };
  }

  it("comes when that message is received, and no sooner", () => {
    const { host, to, history } = scene();
    expect(history()).to.deep.equal(["nothing", 1, "nothing", 2, { id: MSG_ACCEPTED, name: to }]);
    const type = mach_port_type(host.space, to);
    expect(type.err === 0 ? type.value & PortType.MAREQUEST : type.err).to.equal(0);
  });

  it("says the name that the port has by then", () => {
    const { host, to, history } = scene();
    expect(mach_port_rename(host.space, to, 2000)).to.equal(0);
    expect(history()).to.deep.equal(["nothing", 1, "nothing", 2, { id: MSG_ACCEPTED, name: 2000 }]);
  });

  it("says no name when that is gone", () => {
    const { host, to, history } = scene();
    expect(mach_port_deallocate(host.space, to)).to.equal(0);
    expect(history()).to.deep.equal(["nothing", 1, "nothing", 2, { id: MSG_ACCEPTED, name: 0 }]);
  });

  it("says no name either when another right has it by then, which may ask for itself", () => {
    const { host, to, history } = scene();
    mach_port_deallocate(host.space, to);
    mach_port_insert_right(host.space, to, host.port().port.makeSend(), MsgType.MOVE_SEND);
    const type = mach_port_type(host.space, to);
    expect(type.err === 0 ? type.value & PortType.MAREQUEST : type.err).to.equal(0);
    expect(history()).to.deep.equal(["nothing", 1, "nothing", 2, { id: MSG_ACCEPTED, name: 0 }]);
  });
});
