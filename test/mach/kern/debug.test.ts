/** Breakpoints and steps end in EXC_BREAKPOINT (`i386/trap.c`: code EXC_I386_SGL for a step or a debug register, EXC_I386_BPT for int3). */
import { expect } from "chai";
import { exc } from "../../../mach/interfaces/exc.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import { encodeInstruction } from "../../../mach/kern/image.ts";
import { code, load, registersOf, store, swtch_pri, threadState, type Entry, type Syscall } from "../../../mach/kern/syscall.ts";
import { machMsgServer, serve } from "../../../mach/mig/server.ts";
import { bootMachine, newPort, run, runChecked, startThread } from "./boot-machine.ts";

const TASK_EXCEPTION_PORT = 3;
const STATE = { flavor: 1, old_stateCnt: 17 } as const;
const PAGE = 0x50000;

/** Serves exceptions of the task: `handle` may change the thread before it goes on. */
function* catchAll(self: MachPort, handle: (thread: MachPort, code: number, pc: number) => Syscall<void>): Syscall<void> {
  const port = yield* newPort(self);
  const demuxer = serve(exc, () => ({}), {
    *exception_raise(_self, { thread, exception, code: why }) {
      const state = yield* machCall.thread_get_state(thread, STATE);
      if (exception !== 6) return { err: 5 };
      yield* handle(thread, why, state.err ? 0 : registersOf(state.old_state).pc);
      return { err: 0 };
    },
  });
  yield* startThread(self, function* () {
    yield* machMsgServer(port, demuxer);
  });
  yield* machCall.task_set_special_port(self, { which_port: TASK_EXCEPTION_PORT, special_port: port });
}

/** A thread that is set up to begin at `pc` with these flags and has not been resumed. */
function* threadAt(self: MachPort, pc: number, flags = 0): Syscall<MachPort> {
  const made = yield* machCall.thread_create(self, {});
  if (made.err) return MACH_PORT_NULL;
  yield* machCall.thread_set_state(made.child_thread, { flavor: 1, new_state: threadState({ pc, sp: 0, arg: 0 }).with(14, flags) });
  return made.child_thread;
}

function* wait(): Syscall<void> {
  for (let i = 0; i < 60; i++) yield* swtch_pri();
}

describe("a debugged thread", () => {
  it("with the trap flag stops after each of its traps, until the flag is cleared", () => {
    const story: unknown[] = [];
    run(function* ({ self }) {
      let left = 3;
      yield* catchAll(self, function* (thread, why, pc) {
        story.push([why, pc >= 0xb8000000]);
        if (--left > 0) return;
        const state = yield* machCall.thread_get_state(thread, STATE);
        if (!state.err) yield* machCall.thread_set_state(thread, { flavor: 1, new_state: state.old_state.with(14, 0) });
      });
      const body: Entry = function* () {
        for (let i = 1; i < 6; i++) {
          yield* swtch_pri();
          story.push(i);
        }
      };
      yield* machCall.thread_resume(yield* threadAt(self, yield* code(body), 0x100), {});
      yield* wait();
    });
    expect(story).to.deep.equal([[1, true], 1, [1, true], 2, [1, true], 3, 4, 5]);
  });

  it("stops where a debug register says before the routine there begins, once each time; the registers can be read", () => {
    const story: unknown[] = [];
    run(function* ({ self }) {
      const pc = yield* code(function* () {
        story.push("ran");
      });
      yield* catchAll(self, function* (_thread, why, at) {
        story.push([why, at === pc]);
      });
      const thread = yield* threadAt(self, pc);
      const none = yield* machCall.thread_get_state(thread, { flavor: 6, old_stateCnt: 8 });
      yield* machCall.thread_set_state(thread, { flavor: 6, new_state: [0, pc, 0, 0, 0, 0, 0, 4] });
      const read = yield* machCall.thread_get_state(thread, { flavor: 6, old_stateCnt: 8 });
      story.push(none.err ? none.err : none.old_state.every((w) => w === 0), read.err ? read.err : read.old_state[7]);
      yield* machCall.thread_resume(thread, {});
      yield* wait();
      story.push((yield* machCall.thread_set_state(thread, { flavor: 6, new_state: [0] })).err !== 0);
    });
    expect(story).to.deep.equal([true, 4, [1, true], "ran", true]);
  });

  it("stops after an access that a debug register watches: writes, or reads too", () => {
    const story: unknown[] = [];
    run(function* ({ self }) {
      yield* machCall.vm_allocate(self, { address: PAGE, size: 4096, anywhere: false });
      yield* catchAll(self, function* (_thread, why) {
        story.push(why);
      });
      const pc = yield* code(function* () {
        story.push("load");
        yield* load(PAGE + 4, 4);
        story.push("store");
        yield* store(PAGE, new Uint8Array(8));
        story.push("beside");
        yield* store(PAGE + 8, new Uint8Array(4));
        story.push("end");
      });
      for (const what of [1, 3]) {
        const thread = yield* threadAt(self, pc);
        yield* machCall.thread_set_state(thread, { flavor: 6, new_state: [PAGE + 4, 0, 0, 0, 0, 0, 0, 1 | (what << 16) | (3 << 18)] });
        yield* machCall.thread_resume(thread, {});
        yield* wait();
      }
    });
    expect(story).to.deep.equal(["load", "store", 1, "beside", "end", "load", 1, "store", 1, "beside", "end"]);
  });

  it("stops behind an int3 in its memory; with the instruction put back and the pc on it, it goes on", () => {
    const story: unknown[] = [];
    const text = encodeInstruction("body");
    const body: Entry = function* () {
      story.push("ran");
    };
    const machine = bootMachine(
      function* ({ self }) {
        yield* machCall.vm_allocate(self, { address: PAGE, size: 4096, anywhere: false });
        yield* store(PAGE, Uint8Array.of(0xcc, ...text.subarray(1)));
        yield* machCall.vm_protect(self, { address: PAGE, size: 4096, set_maximum: false, new_protection: 7 });
        yield* catchAll(self, function* (thread, why, pc) {
          story.push([why, pc - PAGE]);
          yield* store(PAGE, text.subarray(0, 1));
          const state = yield* machCall.thread_get_state(thread, STATE);
          if (!state.err) yield* machCall.thread_set_state(thread, { flavor: 1, new_state: state.old_state.with(12, PAGE) });
        });
        yield* machCall.thread_resume(yield* threadAt(self, PAGE), {});
        yield* wait();
      },
      {},
      new Map([["body", body]]),
    );
    runChecked(machine);
    expect(story).to.deep.equal([[2, 1], "ran"]);
  });
});
