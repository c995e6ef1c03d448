/**
 * A recorded run: a CBOR sequence, first a header, then one item for each kernel event in order (layout.ts), last where the host stopped. Behind each item
 * stands its CRC-32, an unsigned number of 32 bits. Made so that it can be read while it is written; damage costs the item in which it is, as each says which it is.
 */
import { Encoder } from "cbor-x";
import type { KernelEvent } from "../mach/kern/events.ts";
import { UINT32 } from "./cbor-writer.ts";
import { crc32 } from "./crc32.ts";
import { kinds, type Kinds } from "./layout.ts";
import { RowWriter } from "./rows.ts";

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

const CHECKSUM = 5;

/** Encodes a run; `write` gets whole items with their checksums, many at a time: the header at once, the others when there are enough of them, at `flush` and at the end. */
export class TraceRecorder {
  private readonly rows: RowWriter;

  constructor(write: (bytes: Uint8Array) => void, run: TraceHeader["run"] = {}, program = "") {
    this.rows = new RowWriter(write);
    write(encodedHeader({ format: TRACE_FORMAT, version: TRACE_VERSION, run, program, kinds }));
  }

  event(event: KernelEvent): void {
    this.rows.item(event);
  }

  /** Gives `write` what it has not yet got. */
  flush(): void {
    this.rows.flush();
  }

  /** The run is over, and the machine stands there. */
  end(where: { readonly now: number; readonly steps: number; readonly idle: boolean }): void {
    this.rows.item({ kind: "end", at: where.now, step: where.steps, idle: where.idle });
    this.flush();
  }
}

function encodedHeader(header: TraceHeader): Uint8Array {
  const encoded = new Encoder({ useRecords: false, tagUint8Array: false }).encode(header);
  const bytes = new Uint8Array(encoded.length + CHECKSUM);
  bytes.set(encoded);
  bytes[encoded.length] = UINT32;
  new DataView(bytes.buffer).setUint32(encoded.length + 1, crc32(encoded));
  return bytes;
}
