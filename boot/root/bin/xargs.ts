/** xargs [-0] [-d C] [-n N] [-L N] [-I TEXT] [-r] [-t] [-s N] [COMMAND [ARGUMENT …]] */
import { attempt } from "../../../glibc-shim/errno.ts";
import { STDERR, STDIN } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Errno, strerror } from "../../../servers/interfaces/errno.ts";
import { WEXITSTATUS, WIFEXITED } from "../../../servers/interfaces/wait-status.ts";
import { readRest } from "../lib/input.ts";
import { decode, encode } from "../lib/output.ts";
import { UsageError } from "../lib/options.ts";
import { tool, wholeNumber, type Tool } from "../lib/tool.ts";

const long = { null: "0", delimiter: "d", "max-args": "n", "max-lines": "L", replace: "I", "no-run-if-empty": "r", verbose: "t", "max-chars": "s" };

export const main = tool({ letters: "+0d:n:L:I:rts:", long, usage: "[OPTION]... [COMMAND [INITIAL-ARGS]...]" }, function* (t) {
  const command = t.operands.length > 0 ? t.operands : ["echo"];
  const text = decode(yield* readRest(t.libc, STDIN));
  const replace = t.value("I");
  const delimiter = t.has("0") ? "\0" : t.value("d");
  const items = delimiter !== undefined ? separated(text, delimiter === "\\n" ? "\n" : delimiter) : replace !== undefined ? text.split("\n").map((l) => l.trimStart()).filter((l) => l !== "") : words(text);
  const runs = replace !== undefined ? items.map((item) => command.map((w) => w.replaceAll(replace, item))) : batches(t, items, text).map((batch) => [...command, ...batch]);
  if (runs.length === 0 && !t.has("r") && replace === undefined) runs.push([...command]);
  for (const argv of runs) if (!(yield* run(t, argv))) break;
});

const separated = (text: string, delimiter: string): readonly string[] => {
  const items = text.split(delimiter);
  if (items.at(-1) === "") items.pop();
  return items;
};

/** Words by blanks and newlines, with quotes and backslashes. */
function words(text: string): readonly string[] {
  const found: string[] = [];
  for (const m of text.matchAll(/(?:[^\s"'\\]|\\[^]|"[^"\n]*"|'[^'\n]*')+|["'\\]/g)) {
    if (/^["']$/.test(m[0])) throw new UsageError(`unmatched ${m[0] === '"' ? "double" : "single"} quote`);
    found.push(m[0].replace(/\\([^])|"([^"]*)"|'([^']*)'/g, (_, a?: string, b?: string, c?: string) => a ?? b ?? c ?? ""));
  }
  return found;
}

/** Groups of arguments for one command each. */
function batches(t: Tool, items: readonly string[], text: string): readonly (readonly string[])[] {
  const lines = t.value("L");
  if (lines !== undefined) {
    const perLine = text.split("\n").map((l) => words(l)).filter((w) => w.length > 0);
    return chunks(perLine, wholeNumber(lines, "number")).map((c) => c.flat());
  }
  const limit = wholeNumber(t.value("s") ?? "32768", "number");
  const most = t.value("n") === undefined ? Infinity : wholeNumber(t.value("n") ?? "", "number");
  if (most < 1) throw new UsageError("value for -n option should be >= 1");
  const found: string[][] = [];
  let size = 0;
  for (const item of items) {
    const length = encode(item).length + 1;
    const last = found.at(-1);
    if (!last || last.length >= most || size + length > limit) {
      found.push([item]);
      size = t.operands.join(" ").length + length;
    } else {
      last.push(item);
      size += length;
    }
  }
  return found;
}
function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/** False when no more commands should run. */
function* run(t: Tool, argv: readonly string[]): Syscall<boolean> {
  if (t.has("t")) yield* t.libc.writeAll(STDERR, `${argv.join(" ")}\n`);
  yield* t.out.flush();
  const started = yield* attempt(t.libc.posix_spawnp(argv[0] ?? "", argv));
  if (started.err !== 0) {
    yield* t.complain(`${argv[0] ?? ""}: ${strerror(started.err)}`, started.err === Errno.ENOENT ? 127 : 126);
    return false;
  }
  const { status } = yield* t.libc.waitpid(started.value);
  if (!WIFEXITED(status)) {
    yield* t.complain(`${argv[0] ?? ""}: terminated by a signal`, 125);
    return false;
  }
  const code = WEXITSTATUS(status);
  if (code === 255) {
    yield* t.complain(`${argv[0] ?? ""}: exited with status 255; aborting`, 124);
    return false;
  }
  if (code !== 0) t.status = 123;
  return true;
}
