/** mkdir [-p] [-m MODE] [-v] DIRECTORY … */
import { attempt } from "../../../glibc-shim/errno.ts";
import { Errno, strerror } from "../../../servers/interfaces/errno.ts";
import { isDirectory, parseMode } from "../lib/mode.ts";
import { UsageError } from "../lib/options.ts";
import { tool, type Tool } from "../lib/tool.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";

const long = { parents: "p", mode: "m", verbose: "v" };

export const main = tool({ letters: "pm:v", long, usage: "[-p] [-m MODE] [-v] DIRECTORY..." }, function* (t) {
  if (t.operands.length === 0) throw new UsageError("missing operand");
  const text = t.value("m");
  const change = text === undefined ? undefined : parseMode(text);
  if (text !== undefined && !change) throw new UsageError(`invalid mode '${text}'`);
  for (const path of t.operands) {
    if (t.has("p") && !(yield* makeParents(t, path))) continue;
    const made = yield* make(t, path, t.has("p"));
    if (made && change) yield* t.try(path, t.libc.chmod(path, change(0o777, true, 0) & 0o7777));
  }
});

/** Everything above `path` that is missing. */
function* makeParents(t: Tool, path: string): Syscall<boolean> {
  for (let at = path.indexOf("/", 1); at >= 0; at = path.indexOf("/", at + 1)) {
    const parent = path.slice(0, at);
    if (path.slice(at).replaceAll("/", "") === "") return true;
    if (!parent.endsWith("/") && !(yield* make(t, parent, true))) return false;
  }
  return true;
}

/** One directory; `lenient`: it may be there already. */
function* make(t: Tool, path: string, lenient: boolean): Syscall<boolean> {
  const done = yield* attempt(t.libc.mkdir(path, 0o777));
  if (done.err === 0) {
    if (t.has("v")) yield* t.out.line(`${t.name}: created directory '${path}'`);
    return true;
  }
  if (lenient) {
    const st = yield* attempt(t.libc.stat(path));
    if (st.err === 0 && isDirectory(st.value)) return true;
    if (done.err === Errno.EEXIST || st.err === 0) yield* t.complain(`${path}: ${strerror(st.err === 0 ? Errno.ENOTDIR : done.err)}`);
    else yield* t.complain(`${path}: ${strerror(done.err)}`);
  } else yield* t.complain(`${path}: ${strerror(done.err)}`);
  return false;
}
