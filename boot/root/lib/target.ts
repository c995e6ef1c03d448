/** Where cp, mv and ln put things: SOURCE DEST, or SOURCE … DIRECTORY. */
import { attempt } from "../../../glibc-shim/errno.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { isDirectory } from "./mode.ts";
import { UsageError } from "./options.ts";
import { join, lastComponent } from "./path.ts";
import type { Tool } from "./tool.ts";

/** Pairs of a source and the name that it gets. `-t DIR` and `-T` are understood. Throws UsageError; undefined after a complaint. */
export function* targets(t: Tool): Syscall<readonly (readonly [from: string, to: string])[] | undefined> {
  const named = t.value("t");
  const operands = [...t.operands];
  if (operands.length === 0) throw new UsageError("missing file operand");
  const destination = named ?? operands.pop() ?? "";
  if (operands.length === 0) throw new UsageError(`missing destination file operand after '${destination}'`);
  const st = t.has("T") ? undefined : yield* attempt(t.libc.stat(destination));
  if (st?.err === 0 && isDirectory(st.value)) return operands.map((from) => [from, join(destination, lastComponent(from))] as const);
  const [only = "", more] = operands;
  if (more === undefined && named === undefined) return [[only, destination]];
  if (t.has("T")) throw new UsageError(`extra operand '${more ?? ""}'`);
  yield* t.complain(`target '${destination}' is not a directory`);
  return undefined;
}
