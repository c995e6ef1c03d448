/**
 * A recorded run: a CBOR sequence, first a header, then one item for each kernel event in order, last where the host stopped. Behind each item
 * stands its CRC-32, a number. Made so that it can be written while the machine runs, and read up to where a file was cut off or damaged.
 */
import { Encoder } from "cbor-x";
import type { KernelEvent } from "../mach/kern/events.ts";
import { crc32 } from "./crc32.ts";

/** What every trace file begins with. */
export const TRACE_FORMAT = "hurdsim-trace";
export const TRACE_VERSION = 2;

/** What a reader needs to know of the run, and what it takes to run it again. */
export interface TraceHeader {
  readonly format: typeof TRACE_FORMAT;
  readonly version: typeof TRACE_VERSION;
  /** Seed, command line and whatever else the run was given. */
  readonly run: Readonly<Record<string, string | number | boolean>>;
}

/** Where the host stopped: a file without it is of a run that was broken off, or was cut. */
export interface TraceEnd {
  readonly kind: "end";
  /** Virtual microseconds. */
  readonly at: number;
  /** Traps executed. */
  readonly step: number;
  /** Nothing could run any more. */
  readonly idle: boolean;
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

  /** The run is over, and the machine stands there. */
  end(where: { readonly now: number; readonly steps: number; readonly idle: boolean }): void {
    this.put({ kind: "end", at: where.now, step: where.steps, idle: where.idle } satisfies TraceEnd);
  }

  /** The encoder reuses its buffer, so what goes out is a copy. */
  private put(item: unknown): void {
    const bytes = Uint8Array.from(this.encoder.encode(item));
    this.write(bytes);
    this.write(Uint8Array.from(this.encoder.encode(crc32(bytes))));
  }
}
