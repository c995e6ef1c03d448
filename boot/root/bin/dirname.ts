/** dirname NAME …: the directory part. */
import { UsageError } from "../lib/options.ts";
import { directoryPart } from "../lib/path.ts";
import { tool } from "../lib/tool.ts";

export const main = tool({ letters: "z", long: { zero: "z" }, usage: "[-z] NAME..." }, function* (t) {
  if (t.operands.length === 0) throw new UsageError("missing operand");
  for (const path of t.operands) yield* t.out.text(`${directoryPart(path)}${t.has("z") ? "\0" : "\n"}`);
});
