/** Standard output with a buffer, and the bytes of text. */
import type { Fd, Libc } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";

/** UTF-8 of `text`. */
export const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
/** `bytes` as UTF-8; what is none becomes U+FFFD. */
export const decode = (bytes: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);

/** Bytes one after the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    all.set(p, at);
    at += p.length;
  }
  return all;
}

const LIMIT = 4096;

/** A buffered writer on a descriptor. What is put in goes out when 4096 bytes are there, and at `flush`. */
export class Out {
  readonly #libc: Libc;
  readonly #fd: Fd;
  #parts: Uint8Array[] = [];
  #size = 0;
  constructor(libc: Libc, fd: Fd) {
    this.#libc = libc;
    this.#fd = fd;
  }
  *bytes(data: Uint8Array): Syscall<void> {
    if (data.length === 0) return;
    this.#parts.push(data);
    this.#size += data.length;
    if (this.#size >= LIMIT) yield* this.flush();
  }
  *text(text: string): Syscall<void> {
    yield* this.bytes(encode(text));
  }
  /** `text` and a newline. */
  *line(text: string): Syscall<void> {
    yield* this.bytes(encode(`${text}\n`));
  }
  /** Writes out what waits. Throws UnixError; what waited is gone then. */
  *flush(): Syscall<void> {
    if (this.#size === 0) return;
    const data = concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    yield* this.#libc.writeAll(this.#fd, data);
  }
}
