import { expect } from "chai";
import { MachMsg, MsgOption, type Item } from "../../../mach/ipc/message.ts";
import { MACH_PORT_NULL, MsgType, type MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { allocateReceive, destroyReceive } from "../../../glibc-shim/rights.ts";
import { O_READ } from "../../../servers/interfaces/hurd-types.ts";
import { ioCall } from "../../../servers/interfaces/io.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { Probe } from "../exec-probe.ts";
import { differences, hex, recorded } from "./recorded.ts";
import { probed } from "../probe.ts";

const item = (type: number, data: number): Item => ({ type, bits: 32, number: 1, inline: true, longform: false, dealloc: false, data });

/** probe.c's `forge`: a notification of our own making. */
function* forge(p: Probe, label: string, to: MachPort, id: number, value: number, reply = true): Syscall<void> {
  const port = yield* allocateReceive();
  const body = id === 71 ? [] : [item([65, 66, 72].includes(id) ? MsgType.PORT_NAME : MsgType.INTEGER_32, value)];
  const msg = new MachMsg();
  msg.header(to, MsgType.COPY_SEND, reply ? port : MACH_PORT_NULL, reply ? MsgType.MAKE_SEND_ONCE : 0, id, body);
  msg.option = MsgOption.SEND;
  const sent = yield msg;
  let line = `forged id ${id} val ${value} -> ${label}: send=${hex(sent)}`;
  if (reply && sent === 0) {
    msg.option = MsgOption.RCV | MsgOption.RCV_TIMEOUT;
    msg.timeout = 1000;
    msg.rcvName = port;
    const got = yield msg;
    const code = Number(msg.items[0]?.data ?? -1);
    line += got !== 0 ? ` reply rcv=${hex(got)}` : ` reply id=${msg.id} retcode=${hex(code)} (${strerror(code)}) size=32`;
  }
  p.say(line);
  yield* destroyReceive(port);
}

function* section(p: Probe): Syscall<void> {
  const { crdir, auth, proc } = p.libc.ports;
  const [exec, file] = [yield* p.open("/servers/exec", 0), yield* p.open("/etc/motd", O_READ)];
  const targets = [["root dir (ext2fs)", crdir], ["/etc/motd (ext2fs)", file], ["auth handle", auth], ["proc port", proc], ["/servers/exec", exec]] as const;
  for (const [label, port] of targets) for (let id = 64; id <= 72; id++) yield* forge(p, label, port, id, id === 70 ? 100 : 1);
  for (const [label, port] of targets) {
    yield* forge(p, label, port, 70, 1000, false);
    yield* forge(p, label, port, 72, 5, false);
    yield* forge(p, label, port, 9999, 0);
  }
  yield* p.called("after: io_get_openmodes(file)", ioCall.io_get_openmodes(file, {}));
  yield* p.showIds("after: auth", auth);
  yield* p.called("after: proc_getpids", procCall.proc_getpids(proc, {}));
  yield* p.called("after: io_get_openmodes(exec)", ioCall.io_get_openmodes(exec, {}));
  yield* p.called("after: io_get_openmodes(root)", ioCall.io_get_openmodes(crdir, {}));
  yield* forge(p, "proc port (4400 new_task)", proc, 4400, 0);
}

describe("notifications that a client made", () => {
  it("are answered as recorded, and do nothing (p-notify)", () => {
    const ours = probed(function* (libc) {
      const p = new Probe(libc);
      yield* section(p);
      return p.lines;
    });
    const real = recorded("p-notify-root").filter((line) => !/^PROBE|^\s*$/.test(line)).map((line) => line.trimEnd());
    expect(differences(real, ours)).to.deep.equal([]);
  }).timeout(60_000);
});
