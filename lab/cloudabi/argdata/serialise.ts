/**
 * The serialiser (cloudabi.md §3): a tree as bytes, and its descriptors as a list in the order of first reference, depth first, left to right, a key before its value.
 *
 * It walks bytes too, and stops at the first malformed subfield of each level on its own: the rest is copied as it is. So the output is always as long as the input.
 * A depth limit is ours: upstream recurses until the stack is gone.
 */
import { Errno, fail, ok, type Result } from "../errno.ts";
import { Tag, type Argdata, type BufferNode } from "./node.ts";
import { lengthDigits, Subfields } from "./subfield.ts";

/** Containers within containers at most; E2BIG beyond. Ours. */
export const MAX_DEPTH = 512;
/** What an invalid descriptor is written as. */
export const INVALID_FD = 0xffffffff;

/** What `program_exec` gives to the kernel. */
export interface Serialised {
  readonly data: Uint8Array;
  /** Slot i of the new table is what is at `fds[i]` now. */
  readonly fds: readonly number[];
}

class TooDeep extends Error {}

/** A descriptor's number in the output. */
type Numbering = (fd: number) => number;

/** Bytes of the serialised tree, exactly. */
function sizeOf(ad: Argdata, depth: number): number {
  if (depth > MAX_DEPTH) throw new TooDeep();
  const sub = (child: Argdata): number => {
    const size = sizeOf(child, depth + 1);
    return lengthDigits(size).length + size;
  };
  switch (ad.kind) {
    case "buffer":
      return ad.bytes.length;
    case "binary":
      return 1 + ad.bytes.length;
    case "str":
      return 2 + ad.bytes.length;
    case "seq":
      return ad.entries.reduce((sum, e) => sum + sub(e), 1);
    case "map":
      return ad.entries.reduce((sum, [k, v]) => sum + sub(k) + sub(v), 1);
  }
}

/** Every occurrence of a descriptor below `ad`, with its number here; -1 for those that cannot be converted. */
function occurrences(ad: Argdata, depth: number, into: number[]): void {
  if (depth > MAX_DEPTH) throw new TooDeep();
  if (ad.kind === "seq") for (const e of ad.entries) occurrences(e, depth + 1, into);
  else if (ad.kind === "map") for (const [k, v] of ad.entries) for (const e of [k, v]) occurrences(e, depth + 1, into);
  else if (ad.kind === "buffer") inBuffer(ad, depth, into);
}

function inBuffer(ad: BufferNode, depth: number, into: number[]): void {
  const tag = ad.bytes[0];
  if (tag === Tag.FD && ad.bytes.length === 5) into.push(ad.convert(rawFd(ad.bytes)));
  if (tag !== Tag.MAP && tag !== Tag.SEQ) return;
  const fields = new Subfields(ad, 1);
  for (let sub = fields.take(); sub !== undefined; sub = fields.take()) occurrences(sub, depth + 1, into);
}

const rawFd = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(1);

const guarded = <T>(f: () => T): Result<T> => {
  try {
    return ok(f());
  } catch (e) {
    if (e instanceof TooDeep) return fail(Errno.E2BIG);
    throw e;
  }
};

/** `argdata_serialized_length`: the exact size, and an upper bound of the list that counts every occurrence, duplicates and unconvertible ones too. E2BIG: too deep. */
export const serialisedLength = (ad: Argdata): Result<{ readonly datalen: number; readonly fdslen: number }> =>
  guarded(() => {
    const found: number[] = [];
    occurrences(ad, 0, found);
    return { datalen: sizeOf(ad, 0), fdslen: found.length };
  });

/** `argdata_serialize`. E2BIG: too deep. */
export const serialise = (ad: Argdata): Result<Serialised> =>
  guarded(() => {
    const fds: number[] = [];
    const number: Numbering = (fd) => {
      const known = fds.indexOf(fd);
      return known >= 0 ? known : fds.push(fd) - 1;
    };
    return { data: Uint8Array.from(encode(ad, number, 0)), fds };
  });

/** Without a table: the numbers stand as they are, invalid ones still as 0xFFFFFFFF (§8: what cloudabi-run gives to cloudabi-reexec). E2BIG: too deep. */
export const serialiseLiterally = (ad: Argdata): Result<Uint8Array> => guarded(() => Uint8Array.from(encode(ad, (fd) => fd, 0)));

function encode(ad: Argdata, number: Numbering, depth: number): number[] {
  if (depth > MAX_DEPTH) throw new TooDeep();
  const sub = (child: Argdata): number[] => {
    const bytes = encode(child, number, depth + 1);
    return append([...lengthDigits(bytes.length)], bytes);
  };
  switch (ad.kind) {
    case "buffer":
      return encodeBuffer(ad, number, sub);
    case "binary":
      return append([Tag.BINARY], ad.bytes);
    case "str":
      return append(append([Tag.STR], ad.bytes), [0]);
    case "seq":
      return ad.entries.reduce<number[]>((out, e) => append(out, sub(e)), [Tag.SEQ]);
    case "map":
      return ad.entries.reduce<number[]>((out, [k, v]) => append(append(out, sub(k)), sub(v)), [Tag.MAP]);
  }
}

function encodeBuffer(ad: BufferNode, number: Numbering, sub: (child: Argdata) => number[]): number[] {
  const tag = ad.bytes[0];
  if (tag === Tag.FD && ad.bytes.length === 5) {
    const fd = ad.convert(rawFd(ad.bytes));
    const written = fd < 0 ? INVALID_FD : number(fd);
    return [tag, written >>> 24, (written >>> 16) & 0xff, (written >>> 8) & 0xff, written & 0xff];
  }
  if (tag !== Tag.MAP && tag !== Tag.SEQ) return [...ad.bytes];
  const fields = new Subfields(ad, 1);
  const out: number[] = [tag];
  for (let child = fields.take(); child !== undefined; child = fields.take()) append(out, sub(child));
  return append(out, fields.rest);
}

function append(out: number[], more: Iterable<number>): number[] {
  for (const byte of more) out.push(byte);
  return out;
}
