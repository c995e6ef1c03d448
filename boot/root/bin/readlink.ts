/** readlink [-f|-e|-m] [-n] FILE …: a link's target, or the canonical name. */
import { attempt } from "../../../glibc-shim/errno.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { isSymlink } from "../lib/mode.ts";
import { UsageError } from "../lib/options.ts";
import { join } from "../lib/path.ts";
import { tool, type Tool } from "../lib/tool.ts";

const long = { canonicalize: "f", "canonicalize-existing": "e", "canonicalize-missing": "m", "no-newline": "n", zero: "z" };

export const main = tool({ letters: "femnzqsv", long, usage: "[-f|-e|-m] [-n] FILE..." }, function* (t) {
  if (t.operands.length === 0) throw new UsageError("missing operand");
  const end = t.has("z") ? "\0" : t.has("n") && t.operands.length === 1 ? "" : "\n";
  for (const path of t.operands) {
    const read = yield* attempt(t.libc.readlink(path));
    const text = t.has("fem") ? yield* canonical(t, path) : read.err === 0 ? read.value : undefined;
    if (text === undefined) t.status = 1;
    else yield* t.out.text(text + end);
  }
});

/** The absolute name without links, "." and "..". -f: the last component may be missing, -m: all may, -e: none. */
function* canonical(t: Tool, path: string): Syscall<string | undefined> {
  const todo = path.split("/").filter((n) => n !== "");
  let now = path.startsWith("/") ? "/" : yield* t.libc.getcwd();
  const manner = t.options.last("fem");
  for (let links = 0; ; ) {
    const name = todo.shift();
    if (name === undefined) return now;
    if (name === ".") continue;
    if (name === "..") {
      now = now.replace(/\/[^/]*$/, "") || "/";
      continue;
    }
    const next = join(now, name);
    const st = yield* attempt(t.libc.lstat(next));
    if (st.err !== 0 && !(manner === "m" || (manner === "f" && todo.length === 0))) return undefined;
    if (st.err !== 0 || !isSymlink(st.value)) {
      now = next;
      continue;
    }
    if (++links > 32) return undefined;
    const target = yield* t.libc.readlink(next);
    if (target.startsWith("/")) now = "/";
    todo.unshift(...target.split("/").filter((n) => n !== ""));
  }
}
