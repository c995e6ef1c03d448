/** Messages as events: ports by their numbers, bodies as they stand in the kernel. Built only while somebody listens. */
import type { IpcObserver, IpcThread } from "../ipc/host.ts";
import { isPort, Rights, type KItem, type Kmsg, type PortRef } from "../ipc/kmsg.ts";
import type { Port } from "../ipc/port.ts";
import { VmCopy } from "../vm/copy.ts";
import type { Clock } from "./clock.ts";
import type { SeenItem, Tap } from "./events.ts";
import { Thread } from "./thread.ts";

/** A port's number; 0 null, -1 dead. */
const portNumber = (ref: PortRef): number => (ref === null ? 0 : isPort(ref) ? ref.id : -1);

function seenItem(item: KItem): SeenItem {
  const { type, bits, number, inline, data } = item;
  return { type, bits, number, inline, data: seenData(data, inline) };
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
      task: thread instanceof Thread ? thread.task.id : 0,
      thread: thread instanceof Thread ? thread.id : 0,
      port: portNumber(kmsg.remote),
      reply: portNumber(kmsg.local),
      id: kmsg.id,
      items: kmsg.items.map(seenItem),
    });
  }

  received(kmsg: Kmsg, port: Port, thread: IpcThread): void {
    if (!(thread instanceof Thread)) return;
    this.tap.emit({ kind: "message-received", at: this.clock.now, task: thread.task.id, thread: thread.id, port: port.id, id: kmsg.id });
  }
}
