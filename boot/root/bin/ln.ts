/** ln [-s] [-f] [-i] [-n] [-v] [-T] TARGET NAME | TARGET … DIRECTORY | TARGET */
import { attempt } from "../../../glibc-shim/errno.ts";
import { Errno, strerror } from "../../../servers/interfaces/errno.ts";
import { confirmed } from "../lib/ask.ts";
import { isDirectory } from "../lib/mode.ts";
import { UsageError } from "../lib/options.ts";
import { join, lastComponent } from "../lib/path.ts";
import { tool, type Tool } from "../lib/tool.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";

const long = { symbolic: "s", force: "f", interactive: "i", "no-dereference": "n", verbose: "v", "no-target-directory": "T" };

export const main = tool({ letters: "sfinvT", long, usage: "[OPTION]... TARGET LINK_NAME | TARGET... DIRECTORY" }, function* (t) {
  const operands = [...t.operands];
  const [only = ""] = operands;
  if (operands.length === 0) throw new UsageError("missing file operand");
  if (operands.length === 1) return yield* link(t, only, lastComponent(only));
  const destination = operands.pop() ?? "";
  const st = yield* attempt(t.has("n") ? t.libc.lstat(destination) : t.libc.stat(destination));
  const directory = !t.has("T") && st.err === 0 && isDirectory(st.value);
  if (!directory && operands.length > 1) return yield* t.complain(`target '${destination}' is not a directory`);
  for (const target of operands) yield* link(t, target, directory ? join(destination, lastComponent(target)) : destination);
});

function* link(t: Tool, target: string, name: string): Syscall<void> {
  const make = (): Syscall<void> => (t.has("s") ? t.libc.symlink(target, name) : t.libc.link(target, name));
  let done = yield* attempt(make());
  const replace = done.err === Errno.EEXIST && (t.options.last("fi") === "f" || (t.has("i") && (yield* confirmed(t, `replace '${name}'?`))));
  if (replace && (yield* attempt(t.libc.unlink(name))).err === 0) done = yield* attempt(make());
  if (done.err !== 0) yield* t.complain(`failed to create ${t.has("s") ? "symbolic" : "hard"} link '${name}': ${strerror(done.err)}`);
  else if (t.has("v")) yield* t.out.line(`'${name}' ${t.has("s") ? "->" : "=>"} '${target}'`);
}
