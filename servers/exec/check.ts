/** Is this file a program, and what is to be loaded (exec.md §5 steps 4, 6)? */
import { asFailure, type Failure } from "../../mach/kern/kern-return.ts";
import { decodeImage, type ProgramImage, type Segment } from "../../mach/kern/image.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { Errno } from "../interfaces/errno.ts";
import { PAGE_SIZE } from "../interfaces/hurd-types.ts";
import { ExecFile, type Result } from "./file.ts";

/** A checked image with its file. */
export interface Executable {
  readonly file: ExecFile;
  readonly image: ProgramImage;
  /** What can be loaded: a segment that reaches past the end of the file stops the scan. */
  readonly segments: readonly Segment[];
  /** All segments are there. */
  readonly whole: boolean;
}

const HEADER_AT = 8;
/** Where the header stands in memory and how long it is: start-up data's phdr (exec.md §8). */
export function headerPlace({ image }: Executable): { readonly address: number; readonly size: number } {
  const first = image.segments[0];
  return first === undefined || first.offset > 0 ? { address: 0, size: 0 } : { address: first.address + HEADER_AT, size: image.entry - first.address - HEADER_AT };
}

/** The header's bytes: a page, and more when the header says that it is longer. */
function* readHeader(file: ExecFile): Syscall<Result<Uint8Array>> {
  const first = yield* file.read(0, PAGE_SIZE);
  if (first.err || first.value.length < HEADER_AT) return first;
  const { buffer, byteOffset } = first.value;
  const length = new DataView(buffer, byteOffset).getUint32(4, true) + HEADER_AT;
  return length > PAGE_SIZE && length <= file.size && length <= 32 * PAGE_SIZE ? yield* file.read(0, length) : first;
}

/** ENOEXEC: no program; ELIBEXEC: it has no entry. The file stays the caller's. */
export function* check(file: ExecFile): Syscall<Result<Executable>> {
  const header = yield* readHeader(file);
  if (header.err) return header;
  const decoded = decodeImage(header.value, Number.MAX_SAFE_INTEGER);
  if (!decoded.ok) return { err: Errno.ENOEXEC };
  const { image } = decoded;
  if (image.entry === 0) return { err: Errno.ELIBEXEC };
  const past = image.segments.findIndex((s) => s.offset + s.size > file.size);
  const segments = past < 0 ? image.segments : image.segments.slice(0, past);
  return { err: 0, value: { file, image, segments, whole: past < 0 } };
}

/** Both steps for a port. On failure nothing is left open. */
export function* prepareAndCheck(port: ExecFile["port"]): Syscall<Result<Executable>> {
  const file = yield* ExecFile.prepare(port);
  if (file.err) return file;
  const checked = yield* check(file.value);
  if (checked.err) yield* file.value.close();
  return checked;
}

export const failureOf = (code: number): { readonly err: Failure } => ({ err: asFailure(code) });
