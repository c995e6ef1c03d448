/**
 * Who wants to hear of changes to a node (`dir_notice_changes`, `file_notice_changes`). Nobody is waited for (fs_notify.defs): a notice that finds the
 * queue full is lost, which its reader sees by the ticks.
 */
import { MachMsg, MsgOption, type Item } from "../../mach/ipc/message.ts";
import { MACH_PORT_NULL, MsgType, type MachPort } from "../../mach/ipc/names.ts";
import { Msg } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { packFields } from "../../mach/mig/client.ts";
import { mach_msg_destroy } from "../../mach/mig/server.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { fsNotify } from "../interfaces/fs-notify.ts";

const { dir_changed, file_changed } = fsNotify.routines;

export class NotifyList {
  private ports: MachPort[] = [];
  private tick = 0;

  /** Adds a port (consumed), having told it that it is heard: an event of type NULL with the present tick. Why that could not be sent; then it is not kept. */
  *add(port: MachPort, kind: "dir" | "file"): Syscall<number> {
    const tickno = this.tick;
    const notice = { tickno, change: 0 };
    const code = yield* kind === "dir"
      ? sendNow(port, dir_changed.id, packFields(dir_changed.in, { ...notice, name: "" }))
      : sendNow(port, file_changed.id, packFields(file_changed.in, { ...notice, start: 0, end: 0 }));
    if (code === Msg.SUCCESS) this.ports.push(port);
    return code;
  }

  /** An entry came, went or was renumbered. */
  *dirChanged(change: number, name: string): Syscall<void> {
    if (this.ports.length > 0) yield* this.tell(dir_changed.id, packFields(dir_changed.in, { tickno: ++this.tick, change, name }));
  }

  /** Contents from `start` to `end` changed, or the status. */
  *fileChanged(change: number, start: number, end: number): Syscall<void> {
    if (this.ports.length > 0) yield* this.tell(file_changed.id, packFields(file_changed.in, { tickno: ++this.tick, change, start, end }));
  }

  private *tell(id: number, items: readonly Item[]): Syscall<void> {
    for (const port of [...this.ports]) {
      const code = yield* sendNow(port, id, items);
      if (code !== Msg.SUCCESS && code !== Msg.SEND_TIMED_OUT) yield* this.forget(port);
    }
  }

  private *forget(port: MachPort): Syscall<void> {
    this.ports = this.ports.filter((p) => p !== port);
    yield* deallocate(port);
  }
}

/** The code. A message that finds no room comes back with a right on its destination. */
function* sendNow(port: MachPort, id: number, items: readonly Item[]): Syscall<number> {
  const notice = new MachMsg();
  notice.header(port, MsgType.COPY_SEND, MACH_PORT_NULL, 0, id, items);
  notice.option = MsgOption.SEND | MsgOption.SEND_TIMEOUT;
  notice.timeout = 0;
  const code = yield notice;
  if (code === Msg.SEND_TIMED_OUT) yield* mach_msg_destroy(notice);
  return code;
}
