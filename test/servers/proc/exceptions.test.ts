import { expect } from "chai";
import { MachMsg, MsgOption } from "../../../mach/ipc/message.ts";
import { copySend, MACH_PORT_NULL, MsgType, type MachPort } from "../../../mach/ipc/names.ts";
import { exc } from "../../../mach/interfaces/exc.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { registersOf, THREAD_STATE_COUNT, THREAD_STATE_FLAVOR, threadState, type Syscall } from "../../../mach/kern/syscall.ts";
import { packFields } from "../../../mach/mig/client.ts";
import { allocateReceive, deallocate, destroyReceive, insertSend, taskSelf } from "../../../glibc-shim/rights.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { SEGV_MAPERR, SIGSEGV } from "../../../servers/interfaces/signals.ts";
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

  it("a second one, while the first has not been looked at, ends the process: its status and code are those of the fault", () => {
    const got = probed(function* (libc) {
      const { proc } = libc.ports;
      const made = yield* machCall.task_create(yield* taskSelf(), { inherit_memory: false });
      const task = made.err ? MACH_PORT_NULL : made.child_task;
      yield* procCall.proc_child(proc, { child: task });
      const own = yield* procCall.proc_task2proc(proc, { task });
      const thread = yield* machCall.thread_create(task, {});
      if (own.err || thread.err) return undefined;
      const [faults, forward] = [yield* allocateReceive(), yield* allocateReceive()];
      for (const port of [faults, forward]) yield* insertSend(port);
      yield* machPortCall.mach_port_set_qlimit(yield* taskSelf(), { name: forward, qlimit: 1 });
      const new_state = threadState({ pc: PC, sp: 0, arg: 0 });
      yield* procCall.proc_handle_exceptions(own.proc, { msgport: faults, forwardport: copySend(forward), flavor: THREAD_STATE_FLAVOR, new_state });
      const ends: unknown[] = [];
      for (let i = 0; i < 2; i++) {
        yield* raise(faults, thread.child_thread, task);
        yield* libc.usleep(2000);
        const { err, ...end } = { sigcode: -1, status: -1, ...(yield* procCall.proc_wait(proc, { pid: -1, options: WNOHANG })) };
        ends.push([err === 0, end.status, end.sigcode]);
      }
      return ends;
    });
    expect(got).to.deep.equal([
      [false, -1, -1],
      [true, SIGSEGV, SEGV_MAPERR],
    ]);
  });

  it("of a real process: its signal thread is sent to where there is nothing, and the process ends by SIGSEGV, waited for by its parent", () => {
    const got = probed(function* (libc) {
      const pid = yield* libc.fork((child) => child.pause());
      yield* libc.usleep(10_000);
      const { task } = { task: MACH_PORT_NULL, ...(yield* procCall.proc_pid2task(libc.ports.proc, { pid })) };
      const threads = yield* machCall.task_threads(task, {});
      const signals = threads.err ? undefined : threads.thread_list[1];
      if (signals === undefined) return undefined;
      yield* machCall.thread_set_state(signals, { flavor: THREAD_STATE_FLAVOR, new_state: threadState({ pc: PC, sp: 0, arg: 0 }) });
      yield* machCall.thread_abort(signals, {});
      return (yield* libc.waitpid(pid)).status;
    });
    expect(got).to.equal(SIGSEGV);
  });
});
