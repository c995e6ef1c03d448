/**
 * A recorded run: a CBOR sequence, first a header, then one item for each kernel event in order. Made so that it can be written while the
 * machine runs, and read from any place of a file that was cut off.
 */
import { Encoder } from "cbor-x";
import type { KernelEvent } from "../mach/kern/events.ts";

/** What every trace file begins with. */
export const TRACE_FORMAT = "hurdsim-trace";
export const TRACE_VERSION = 1;

/** What a reader needs to know of the run, and what it takes to run it again. */
export interface TraceHeader {
  readonly format: typeof TRACE_FORMAT;
  readonly version: typeof TRACE_VERSION;
  /** Seed, command line and whatever else the run was given. */
  readonly run: Readonly<Record<string, string | number | boolean>>;
}

/** Encodes a run; each call of `write` gets whole items. */
export class TraceRecorder {
  private readonly encoder = new Encoder({ useRecords: false, tagUint8Array: false });
  private readonly write: (bytes: Uint8Array) => void;

  constructor(write: (bytes: Uint8Array) => void, run: TraceHeader["run"] = {}) {
    this.write = write;
    this.put({ format: TRACE_FORMAT, version: TRACE_VERSION, run });
  }

  event(event: KernelEvent): void {
    this.put(event);
  }

  /** The encoder reuses its buffer, so what goes out is a copy. */
  private put(item: unknown): void {
    this.write(Uint8Array.from(this.encoder.encode(item)));
  }
}
