/** head [-n [-]N] [-c [-]N] [-q] [-v] [FILE …]: the beginning of files, or all but the last N. */
import type { Fd } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { closeInput, Lines, openInput, readRest } from "../lib/input.ts";
import { encode } from "../lib/output.ts";
import { sizeOf, tool, type Tool } from "../lib/tool.ts";

const prepare = (args: readonly string[]): readonly string[] => (/^-\d+$/.test(args[0] ?? "") ? ["-n", (args[0] ?? "").slice(1), ...args.slice(1)] : args);
const long = { lines: "n", bytes: "c", quiet: "q", silent: "q", verbose: "v" };

export const main = tool({ letters: "n:c:qv", long, usage: "[OPTION]... [FILE]...", prepare }, function* (t) {
  const files = t.operands.length > 0 ? t.operands : ["-"];
  const titled = t.options.last("qv") === "v" || (files.length > 1 && !t.has("q"));
  for (const [i, path] of files.entries()) yield* t.try(path, one(t, path, titled, i === 0));
});

function* one(t: Tool, path: string, titled: boolean, first: boolean): Syscall<void> {
  const bytes = t.options.last("nc") === "c";
  const text = (bytes ? t.value("c") : t.value("n")) ?? "10";
  const count = sizeOf(text.replace(/^[-+]/, ""), `number of ${bytes ? "bytes" : "lines"}`);
  const fd = yield* openInput(t.libc, path);
  if (titled) yield* t.out.line(`${first ? "" : "\n"}==> ${path === "-" ? "standard input" : path} <==`);
  if (text.startsWith("-")) yield* allBut(t, fd, count, bytes);
  else yield* bytes ? firstBytes(t, fd, count) : firstLines(t, fd, count);
  yield* closeInput(t.libc, fd);
}

function* firstBytes(t: Tool, fd: Fd, count: number): Syscall<void> {
  for (let left = count; left > 0; ) {
    const data = yield* t.libc.read(fd, Math.min(left, 65536));
    if (data.length === 0) return;
    left -= data.length;
    yield* t.out.bytes(data);
  }
}

function* firstLines(t: Tool, fd: Fd, count: number): Syscall<void> {
  const input = new Lines(t.libc, fd, t.out);
  for (let i = 0; i < count; i++) {
    const line = yield* input.bytes();
    if (!line) return;
    yield* t.out.bytes(line);
    if (input.terminated) yield* t.out.bytes(encode("\n"));
  }
}

function* allBut(t: Tool, fd: Fd, count: number, bytes: boolean): Syscall<void> {
  const data = yield* readRest(t.libc, fd);
  let end = data.length;
  if (bytes) end = Math.max(0, end - count);
  else {
    if (end > 0 && data[end - 1] !== 10 && count > 0) end = data.lastIndexOf(10, end - 1) + 1;
    const removed = data.length > 0 && data[data.length - 1] !== 10 ? 1 : 0;
    for (let i = removed; i < count && end > 0; i++) end = end >= 2 ? data.lastIndexOf(10, end - 2) + 1 : 0;
  }
  yield* t.out.bytes(data.subarray(0, end));
}
