/** cat [-n] [-b] [-s] [-E] [-T] [-v] [-A] [FILE …]: files one after the other. */
import type { Fd } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { BLOCK, closeInput, Lines, openInput } from "../lib/input.ts";
import { concat, encode } from "../lib/output.ts";
import { tool, type Tool } from "../lib/tool.ts";

const long = { number: "n", "number-nonblank": "b", "squeeze-blank": "s", "show-ends": "E", "show-tabs": "T", "show-nonprinting": "v", "show-all": "A" };

export const main = tool({ letters: "nbsETvAetu", long, usage: "[OPTION]... [FILE]..." }, function* (t) {
  const format = new Format(t);
  for (const path of t.operands.length > 0 ? t.operands : ["-"]) yield* t.try(path, copy(t, path, format));
});

function* copy(t: Tool, path: string, format: Format): Syscall<void> {
  const fd = yield* openInput(t.libc, path);
  try {
    if (t.has("nbsETvAet")) yield* lines(t, fd, format);
    else yield* plain(t, fd);
  } finally {
    yield* closeInput(t.libc, fd);
  }
}

function* plain(t: Tool, fd: Fd): Syscall<void> {
  for (let data = yield* t.libc.read(fd, BLOCK); data.length > 0; data = yield* t.libc.read(fd, BLOCK)) {
    yield* t.out.bytes(data);
    yield* t.out.flush();
  }
}

function* lines(t: Tool, fd: Fd, format: Format): Syscall<void> {
  const input = new Lines(t.libc, fd, t.out);
  for (let line = yield* input.bytes(); line; line = yield* input.bytes()) yield* t.out.bytes(format.line(line, input.terminated));
}

/** How lines look; numbers go on from file to file. */
class Format {
  readonly #t: Tool;
  #number = 0;
  #blank = false;
  constructor(t: Tool) {
    this.#t = t;
  }
  line(line: Uint8Array, terminated: boolean): Uint8Array {
    const t = this.#t;
    const blank = line.length === 0;
    if (blank && this.#blank && t.has("s")) return new Uint8Array(0);
    this.#blank = blank;
    const numbered = t.has("b") ? !blank : t.has("n");
    const prefix = numbered ? `${String(++this.#number).padStart(6)}\t` : "";
    return concat([encode(prefix), this.#show(line), encode(`${t.has("EAe") && terminated ? "$" : ""}${terminated ? "\n" : ""}`)]);
  }
  #show(line: Uint8Array): Uint8Array {
    const tabs = this.#t.has("TAt");
    const all = this.#t.has("vAet");
    if (!tabs && !all) return line;
    return encode([...line].map((b) => shown(b, tabs, all)).join(""));
  }
}

function shown(byte: number, tabs: boolean, all: boolean): string {
  if (byte === 9) return tabs ? "^I" : "\t";
  if (!all) return String.fromCharCode(byte);
  const low = byte & 0x7f;
  return (byte >= 0x80 ? "M-" : "") + (low < 32 ? `^${String.fromCharCode(low + 64)}` : low === 127 ? "^?" : String.fromCharCode(low));
}
