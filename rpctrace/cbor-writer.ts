/**
 * Writes the items of a trace as CBOR (RFC 8949): arrays of numbers, words, bytes, truth values and arrays. cbor-x reads them; writing is done here because a recorder may
 * see millions of short rows a second, and each must lie in memory that nobody writes again.
 */
import { crc32 } from "./crc32.ts";

/** What an item is made of. */
export type CborValue = number | string | boolean | undefined | null | Uint8Array | readonly CborValue[];

/** Bytes that are taken at a time; items lie in them one behind the other. */
const CHUNK = 65536;
/** An initial byte with its argument, or a number. */
const MOST = 9;

const Major = { UNSIGNED: 0x00, NEGATIVE: 0x20, BYTES: 0x40, TEXT: 0x60, ARRAY: 0x80 } as const;
const FALSE = 0xf4;
const TRUE = 0xf5;
const NULL = 0xf6;
const UNDEFINED = 0xf7;
const DOUBLE = 0xfb;
/** The initial byte of an unsigned number of 32 bits, which a checksum always has. */
const UINT32 = 0x1a;

const utf8 = new TextEncoder();

export class CborWriter {
  private chunk = new Uint8Array(CHUNK);
  private view = new DataView(this.chunk.buffer);
  /** Where the item begins that is being written, and where it goes on. */
  private start = 0;
  private at = 0;

  /** `value` and behind it its checksum: bytes that stay as they are. */
  item(value: CborValue): Uint8Array {
    this.start = this.at;
    this.put(value);
    const sum = crc32(this.chunk, this.start, this.at);
    this.room(MOST);
    this.chunk[this.at++] = UINT32;
    this.view.setUint32(this.at, sum);
    this.at += 4;
    return this.chunk.subarray(this.start, this.at);
  }

  private put(value: CborValue): void {
    this.room(MOST);
    if (typeof value === "number") this.number(value);
    else if (typeof value === "string") this.text(value);
    else if (typeof value === "boolean") this.chunk[this.at++] = value ? TRUE : FALSE;
    else if (value === undefined || value === null) this.chunk[this.at++] = value === null ? NULL : UNDEFINED;
    else if (value instanceof Uint8Array) this.bytes(Major.BYTES, value);
    else {
      this.head(Major.ARRAY, value.length);
      for (const element of value) this.put(element);
    }
  }

  private number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      if (value >= 0) this.head(Major.UNSIGNED, value);
      else this.head(Major.NEGATIVE, -1 - value);
      return;
    }
    this.chunk[this.at] = DOUBLE;
    this.view.setFloat64(this.at + 1, value);
    this.at += 9;
  }

  private text(value: string): void {
    this.bytes(Major.TEXT, utf8.encode(value));
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

  /** Sees to it that `size` bytes more can be written: in a new chunk, into which the item moves. */
  private room(size: number): void {
    if (this.at + size <= this.chunk.length) return;
    const begun = this.chunk.subarray(this.start, this.at);
    this.chunk = new Uint8Array(Math.max(CHUNK, 2 * (begun.length + size)));
    this.view = new DataView(this.chunk.buffer);
    this.chunk.set(begun);
    this.start = 0;
    this.at = begun.length;
  }
}
