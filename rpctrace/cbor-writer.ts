/**
 * Writes the items of a trace as CBOR (RFC 8949): arrays of numbers, words, bytes, truth values and arrays. cbor-x reads them; writing is done here because a recorder may
 * see millions of short rows a second. An item is begun, put together of its parts, and ended; whole items are handed over many at a time, in memory that nobody writes again.
 */
import { crc32Of } from "./crc32.ts";

/** What an item is made of. */
export type CborValue = number | string | boolean | undefined | null | Uint8Array | readonly CborValue[];

/** Bytes that are taken at a time; items lie in them one behind the other. */
const CHUNK = 65536;
/** An initial byte with its argument, or a number. */
const MOST = 9;
/** Room for sixteen heads and numbers. */
export const ROW_BYTES = 16 * MOST;

const Major = { UNSIGNED: 0x00, NEGATIVE: 0x20, BYTES: 0x40, TEXT: 0x60, ARRAY: 0x80 } as const;
const FALSE = 0xf4;
const TRUE = 0xf5;
const NULL = 0xf6;
const UNDEFINED = 0xf7;
const DOUBLE = 0xfb;
/** The initial byte of an unsigned number of 32 bits, which a checksum always has. */
export const UINT32 = 0x1a;

const utf8 = new TextEncoder();

export class CborWriter {
  private readonly write: (bytes: Uint8Array) => void;
  private chunk = new Uint8Array(CHUNK);
  private view = new DataView(this.chunk.buffer);
  /** How much of the chunk has been handed over; where the item begins that is being written, and where it goes on. */
  private given = 0;
  private start = 0;
  private at = 0;

  /** `write` gets whole items. */
  constructor(write: (bytes: Uint8Array) => void) {
    this.write = write;
  }

  /** An item that is `value`. */
  item(value: CborValue): void {
    this.begin();
    this.value(value);
    this.end();
  }

  /** Begins an item. There is room for ROW_BYTES. */
  begin(): void {
    this.start = this.at;
    this.room(ROW_BYTES);
  }

  /** Ends the item with its checksum. */
  end(): void {
    const sum = crc32Of(this.view, this.start, this.at);
    this.room(MOST);
    const { at } = this;
    this.chunk[at] = UINT32;
    this.view.setInt32(at + 1, sum);
    this.at = at + 5;
  }

  /** Hands over what has been written since the last time. */
  flush(): void {
    if (this.at > this.given) this.write(this.chunk.subarray(this.given, this.at));
    this.given = this.at;
  }

  /** The head of an array of `length` elements, which follow. There is room. */
  array(length: number): void {
    this.head(Major.ARRAY, length);
  }

  /** A number. There is room. */
  number(value: number): void {
    if (value >>> 0 === value && !Object.is(value, -0)) this.head(Major.UNSIGNED, value);
    else if (!Number.isSafeInteger(value) || value === 0) this.double(value);
    else if (value > 0) this.head(Major.UNSIGNED, value);
    else this.head(Major.NEGATIVE, -1 - value);
  }

  /** The head of an array of `length` elements, and the first `count` of them: numbers. There is room. */
  numbers(length: number, values: readonly number[], count: number): void {
    this.array(length);
    const { chunk, view } = this;
    let { at } = this;
    for (let i = 0; i < count; i++) {
      const n = values[i] as number;
      if (n >>> 0 !== n) {
        this.at = at;
        this.number(n);
        at = this.at;
      } else if (n < 24) chunk[at++] = n;
      else if (n < 0x100) {
        view.setUint16(at, ((Major.UNSIGNED | 24) << 8) | n);
        at += 2;
      } else if (n < 0x10000) {
        chunk[at] = Major.UNSIGNED | 25;
        view.setUint16(at + 1, n);
        at += 3;
      } else {
        chunk[at] = UINT32;
        view.setUint32(at + 1, n);
        at += 5;
      }
    }
    this.at = at;
  }

  /** A truth value. There is room. */
  truth(value: boolean): void {
    this.chunk[this.at++] = value ? TRUE : FALSE;
  }

  /** Whatever it is; room is made for it. */
  value(value: CborValue): void {
    this.room(MOST);
    if (typeof value === "number") this.number(value);
    else if (typeof value === "string") this.bytes(Major.TEXT, utf8.encode(value));
    else if (typeof value === "boolean") this.truth(value);
    else if (value === undefined || value === null) this.chunk[this.at++] = value === null ? NULL : UNDEFINED;
    else if (value instanceof Uint8Array) this.bytes(Major.BYTES, value);
    else {
      this.head(Major.ARRAY, value.length);
      for (const element of value) this.value(element);
    }
  }

  /** Sees to it that `size` bytes more can be written: in a new chunk, into which the item moves; what stands before it is handed over. */
  room(size: number): void {
    if (this.at + size > this.chunk.length) this.next(size);
  }

  private next(size: number): void {
    if (this.start > this.given) this.write(this.chunk.subarray(this.given, this.start));
    const begun = this.chunk.subarray(this.start, this.at);
    this.chunk = new Uint8Array(Math.max(CHUNK, 2 * (begun.length + size)));
    this.view = new DataView(this.chunk.buffer);
    this.chunk.set(begun);
    this.given = 0;
    this.start = 0;
    this.at = begun.length;
  }

  private double(value: number): void {
    this.chunk[this.at] = DOUBLE;
    this.view.setFloat64(this.at + 1, value);
    this.at += 9;
  }

  private bytes(major: number, value: Uint8Array): void {
    this.head(major, value.length);
    this.room(value.length);
    this.chunk.set(value, this.at);
    this.at += value.length;
  }

  /** An initial byte with the argument `n`, in as few bytes as it takes. There is room. */
  private head(major: number, n: number): void {
    const { chunk } = this;
    if (n < 24) chunk[this.at++] = major | n;
    else if (n < 0x100) {
      chunk[this.at++] = major | 24;
      chunk[this.at++] = n;
    } else if (n < 0x10000) {
      chunk[this.at++] = major | 25;
      chunk[this.at++] = n >> 8;
      chunk[this.at++] = n;
    } else if (n < 0x100000000) {
      chunk[this.at++] = major | 26;
      this.view.setUint32(this.at, n);
      this.at += 4;
    } else {
      chunk[this.at++] = major | 27;
      this.view.setUint32(this.at, Math.floor(n / 0x100000000));
      this.view.setUint32(this.at + 4, n % 0x100000000);
      this.at += 8;
    }
  }
}
