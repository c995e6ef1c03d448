/** chown [-R] [-h] [-v] [OWNER][:[GROUP]] FILE … */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { UsageError } from "../lib/options.ts";
import { tool, type Tool } from "../lib/tool.ts";
import { walk } from "../lib/walk.ts";

const long = { recursive: "R", "no-dereference": "h", verbose: "v" };

export const main = tool({ letters: "Rhvcf", long, usage: "[OPTION]... [OWNER][:[GROUP]] FILE..." }, function* (t) {
  const [spec, ...files] = t.operands;
  if (spec === undefined) throw new UsageError("missing operand");
  if (files.length === 0) throw new UsageError(`missing operand after '${spec}'`);
  const [uid, gid] = yield* owner(t, spec);
  for (const path of files) {
    yield* walk(t, path, t.has("R"), function* (name) {
      yield* t.try(name, t.has("hR") ? t.libc.lchown(name, uid, gid) : t.libc.chown(name, uid, gid));
      if (t.has("v")) yield* t.out.line(`changed ownership of '${name}' to ${spec}`);
    });
  }
});

/** The ids of "user", "user:group", "user:" (his login group), ":group"; -1 leaves one as it is. Throws UsageError. */
function* owner(t: Tool, spec: string): Syscall<readonly [number, number]> {
  const m = /^([^:.]*)(?:([:.])(.*))?$/.exec(spec);
  const [user, separator, group] = [m?.[1] ?? "", m?.[2], m?.[3] ?? ""];
  const found = user === "" ? undefined : ((yield* t.libc.getpwnam(user)) ?? (/^\d+$/.test(user) ? { uid: Number(user), gid: -1 } : undefined));
  if (user !== "" && !found) throw new UsageError(`invalid user: '${spec}'`);
  if (group === "") return [found?.uid ?? -1, separator !== undefined && found ? found.gid : -1];
  const named = (yield* t.libc.getgrnam(group)) ?? (/^\d+$/.test(group) ? { gid: Number(group) } : undefined);
  if (!named) throw new UsageError(`invalid group: '${spec}'`);
  return [found?.uid ?? -1, named.gid];
}
