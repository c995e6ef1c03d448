/** Who wants to hear of changes to a node (`dir_notice_changes`, `file_notice_changes`). */
import type { MachPort } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { fsNotifyCall } from "../interfaces/fs-notify.ts";

export class NotifyList {
  private ports: MachPort[] = [];
  private tick = 0;

  /** Adds a port (consumed), having told it that it is heard: an event of type NULL with the present tick. Why that could not be sent; then it is not kept. */
  *add(port: MachPort, kind: "dir" | "file"): Syscall<number> {
    const tickno = this.tick;
    const notice = { tickno, change: 0 };
    const { err } = yield* kind === "dir" ? fsNotifyCall.dir_changed(port, { ...notice, name: "" }) : fsNotifyCall.file_changed(port, { ...notice, start: 0, end: 0 });
    if (!err) this.ports.push(port);
    return err;
  }

  /** An entry came, went or was renumbered. */
  *dirChanged(change: number, name: string): Syscall<void> {
    if (this.ports.length === 0) return;
    const tickno = ++this.tick;
    for (const port of [...this.ports]) {
      const { err } = yield* fsNotifyCall.dir_changed(port, { tickno, change, name });
      if (err) yield* this.forget(port);
    }
  }

  /** Contents from `start` to `end` changed, or the status. */
  *fileChanged(change: number, start: number, end: number): Syscall<void> {
    if (this.ports.length === 0) return;
    const tickno = ++this.tick;
    for (const port of [...this.ports]) {
      const { err } = yield* fsNotifyCall.file_changed(port, { tickno, change, start, end });
      if (err) yield* this.forget(port);
    }
  }

  private *forget(port: MachPort): Syscall<void> {
    this.ports = this.ports.filter((p) => p !== port);
    yield* deallocate(port);
  }
}
