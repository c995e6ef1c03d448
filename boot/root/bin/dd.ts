/** dd [if=FILE] [of=FILE] [bs=N] [ibs=N] [obs=N] [count=N] [skip=N] [seek=N] [conv=…] [status=…] */
import { STDERR, STDIN, STDOUT, type Fd } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from "../../../servers/interfaces/hurd-types.ts";
import { attempt } from "../../../glibc-shim/errno.ts";
import { concat } from "../lib/output.ts";
import { UsageError } from "../lib/options.ts";
import { sizeOf, tool, type Tool } from "../lib/tool.ts";

const known = ["if", "of", "bs", "ibs", "obs", "count", "skip", "seek", "conv", "status", "iflag", "oflag"];
const conversions = ["lcase", "ucase", "swab", "notrunc", "noerror", "sync", "fsync", "fdatasync", "excl", "nocreat"];
interface Records {
  full: number;
  part: number;
}

export const main = tool({ letters: "+", usage: "[OPERAND]..." }, function* (t) {
  const words = new Map<string, string>();
  for (const word of t.operands) {
    const equals = word.indexOf("=");
    if (equals < 0 || !known.includes(word.slice(0, equals))) throw new UsageError(`unrecognized operand '${word}'`);
    words.set(word.slice(0, equals), word.slice(equals + 1));
  }
  const conv = (words.get("conv") ?? "").split(",").filter((c) => c !== "");
  const wrong = conv.find((c) => !conversions.includes(c));
  if (wrong !== undefined) throw new UsageError(`invalid conversion: '${wrong}'`);
  const size = (name: string, otherwise: number): number => (words.get(name) === undefined ? otherwise : sizeOf(words.get(name) ?? "", "number"));
  const both = size("bs", 0);
  const [ibs, obs] = [both || size("ibs", 512), both || size("obs", 512)];
  if (ibs === 0 || obs === 0) throw new UsageError("invalid number: '0'");
  const [from, to] = [words.get("if"), words.get("of")];
  const input = from === undefined ? STDIN : yield* t.try(`failed to open '${from}'`, t.libc.open(from, O_RDONLY));
  const keep = conv.includes("notrunc") || size("seek", 0) > 0;
  const output = to === undefined ? STDOUT : yield* t.try(`failed to open '${to}'`, t.libc.open(to, O_WRONLY | (conv.includes("nocreat") ? 0 : O_CREAT) | (keep ? 0 : O_TRUNC), 0o666));
  if (input === undefined || output === undefined) return;
  if (size("skip", 0) > 0) yield* skip(t, input, size("skip", 0), ibs);
  if (size("seek", 0) > 0) {
    yield* t.libc.lseek(output, size("seek", 0) * obs, 0);
    if (!conv.includes("notrunc") && to !== undefined) yield* attempt(t.libc.ftruncate(output, size("seek", 0) * obs));
  }
  const began = yield* t.libc.gettimeofday();
  const copy = new Copy(t, output, obs, both > 0, conv);
  yield* copy.run(input, ibs, words.get("count") === undefined ? Infinity : size("count", 0));
  yield* copy.report(words.get("status") ?? "", began);
});

function* skip(t: Tool, input: Fd, blocks: number, size: number): Syscall<void> {
  if ((yield* attempt(t.libc.lseek(input, blocks * size, 1))).err === 0) return;
  for (let i = 0; i < blocks; i++) if ((yield* t.libc.read(input, size)).length === 0) return;
}

class Copy {
  readonly #t: Tool;
  readonly #output: Fd;
  readonly #size: number;
  readonly #direct: boolean;
  readonly #conv: readonly string[];
  readonly #in: Records = { full: 0, part: 0 };
  readonly #outRecords: Records = { full: 0, part: 0 };
  #bytes = 0;
  #waiting: Uint8Array = new Uint8Array(0);
  constructor(t: Tool, output: Fd, size: number, direct: boolean, conv: readonly string[]) {
    this.#t = t;
    this.#output = output;
    this.#size = size;
    this.#direct = direct;
    this.#conv = conv;
  }
  *run(input: Fd, ibs: number, count: number): Syscall<void> {
    for (let i = 0; i < count; i++) {
      const read = yield* attempt(this.#t.libc.read(input, ibs));
      if (read.err !== 0) {
        yield* this.#t.try("error reading", this.#t.libc.read(input, ibs));
        if (!this.#conv.includes("noerror")) break;
        continue;
      }
      const data = read.value;
      if (data.length === 0) break;
      this.#in[data.length === ibs ? "full" : "part"]++;
      yield* this.#put(this.#convert(data, ibs));
    }
    if (this.#waiting.length > 0) yield* this.#write(this.#waiting);
  }
  #convert(data: Uint8Array, ibs: number): Uint8Array {
    let out = data;
    if (this.#conv.includes("sync") && out.length < ibs) out = concat([out, new Uint8Array(ibs - out.length)]);
    if (this.#conv.includes("ucase")) out = out.map((b) => (b >= 97 && b <= 122 ? b - 32 : b));
    if (this.#conv.includes("lcase")) out = out.map((b) => (b >= 65 && b <= 90 ? b + 32 : b));
    if (this.#conv.includes("swab")) out = out.map((b, i, all) => all[i ^ 1] ?? b);
    return out;
  }
  *#put(data: Uint8Array): Syscall<void> {
    if (this.#direct) return yield* this.#write(data);
    this.#waiting = concat([this.#waiting, data]);
    while (this.#waiting.length >= this.#size) {
      yield* this.#write(this.#waiting.subarray(0, this.#size));
      this.#waiting = this.#waiting.subarray(this.#size);
    }
  }
  *#write(data: Uint8Array): Syscall<void> {
    yield* this.#t.libc.writeAll(this.#output, data);
    this.#bytes += data.length;
    this.#outRecords[data.length === this.#size ? "full" : "part"]++;
  }
  *report(status: string, began: { readonly sec: number; readonly usec: number }): Syscall<void> {
    if (status === "none") return;
    const now = yield* this.#t.libc.gettimeofday();
    const seconds = Math.max(1e-6, now.sec - began.sec + (now.usec - began.usec) / 1e6);
    const line = (r: Records, what: string): string => `${r.full}+${r.part} records ${what}\n`;
    const speed = status === "noxfer" ? "" : `${this.#bytes} bytes copied, ${seconds} s, ${(this.#bytes / 1000 / seconds).toFixed(1)} kB/s\n`;
    yield* this.#t.libc.writeAll(STDERR, line(this.#in, "in") + line(this.#outRecords, "out") + speed);
  }
}
