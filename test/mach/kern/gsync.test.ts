import { expect } from "chai";
import { gnumachCall } from "../../../mach/interfaces/gnumach.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { Kern, Msg } from "../../../mach/kern/kern-return.ts";
import { load, store, swtch_pri } from "../../../mach/kern/syscall.ts";
import { newPort, run, startThread } from "./boot-machine.ts";
import { MachMsg, MsgOption } from "../../../mach/ipc/message.ts";
import { mach_msg } from "../../../mach/kern/syscall.ts";

const TIMED = 4;
const BROADCAST = 8;
const MUTATE = 16;
const wait = (addr: number, val1 = 0, msec = 0, flags = 0) => ({ addr, val1, val2: 0, msec, flags });

describe("gsync", () => {
  it("does not wait when the word has another value", () => {
    let code = -1;
    run(function* ({ self }) {
      const r = yield* machCall.vm_allocate(self, { address: 0x10000, size: 4096, anywhere: false });
      if (r.err) return;
      code = (yield* gnumachCall.gsync_wait(self, wait(0x10000, 7))).err;
    });
    expect(code).to.equal(Kern.INVALID_ARGUMENT);
  });

  it("ends a timed wait after its time: virtual time jumps there", () => {
    let code = -1;
    const { machine } = run(function* ({ self }) {
      yield* machCall.vm_allocate(self, { address: 0x10000, size: 4096, anywhere: false });
      code = (yield* gnumachCall.gsync_wait(self, wait(0x10000, 0, 5000, TIMED))).err;
    });
    expect(code).to.equal(Kern.TIMEDOUT);
    expect(machine.now).to.be.within(5_000_000, 5_001_000);
  });

  it("wakes waiters first come first served, one or all, and may set the word", () => {
    const order: string[] = [];
    run(function* ({ self }) {
      yield* machCall.vm_allocate(self, { address: 0x10000, size: 4096, anywhere: false });
      for (const name of ["a", "b", "c"])
        yield* startThread(self, function* () {
          const { err } = yield* gnumachCall.gsync_wait(self, wait(0x10000));
          order.push(`${name}${err}`);
        });
      for (let i = 0; i < 20; i++) yield* swtch_pri();
      yield* gnumachCall.gsync_wake(self, { addr: 0x10000, val: 0, flags: 0 });
      for (let i = 0; i < 20; i++) yield* swtch_pri();
      order.push("|");
      yield* gnumachCall.gsync_wake(self, { addr: 0x10000, val: 9, flags: BROADCAST | MUTATE });
      for (let i = 0; i < 20; i++) yield* swtch_pri();
      order.push(String((yield* load(0x10000, 1))[0]));
    });
    expect(order).to.deep.equal(["a0", "|", "b0", "c0", "9"]);
  });

  it("ends with KERN_INTERRUPTED at thread_abort, and a receive with MACH_RCV_INTERRUPTED", () => {
    const codes: number[] = [];
    run(function* ({ self }) {
      yield* machCall.vm_allocate(self, { address: 0x10000, size: 4096, anywhere: false });
      yield* store(0x10000, Uint8Array.of(0));
      const waiter = yield* startThread(self, function* () {
        codes.push((yield* gnumachCall.gsync_wait(self, wait(0x10000))).err);
      });
      const port = yield* newPort(self);
      const receiver = yield* startThread(self, function* () {
        const msg = new MachMsg();
        msg.option = MsgOption.RCV;
        msg.rcvName = port;
        codes.push(yield* mach_msg(msg));
      });
      for (let i = 0; i < 20; i++) yield* swtch_pri();
      yield* machCall.thread_abort(waiter, {});
      yield* machCall.thread_abort(receiver, {});
    });
    expect(codes).to.deep.equal([Kern.INTERRUPTED, Msg.RCV_INTERRUPTED]);
  });
});
