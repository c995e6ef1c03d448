import { expect } from "chai";
import { device, deviceCall } from "../../../mach/interfaces/device.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { machHostCall } from "../../../mach/interfaces/mach-host.ts";
import { diskDevice } from "../../../mach/device/disk.ts";
import { Dev } from "../../../mach/kern/kern-return.ts";
import { intItem, MachMsg, MsgOption } from "../../../mach/ipc/message.ts";
import { MsgType, type MachPort } from "../../../mach/ipc/names.ts";
import { load, mach_host_self, mach_msg, mach_reply_port, type Syscall } from "../../../mach/kern/syscall.ts";
import { bootMachine, run } from "../kern/boot-machine.ts";

const { device_read } = device.routines;
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (s: string): Uint8Array => new TextEncoder().encode(s);

function* open(master: MachPort, name: string): Syscall<MachPort> {
  const r = yield* deviceCall.device_open(master, { mode: 3, name });
  return r.err ? (0 as MachPort) : r.device;
}

describe("devices", () => {
  it("the console shows what is written, and a read waits for input", () => {
    const got: string[] = [];
    const machine = bootMachine(function* ({ device }) {
      const console = yield* open(device, "console");
      yield* deviceCall.device_write(console, { mode: 0, recnum: 0, data: bytes("hello\n") });
      for (;;) {
        const r = yield* deviceCall.device_read(console, { mode: 0, recnum: 0, bytes_wanted: 4 });
        if (r.err) return;
        got.push(text(r.data));
      }
    });
    let shown = "";
    machine.console.onOutput((b) => (shown += text(b)));
    expect(shown, "what the kernel said while booting").to.contain("task loaded: test");
    shown = "";
    expect(machine.run()).to.equal("idle");
    expect(shown).to.equal("hello\n");
    machine.console.input(bytes("abcdef"));
    machine.run();
    machine.console.input(bytes("g"));
    machine.run();
    expect(got).to.deep.equal(["abcd", "ef", "g"]);
  });

  it("input for a reader that is gone goes to the next read", () => {
    const got: string[] = [];
    const machine = bootMachine(function* ({ self, device }) {
      const console = yield* open(device, "console");
      const reply = yield* mach_reply_port();
      const msg = new MachMsg();
      msg.header(console, MsgType.COPY_SEND, reply, MsgType.MAKE_SEND_ONCE, device_read.id, [intItem(0), intItem(0), intItem(9)]);
      msg.option = MsgOption.SEND;
      yield* mach_msg(msg);
      yield* machPortCall.mach_port_mod_refs(self, { name: reply, right: 1, delta: -1 });
      const r = yield* deviceCall.device_read(console, { mode: 0, recnum: 0, bytes_wanted: 9 });
      if (!r.err) got.push(text(r.data));
    });
    machine.run();
    machine.console.input(bytes("key"));
    machine.run();
    expect(got).to.deep.equal(["key"]);
  });

  it("console-size tells the window's size and waits for another", () => {
    const got: unknown[] = [];
    const machine = bootMachine(function* ({ device }) {
      const size = yield* open(device, "console-size");
      const now = yield* deviceCall.device_get_status(size, { flavor: 0, statusCnt: 4 });
      got.push(now.err ? now.err : now.status);
      const r = yield* deviceCall.device_read(size, { mode: 0, recnum: 0, bytes_wanted: 8 });
      if (!r.err) got.push([...r.data]);
    });
    machine.run();
    machine.console.resize(24, 80);
    machine.run();
    machine.console.resize(50, 300);
    machine.run();
    expect(got).to.deep.equal([[24, 80, 0, 0], [50, 0, 300 & 255, 1, 0, 0, 0, 0]]);
  });

  it("debug-exit tells the host what the guest writes", () => {
    const told: string[] = [];
    const machine = bootMachine(function* ({ device }) {
      const port = yield* open(device, "debug-exit");
      yield* deviceCall.device_write(port, { mode: 0, recnum: 0, data: bytes("exit 3") });
    });
    machine.debugExit.onWrite((b) => told.push(text(b)));
    machine.run();
    expect(told).to.deep.equal(["exit 3"]);
  });

  it("a disk reads and writes records of 512 bytes, and says its size", () => {
    const got: unknown[] = [];
    const disk = new Uint8Array(1024);
    const machine = bootMachine(function* ({ device }) {
      const rd0 = yield* open(device, "rd0");
      const w = yield* deviceCall.device_write(rd0, { mode: 0, recnum: 1, data: bytes("xyz") });
      got.push(w.err ? w.err : w.bytes_written);
      const r = yield* deviceCall.device_read(rd0, { mode: 0, recnum: 1, bytes_wanted: 4096 });
      got.push(r.err ? r.err : [r.data.length, text(r.data.subarray(0, 3))]);
      got.push((yield* deviceCall.device_read(rd0, { mode: 0, recnum: 3, bytes_wanted: 1 })).err);
      const s = yield* deviceCall.device_get_status(rd0, { flavor: 0, statusCnt: 2 });
      got.push(s.err ? s.err : s.status);
    });
    machine.addDevice("rd0", diskDevice(disk));
    machine.run();
    expect(got).to.deep.equal([3, [512, "xyz"], Dev.INVALID_RECNUM, [1024, 512]]);
    expect(text(disk.subarray(512, 515))).to.equal("xyz");
  });

  it("an unknown device is D_NO_SUCH_DEVICE; a device cannot do what it has no routine for", () => {
    const got: number[] = [];
    run(function* ({ device }) {
      got.push((yield* deviceCall.device_open(device, { mode: 0, name: "hd9" })).err);
      const time = yield* open(device, "time");
      got.push((yield* deviceCall.device_read(time, { mode: 0, recnum: 0, bytes_wanted: 1 })).err);
    });
    expect(got).to.deep.equal([Dev.NO_SUCH_DEVICE, Dev.INVALID_OPERATION]);
  });

  it("the mapped time agrees with host_get_time", () => {
    const got: number[] = [];
    run(
      function* ({ self, device }) {
        const time = yield* open(device, "time");
        const pager = yield* deviceCall.device_map(time, { prot: 1, offset: 0, size: 4096, unmap: 0 });
        if (pager.err) return;
        const args = { size: 4096, mask: 0, anywhere: false, offset: 0, copy: false, cur_protection: 1, max_protection: 1, inheritance: 2 };
        yield* machCall.vm_map(self, { ...args, address: 0x10000, memory_object: pager.pager });
        const host = yield* mach_host_self();
        const r = yield* machHostCall.host_get_time(host, {});
        const mapped = new DataView((yield* load(0x10000, 12)).buffer);
        if (!r.err) got.push(r.current_time[0] ?? 0, mapped.getInt32(0, true), mapped.getInt32(8, true));
      },
      { bootTime: 1_700_000_000_000_000 },
    );
    expect(got).to.deep.equal([1_700_000_000, 1_700_000_000, 1_700_000_000]);
  });
});
