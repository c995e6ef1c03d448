/** Breaking off the calls that threads are in (signals-fork.md §4.4). For the signal thread, on threads that it holds suspended. */
import { MsgOption } from "../mach/ipc/message.ts";
import { machCall } from "../mach/interfaces/mach.ts";
import { Msg } from "../mach/kern/kern-return.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { client, type Rpc } from "../mach/mig/client.ts";
import { interrupt } from "../servers/interfaces/interrupt.ts";
import type { PendingRpc, Process, Sigstate } from "./process.ts";
import { destroyReceive } from "./rights.ts";

/** Milliseconds that a server has to answer an `interrupt_operation`. */
const INTERRUPT_TIMEOUT = 1000;

const timedRpc: Rpc = function* (msg) {
  msg.option = MsgOption.SEND | MsgOption.RCV | MsgOption.SEND_TIMEOUT | MsgOption.RCV_TIMEOUT;
  msg.timeout = INTERRUPT_TIMEOUT;
  msg.rcvName = msg.localPort;
  msg.take = true;
  return yield msg;
};
const interruptCall = client(interrupt, timedRpc);

/** Aborts what `to` is waiting in. `restart`: its call will be sent again, unless something else has decided otherwise. */
export function* abortRpc(p: Process, to: Sigstate, restart: boolean): Syscall<void> {
  yield* machCall.thread_abort(to.thread, {});
  const { rpc } = to;
  // a call on our own message port: it is us whom the thread waits for, and the answer is on its way
  if (rpc === undefined || rpc.port === p.msgport) return;
  if (!restart) rpc.cancel = true;
  yield* interruptServer(rpc);
}

/** Asks the server to break off, once a call. A server that does not listen loses the reply port, and the call is EINTR. */
function* interruptServer(rpc: PendingRpc): Syscall<void> {
  if (rpc.interrupted || rpc.msg.id !== rpc.id) return;
  rpc.interrupted = true;
  const answer = yield* interruptCall.interrupt_operation(rpc.port, {});
  if (answer.err !== Msg.SEND_TIMED_OUT && answer.err !== Msg.RCV_TIMED_OUT) return;
  rpc.cancel = true;
  yield* destroyReceive(rpc.msg.rcvName);
}

/** Breaks off the calls of every thread; with `live` the threads will go on, and their calls are sent again. */
export function* interruptRpcs(p: Process, live: boolean): Syscall<void> {
  for (const s of p.sigstates) if (s.rpc !== undefined) yield* abortRpc(p, s, live);
}
