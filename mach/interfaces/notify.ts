/** Notifications about port rights, from the kernel. */
import { MsgType } from "../ipc/names.ts";
import { client } from "../mig/client.ts";
import { t } from "../mig/kind.ts";
import { simpleroutine, subsystem } from "../mig/subsystem.ts";

export const notify = subsystem("notify", 64, {
  /** A name with a dead-name request was deallocated. */
  mach_notify_port_deleted: simpleroutine(65, { name: t.portName }, { requestPort: MsgType.MOVE_SEND_ONCE }),
  /** A message sent with SEND_NOTIFY was taken. */
  mach_notify_msg_accepted: simpleroutine(66, { name: t.portName }, { requestPort: MsgType.MOVE_SEND_ONCE }),
  /** A receive right was destroyed, and comes to who asked for it. */
  mach_notify_port_destroyed: simpleroutine(69, { rights: t.polyReceive }, { requestPort: MsgType.MOVE_SEND_ONCE }),
  /** The last send right went; `mscount` had been made. */
  mach_notify_no_senders: simpleroutine(70, { mscount: t.int }, { requestPort: MsgType.MOVE_SEND_ONCE }),
  /** A send-once right went without a message. */
  mach_notify_send_once: simpleroutine(71, {}, { requestPort: MsgType.MOVE_SEND_ONCE }),
  /** A port died; the name has one reference more for this notice. */
  mach_notify_dead_name: simpleroutine(72, { name: t.portName }, { requestPort: MsgType.MOVE_SEND_ONCE }),
});

/** Plain stubs. */
export const notifyCall = client(notify);
