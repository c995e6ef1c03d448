import { expect } from "chai";
import { exc } from "../../../mach/interfaces/exc.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { gnumachCall } from "../../../mach/interfaces/gnumach.ts";
import { serve, machMsgServer } from "../../../mach/mig/server.ts";
import { load, raise, type Syscall } from "../../../mach/kern/syscall.ts";
import type { MachPort } from "../../../mach/ipc/names.ts";
import { newPort, run, startThread } from "./boot-machine.ts";

const TASK_EXCEPTION_PORT = 3;

/** Handles exceptions at a new port with `handle`; gives the port. */
function* handler(self: MachPort, handle: (exception: number, code: number, subcode: number) => Syscall<number>): Syscall<MachPort> {
  const port = yield* newPort(self);
  const demuxer = serve(exc, () => ({}), {
    *exception_raise(_self, { exception, code, subcode }) {
      const err = yield* handle(exception, code, subcode);
      return err === 0 ? { err: 0 } : { err: 5 };
    },
  });
  yield* startThread(self, function* () {
    yield* machMsgServer(port, demuxer);
  });
  return port;
}

describe("exceptions", () => {
  it("a load of unmapped memory is EXC_BAD_ACCESS, and is made again when the handler answers 0", () => {
    const seen: number[][] = [];
    let byte = -1;
    run(function* ({ self }) {
      const port = yield* handler(self, function* (...what) {
        seen.push(what);
        yield* machCall.vm_allocate(self, { address: 0x50000, size: 4096, anywhere: false });
        return 0;
      });
      yield* machCall.task_set_special_port(self, { which_port: TASK_EXCEPTION_PORT, special_port: port });
      byte = (yield* load(0x50010, 1))[0] ?? -1;
    });
    expect(seen).to.deep.equal([[1, 1, 0x50010]]);
    expect(byte).to.equal(0);
  });

  it("asks the thread's port first, then the task's, then terminates the task", () => {
    const asked: string[] = [];
    const { machine } = run(function* ({ self }) {
      const ofTask = yield* handler(self, function* () {
        asked.push("task");
        return 5;
      });
      const ofThread = yield* handler(self, function* () {
        asked.push("thread");
        return 5;
      });
      yield* machCall.task_set_special_port(self, { which_port: TASK_EXCEPTION_PORT, special_port: ofTask });
      const threads = yield* machCall.task_threads(self, {});
      const [main] = threads.err ? [] : threads.thread_list;
      if (main === undefined) return;
      yield* machCall.thread_set_special_port(main, { which_port: TASK_EXCEPTION_PORT, special_port: ofThread });
      yield* raise(3, 1, 2);
      asked.push("went on");
    });
    expect(asked).to.deep.equal(["thread", "task"]);
    expect([...machine.tasks].map((t) => t.name)).to.deep.equal(["gnumach"]);
  });

  it("of an essential task, unhandled, stops the machine with its name", () => {
    const { machine, state } = run(function* ({ self }) {
      yield* gnumachCall.task_set_name(self, { name: "proc" });
      yield* gnumachCall.task_set_essential(self, { essential: true });
      yield* load(0, 1);
    });
    expect(state).to.equal("halted");
    expect(machine.haltReason).to.match(/essential task proc/);
  });
});
