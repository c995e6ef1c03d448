/** pwd [-L|-P]: the working directory; -L believes $PWD. */
import { attempt } from "../../../glibc-shim/errno.ts";
import { tool, type Tool } from "../lib/tool.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";

export const main = tool({ letters: "LP", long: { logical: "L", physical: "P" }, usage: "[-L|-P]" }, function* (t) {
  const logical = t.libc.environ.get("PWD");
  const believed = t.options.last("LP") === "L" && logical !== undefined && logical.startsWith("/") && (yield* isHere(t, logical));
  yield* t.out.line(believed && logical !== undefined ? logical : yield* t.libc.getcwd());
});

function* isHere(t: Tool, path: string): Syscall<boolean> {
  const [a, b] = [yield* attempt(t.libc.stat(path)), yield* attempt(t.libc.stat("."))];
  return a.err === 0 && b.err === 0 && a.value.ino === b.value.ino && a.value.dev === b.value.dev;
}
