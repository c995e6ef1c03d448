/** Subfields: a length in base 128, big endian, whose last digit has the high bit, then that many bytes (cloudabi.md §3). */
import type { BufferNode } from "./node.ts";

/** Digits that a length of 64 bits can have; more overflow size_t. */
const SIZE_BITS = 64n;

/** The digits of `length`. */
export function lengthDigits(length: number): readonly number[] {
  const digits = [(length & 0x7f) | 0x80];
  for (let rest = Math.floor(length / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift(rest % 128);
  return digits;
}

/** A place in a buffer's payload from which subfields are taken one by one. */
export class Subfields {
  private readonly node: BufferNode;
  private at: number;

  /** `at`: where the payload begins. */
  constructor(node: BufferNode, at: number) {
    this.node = node;
    this.at = at;
  }

  /** Nothing is left. */
  get done(): boolean {
    return this.at === this.node.bytes.length;
  }

  /** What has not been taken, as it is. */
  get rest(): Uint8Array {
    return this.node.bytes.subarray(this.at);
  }

  /** The next one; undefined when it is malformed (EINVAL upstream): overlong or overflowing length, or more than there is. The place stays before it then. */
  take(): BufferNode | undefined {
    const { bytes, convert } = this.node;
    if (bytes[this.at] === 0) return undefined;
    let length = 0n;
    for (let i = this.at; i < bytes.length; ) {
      const digit = bytes[i++] ?? 0;
      if (length >> (SIZE_BITS - 7n) !== 0n) return undefined;
      length = (length << 7n) | BigInt(digit & 0x7f);
      if ((digit & 0x80) === 0) continue;
      if (length > BigInt(bytes.length - i)) return undefined;
      this.at = i + Number(length);
      return { kind: "buffer", bytes: bytes.subarray(i, this.at), convert };
    }
    return undefined;
  }
}
