/**
 * Argument data: a tree of values with file descriptors among them (cloudabi.md §3).
 *
 * As upstream, a node is either kept as the caller's value (binary, string, sequence, map) or as bytes already (everything else, and whatever was received): many rules tell the two apart. Numbers of
 * descriptors in bytes go through the converter of their buffer; -1 says that there is no such descriptor.
 */
import { Errno, fail, ok, type Result } from "../errno.ts";
import { encodeMinimal, NANOSECONDS, stringBytes } from "./numbers.ts";

/** Tag bytes. */
export const Tag = { BINARY: 1, BOOL: 2, FD: 3, FLOAT: 4, INT: 5, MAP: 6, SEQ: 7, STR: 8, TIMESTAMP: 9 } as const;

/** Turns a raw number of a buffer into a descriptor of this process; negative: there is none. */
export type Converter = (raw: number) => number;

export interface BufferNode {
  readonly kind: "buffer";
  readonly bytes: Uint8Array;
  readonly convert: Converter;
}

export type Argdata =
  | BufferNode
  | { readonly kind: "binary"; readonly bytes: Uint8Array }
  | { readonly kind: "str"; readonly bytes: Uint8Array }
  | { readonly kind: "seq"; readonly entries: readonly Argdata[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [key: Argdata, value: Argdata])[] };

const INT_MAX = 0x7fffffff;

/** The program's own table: a raw number is the descriptor (§3, "libc wraps the received bytes with an identity converter"). */
export const identity: Converter = (raw) => (raw > INT_MAX ? -1 : raw);
/** No converter given: every descriptor is invalid. */
export const noDescriptors: Converter = () => -1;

/** A value from bytes. */
export const fromBuffer = (bytes: Uint8Array, convert: Converter = noDescriptors): BufferNode => ({ kind: "buffer", bytes, convert });

const scalar = (tag: number, payload: readonly number[] | Uint8Array, convert: Converter = noDescriptors): BufferNode => fromBuffer(Uint8Array.from([tag, ...payload]), convert);

export const nothing: Argdata = fromBuffer(new Uint8Array(0));
export const yes: Argdata = scalar(Tag.BOOL, [1]);
export const no: Argdata = scalar(Tag.BOOL, []);
export const bool = (value: boolean): Argdata => (value ? yes : no);
export const binary = (bytes: Uint8Array): Argdata => ({ kind: "binary", bytes });
export const seq = (entries: readonly Argdata[]): Argdata => ({ kind: "seq", entries });
export const map = (entries: readonly (readonly [Argdata, Argdata])[]): Argdata => ({ kind: "map", entries });

/** A descriptor. EBADF when the number is negative; a closed one is found by the kernel only. */
export function fd(number: number): Result<Argdata> {
  if (number < 0) return fail(Errno.EBADF);
  return ok(scalar(Tag.FD, [number >>> 24, (number >>> 16) & 0xff, (number >>> 8) & 0xff, number & 0xff], identity));
}

/** IEEE 754, 64 bits. */
export function float(value: number): Argdata {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return scalar(Tag.FLOAT, bytes);
}

/** A whole number from -2^63 up to 2^64 - 1; what is outside of that is a bug of the caller. */
export function int(value: number | bigint): Argdata {
  const whole = BigInt(value);
  if (whole < -(1n << 63n) || whole >= 1n << 64n) throw new RangeError(`${whole} does not fit an integer of argument data`);
  return scalar(Tag.INT, encodeMinimal(whole));
}

/** A string, which may have NULs in it. EILSEQ when it has a lone surrogate. */
export function str(text: string): Result<Argdata> {
  const bytes = stringBytes(text);
  return bytes === undefined ? fail(Errno.EILSEQ) : ok({ kind: "str", bytes });
}

/** A string of the program text: it has no lone surrogate. */
export const text = (literal: string): Argdata => ({ kind: "str", bytes: new TextEncoder().encode(literal) });

/** Seconds and nanoseconds since 1970. EINVAL when the nanoseconds are not in 0 … 999,999,999. */
export function timestamp(seconds: bigint, nanoseconds: number): Result<Argdata> {
  if (nanoseconds < 0 || nanoseconds >= Number(NANOSECONDS)) return fail(Errno.EINVAL);
  return ok(scalar(Tag.TIMESTAMP, encodeMinimal(seconds * NANOSECONDS + BigInt(nanoseconds))));
}
