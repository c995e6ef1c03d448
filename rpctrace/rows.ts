/**
 * Kernel events as the arrays of a trace file (layout.ts). Kinds of which there are many a message are written out, so that an event costs no other object; a test compares
 * each with the table.
 */
import type { KernelEvent, SeenItem } from "../mach/kern/events.ts";
import { CborWriter, ROW_BYTES, type CborValue } from "./cbor-writer.ts";
import { layout, numberOfKind, type TraceItem } from "./layout.ts";

const SENT = numberOfKind("message-sent");
const RECEIVED = numberOfKind("message-received");
const RIGHT = numberOfKind("right");
const SCHEDULED = numberOfKind("scheduled");

type Of<K extends KernelEvent["kind"]> = Extract<KernelEvent, { readonly kind: K }>;

/** An item's number and its kind's stand before its fields. */
const FRONT = 2;
const SEEN_ITEM = 5;

export class RowWriter {
  private readonly to: CborWriter;
  private count = 0;
  /** The numbers that a row begins with. */
  private readonly row: number[] = new Array<number>(layout["message-sent"].length + FRONT).fill(0);

  /** `write` gets whole items with their checksums, many at a time. */
  constructor(write: (bytes: Uint8Array) => void) {
    this.to = new CborWriter(write);
  }

  /** Writes the next item. */
  item(item: TraceItem): void {
    const { to } = this;
    to.begin();
    this.row[0] = ++this.count;
    if (item.kind === "message-sent") this.sent(item);
    else if (item.kind === "message-received") this.received(item);
    else if (item.kind === "right") this.right(item);
    else if (item.kind === "scheduled") this.scheduled(item);
    else this.other(item);
    to.end();
  }

  /** Hands over what has not been handed over yet. */
  flush(): void {
    this.to.flush();
  }

  private sent({ at, step, task, thread, port, reply, id, items }: Of<"message-sent">): void {
    const { to, row } = this;
    row[1] = SENT;
    row[2] = at;
    row[3] = step;
    row[4] = task;
    row[5] = thread;
    row[6] = port;
    row[7] = reply;
    row[8] = id;
    to.numbers(10, row, 9);
    to.array(items.length);
    for (let i = 0; i < items.length; i++) this.seen(items[i] as SeenItem);
  }

  private seen({ type, bits, number, inline, data }: SeenItem): void {
    const { to, row } = this;
    row[0] = type;
    row[1] = bits;
    row[2] = number;
    to.room(ROW_BYTES);
    to.numbers(SEEN_ITEM, row, 3);
    to.truth(inline);
    to.value(data);
  }

  private received({ at, step, task, thread, port, id }: Of<"message-received">): void {
    const { row } = this;
    row[1] = RECEIVED;
    row[2] = at;
    row[3] = step;
    row[4] = task;
    row[5] = thread;
    row[6] = port;
    row[7] = id;
    this.to.numbers(8, row, 8);
  }

  private scheduled({ at, step, task, thread, index, of }: Of<"scheduled">): void {
    const { row } = this;
    row[1] = SCHEDULED;
    row[2] = at;
    row[3] = step;
    row[4] = task;
    row[5] = thread;
    row[6] = index;
    row[7] = of;
    this.to.numbers(8, row, 8);
  }

  private right({ at, step, task, name, port, type, refs }: Of<"right">): void {
    const { row } = this;
    row[1] = RIGHT;
    row[2] = at;
    row[3] = step;
    row[4] = task;
    row[5] = name;
    row[6] = port;
    row[7] = type;
    row[8] = refs;
    this.to.numbers(9, row, 9);
  }

  private other(item: TraceItem): void {
    const { to, row } = this;
    const from = item as unknown as Readonly<Record<string, CborValue>>;
    const fields: readonly string[] = layout[item.kind];
    row[1] = numberOfKind(item.kind);
    to.numbers(fields.length + FRONT, row, FRONT);
    for (const field of fields) to.value(from[field]);
  }
}
