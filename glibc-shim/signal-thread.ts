/**
 * The signal thread, the only reader of the message port, and how a process gets one (`_hurdsig_init`, exec.md §9 step 8).
 *
 * It serves the msg subsystem and exceptions; signals that it handles for others are in post-signal.ts.
 */
import { machPortCall } from "../mach/interfaces/mach-port.ts";
import { machCall } from "../mach/interfaces/mach.ts";
import { MACH_PORT_DEAD, MACH_PORT_NULL, type MachPort, makeSend } from "../mach/ipc/names.ts";
import { Msg } from "../mach/kern/kern-return.ts";
import { code, cpu, type Entry, mach_reply_port, mach_thread_self, REGS_SEGS_STATE_FLAVOR, type Syscall, threadState as registers, type ThreadStorage, USER_SEGMENTS } from "../mach/kern/syscall.ts";
import { firstOf, machMsgServer } from "../mach/mig/server.ts";
import { EXEC_SIGTRAP, INIT_PORT_PROC, TASK_EXCEPTION_PORT } from "../servers/interfaces/hurd-types.ts";
import { SIGSEGV, SIGTRAP, TRAP_TRACE } from "../servers/interfaces/signals.ts";
import { W_EXITCODE } from "../servers/interfaces/wait-status.ts";
import { exceptionDemuxer } from "./exception.ts";
import { hurdExit } from "./exit.ts";
import { msgDemuxer } from "./msg-server.ts";
import { type Process, Sigstate, ThreadState, threadState } from "./process.ts";
import { allocateReceive, deallocate, insertSend, newTaskSelf, taskSelf } from "./rights.ts";
import { msgCall, procCall } from "./stubs.ts";
import { createThread } from "./thread.ts";

/**
 * What the signal thread runs. Its own signal state blocks all, and stands in no list: nothing is ever delivered to it. It names itself and a reply port when it
 * begins; a fork's child has copies of those, which the parent's thread named in `inherited`. An abort (fork does that) only makes it receive again.
 */
export function* signalThread(p: Process, inherited: ThreadStorage | undefined): Syscall<void> {
  const { tls } = cpu;
  p.signalTls = tls;
  tls.library = new ThreadState(p, new Sigstate(p.signalThread));
  if (inherited === undefined) {
    yield* mach_thread_self();
    tls.replyPort = yield* mach_reply_port();
  } else {
    tls.replyPort = inherited.replyPort;
    tls.taskSelf = inherited.taskSelf;
  }
  const demuxer = firstOf(msgDemuxer(p), exceptionDemuxer(p));
  for (let code: number = Msg.RCV_INTERRUPTED; code === Msg.RCV_INTERRUPTED; ) code = yield* machMsgServer(p.msgport, demuxer);
}

/** Where proc lets the signal thread go on after a fault of its own: there is nothing that it could do. */
export const faultEntry = (p: Process): Entry =>
  function* () {
    yield* hurdExit(p, W_EXITCODE(0, SIGSEGV));
  };

/**
 * Message port, signal thread, exception port, and proc is told: from here on signals come. Does nothing without a proc port, or when it has been done.
 */
export function* startSignals(p: Process): Syscall<void> {
  if (!p.hasProc || p.signalThread !== MACH_PORT_NULL) return;
  const main = threadState()?.sigstate;
  if (main !== undefined && main.thread === MACH_PORT_NULL) main.thread = yield* mach_thread_self();
  p.msgport = yield* allocateReceive();
  yield* insertSend(p.msgport);
  p.signalThread = yield* createThread(p, () => signalThread(p, undefined));
  yield* machCall.thread_resume(p.signalThread, {});
  yield* machCall.task_set_special_port(yield* taskSelf(), { which_port: TASK_EXCEPTION_PORT, special_port: p.msgport });
  yield* setMsgport(p);
  const argv = { argv: p.argvAddress, envp: p.envpAddress };
  yield* procCall.proc_set_arg_locations(p.port(INIT_PORT_PROC), argv);
  yield* initFaults(p);
  if (p.traceMask !== 0 && !(p.execFlags & EXEC_SIGTRAP)) yield* postToSelf(p, SIGTRAP, TRAP_TRACE);
}

/** Registers the message port. The right that proc gives back is dropped, even when it has died since. */
export function* setMsgport(p: Process): Syscall<void> {
  const old = yield* procCall.proc_setmsgport(p.port(INIT_PORT_PROC), { newmsgport: p.msgport });
  if (!old.err && (old.oldmsgport === MACH_PORT_DEAD || old.oldmsgport !== MACH_PORT_NULL)) {
    yield* machPortCall.mach_port_deallocate(yield* taskSelf(), { name: old.oldmsgport });
  }
}

/** Where cs stands in a thread's state. */
const CODE_SEGMENT = 13;

/** The signal thread's own faults go to proc, which forwards them to a port of ours and sets the thread to where it can go on (`_hurdsig_fault_init`). */
export function* initFaults(p: Process): Syscall<void> {
  const task = yield* taskSelf();
  const sigexc = yield* allocateReceive();
  yield* insertSend(sigexc);
  const forward = yield* allocateReceive();
  yield* machPortCall.mach_port_set_qlimit(task, { name: forward, qlimit: 1 });
  const { data, code: cs } = USER_SEGMENTS;
  const new_state = [...data, ...registers({ pc: yield* code(faultEntry(p)), sp: 0, arg: 0 }).slice(data.length)].with(CODE_SEGMENT, cs);
  yield* procCall.proc_handle_exceptions(p.port(INIT_PORT_PROC), {
    msgport: sigexc,
    forwardport: makeSend(forward),
    flavor: REGS_SEGS_STATE_FLAVOR,
    new_state,
  });
  yield* machCall.thread_set_special_port(p.signalThread, { which_port: TASK_EXCEPTION_PORT, special_port: sigexc });
  yield* deallocate(sigexc);
}

/** A signal from ourselves to ourselves. */
export function* postToSelf(p: Process, signal: number, sigcode = 0): Syscall<void> {
  const refport: MachPort = yield* newTaskSelf();
  yield* msgCall.msg_sig_post(p.msgport, { signal, sigcode, refport });
  yield* deallocate(refport);
}

