/** Reads what record.ts wrote: a whole file, or one that is being written. */
import { Decoder } from "cbor-x";
import type { KernelEvent } from "../mach/kern/events.ts";
import { itemEnd } from "./cbor-item.ts";
import { UINT32 } from "./cbor-writer.ts";
import { crc32 } from "./crc32.ts";
import { numberOf, unpacked, type Kinds, type TraceEnd, type TraceItem } from "./layout.ts";
import { TRACE_FORMAT, TRACE_VERSION, type TraceHeader } from "./record.ts";

/** A file that is no trace, or one of another version: one line for the user. */
export class TraceError extends Error {
  override readonly name = "TraceError";
}

/** A place where events are missing. */
export interface Gap {
  /** How many events were read before it. */
  readonly after: number;
  /** Number of the first one that is missing, and of the first behind it; events are counted from 1. */
  readonly from: number;
  readonly to: number;
}

/** A recorded run, as much of it as can be read. */
export interface Trace {
  readonly header: TraceHeader;
  readonly events: readonly KernelEvent[];
  readonly gaps: readonly Gap[];
  /** Where the host stopped; undefined when the file does not say. */
  readonly end: TraceEnd | undefined;
  /** Why there may be more than this, in words: the file is damaged or cut off. Undefined for a whole file. */
  readonly fault: string | undefined;
}

const isRecord = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === "object" && x !== null;

/** One item of the file, or what is wrong with it. */
type Item = { readonly value: unknown; readonly next: number } | { readonly fault: "cut" | "damaged"; readonly value?: unknown };

/** The bytes that have come and are not used up. */
class Bytes {
  private readonly decoder = new Decoder({ useRecords: false, tagUint8Array: false });
  private bytes = new Uint8Array(0);
  private view = new DataView(this.bytes.buffer);
  private at = 0;

  add(more: Uint8Array): void {
    const rest = this.bytes.subarray(this.at);
    const bytes = new Uint8Array(rest.length + more.length);
    bytes.set(rest);
    bytes.set(more, rest.length);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
    this.at = 0;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** The next item and its checksum, taken when they are good. */
  take(): Item {
    const item = this.item(this.at);
    if ("next" in item) this.at = item.next;
    return item;
  }

  private item(from: number): Item {
    const end = itemEnd(this.bytes, from);
    if (end === undefined || end + 5 > this.bytes.length) return { fault: "cut", value: end === undefined ? undefined : this.decoded(from, end) };
    if (this.bytes[end] === UINT32 && this.view.getUint32(end + 1) === crc32(this.bytes.subarray(from, end))) return { value: this.decoded(from, end), next: end + 5 };
    return { fault: "damaged", value: this.decoded(from, end) };
  }

  /** Goes on at the next good item that has a number of `least` or more; false when there is none yet. */
  skip(least: number): boolean {
    for (let from = this.at + 1; from < this.bytes.length; from++) {
      // Items are arrays of less than 24 elements.
      if (((this.bytes[from] ?? 0) & 0xe0) !== 0x80) continue;
      const item = this.item(from);
      if (!("next" in item) || (numberOf(item.value) ?? 0) < least) continue;
      this.at = from;
      return true;
    }
    return false;
  }

  /** Undefined for what is no CBOR. */
  private decoded(from: number, to: number): unknown {
    try {
      return this.decoder.decode(this.bytes.slice(from, to)) as unknown;
    } catch {
      return undefined;
    }
  }
}

/** The header is looked at before its checksum: other versions may have none. */
function headerOf(item: Item): TraceHeader {
  const { value } = item;
  if (!isRecord(value) || value["format"] !== TRACE_FORMAT) throw new TraceError("this is not a recorded trace");
  if (value["version"] !== TRACE_VERSION) throw new TraceError(`the trace is of version ${String(value["version"])}, and this reads ${TRACE_VERSION}`);
  if ("fault" in item) throw new TraceError(`the trace's header is ${item.fault === "cut" ? "cut off" : "damaged"}`);
  const run = isRecord(value["run"]) ? (value["run"] as TraceHeader["run"]) : {};
  const kinds = Array.isArray(value["kinds"]) ? (value["kinds"] as Kinds) : [];
  return { format: TRACE_FORMAT, version: TRACE_VERSION, run, program: String(value["program"] ?? ""), kinds };
}

/** Reads a trace piece by piece, as its bytes come. */
export class TraceReader {
  header: TraceHeader | undefined;
  readonly events: KernelEvent[] = [];
  readonly gaps: Gap[] = [];
  end: TraceEnd | undefined;
  /** What stands in the file that does not belong there, in words. */
  private wrong: string | undefined;
  private readonly bytes = new Bytes();
  /** The number of the next event. */
  private next = 1;

  /** Takes more of the file. Throws TraceError when the file is no trace; `last`: there is no more to come. */
  add(more: Uint8Array, last = false): void {
    this.bytes.add(more);
    if (this.header === undefined && !this.begin(last)) return;
    while (this.bytes.left > 0 && this.end === undefined && this.wrong === undefined) if (!this.step()) return;
    if (this.end !== undefined && this.bytes.left > 0) this.wrong ??= "something stands behind the end of the trace";
  }

  private begin(last: boolean): boolean {
    const item = this.bytes.take();
    if ("fault" in item && item.fault === "cut" && !last) return false;
    this.header = headerOf(item);
    return true;
  }

  /** One item, or a gap; false when there is nothing to go on with. */
  private step(): boolean {
    const item = this.bytes.take();
    if ("fault" in item) return this.bytes.skip(this.next);
    const number = numberOf(item.value) ?? 0;
    const value = unpacked(item.value, this.header?.kinds ?? []);
    if (number < this.next || value === undefined) this.wrong = `item ${this.next + 1} of the trace is no kernel event`;
    else this.good(number, value);
    return true;
  }

  private good(number: number, value: TraceItem): void {
    if (number > this.next) this.gaps.push({ after: this.events.length, from: this.next, to: number });
    this.next = number + 1;
    if (value.kind === "end") this.end = value;
    else this.events.push(value);
  }

  /** What is wrong with a file that ends here; undefined for a whole one. */
  get fault(): string | undefined {
    if (this.header === undefined) return "the trace has no header";
    const [gap] = this.gaps;
    if (gap !== undefined) return gap.to === gap.from + 1 ? `event ${gap.from} of the trace is damaged` : `events ${gap.from} to ${gap.to - 1} of the trace are damaged`;
    if (this.wrong !== undefined || this.end !== undefined) return this.wrong;
    return this.bytes.left > 0 ? `the trace is cut off, or damaged, in event ${this.next}` : `the trace is cut off behind event ${this.next - 1}`;
  }
}

/** A trace from the bytes of its file, as far as it is sound. Throws TraceError when there is nothing to be had. */
export function readTrace(bytes: Uint8Array): Trace {
  const reader = new TraceReader();
  reader.add(bytes, true);
  const { header, events, gaps, end, fault } = reader;
  if (header === undefined) throw new TraceError("this is not a recorded trace");
  return { header, events, gaps, end, fault };
}
