/** Messages without an interface: somebody says that he is there. */
import { MachMsg, MsgOption } from "../../mach/ipc/message.ts";
import { MACH_PORT_NULL, MsgType, type MachPort } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";

/** No interface has this id. */
const ID = 4711;

/** Sends an empty message. The code: 0, MACH_SEND_INVALID_DEST, or MACH_SEND_TIMED_OUT when the queue is full. */
export function* say(port: MachPort): Syscall<number> {
  const msg = new MachMsg();
  msg.header(port, MsgType.COPY_SEND, MACH_PORT_NULL, 0, ID, []);
  msg.option = MsgOption.SEND | MsgOption.SEND_TIMEOUT;
  return yield msg;
}

/** Receives one such message, if one is there. */
export function* heard(port: MachPort): Syscall<boolean> {
  const msg = new MachMsg();
  msg.option = MsgOption.RCV | MsgOption.RCV_TIMEOUT;
  msg.rcvName = port;
  return (yield msg) === 0 && msg.id === ID;
}
