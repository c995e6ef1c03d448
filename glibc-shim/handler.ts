/**
 * The frame in which handlers run: on top of whatever the thread was doing when the signal came.
 *
 * `thread_set_state` with this routine's address makes the thread call it when it next runs. It first takes the reply of an interrupted call, so
 * that a handler never runs while a server still works for the thread; then it runs the handlers, last delivered first, each under its mask.
 */
import { machPortCall } from "../mach/interfaces/mach-port.ts";
import { MsgOption } from "../mach/ipc/message.ts";
import { MACH_PORT_NULL, type MachPort, MsgType } from "../mach/ipc/names.ts";
import { invariant } from "../mach/kern/invariant.ts";
import { Msg } from "../mach/kern/kern-return.ts";
import { cpu, type Entry, type Syscall } from "../mach/kern/syscall.ts";
import { INTERRUPTED_RPC_TIMEOUT } from "./intr-rpc.ts";
import { type PendingRpc, type Process, type Sigstate, threadState } from "./process.ts";
import { abandonReceive, deallocate, newTaskSelf, taskSelf } from "./rights.ts";
import { msgCall } from "./stubs.ts";

/** Two routines with one body: a handler's frame on top of a handler's frame must have another address (a pc that is set again is no call). */
export const handlerEntries: readonly [Entry, Entry] = [() => runHandlers(), () => runHandlers()];

function* runHandlers(): Syscall<void> {
  const state = threadState();
  invariant(state !== undefined, "handlers run in threads of the library");
  const { process, sigstate } = state;
  sigstate.framed = false;
  sigstate.depth++;
  const { rpc } = sigstate;
  const replyPort = cpu.tls.replyPort;
  cpu.tls.replyPort = MACH_PORT_NULL;
  cpu.tls.spare = undefined;
  sigstate.rpc = undefined;
  if (rpc?.interrupted === true) yield* awaitReply(rpc);
  yield* runDeliveries(process, sigstate);
  const own = cpu.tls.replyPort;
  cpu.tls.replyPort = replyPort;
  if (own !== MACH_PORT_NULL) yield* abandonReceive(own);
  sigstate.rpc = rpc;
  sigstate.depth--;
}

/**
 * Takes the reply of a call that was sent and has none yet. A call that came back unsent, or is answered, has nothing to wait for. One that was about to be sent is made to do
 * nothing if it is to end with EINTR (the trap's registers are ours to change), else it goes its way after the handler.
 */
function* awaitReply(rpc: PendingRpc): Syscall<void> {
  const { msg } = rpc;
  if (msg.id !== rpc.id || msg.localType !== MsgType.MAKE_SEND_ONCE) return;
  if (!(yield* wasSent(msg.rcvName))) {
    rpc.interrupted = false;
    rpc.unsent = rpc.cancel;
    if (rpc.cancel) msg.option = 0;
    return;
  }
  do {
    msg.option = MsgOption.RCV | MsgOption.RCV_TIMEOUT;
    msg.timeout = INTERRUPTED_RPC_TIMEOUT;
    rpc.received = yield msg;
  } while (rpc.received === Msg.RCV_INTERRUPTED);
}

/** Words of a receive right's status. */
const MSGCOUNT = 4;
const SORIGHTS = 5;

/** Whether somebody holds the right to reply to `replyPort`, or has used it. */
function* wasSent(replyPort: MachPort): Syscall<boolean> {
  const got = yield* machPortCall.mach_port_get_receive_status(yield* taskSelf(), { name: replyPort });
  return got.err !== 0 || (got.status[MSGCOUNT] ?? 0) + (got.status[SORIGHTS] ?? 0) > 0;
}

function* runDeliveries(p: Process, s: Sigstate): Syscall<void> {
  for (let d = s.deliveries.pop(); d !== undefined; d = s.deliveries.pop()) {
    const { handler } = d.action;
    if (typeof handler === "function") yield* handler(d.signo, d.code, d.address);
    s.blocked = d.oldMask;
    yield* deliverUnblocked(p, s);
  }
}

/** After signals have been unblocked: asks the signal thread to look at what is pending (`msg_sig_post` of 0 on the own message port). */
export function* deliverUnblocked(p: Process, s: Sigstate): Syscall<void> {
  if (p.msgport === MACH_PORT_NULL || s.critical > 0) return;
  if ((((s.pending | p.pending) & ~s.blocked) >>> 0) === 0) return;
  const refport = yield* newTaskSelf();
  yield* msgCall.msg_sig_post(p.msgport, { signal: 0, sigcode: 0, refport });
  yield* deallocate(refport);
}

/** Runs `body` as a critical section: signals for this thread wait until it is over. */
export function* criticalSection<T>(p: Process, s: Sigstate, body: Syscall<T>): Syscall<T> {
  s.critical++;
  try {
    return yield* body;
  } finally {
    if (--s.critical === 0) yield* deliverUnblocked(p, s);
  }
}
