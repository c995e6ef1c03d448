/**
 * Remote calls that a signal can interrupt (signals-fork.md §4.4).
 *
 * The thread says which call it is in; a signal makes the signal thread abort it, ask the server to break off (`interrupt_operation`), and run
 * the handler when the reply is in. Afterwards the call is sent again if the action has SA_RESTART, else it is EINTR. Before there is a signal thread calls are plain.
 */
import { type MachMsg, MsgOption } from "../mach/ipc/message.ts";
import { MACH_PORT_NULL, MsgType } from "../mach/ipc/names.ts";
import { type KernReturn, Msg } from "../mach/kern/kern-return.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { plainRpc, type Rpc } from "../mach/mig/client.ts";
import { mach_msg_destroy } from "../mach/mig/server.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { type PendingRpc, threadState } from "./process.ts";

/** Milliseconds that a handler waits for the reply of a call that was asked to break off. */
export const INTERRUPTED_RPC_TIMEOUT = 60_000;

/** The transport of the Hurd's own interfaces. */
export const intrRpc: Rpc = function* (msg) {
  const state = threadState();
  if (state === undefined || state.process.signalThread === MACH_PORT_NULL) return yield* plainRpc(msg);
  const { sigstate } = state;
  const { remotePort: port, remoteType, localPort, id, items } = msg;
  const rpc: PendingRpc = { msg, port, id, interrupted: false, cancel: false, unsent: false, received: undefined };
  const outer = sigstate.rpc;
  msg.rcvName = localPort;
  msg.take = true;
  for (;;) {
    sigstate.rpc = rpc;
    msg.option = MsgOption.SEND | MsgOption.RCV;
    let code = yield msg;
    while (code === Msg.RCV_INTERRUPTED) code = yield* receiveOn(rpc);
    sigstate.rpc = outer;
    if (rpc.unsent) return Errno.EINTR;
    if (code === Msg.SEND_INTERRUPTED) {
      if (!rpc.cancel) continue;
      yield* forget(msg);
      return Errno.EINTR;
    }
    if (!rpc.interrupted || !isInterruption(msg, rpc, code)) return code;
    if (rpc.cancel) return code === Msg.SUCCESS ? code : Errno.EINTR;
    msg.header(port, remoteType, localPort, MsgType.MAKE_SEND_ONCE, id, items);
    rpc.interrupted = false;
  }
};

/** After an interruption: the reply that the handler's frame has received, or else the wait for it goes on. */
function* receiveOn(rpc: PendingRpc): Syscall<KernReturn> {
  const { received } = rpc;
  rpc.received = undefined;
  if (received !== undefined) return received;
  rpc.msg.option = MsgOption.RCV;
  return yield rpc.msg;
}

/** The call ended because of the signal: the server says EINTR, or said nothing in time. */
function isInterruption(msg: MachMsg, rpc: PendingRpc, code: KernReturn): boolean {
  if (code === Msg.RCV_TIMED_OUT) rpc.cancel = true;
  if (rpc.cancel && code !== Msg.SUCCESS) return true;
  return code === Msg.SUCCESS && msg.id === rpc.id + 100 && msg.items[0]?.data === Errno.EINTR;
}

/** Destroys a request that came back unsent: what was moved or copied into it is ours again. */
function* forget(msg: MachMsg): Syscall<void> {
  if (msg.remoteType === MsgType.COPY_SEND) return;
  yield* mach_msg_destroy(msg);
}
