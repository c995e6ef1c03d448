/** Reads what record.ts wrote. */
import { Decoder } from "cbor-x";
import type { KernelEvent } from "../mach/kern/events.ts";
import { itemEnd } from "./cbor-item.ts";
import { crc32 } from "./crc32.ts";
import { TRACE_FORMAT, TRACE_VERSION, type TraceEnd, type TraceHeader } from "./record.ts";

/** A file that is no trace, or one of another version: one line for the user. */
export class TraceError extends Error {
  override readonly name = "TraceError";
}

/** A recorded run, as much of it as can be read. */
export interface Trace {
  readonly header: TraceHeader;
  readonly events: readonly KernelEvent[];
  /** Where the host stopped; undefined when the file does not say. */
  readonly end: TraceEnd | undefined;
  /** Why there may be more than this, in words: the file is cut off or damaged behind the last event. Undefined for a whole file. */
  readonly fault: string | undefined;
}

const kinds: Readonly<Record<KernelEvent["kind"], true>> = {
  "task-created": true,
  "task-named": true,
  "task-terminated": true,
  "thread-created": true,
  "thread-terminated": true,
  "message-sent": true,
  "message-received": true,
  exception: true,
  console: true,
  "console-input": true,
  "console-resized": true,
  "clock-advanced": true,
  halted: true,
};

const isRecord = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === "object" && x !== null;

function isEvent(x: unknown): x is KernelEvent {
  return isRecord(x) && typeof x["kind"] === "string" && Object.hasOwn(kinds, x["kind"]) && typeof x["at"] === "number";
}

const isEnd = (x: unknown): x is TraceEnd => isRecord(x) && x["kind"] === "end" && typeof x["at"] === "number" && typeof x["step"] === "number";

/** One item of the file: what it says, or what is wrong with it. */
type Item = { readonly value: unknown; readonly next: number } | { readonly fault: "cut" | "damaged"; readonly value?: unknown };

/** Items and their checksums, one after the other. */
class Items {
  private readonly decoder = new Decoder({ useRecords: false, tagUint8Array: false });
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  at(from: number): Item {
    const end = itemEnd(this.bytes, from);
    const next = end === undefined ? undefined : itemEnd(this.bytes, end);
    const value = end === undefined ? undefined : this.decoded(from, end);
    if (end === undefined || next === undefined) return { fault: "cut", value };
    return this.decoded(end, next) === crc32(this.bytes.subarray(from, end)) ? { value, next } : { fault: "damaged", value };
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
function checkHeader(item: Item): { readonly header: TraceHeader; readonly next: number } {
  const { value } = item;
  if (!isRecord(value) || value["format"] !== TRACE_FORMAT) throw new TraceError("this is not a recorded trace");
  if (value["version"] !== TRACE_VERSION) throw new TraceError(`the trace is of version ${String(value["version"])}, and this reads ${TRACE_VERSION}`);
  if ("fault" in item) throw new TraceError(`the trace's header is ${item.fault === "cut" ? "cut off" : "damaged"}`);
  const run = isRecord(value["run"]) ? (value["run"] as TraceHeader["run"]) : {};
  return { header: { format: TRACE_FORMAT, version: TRACE_VERSION, run }, next: item.next };
}

/** A trace from the bytes of its file, as far as it is sound. Throws TraceError when there is nothing to be had. */
export function readTrace(bytes: Uint8Array): Trace {
  const items = new Items(bytes);
  const { header, next } = checkHeader(items.at(0));
  const events: KernelEvent[] = [];
  const done = (fault: string | undefined, end?: TraceEnd): Trace => ({ header, events, end, fault });
  for (let at = next; at < bytes.length; ) {
    const item = items.at(at);
    if ("fault" in item) return done(item.fault === "cut" ? `the trace is cut off, or damaged, in event ${events.length + 1}` : `event ${events.length + 1} of the trace is damaged`);
    if (isEnd(item.value)) return done(item.next === bytes.length ? undefined : "something stands behind the end of the trace", item.value);
    if (!isEvent(item.value)) return done(`item ${events.length + 2} of the trace is no kernel event`);
    events.push(item.value);
    at = item.next;
  }
  return done(`the trace is cut off behind event ${events.length}`);
}
