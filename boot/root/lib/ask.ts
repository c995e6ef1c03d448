/** Questions to the user (-i). */
import { STDERR, STDIN } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { decode } from "./output.ts";
import type { Tool } from "./tool.ts";

/** Asks on standard error, reads a line of standard input; true for an answer that begins with y. */
export function* confirmed(t: Tool, question: string): Syscall<boolean> {
  yield* t.out.flush();
  yield* t.libc.writeAll(STDERR, `${t.name}: ${question} `);
  let line = "";
  for (;;) {
    const data = yield* t.libc.read(STDIN, 1);
    const c = decode(data);
    if (c === "" || c === "\n") return /^\s*[yY]/.test(line);
    line += c;
  }
}
