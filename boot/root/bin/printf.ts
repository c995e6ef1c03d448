/** printf FORMAT [ARGUMENT …] */
import { formatAll } from "../lib/printf.ts";
import { UsageError } from "../lib/options.ts";
import { tool } from "../lib/tool.ts";

export const main = tool({ letters: "+", usage: "FORMAT [ARGUMENT]...", prepare: (args) => (args[0] === "--" || args[0] === "--help" ? args : ["--", ...args]) }, function* (t) {
  const [format, ...args] = t.operands;
  if (format === undefined) throw new UsageError("missing operand");
  const { output, errors } = formatAll(format, args);
  yield* t.out.bytes(output);
  for (const text of errors) yield* t.complain(text);
});
