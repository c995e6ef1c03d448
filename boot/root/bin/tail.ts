/** tail [-n [+]N] [-c [+]N] [-f] [-q] [-v] [FILE …]: the end of files, or from the Nth line or byte on; -f goes on as the file grows. */
import type { Fd } from "../../../glibc-shim/libc.ts";
import { STDIN } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { BLOCK, closeInput, openInput, readRest } from "../lib/input.ts";
import { sizeOf, tool, type Tool } from "../lib/tool.ts";

const prepare = (args: readonly string[]): readonly string[] => (/^[-+]\d+$/.test(args[0] ?? "") ? ["-n", (args[0] ?? "").replace(/^-/, ""), ...args.slice(1)] : args);
const long = { lines: "n", bytes: "c", follow: "f", quiet: "q", silent: "q", verbose: "v" };

export const main = tool({ letters: "n:c:fqv", long, usage: "[OPTION]... [FILE]...", prepare }, function* (t) {
  const files = t.operands.length > 0 ? t.operands : ["-"];
  const titled = t.options.last("qv") === "v" || (files.length > 1 && !t.has("q"));
  const open: Fd[] = [];
  for (const [i, path] of files.entries()) yield* t.try(path, one(t, path, titled, i === 0, open));
  if (t.has("f")) yield* follow(t, open);
});

function* one(t: Tool, path: string, titled: boolean, first: boolean, open: Fd[]): Syscall<void> {
  const bytes = t.options.last("nc") === "c";
  const text = (bytes ? t.value("c") : t.value("n")) ?? "10";
  const count = sizeOf(text.replace(/^[-+]/, ""), `number of ${bytes ? "bytes" : "lines"}`);
  const fd = yield* openInput(t.libc, path);
  if (titled) yield* t.out.line(`${first ? "" : "\n"}==> ${path === "-" ? "standard input" : path} <==`);
  const data = yield* readRest(t.libc, fd);
  yield* t.out.bytes(data.subarray(start(data, count, bytes, text.startsWith("+"))));
  if (t.has("f") && fd !== STDIN) open.push(fd);
  else yield* closeInput(t.libc, fd);
}

/** Where the wanted part of `data` begins. */
function start(data: Uint8Array, count: number, bytes: boolean, fromStart: boolean): number {
  if (bytes) return fromStart ? Math.max(0, count - 1) : Math.max(0, data.length - count);
  let at = fromStart ? 0 : data.length;
  if (fromStart) {
    for (let i = 1; i < count; i++) {
      const newline = data.indexOf(10, at);
      if (newline < 0) return data.length;
      at = newline + 1;
    }
    return at;
  }
  if (count === 0) return at;
  if (data[at - 1] === 10) at--;
  for (let i = 0; i < count; i++) {
    if (at <= 0) return 0;
    at = data.lastIndexOf(10, at - 1);
    if (at < 0) return 0;
  }
  return at + 1;
}

/** What comes after the end, looked for once a second, until a signal ends the program. */
function* follow(t: Tool, open: readonly Fd[]): Syscall<void> {
  yield* t.out.flush();
  while (open.length > 0) {
    yield* t.libc.usleep(1_000_000);
    for (const fd of open) {
      for (let data = yield* t.libc.read(fd, BLOCK); data.length > 0; data = yield* t.libc.read(fd, BLOCK)) yield* t.out.bytes(data);
    }
    yield* t.out.flush();
  }
}
