/** basename NAME [SUFFIX], basename -a [-s SUFFIX] NAME … */
import { UsageError } from "../lib/options.ts";
import { tool } from "../lib/tool.ts";
import { lastComponent } from "../lib/path.ts";

const long = { multiple: "a", suffix: "s", zero: "z" };

export const main = tool({ letters: "+as:z", long, usage: "NAME [SUFFIX] | -a [-s SUFFIX] NAME..." }, function* (t) {
  const many = t.has("as");
  if (t.operands.length === 0) throw new UsageError("missing operand");
  if (!many && t.operands.length > 2) throw new UsageError(`extra operand '${t.operands[2] ?? ""}'`);
  const suffix = many ? (t.value("s") ?? "") : (t.operands[1] ?? "");
  for (const path of many ? t.operands : t.operands.slice(0, 1)) {
    const name = lastComponent(path);
    const cut = suffix !== "" && name !== suffix && name.endsWith(suffix);
    yield* t.out.text(`${cut ? name.slice(0, -suffix.length) : name}${t.has("z") ? "\0" : "\n"}`);
  }
});
