/**
 * The ramdisks of the embedded root filesystem, made ahead: build.mjs puts them into the bundle, since at each start it takes a tenth of a boot to encode them.
 * Byte for byte they are what `encodeRamdisk(rootTree(…))` gives.
 */
import { encodeRamdisk } from "../servers/tmpfs/ramdisk.ts";
import { rootTree } from "./image.ts";

/** The file of /etc that says what to run. */
export const requestFile = (text: string): readonly [name: string, mode: number, text: string] => ["run-command", 0o600, text];

/** Ramdisks made ahead. */
export interface Ramdisks {
  /** Of a system that nothing is to be run in. */
  readonly plain: Uint8Array;
  /** Of one with an empty request, and where that file's bytes begin: with the one byte that says that there are none. */
  readonly running: Uint8Array;
  readonly at: number;
}

/** Makes them. */
export function makeRamdisks(): Ramdisks {
  const [running, other] = ["", "x"].map((text) => encodeRamdisk(rootTree({ etc: [requestFile(text)] }))) as [Uint8Array, Uint8Array];
  return { plain: encodeRamdisk(rootTree()), running, at: running.findIndex((byte, i) => i >= LENGTH_AT + 4 && byte !== other[i]) };
}

/** Where a ramdisk says how long its tree is. */
const LENGTH_AT = 4;
const FIXED = 8;

/** The ramdisk of a system that is to run what `request` says, or nothing. */
export function ramdiskWith({ plain, running, at }: Ramdisks, request: string | undefined): Uint8Array {
  if (request === undefined) return plain.slice();
  const text = new TextEncoder().encode(request);
  const head = byteStringHead(text.length);
  const out = new Uint8Array(running.length - 1 + head.length + text.length);
  out.set(running.subarray(0, at));
  out.set(head, at);
  out.set(text, at + head.length);
  out.set(running.subarray(at + 1), at + head.length + text.length);
  new DataView(out.buffer).setUint32(LENGTH_AT, out.length - FIXED, true);
  return out;
}

/** How CBOR begins a string of `length` bytes. */
function byteStringHead(length: number): Uint8Array {
  if (length < 24) return Uint8Array.of(0x40 + length);
  if (length < 0x100) return Uint8Array.of(0x58, length);
  if (length < 0x10000) return Uint8Array.of(0x59, length >> 8, length & 0xff);
  return Uint8Array.of(0x5a, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff);
}
