/** What happened between two moments, counted from the kernel's events (comparison.md §2, "Cost vector"). Everybody's part counts: nobody else has anything to do meanwhile. */
import { isPortType } from "../../mach/ipc/names.ts";
import type { KernelEvent, SeenItem } from "../../mach/kern/events.ts";
import type { Machine } from "../../mach/kern/machine.ts";
import { Messages } from "../../rpctrace/messages.ts";
import type { Cost } from "../model/launch.ts";

export const NO_COST: Cost = { traps: 0, messages: 0, rpcs: 0, rightsMoved: 0, bytesCopied: 0, contextSwitches: 0, peakRightsInFlight: 0, time: 0 };

const portsOf = ({ data }: SeenItem): readonly number[] => (typeof data === "object" && !(data instanceof Uint8Array) ? data : [Number(data)]);
const rightsIn = (items: readonly SeenItem[]): number => items.filter(({ type }) => isPortType(type)).flatMap(portsOf).filter((port) => port !== 0).length;
const bytesIn = (items: readonly SeenItem[]): number =>
  items.filter((item) => !isPortType(item.type)).reduce((sum, { bits, number }) => sum + Math.ceil((bits * number) / 8), 0);

/** Counts from `begin` to `end`. Rights in message bodies count as moved when sent; a change of the thread that sends or receives, as a switch. */
export class Meter {
  private readonly machine: Machine;
  private stop: (() => void) | undefined;
  private from = { steps: 0, time: 0 };
  private counts = { messages: 0, rpcs: 0, rightsMoved: 0, bytesCopied: 0, contextSwitches: 0, peakRightsInFlight: 0 };
  private inFlight = 0;
  private last = 0;
  private readonly messages = new Messages();
  private readonly carried = new Map<string, number[]>();
  private result: Cost | undefined;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  begin(): void {
    this.stop = this.machine.tap.listen((event) => this.event(event));
    this.from = { steps: this.machine.steps, time: this.machine.now };
  }

  /** The first call counts. */
  end(): void {
    if (this.stop === undefined) return;
    this.stop();
    this.stop = undefined;
    this.result = { ...this.counts, traps: this.machine.steps - this.from.steps, time: this.machine.now - this.from.time };
  }

  /** All zero when there was no end. */
  get cost(): Cost {
    return this.result ?? NO_COST;
  }

  private event(event: KernelEvent): void {
    if (event.kind !== "message-sent" && event.kind !== "message-received") return;
    const message = this.messages.event(event);
    if (event.thread !== 0 && event.thread !== this.last) {
      this.counts.contextSwitches++;
      this.last = event.thread;
    }
    const key = `${event.port} ${event.id}`;
    if (event.kind === "message-received") {
      this.inFlight -= this.carried.get(key)?.shift() ?? 0;
      return;
    }
    const rights = rightsIn(event.items);
    this.counts.messages++;
    this.counts.rightsMoved += rights;
    this.counts.bytesCopied += bytesIn(event.items);
    if (message?.request !== undefined) this.counts.rpcs++;
    this.fly(key, rights, event.task === 0);
  }

  /** Until it is received; what the kernel sends or takes itself does not count as flying when it has no receiver yet. */
  private fly(key: string, rights: number, fromKernel: boolean): void {
    if (fromKernel) return;
    this.carried.set(key, [...(this.carried.get(key) ?? []), rights]);
    this.inFlight += rights;
    this.counts.peakRightsInFlight = Math.max(this.counts.peakRightsInFlight, this.inFlight);
  }
}
