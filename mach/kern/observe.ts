/** Messages and names as events: ports by their numbers, bodies as they stand in the kernel. Built only while somebody listens. */
import type { IpcObserver, IpcThread, RightsObserver } from "../ipc/host.ts";
import { isPort, Rights, type KItem, type Kmsg, type PortRef } from "../ipc/kmsg.ts";
import { PortType } from "../ipc/names.ts";
import { Port } from "../ipc/port.ts";
import type { Entry, Space } from "../ipc/space.ts";
import { VmCopy } from "../vm/copy.ts";
import type { Clock } from "./clock.ts";
import type { SeenItem, Tap } from "./events.ts";
import { Thread } from "./thread.ts";

/** A port's number; 0 null, -1 dead. */
const portNumber = (ref: PortRef): number => (ref === null ? 0 : isPort(ref) ? ref.id : -1);

function seenItems(items: readonly KItem[]): readonly SeenItem[] {
  const seen: SeenItem[] = [];
  for (let i = 0; i < items.length; i++) {
    const { type, bits, number, inline, data } = items[i] as KItem;
    seen.push({ type, bits, number, inline, data: typeof data === "number" ? data : seenData(data, inline) });
  }
  return seen;
}

function seenData(data: KItem["data"], inline: boolean): SeenItem["data"] {
  if (data === undefined) return new Uint8Array(0);
  if (data instanceof VmCopy) return data.bytes().slice();
  if (!(data instanceof Rights)) return typeof data === "object" && "address" in data ? data.address : data;
  const numbers = data.refs.map(portNumber);
  return inline && numbers.length === 1 ? (numbers[0] ?? 0) : numbers;
}

/** Tells `tap` of messages. */
export class MessageObserver implements IpcObserver {
  private readonly tap: Tap;
  private readonly clock: Clock;

  constructor(tap: Tap, clock: Clock) {
    this.tap = tap;
    this.clock = clock;
  }

  /** `thread` undefined: the kernel has sent it. */
  sent(kmsg: Kmsg, thread: IpcThread | undefined): void {
    this.tap.emit({
      kind: "message-sent",
      at: this.clock.now,
      step: this.clock.steps,
      task: thread instanceof Thread ? thread.task.id : 0,
      thread: thread instanceof Thread ? thread.id : 0,
      port: portNumber(kmsg.remote),
      reply: portNumber(kmsg.local),
      id: kmsg.id,
      items: seenItems(kmsg.items),
    });
  }

  received(kmsg: Kmsg, port: Port, thread: IpcThread): void {
    if (!(thread instanceof Thread)) return;
    const { now: at, steps: step } = this.clock;
    this.tap.emit({ kind: "message-received", at, step, task: thread.task.id, thread: thread.id, port: port.id, id: kmsg.id });
  }
}

/** Tells `tap` of names made, changed and dropped. */
export class NameObserver implements RightsObserver {
  private readonly tap: Tap;
  private readonly clock: Clock;
  private readonly tasks: Iterable<{ readonly space: Space }>;

  constructor(tap: Tap, clock: Clock, tasks: Iterable<{ readonly space: Space }>) {
    this.tap = tap;
    this.clock = clock;
    this.tasks = tasks;
  }

  changed(space: Space, name: number, entry: Entry | undefined): void {
    const port = entry?.object instanceof Port ? entry.object.id : 0;
    this.right(space, name, port, entry?.type ?? 0, entry?.urefs ?? 0);
  }

  /** A dead-name request that fires leaves one more reference. */
  died(port: Port): void {
    const { now: at, steps: step } = this.clock;
    this.tap.emit({ kind: "port-died", at, step, port: port.id });
    for (const { space } of this.tasks)
      for (const [name, entry] of space.holding(port)) this.right(space, name, 0, PortType.DEAD_NAME, entry.urefs + (entry.request === 0 ? 0 : 1));
  }

  private right(space: Space, name: number, port: number, type: number, refs: number): void {
    const { now: at, steps: step } = this.clock;
    this.tap.emit({ kind: "right", at, step, task: space.owner, name, port, type, refs });
  }
}
