/**
 * Remote calls that a signal can interrupt (signals-fork.md §4.4).
 *
 * The thread says which call it is in; a signal makes the signal thread abort it, ask the server to break off (`interrupt_operation`), and run
 * the handler when the reply is in. Afterwards the call is sent again if the action has SA_RESTART, else it is EINTR. Before there is a signal thread calls are plain.
 */
import { MsgOption, type Item, type MachMsg } from "../mach/ipc/message.ts";
import { MsgType } from "../mach/ipc/names.ts";
import { Msg, type KernReturn } from "../mach/kern/kern-return.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { plainRpc, type Rpc } from "../mach/mig/client.ts";
import { mach_msg_destroy } from "../mach/mig/server.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { threadState, type PendingRpc } from "./process.ts";

/** Milliseconds that a handler waits for the reply of a call that was asked to break off. */
export const INTERRUPTED_RPC_TIMEOUT = 60_000;

interface Saved {
  readonly msg: MachMsg;
  readonly remoteType: number;
  readonly localPort: MachMsg["localPort"];
  readonly items: readonly Item[];
}

/** The transport of the Hurd's own interfaces. */
export const intrRpc: Rpc = function* (msg) {
  const state = threadState();
  if (state === undefined || state.process.signalThread === 0) return yield* plainRpc(msg);
  const { sigstate } = state;
  const rpc: PendingRpc = { msg, port: msg.remotePort, id: msg.id, interrupted: false, cancel: false, received: undefined };
  const saved: Saved = { msg, remoteType: msg.remoteType, localPort: msg.localPort, items: msg.items };
  const outer = sigstate.rpc;
  for (;;) {
    sigstate.rpc = rpc;
    const code = yield* attemptOnce(rpc);
    sigstate.rpc = outer;
    if (code === Msg.SEND_INTERRUPTED) {
      if (!rpc.cancel) continue;
      yield* forget(msg);
      return Errno.EINTR;
    }
    if (!rpc.interrupted || !isInterruption(msg, rpc, code)) return code;
    if (rpc.cancel) return code === Msg.SUCCESS ? code : Errno.EINTR;
    sendAgain(saved, rpc);
  }
};

/** Sends and waits for the reply, through interruptions. */
function* attemptOnce(rpc: PendingRpc): Syscall<KernReturn> {
  const { msg } = rpc;
  if (msg.localType === MsgType.MAKE_SEND_ONCE) msg.rcvName = msg.localPort;
  msg.option = MsgOption.SEND | MsgOption.RCV;
  msg.take = true;
  let code = yield msg;
  while (code === Msg.RCV_INTERRUPTED) {
    if (rpc.received !== undefined) {
      code = rpc.received;
      rpc.received = undefined;
      continue;
    }
    msg.option = MsgOption.RCV;
    code = yield msg;
  }
  return code;
}

/** The call ended because of the signal: the server says EINTR, or said nothing in time. */
function isInterruption(msg: MachMsg, rpc: PendingRpc, code: KernReturn): boolean {
  if (code === Msg.RCV_TIMED_OUT) rpc.cancel = true;
  if (rpc.cancel && code !== Msg.SUCCESS) return true;
  return code === Msg.SUCCESS && msg.id === rpc.id + 100 && msg.items[0]?.data === Errno.EINTR;
}

/** Makes the buffer the request again. */
function sendAgain(saved: Saved, rpc: PendingRpc): void {
  saved.msg.header(rpc.port, saved.remoteType, saved.localPort, MsgType.MAKE_SEND_ONCE, rpc.id, saved.items);
  rpc.interrupted = false;
}

/** Destroys a request that came back unsent: what was moved or copied into it is ours again. */
function* forget(msg: MachMsg): Syscall<void> {
  if (msg.remoteType === MsgType.COPY_SEND) return;
  yield* mach_msg_destroy(msg);
}
