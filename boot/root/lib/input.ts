/** Reading files by blocks and by lines. */
import { STDIN, type Fd, type Libc } from "../../../glibc-shim/libc.ts";
import { O_RDONLY } from "../../../servers/interfaces/hurd-types.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { concat, decode, type Out } from "./output.ts";

/** How much is read at a time. */
export const BLOCK = 65536;

/** Opens `path` for reading; "-" is standard input. Throws UnixError. */
export function* openInput(libc: Libc, path: string): Syscall<Fd> {
  return path === "-" ? STDIN : yield* libc.open(path, O_RDONLY);
}

/** Closes what `openInput` opened. */
export function* closeInput(libc: Libc, fd: Fd): Syscall<void> {
  if (fd !== STDIN) yield* libc.close(fd);
}

/** All that is left to read. */
export function* readRest(libc: Libc, fd: Fd): Syscall<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let data = yield* libc.read(fd, BLOCK); data.length > 0; data = yield* libc.read(fd, BLOCK)) parts.push(data);
  return concat(parts);
}

/** The whole of a file, "-" being standard input. Throws UnixError. */
export function* slurp(libc: Libc, path: string): Syscall<Uint8Array> {
  const fd = yield* openInput(libc, path);
  const data = yield* readRest(libc, fd);
  yield* closeInput(libc, fd);
  return data;
}

/** The lines of `text` without their newlines; a last line without one counts. */
export function splitLines(text: string, end = "\n"): string[] {
  const lines = text.split(end);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/**
 * A descriptor, line by line, decoded as UTF-8. Before a read that may block it flushes `out`, so that a reader at the other end of
 * a pipe or a terminal sees at once what the lines so far gave.
 */
export class Lines {
  /** Did the line answered last end in a newline? */
  terminated = true;
  readonly #libc: Libc;
  readonly #fd: Fd;
  readonly #out: Out | undefined;
  readonly #end: number;
  #buffer: Uint8Array = new Uint8Array(0);
  #at = 0;
  #eof = false;
  constructor(libc: Libc, fd: Fd, out?: Out, end = 10) {
    this.#libc = libc;
    this.#fd = fd;
    this.#out = out;
    this.#end = end;
  }
  /** The next line's bytes without its end; undefined at the end of the file. */
  *bytes(): Syscall<Uint8Array | undefined> {
    let end = this.#buffer.indexOf(this.#end, this.#at);
    while (end < 0 && !this.#eof) {
      const rest = this.#buffer.length - this.#at;
      yield* this.#fill();
      end = this.#buffer.indexOf(this.#end, this.#at + rest);
    }
    this.terminated = end >= 0;
    if (end < 0 && this.#at >= this.#buffer.length) return undefined;
    const line = this.#buffer.subarray(this.#at, end < 0 ? undefined : end);
    this.#at = end < 0 ? this.#buffer.length : end + 1;
    return line;
  }
  /** The next line as text. */
  *next(): Syscall<string | undefined> {
    const line = yield* this.bytes();
    return line && decode(line);
  }
  *#fill(): Syscall<void> {
    if (this.#out) yield* this.#out.flush();
    const data = yield* this.#libc.read(this.#fd, BLOCK);
    if (data.length === 0) this.#eof = true;
    this.#buffer = concat([this.#buffer.subarray(this.#at), data]);
    this.#at = 0;
  }
}
