/**
 * A place that holds a port which others may be using (`struct hurd_port`).
 *
 * Whoever uses the port is counted; when the port is replaced meanwhile, the last user gives the old reference back. So a close during a
 * read does not take the right away under the reader (signals-fork.md §1).
 */
import { MACH_PORT_NULL, type MachPort } from "../mach/ipc/names.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { deallocate } from "./rights.ts";

/** A port and how many are using it. */
class Held {
  readonly port: MachPort;
  users = 0;
  replaced = false;
  constructor(port: MachPort) {
    this.port = port;
  }
}

export class PortCell {
  private held: Held;
  /** Takes the caller's reference on `port`. */
  constructor(port: MachPort = MACH_PORT_NULL) {
    this.held = new Held(port);
  }

  /** The port now, borrowed: good until the next `yield`. */
  get port(): MachPort {
    return this.held.port;
  }

  /** Runs `body` with the port, which stays valid until it is done. */
  *use<T>(body: (port: MachPort) => Syscall<T>): Syscall<T> {
    const { held } = this;
    held.users++;
    try {
      return yield* body(held.port);
    } finally {
      if (--held.users === 0 && held.replaced) yield* deallocate(held.port);
    }
  }

  /** The ports that the cells have now, for `body`: they stay valid until it is done, whatever is put into the cells meanwhile. */
  static *useAll<T>(cells: readonly PortCell[], body: (ports: readonly MachPort[]) => Syscall<T>): Syscall<T> {
    const all = cells.map(({ held }) => held);
    for (const held of all) held.users++;
    try {
      return yield* body(all.map(({ port }) => port));
    } finally {
      for (const held of all) if (--held.users === 0 && held.replaced) yield* deallocate(held.port);
    }
  }

  /** Installs `port` with the caller's reference; the old one's is given back when nobody uses it any more. */
  *set(port: MachPort): Syscall<void> {
    const old = this.held;
    this.held = new Held(port);
    old.replaced = true;
    if (old.users === 0) yield* deallocate(old.port);
  }

  /** A cell with the same name, for a fork's child, which has a right of its own under it. */
  copy(): PortCell {
    return new PortCell(this.held.port);
  }
}
