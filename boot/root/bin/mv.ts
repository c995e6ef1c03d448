/** mv [-f] [-i] [-n] [-u] [-v] [-T] SOURCE DEST | SOURCE … DIRECTORY. Across file systems it copies and removes. */
import { attempt } from "../../../glibc-shim/errno.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Errno, strerror } from "../../../servers/interfaces/errno.ts";
import { confirmed } from "../lib/ask.ts";
import { copyTree, type CopyManner } from "../lib/copy.ts";
import { isDirectory } from "../lib/mode.ts";
import { join } from "../lib/path.ts";
import { targets } from "../lib/target.ts";
import { tool, type Tool } from "../lib/tool.ts";

const long = { force: "f", interactive: "i", "no-clobber": "n", update: "u", verbose: "v", "target-directory": "t", "no-target-directory": "T" };

export const main = tool({ letters: "finuvt:T", long, usage: "[OPTION]... SOURCE DEST | SOURCE... DIRECTORY" }, function* (t) {
  for (const [from, to] of (yield* targets(t)) ?? []) yield* move(t, from, to);
});

function* move(t: Tool, from: string, to: string): Syscall<void> {
  const st = yield* t.try(from, t.libc.lstat(from));
  if (!st) return;
  const there = yield* attempt(t.libc.lstat(to));
  if (there.err === 0) {
    if (there.value.ino === st.ino && there.value.dev === st.dev) return yield* t.complain(`'${from}' and '${to}' are the same file`);
    const manner = t.options.last("fin");
    if (manner === "n" || (t.has("u") && there.value.mtime >= st.mtime)) return;
    if (manner === "i" && !(yield* confirmed(t, `overwrite '${to}'?`))) return;
  }
  const done = yield* attempt(t.libc.rename(from, to));
  if (done.err === Errno.EXDEV) yield* moveAcross(t, from, to);
  else if (done.err !== 0) return yield* t.complain(`cannot move '${from}' to '${to}': ${strerror(done.err)}`);
  if (t.has("v")) yield* t.out.line(`renamed '${from}' -> '${to}'`);
}

const whole: CopyManner = { recursive: true, links: "P", preserve: true, force: true, ask: false, keepExisting: false, update: false, verbose: false };

function* moveAcross(t: Tool, from: string, to: string): Syscall<void> {
  if (yield* copyTree(t, from, to, whole)) yield* t.try(from, removeTree(t, from));
}

function* removeTree(t: Tool, path: string): Syscall<void> {
  if (!isDirectory(yield* t.libc.lstat(path))) return yield* t.libc.unlink(path);
  for (const { name } of yield* t.libc.readdir(path)) if (name !== "." && name !== "..") yield* removeTree(t, join(path, name));
  yield* t.libc.rmdir(path);
}
