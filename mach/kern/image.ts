/**
 * Program images: bytes in a file that a CPU can start.
 *
 *   "\x7fHUR" · u32 length of the header · header (CBOR: entry, segments, interp?) · the segments' bytes
 *
 * At the entry address the mapped text holds an instruction record, "INSN" · u16 length · name, and the CPU looks the name up in its instruction
 * set. All numbers are little-endian. Nothing in an image is trusted: every reader of one goes through `decodeImage`.
 */
import { decode, encode } from "cbor-x";

/** Part of the file that goes into memory. Bytes past `size` up to `memory` are zero. `protection`: read 1, write 2, execute 4. */
export interface Segment {
  readonly address: number;
  /** In the file, from its start; equal to `address` modulo the page size, so that a file can be mapped. */
  readonly offset: number;
  readonly size: number;
  readonly memory: number;
  readonly protection: number;
}

export interface ProgramImage {
  readonly entry: number;
  readonly segments: readonly Segment[];
  /** The interpreter (dynamic linker) that is started in this program's place. */
  readonly interp?: string;
}

/** Why bytes are no image: another kind of file, cut off, or with a header that says impossible things. */
export type BadImage = "no image" | "truncated" | "bad header";
export type Decoded = { readonly ok: true; readonly image: ProgramImage } | { readonly ok: false; readonly why: BadImage };

const MAGIC = [0x7f, 0x48, 0x55, 0x52];
const FIXED = 8;
/** Where the text of a static program is mapped. */
const TEXT_BASE = 0x08048000;
const PAGE = 4096;
const USER_END = 0xc0000000;
const MAX_HEADER = 65536;
const MAX_SEGMENTS = 64;
const INSN = [0x49, 0x4e, 0x53, 0x4e];
/** Bytes to read at `pc` to have any instruction record whole. */
export const MAX_INSTRUCTION = 6 + 255;

/** The instruction record that runs `name`. Names are up to 255 bytes of UTF-8. */
export function encodeInstruction(name: string): Uint8Array {
  const text = new TextEncoder().encode(name);
  return Uint8Array.of(...INSN, text.length & 0xff, text.length >> 8, ...text);
}

/** The name in the instruction record at the start of `bytes`; undefined when there is none (a bad opcode). */
export function decodeInstruction(bytes: Uint8Array): string | undefined {
  if (bytes.length < 6 || INSN.some((b, i) => bytes[i] !== b)) return undefined;
  const length = (bytes[4] ?? 0) | ((bytes[5] ?? 0) << 8);
  if (length === 0 || 6 + length > bytes.length) return undefined;
  return new TextDecoder().decode(bytes.subarray(6, 6 + length));
}

/** What an image may have beside its entry. */
export interface ImageOptions {
  readonly interp?: string;
  /** Bytes of initialised data in a second, writable segment. */
  readonly data?: Uint8Array;
}

/** An image that runs `name` of the instruction set. Its first segment is the file itself from the start, as in most real programs. */
export function encodeImage(name: string, options: ImageOptions = {}): Uint8Array {
  const insn = encodeInstruction(name);
  const data = options.data ?? new Uint8Array(0);
  let guess = 256;
  for (;;) {
    const header = encode(headerFor(guess, insn.length, data.length, options));
    const at = (FIXED + header.length + 15) & ~15;
    if (at === guess) return assemble(header, guess, insn, data);
    guess = at;
  }
}

function headerFor(at: number, insn: number, data: number, options: ImageOptions): ProgramImage {
  const textSize = at + insn;
  const text: Segment = { address: TEXT_BASE, offset: 0, size: textSize, memory: textSize, protection: 5 };
  const dataOffset = Math.ceil(textSize / PAGE) * PAGE;
  const segments = [text];
  if (data > 0) segments.push({ address: TEXT_BASE + dataOffset, offset: dataOffset, size: data, memory: data, protection: 3 });
  return { entry: TEXT_BASE + at, segments, ...(options.interp === undefined ? {} : { interp: options.interp }) };
}

function assemble(header: Uint8Array, at: number, insn: Uint8Array, data: Uint8Array): Uint8Array {
  const dataOffset = Math.ceil((at + insn.length) / PAGE) * PAGE;
  const out = new Uint8Array(data.length === 0 ? at + insn.length : dataOffset + data.length);
  out.set(MAGIC, 0);
  new DataView(out.buffer).setUint32(4, header.length, true);
  out.set(header, FIXED);
  out.set(insn, at);
  if (data.length > 0) out.set(data, dataOffset);
  return out;
}

/**
 * Reads the header of an image. `bytes`: the file, or its first part when `fileSize` says how long it is. "truncated" too when a segment
 * reaches past the end of the file.
 */
export function decodeImage(bytes: Uint8Array, fileSize: number = bytes.length): Decoded {
  if (bytes.length < MAGIC.length || MAGIC.some((b, i) => bytes[i] !== b)) return { ok: false, why: "no image" };
  if (bytes.length < FIXED) return { ok: false, why: "truncated" };
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  if (length === 0 || length > MAX_HEADER) return { ok: false, why: "bad header" };
  if (FIXED + length > bytes.length) return { ok: false, why: "truncated" };
  const image = checked(decoded(bytes.subarray(FIXED, FIXED + length)));
  if (image === undefined) return { ok: false, why: "bad header" };
  if (image.segments.some((s) => s.offset + s.size > fileSize)) return { ok: false, why: "truncated" };
  return { ok: true, image };
}

function decoded(header: Uint8Array): unknown {
  try {
    return decode(header);
  } catch {
    return undefined;
  }
}

const isAddress = (n: unknown): n is number => typeof n === "number" && Number.isInteger(n) && n >= 0 && n < USER_END;

/** The header as an image, when every field is what it must be. */
function checked(header: unknown): ProgramImage | undefined {
  if (typeof header !== "object" || header === null) return undefined;
  const { entry, segments, interp } = header as Readonly<Record<string, unknown>>;
  if (!isAddress(entry) || !Array.isArray(segments) || segments.length === 0 || segments.length > MAX_SEGMENTS) return undefined;
  if (interp !== undefined && (typeof interp !== "string" || interp === "" || interp.length > 1024)) return undefined;
  const good = (segments as readonly unknown[]).map(segment);
  if (!good.every((s) => s !== undefined)) return undefined;
  return { entry, segments: good, ...(interp === undefined ? {} : { interp }) };
}

function segment(value: unknown): Segment | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { address, offset, size, memory, protection } = value as Readonly<Record<string, unknown>>;
  if (!isAddress(address) || !isAddress(offset) || !isAddress(size) || !isAddress(memory) || !isAddress(protection)) return undefined;
  if (size > memory || protection > 7 || address + memory > USER_END || address % PAGE !== offset % PAGE) return undefined;
  return { address, offset, size, memory, protection };
}
