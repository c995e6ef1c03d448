/**
 * Messages (genode-linux.md §3): words of eight bytes, and capabilities whose descriptors go beside.
 *
 * A request is the object's name, the operation, arguments; an answer a word of no meaning, the exception's number, results. The buffer takes eight capabilities: of a ninth the name is
 * written and the descriptor dropped.
 */
import { INVALID, isValid, type Capability } from "./capability.ts";
import type { Knobs } from "./knobs.ts";

/** Descriptors that a buffer takes, and that a receiver has room for. */
export const MAX_CAPS_PER_MSG = 8;
const WORD = 8;

/** Writes a message. */
export class Marshaller {
  private readonly knobs: Knobs;
  private readonly out: number[] = [];
  private readonly descriptors: number[] = [];

  constructor(knobs: Knobs) {
    this.knobs = knobs;
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(this.out);
  }

  /** Descriptors to be sent along, in order. */
  get caps(): readonly number[] {
    return this.descriptors;
  }

  /** A long or an int: both take a word. */
  word(value: number): this {
    const bytes = new DataView(new ArrayBuffer(WORD));
    bytes.setBigInt64(0, BigInt(value), true);
    for (let i = 0; i < WORD; i++) this.out.push(bytes.getUint8(i));
    return this;
  }

  /** Its length, then its bytes, filled up to a word. */
  text(value: string): this {
    const bytes = new TextEncoder().encode(value);
    this.word(bytes.length);
    this.out.push(...bytes);
    while (this.out.length % WORD !== 0) this.out.push(0);
    return this;
  }

  cap(cap: Capability): this {
    const valid = isValid(this.knobs, cap);
    this.word(!valid && this.knobs.encodesInvalid ? -1 : cap.localName);
    if (this.knobs.destination === "tid") this.word(cap.tid);
    if (valid && this.descriptors.length < MAX_CAPS_PER_MSG) this.descriptors.push(cap.socket);
    return this;
  }
}

/** Reads one. What is not there reads as 0, or as the descriptor -1. */
export class Unmarshaller {
  private readonly knobs: Knobs;
  private readonly view: DataView;
  private readonly descriptors: readonly number[];
  private offset = 0;
  private nextCap = 0;

  constructor(knobs: Knobs, bytes: Uint8Array, descriptors: readonly number[]) {
    this.knobs = knobs;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.descriptors = descriptors;
  }

  word(): number {
    const at = this.offset;
    this.offset += WORD;
    return at + WORD <= this.view.byteLength ? Number(this.view.getBigInt64(at, true)) : 0;
  }

  text(): string {
    const left = this.view.byteLength - this.offset - WORD;
    const length = Math.max(0, Math.min(this.word(), left));
    const bytes = new Uint8Array(this.view.buffer, this.view.byteOffset + Math.min(this.offset, this.view.byteLength), length);
    this.offset += Math.ceil(length / WORD) * WORD;
    return new TextDecoder().decode(bytes);
  }

  cap(): Capability {
    const localName = this.word();
    if (this.knobs.destination === "tid") {
      const tid = this.word();
      return { tid, socket: tid === 0 ? -1 : this.descriptor(), localName };
    }
    return localName === -1 && this.knobs.encodesInvalid ? INVALID : { tid: 0, socket: this.descriptor(), localName };
  }

  /** The next descriptor that came along; -1 when there is none left. */
  private descriptor(): number {
    return this.descriptors[this.nextCap++] ?? -1;
  }
}
