/**
 * The trap: send, receive, or both. A send that fails, or that only promises a notification, skips the receive.
 */
import { Msg, type KernReturn } from "../kern/kern-return.ts";
import type { IpcHost, IpcThread } from "./host.ts";
import { MsgOption, type MachMsg } from "./message.ts";
import { receive } from "./receive.ts";
import { send } from "./send.ts";

export { deliverAlways } from "./send.ts";

/** `mach_msg`. Answers the code, or BLOCKED (host.ts): then the wait's `finish` answers it. */
export function machMsgTrap(host: IpcHost, thread: IpcThread, msg: MachMsg): KernReturn {
  if (msg.option & MsgOption.SEND) {
    const code = send(host, thread, msg);
    if (code !== Msg.SUCCESS) return code;
  }
  return msg.option & MsgOption.RCV ? receive(host, thread, msg) : Msg.SUCCESS;
}
