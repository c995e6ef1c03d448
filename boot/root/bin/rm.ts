/** rm [-r] [-f] [-i] [-d] [-v] FILE … */
import { attempt } from "../../../glibc-shim/errno.ts";
import type { Stat } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Errno, strerror } from "../../../servers/interfaces/errno.ts";
import { confirmed } from "../lib/ask.ts";
import { isDirectory, typeName } from "../lib/mode.ts";
import { UsageError } from "../lib/options.ts";
import { join, lastComponent } from "../lib/path.ts";
import { tool, type Tool } from "../lib/tool.ts";

const long = { recursive: "r", force: "f", interactive: "i", dir: "d", verbose: "v" };

export const main = tool({ letters: "rRfidv", long, usage: "[OPTION]... FILE..." }, function* (t) {
  const force = t.options.last("fi") === "f";
  if (t.operands.length === 0 && !force) throw new UsageError("missing operand");
  for (const path of t.operands) {
    const name = lastComponent(path);
    if (name === "." || name === ".." || name === "/") yield* t.complain(`refusing to remove '.', '..' or '/': skipping '${path}'`);
    else yield* remove(t, path, force);
  }
});

/** True when `path` is gone. */
function* remove(t: Tool, path: string, force: boolean): Syscall<boolean> {
  const st = yield* attempt(t.libc.lstat(path));
  if (st.err !== 0) {
    if (force && (st.err === Errno.ENOENT || st.err === Errno.ENOTDIR)) return true;
    yield* t.complain(`${path}: ${strerror(st.err)}`);
    return false;
  }
  if (!isDirectory(st.value)) return yield* removeOne(t, path, st.value, t.libc.unlink(path));
  if (!t.has("rRd")) {
    yield* t.complain(`${path}: Is a directory`);
    return false;
  }
  if (t.has("rR") && !(yield* empty(t, path, force))) return false;
  return yield* removeOne(t, path, st.value, t.libc.rmdir(path));
}

/** Removes what is in a directory. */
function* empty(t: Tool, path: string, force: boolean): Syscall<boolean> {
  const entries = yield* t.try(path, t.libc.readdir(path));
  if (!entries) return false;
  const names = entries.map((e) => e.name).filter((n) => n !== "." && n !== "..");
  if (names.length > 0 && t.options.last("fi") === "i" && !(yield* confirmed(t, `descend into directory '${path}'?`))) return false;
  let all = true;
  for (const name of names) all = (yield* remove(t, join(path, name), force)) && all;
  return all;
}

function* removeOne(t: Tool, path: string, st: Stat, removing: Syscall<void>): Syscall<boolean> {
  if (t.options.last("fi") === "i" && !(yield* confirmed(t, `remove ${typeName(st.mode, st.size)} '${path}'?`))) return false;
  const done = yield* attempt(removing);
  if (done.err !== 0) yield* t.complain(`${path}: ${strerror(done.err)}`);
  else if (t.has("v")) yield* t.out.line(`removed ${isDirectory(st) ? "directory " : ""}'${path}'`);
  return done.err === 0;
}
