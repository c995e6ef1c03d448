/**
 * The port of a task or a thread, and the send right for it that the task or thread holds (`mach_task_self` gives copies of it).
 *
 * Both are made when somebody first asks for one of them. The port's number is taken at the object's birth, and who watches rights sees every port die: nobody can tell
 * that it was not there from the start.
 */
import type { KObject } from "../ipc/host.ts";
import { kernelPortDestroy, releaseSendRight } from "../ipc/kernel-port.ts";
import type { PortRef } from "../ipc/kmsg.ts";
import { Port } from "../ipc/port.ts";
import { closePort, type PortOwner } from "./kernel-ports.ts";

export abstract class WithPort implements KObject {
  abstract readonly kind: string;
  readonly owner: PortOwner;
  /** The number that its port has. */
  readonly portId: number;
  private made: Port | null = null;
  private self: PortRef = null;
  alive = true;

  constructor(owner: PortOwner) {
    this.owner = owner;
    this.portId = owner.ids.nextPort++;
  }

  /** Its port; a dead one after its end. */
  get port(): Port {
    return this.made ?? this.makePort();
  }

  /** What `mach_task_self` or `mach_thread_self` gives: a send right that it holds, for its port at first. */
  get selfPort(): PortRef {
    if (this.made === null) this.makePort();
    return this.self;
  }
  set selfPort(ref: PortRef) {
    if (this.made === null) this.makePort();
    this.self = ref;
  }

  private makePort(): Port {
    const port = new Port(this.portId, this.owner.ids);
    this.made = port;
    if (!this.alive) {
      kernelPortDestroy(port);
      return port;
    }
    port.kobject = this;
    this.owner.receives.add(port);
    this.self = port.makeSend();
    return port;
  }

  /** The right that it holds goes. Its port may die after that (`endPort`). */
  releaseSelf(): void {
    if (this.made === null) return;
    releaseSendRight(this.self);
    this.self = null;
  }

  /** Its port dies, after `alive` has become false. */
  endPort(): void {
    if (this.made !== null) closePort(this.owner, this.made);
    else if (this.owner.ids.rights) this.makePort();
  }
}
