/** Notifications about port rights, from the kernel. */
import { MsgType } from "../ipc/names.ts";
import { client } from "../mig/client.ts";
import { t } from "../mig/kind.ts";
import { simpleroutine, subsystem } from "../mig/subsystem.ts";

export const notify = subsystem("notify", 64, {
  /** Mach notify port deleted. */
  mach_notify_port_deleted: simpleroutine(65, { name: t.portName }, { requestPort: MsgType.MOVE_SEND_ONCE }),
  /** Mach notify msg accepted. */
  mach_notify_msg_accepted: simpleroutine(66, { name: t.portName }, { requestPort: MsgType.MOVE_SEND_ONCE }),
  /** Mach notify port destroyed. */
  mach_notify_port_destroyed: simpleroutine(69, { rights: t.polyReceive }, { requestPort: MsgType.MOVE_SEND_ONCE }),
  /** Mach notify no senders. */
  mach_notify_no_senders: simpleroutine(70, { mscount: t.int }, { requestPort: MsgType.MOVE_SEND_ONCE }),
  /** Mach notify send once. */
  mach_notify_send_once: simpleroutine(71, {}, { requestPort: MsgType.MOVE_SEND_ONCE }),
  /** Mach notify dead name. */
  mach_notify_dead_name: simpleroutine(72, { name: t.portName }, { requestPort: MsgType.MOVE_SEND_ONCE }),
});

/** Plain stubs. */
export const notifyCall = client(notify);
