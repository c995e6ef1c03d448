import { expect } from "chai";
import { intItem, MachMsg, MsgOption } from "../../../mach/ipc/message.ts";
import { MACH_PORT_NULL, MsgType } from "../../../mach/ipc/names.ts";
import { InvariantError } from "../../../mach/kern/invariant.ts";
import { code, mach_msg, swtch_pri, threadState } from "../../../mach/kern/syscall.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import { newPort, run, startThread } from "./boot-machine.ts";

describe("the machine", () => {
  it("runs two threads that exchange messages", () => {
    const got: number[] = [];
    const { state } = run(function* ({ self }) {
      const port = yield* newPort(self);
      yield* startThread(self, function* () {
        for (let i = 0; i < 10; i++) {
          const msg = new MachMsg();
          msg.header(port, MsgType.COPY_SEND, MACH_PORT_NULL, 0, 100 + i, [intItem(i * i)]);
          msg.option = MsgOption.SEND;
          yield* mach_msg(msg);
        }
      });
      const msg = new MachMsg();
      for (let i = 0; i < 10; i++) {
        msg.option = MsgOption.RCV;
        msg.rcvName = port;
        yield* mach_msg(msg);
        got.push(msg.items[0]?.data as number);
      }
    });
    expect(state).to.equal("idle");
    expect(got).to.deep.equal([0, 1, 4, 9, 16, 25, 36, 49, 64, 81]);
  });

  it("stops at a bug of ours, saying where: task, thread, seed, step", () => {
    const crash = (): unknown =>
      run(
        function* () {
          yield* swtch_pri();
          throw new Error("oops");
        },
        { seed: 7 },
      );
    expect(crash).to.throw(InvariantError, /^oops \[task test \(1\), thread 1, seed 7, step \d+, time \d+ µs\]$/);
  });

  it("ends a thread whose body returns, and leaves its task", () => {
    const { machine } = run(function* () {
      // Returns at once.
    });
    expect([...machine.tasks].map((t) => [t.name, t.threads.length])).to.deep.equal([["gnumach", 0], ["test", 0]]);
  });

  it("gives a child its parent's memory and text", () => {
    let child = "";
    run(function* ({ self }) {
      const r = yield* machCall.vm_allocate(self, { address: 0, size: 4096, anywhere: true });
      if (r.err) return;
      const pc = yield* code(function* () {
        child = "ran";
      });
      const made = yield* machCall.task_create(self, { inherit_memory: true });
      if (made.err) return;
      const thread = yield* machCall.thread_create(made.child_task, {});
      if (thread.err) return;
      yield* machCall.thread_set_state(thread.child_thread, { flavor: 1, new_state: threadState({ pc, sp: 0, arg: 0 }) });
      yield* machCall.thread_resume(thread.child_thread, {});
      yield* machPortCall.mach_port_deallocate(self, { name: made.child_task });
    });
    expect(child).to.equal("ran");
  });
});
