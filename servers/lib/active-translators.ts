/** The active translators that were set below a filesystem, for `fsys_get_children` and whatever goes on to children (fs-io.md §5 step 8). */
import { copySends, PortType, type MachPort, type PolyRights } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { addSendRef, deallocate, taskSelf } from "../../glibc-shim/rights.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";

/** One of them. `path` is relative to the filesystem's root. */
interface Child {
  readonly path: string;
  readonly control: MachPort;
}

export class ActiveTranslators {
  private children: readonly Child[] = [];

  /** A translator was set at `path`; null: the one there is gone. Takes its own reference. */
  *record(path: string, control: MachPort): Syscall<void> {
    const old = this.children.filter((c) => c.path === path);
    this.children = this.children.filter((c) => c.path !== path);
    for (const child of old) yield* deallocate(child.control);
    if (control === 0 || control === 0xffffffff) return;
    yield* addSendRef(control);
    this.children = [...this.children, { path, control }];
  }

  /** Those that live. Dead ones are forgotten. */
  *live(): Syscall<readonly Child[]> {
    const alive: Child[] = [];
    for (const child of this.children) {
      const type = yield* machPortCall.mach_port_type(yield* taskSelf(), { name: child.control });
      if (!type.err && (type.ptype & PortType.SEND) !== 0) alive.push(child);
      else yield* deallocate(child.control);
    }
    this.children = alive;
    return alive;
  }

  /** What `fsys_get_children` answers. */
  *answer(): Syscall<{ readonly names: readonly string[]; readonly controls: PolyRights }> {
    const alive = yield* this.live();
    return { names: alive.map((c) => c.path), controls: copySends(alive.map((c) => c.control)) };
  }
}
