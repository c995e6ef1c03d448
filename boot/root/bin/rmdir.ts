/** rmdir [-p] DIRECTORY … : empty directories. */
import { UsageError } from "../lib/options.ts";
import { directoryPart } from "../lib/path.ts";
import { tool } from "../lib/tool.ts";

export const main = tool({ letters: "pv", long: { parents: "p", verbose: "v" }, usage: "[-p] [-v] DIRECTORY..." }, function* (t) {
  if (t.operands.length === 0) throw new UsageError("missing operand");
  for (const operand of t.operands) {
    for (let path = operand; path !== "." && path !== "/"; path = directoryPart(path)) {
      const before = t.status;
      t.status = 0;
      yield* t.try(path, t.libc.rmdir(path));
      const failed = t.status !== 0;
      t.status = failed ? t.status : before;
      if (t.has("v") && !failed) yield* t.out.line(`${t.name}: removing directory, '${path}'`);
      if (failed || !t.has("p")) break;
    }
  }
});
