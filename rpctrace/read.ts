/** Reads what record.ts wrote. */
import { Decoder } from "cbor-x";
import type { KernelEvent } from "../mach/kern/events.ts";
import { itemEnd } from "./cbor-item.ts";
import { TRACE_FORMAT, TRACE_VERSION, type TraceHeader } from "./record.ts";

/** A file that is no trace, or one of another version: one line for the user. */
export class TraceError extends Error {
  override readonly name = "TraceError";
}

/** A recorded run. `complete` is false when the file ends in the middle of an event. */
export interface Trace {
  readonly header: TraceHeader;
  readonly events: readonly KernelEvent[];
  readonly complete: boolean;
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
  halted: true,
};

const isRecord = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === "object" && x !== null;

function isEvent(x: unknown): x is KernelEvent {
  return isRecord(x) && typeof x["kind"] === "string" && Object.hasOwn(kinds, x["kind"]) && typeof x["at"] === "number";
}

function checkHeader(x: unknown): TraceHeader {
  if (!isRecord(x) || x["format"] !== TRACE_FORMAT) throw new TraceError("this is not a recorded trace");
  if (x["version"] !== TRACE_VERSION) throw new TraceError(`the trace is of version ${String(x["version"])}, and this reads ${TRACE_VERSION}`);
  return { format: TRACE_FORMAT, version: TRACE_VERSION, run: isRecord(x["run"]) ? (x["run"] as TraceHeader["run"]) : {} };
}

/** The items of a CBOR sequence, and whether it ends where an item ends. */
function sequence(bytes: Uint8Array): { readonly items: readonly unknown[]; readonly complete: boolean } {
  const items: unknown[] = [];
  const decoder = new Decoder({ useRecords: false, tagUint8Array: false });
  for (let at = 0; at < bytes.length; ) {
    const end = itemEnd(bytes, at);
    if (end === undefined) return { items, complete: false };
    try {
      items.push(decoder.decode(bytes.slice(at, end)));
    } catch {
      return { items, complete: false };
    }
    at = end;
  }
  return { items, complete: true };
}

/** A trace from the bytes of its file. Throws TraceError. */
export function readTrace(bytes: Uint8Array): Trace {
  const { items, complete } = sequence(bytes);
  const header = checkHeader(items[0]);
  const rest = items.slice(1);
  const strange = rest.findIndex((x) => !isEvent(x));
  if (strange >= 0) throw new TraceError(`item ${strange + 2} of the trace is no kernel event`);
  return { header, events: rest as readonly KernelEvent[], complete };
}
