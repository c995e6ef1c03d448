/** which [-a] NAME …: where programs are found. */
import { attempt } from "../../../glibc-shim/errno.ts";
import { isRegular } from "../lib/mode.ts";
import { tool, type Tool } from "../lib/tool.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";

export const main = tool({ letters: "a", usage: "[-a] NAME...", misuse: 2 }, function* (t) {
  for (const name of t.operands) {
    const dirs = name.includes("/") ? [""] : (t.libc.environ.get("PATH") ?? "/bin:/sbin").split(":").map((d) => `${d === "" ? "." : d}/`);
    const found: string[] = [];
    for (const dir of dirs) if (yield* isProgram(t, dir + name)) found.push(dir + name);
    for (const path of t.has("a") ? found : found.slice(0, 1)) yield* t.out.line(path);
    if (found.length === 0) t.status = 1;
  }
});

function* isProgram(t: Tool, path: string): Syscall<boolean> {
  const st = yield* attempt(t.libc.stat(path));
  return st.err === 0 && isRegular(st.value) && (yield* attempt(t.libc.access(path, 1))).err === 0;
}
