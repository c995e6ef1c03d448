/**
 * The dead-name requests of one port, in a table as the real kernel has it: their delivery order at the port's death is the slot order.
 * Slot 0 is unused; the table grows 2, 4, 8, …; new slots are handed out from the highest down, freed ones most recent first
 * (mach-ipc.md, "Death order").
 */
import type { Port } from "./port.ts";

/** Who is told (a send-once right), and of which name. */
export interface DeadNameRequest {
  notify: Port;
  name: number;
}

export class DeadNameRequests {
  private slots: (DeadNameRequest | null)[] = [null, null];
  /** Free slots, the next to be used last. */
  private readonly free: number[] = [1];

  /** Stores a request; answers its slot. */
  add(request: DeadNameRequest): number {
    if (this.free.length === 0) this.grow();
    const slot = this.free.pop() ?? 0;
    this.slots[slot] = request;
    return slot;
  }

  /** Slots of the table, the unused one included. */
  get size(): number {
    return this.slots.length;
  }

  private grow(): void {
    const size = this.slots.length;
    for (let i = size; i < size * 2; i++) {
      this.slots.push(null);
      this.free.push(i);
    }
  }

  get(slot: number): DeadNameRequest | null {
    return this.slots[slot] ?? null;
  }

  /** Takes a request out. */
  remove(slot: number): DeadNameRequest | null {
    const request = this.get(slot);
    this.slots[slot] = null;
    this.free.push(slot);
    return request;
  }

  forEach(visit: (request: DeadNameRequest) => void): void {
    for (const request of this.slots) if (request) visit(request);
  }
}
