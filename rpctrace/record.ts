/**
 * A recorded run: a CBOR sequence, first a header, then one item for each kernel event in order (layout.ts), last where the host stopped. Behind each item
 * stands its CRC-32, an unsigned number of 32 bits. Made so that it can be read while it is written; damage costs the item in which it is, as each says which it is.
 */
import { Encoder } from "cbor-x";
import type { KernelEvent } from "../mach/kern/events.ts";
import { CborWriter } from "./cbor-writer.ts";
import { crc32 } from "./crc32.ts";
import { kinds, packed, type Kinds, type TraceItem } from "./layout.ts";

/** What every trace file begins with. */
export const TRACE_FORMAT = "hurdsim-trace";
export const TRACE_VERSION = 3;

/** What a reader needs to know of the run, and what it takes to run it again. */
export interface TraceHeader {
  readonly format: typeof TRACE_FORMAT;
  readonly version: typeof TRACE_VERSION;
  /** Seed, scheduler, command line and whatever else the run was given. */
  readonly run: Readonly<Record<string, string | number | boolean>>;
  /** Which program this is a run of: a hash of the code and of what it boots. Empty when that is not known. */
  readonly program: string;
  /** What the items consist of. */
  readonly kinds: Kinds;
}

/** The initial byte of an unsigned number of 32 bits. */
export const UINT32 = 0x1a;
const CHECKSUM = 5;

/** Encodes a run; each call of `write` gets one whole item with its checksum. */
export class TraceRecorder {
  private readonly rows = new CborWriter();
  private readonly write: (bytes: Uint8Array) => void;
  private count = 0;

  constructor(write: (bytes: Uint8Array) => void, run: TraceHeader["run"] = {}, program = "") {
    this.write = write;
    this.header({ format: TRACE_FORMAT, version: TRACE_VERSION, run, program, kinds });
  }

  event(event: KernelEvent): void {
    this.item(event);
  }

  /** The run is over, and the machine stands there. */
  end(where: { readonly now: number; readonly steps: number; readonly idle: boolean }): void {
    this.item({ kind: "end", at: where.now, step: where.steps, idle: where.idle });
  }

  private item(item: TraceItem): void {
    this.write(this.rows.item(packed(++this.count, item)));
  }

  /** The encoder reuses its buffer, so what goes out is a copy. */
  private header(header: TraceHeader): void {
    const encoded = new Encoder({ useRecords: false, tagUint8Array: false }).encode(header);
    const bytes = new Uint8Array(encoded.length + CHECKSUM);
    bytes.set(encoded);
    bytes[encoded.length] = UINT32;
    new DataView(bytes.buffer).setUint32(encoded.length + 1, crc32(encoded));
    this.write(bytes);
  }
}
