import { expect } from "chai";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { MachMsg, MsgOption } from "../../../mach/ipc/message.ts";
import { Msg } from "../../../mach/kern/kern-return.ts";
import { code, mach_msg, mach_thread_self, registersOf, swtch_pri, threadState, type Registers } from "../../../mach/kern/syscall.ts";
import { newPort, run, startThread } from "./boot-machine.ts";

describe("threads", () => {
  it("a new pc makes an interrupted thread call the routine there; then it goes on with its own answer", () => {
    const story: unknown[] = [];
    run(function* ({ self }) {
      const port = yield* newPort(self);
      const handler = yield* code(function* (registers: Registers) {
        story.push(["handler", registers.arg, registers.sp]);
        yield* swtch_pri();
      });
      const thread = yield* startThread(self, function* () {
        const msg = new MachMsg();
        msg.option = MsgOption.RCV;
        msg.rcvName = port;
        story.push(yield* mach_msg(msg));
      });
      for (let i = 0; i < 10; i++) yield* swtch_pri();
      yield* machCall.thread_suspend(thread, {});
      yield* machCall.thread_abort(thread, {});
      const state = yield* machCall.thread_get_state(thread, { flavor: 1, old_stateCnt: 17 });
      const before = state.err ? undefined : registersOf(state.old_state);
      for (const arg of [1, 2])
        yield* machCall.thread_set_state(thread, { flavor: 1, new_state: threadState({ pc: handler, sp: 0x1000, arg }) });
      yield* machCall.thread_resume(thread, {});
      for (let i = 0; i < 10; i++) yield* swtch_pri();
      story.push(before?.pc !== handler);
    });
    expect(story).to.deep.equal([["handler", 2, 0x1000], Msg.RCV_INTERRUPTED, true]);
  });

  it("a thread that sets its own pc calls the routine there, and then goes on with the answer of the trap by which it did", () => {
    const story: unknown[] = [];
    run(function* () {
      const handler = yield* code(function* (registers: Registers) {
        story.push(["handler", registers.arg]);
      });
      const thread = yield* mach_thread_self();
      const set = yield* machCall.thread_set_state(thread, { flavor: 1, new_state: threadState({ pc: handler, sp: 0x1000, arg: 3 }) });
      story.push(set.err);
    });
    expect(story).to.deep.equal([["handler", 3], 0]);
  });

  it("a thread that is suspended does not run until it is resumed as often", () => {
    const story: string[] = [];
    run(function* ({ self }) {
      const thread = yield* startThread(self, function* () {
        story.push("ran");
      });
      yield* machCall.thread_suspend(thread, {});
      yield* machCall.thread_suspend(thread, {});
      for (let i = 0; i < 10; i++) yield* swtch_pri();
      story.push("once");
      yield* machCall.thread_resume(thread, {});
      for (let i = 0; i < 10; i++) yield* swtch_pri();
      story.push("twice");
      yield* machCall.thread_resume(thread, {});
      for (let i = 0; i < 10; i++) yield* swtch_pri();
    });
    expect(story).to.deep.equal(["once", "twice", "ran"]);
  });

  it("a terminated thread is never resumed, and nothing after its last trap runs", () => {
    const story: string[] = [];
    run(function* ({ self }) {
      yield* startThread(self, function* () {
        try {
          for (;;) yield* swtch_pri();
        } finally {
          story.push("finally");
        }
      });
      yield* machCall.task_terminate(self, {});
      story.push("after");
    });
    expect(story).to.deep.equal([]);
  });
});
