/**
 * Which port is another under a new identity: whoever asks `io_reauthenticate` of port X with a rendezvous R gets, from the auth server, the port that the server offered there
 * (auth-proc.md §1.4). A scenario's object stays one object over that, whatever its port is now.
 */
import type { KernelEvent, SeenItem } from "../../mach/kern/events.ts";
import { auth } from "../../servers/interfaces/auth.ts";
import { io } from "../../servers/interfaces/io.ts";

const ASKS = io.routines.io_reauthenticate.id;
const OFFERS = auth.routines.auth_server_authenticate.id;

const portIn = (item: SeenItem | undefined): number => (typeof item?.data === "number" ? item.data : 0);

/** Give it every event, in order. Ports by their kernel-wide numbers. */
export class Lineage {
  /** The port that was asked, by rendezvous. */
  private readonly asked = new Map<number, number>();
  private readonly origin = new Map<number, number>();

  event(event: KernelEvent): void {
    if (event.kind !== "message-sent") return;
    const [first, second] = event.items;
    if (event.id === ASKS) this.asked.set(portIn(first), event.port);
    if (event.id !== OFFERS) return;
    const old = this.asked.get(portIn(first));
    const made = portIn(second);
    if (old !== undefined && made > 0) this.origin.set(made, this.of(old));
  }

  /** The port from which `port` comes by reauthentication; itself, when by none. */
  of(port: number): number {
    return this.origin.get(port) ?? port;
  }
}
