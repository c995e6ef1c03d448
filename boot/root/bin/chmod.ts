/** chmod [-R] [-v] [-c] MODE FILE … : MODE octal or symbolic. */
import { isDirectory, isSymlink, modeString, parseMode } from "../lib/mode.ts";
import { UsageError } from "../lib/options.ts";
import { tool } from "../lib/tool.ts";
import { walk } from "../lib/walk.ts";

/** A mode that begins with a minus is no option. */
const prepare = (args: readonly string[]): readonly string[] => {
  const at = args.findIndex((a) => /^-[rwxXstugo]/.test(a));
  return at < 0 || args.includes("--") ? args : [...args.slice(0, at), "--", ...args.slice(at)];
};
const long = { recursive: "R", verbose: "v", changes: "c", silent: "f", quiet: "f" };

export const main = tool({ letters: "+Rvcf", long, usage: "[OPTION]... MODE[,MODE]... FILE...", prepare }, function* (t) {
  const [text, ...files] = t.operands;
  if (text === undefined) throw new UsageError("missing operand");
  if (files.length === 0) throw new UsageError(`missing operand after '${text}'`);
  const change = parseMode(text);
  if (!change) throw new UsageError(`invalid mode: '${text}'`);
  const mask = yield* t.libc.umask(0);
  yield* t.libc.umask(mask);
  for (const path of files) {
    yield* walk(t, path, t.has("R"), function* (name, st) {
      if (isSymlink(st)) return;
      const mode = change(st.mode, isDirectory(st), mask) & 0o7777;
      yield* t.try(name, t.libc.chmod(name, mode));
      const changed = mode !== (st.mode & 0o7777);
      const octal = (m: number): string => `${(m & 0o7777).toString(8).padStart(4, "0")} (${modeString(m).slice(1)})`;
      if (t.has("v") || (t.has("c") && changed)) yield* t.out.line(changed ? `mode of '${name}' changed from ${octal(st.mode)} to ${octal(mode)}` : `mode of '${name}' retained as ${octal(mode)}`);
    });
  }
});
