/**
 * The ports of the host, its processor and its devices' master. Each is made when somebody first asks for it; their numbers are the first of a machine.
 */
import type { Port } from "../ipc/port.ts";
import { numberedPort, type PortOwner } from "./kernel-ports.ts";

/** In the order of their numbers. */
const KINDS = ["host", "host-priv", "device-master", "processor-set", "processor-set-name", "processor"] as const;

export type HostPortKind = (typeof KINDS)[number];

export class HostPorts {
  private readonly owner: PortOwner;
  private readonly first: number;
  private made: Map<HostPortKind, Port> | null = null;

  constructor(owner: PortOwner) {
    this.owner = owner;
    this.first = owner.ids.nextPort;
    owner.ids.nextPort += KINDS.length;
  }

  of(kind: HostPortKind): Port {
    const made = (this.made ??= new Map<HostPortKind, Port>());
    let port = made.get(kind);
    if (port === undefined) made.set(kind, (port = numberedPort(this.owner, this.first + KINDS.indexOf(kind), { kind })));
    return port;
  }
}
