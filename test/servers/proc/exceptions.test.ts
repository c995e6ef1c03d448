import { expect } from "chai";
import { MachMsg, MsgOption } from "../../../mach/ipc/message.ts";
import { copySend, MACH_PORT_NULL, MsgType, type MachPort } from "../../../mach/ipc/names.ts";
import { exc } from "../../../mach/interfaces/exc.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { registersOf, THREAD_STATE_COUNT, THREAD_STATE_FLAVOR, threadState, type Syscall } from "../../../mach/kern/syscall.ts";
import { packFields } from "../../../mach/mig/client.ts";
import { allocateReceive, deallocate, destroyReceive, insertSend, taskSelf } from "../../../glibc-shim/rights.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { SIGSEGV } from "../../../servers/interfaces/signals.ts";
import { WNOHANG } from "../../../servers/interfaces/wait-status.ts";
import { probed } from "../probe.ts";

const PC = 0x1234;

/** Sends a fault of `thread` as the kernel would, without a reply port. */
function* raise(to: MachPort, thread: MachPort, task: MachPort): Syscall<number> {
  const msg = new MachMsg();
  const { id, in: fields } = exc.routines.exception_raise;
  msg.header(to, MsgType.COPY_SEND, MACH_PORT_NULL, 0, id, packFields(fields, { thread, task, exception: 1, code: 1, subcode: 0 }));
  msg.option = MsgOption.SEND;
  return yield msg;
}

/** The id of a message that waits at `port`; 0 when none does. */
function* waiting(port: MachPort): Syscall<number> {
  const msg = new MachMsg();
  msg.option = MsgOption.RCV | MsgOption.RCV_TIMEOUT;
  msg.timeout = 1;
  msg.rcvName = port;
  return (yield msg) === 0 ? msg.id : 0;
}

describe("faults of a signal thread (auth-proc.md §2.12)", () => {
  for (const alive of [true, false]) {
    it(alive ? "are forwarded, and the thread goes on where its process said" : "end the process when its forward port is gone", () => {
      const got = probed(function* (libc) {
        const { proc } = libc.ports;
        const made = yield* machCall.task_create(yield* taskSelf(), { inherit_memory: false });
        const task = made.err ? MACH_PORT_NULL : made.child_task;
        yield* procCall.proc_child(proc, { child: task });
        const own = yield* procCall.proc_task2proc(proc, { task });
        const pid = yield* procCall.proc_task2pid(proc, { task });
        const thread = yield* machCall.thread_create(task, {});
        if (own.err || pid.err || thread.err) return undefined;
        const [faults, forward] = [yield* allocateReceive(), yield* allocateReceive()];
        for (const port of [faults, forward]) yield* insertSend(port);
        const new_state = threadState({ pc: PC, sp: 0, arg: 0 });
        const { err } = yield* procCall.proc_handle_exceptions(own.proc, { msgport: faults, forwardport: copySend(forward), flavor: THREAD_STATE_FLAVOR, new_state });
        if (!alive) yield* destroyReceive(forward);
        yield* raise(faults, thread.child_thread, task);
        yield* libc.usleep(2000);
        const state = yield* machCall.thread_get_state(thread.child_thread, { flavor: THREAD_STATE_FLAVOR, old_stateCnt: THREAD_STATE_COUNT });
        const ended = yield* procCall.proc_wait(proc, { pid: pid.pid, options: WNOHANG });
        const forwarded = alive ? yield* waiting(forward) : 0;
        yield* deallocate(faults);
        return { err, forwarded, pc: state.err ? 0 : registersOf(state.old_state).pc, status: ended.err ? -1 : ended.status };
      });
      expect(got).to.deep.equal(alive ? { err: 0, forwarded: 2400, pc: PC, status: -1 } : { err: 0, forwarded: 0, pc: 0, status: SIGSEGV });
    });
  }
});
