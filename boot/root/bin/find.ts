/** find [-L] [PATH …] [EXPRESSION]: walks trees and tests what is there (POSIX, and GNU's usual primaries). */
import { attempt } from "../../../glibc-shim/errno.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { parseExpression, type Expression, type Visit } from "../lib/find-expression.ts";
import { isDirectory } from "../lib/mode.ts";
import { join } from "../lib/path.ts";
import { tool, type Tool } from "../lib/tool.ts";

/** The options of find are words of its expression. */
const prepare = (args: readonly string[]): readonly string[] => (args[0] === "--help" ? args : ["--", ...args]);

export const main = tool({ letters: "+", usage: "[-L] [PATH...] [EXPRESSION]", prepare }, function* (t) {
  const words = [...t.operands];
  let follow = false;
  while (/^-[LPH]$/.test(words[0] ?? "")) follow = words.shift() === "-L";
  const start = words.findIndex((w) => /^-./.test(w) || w === "(" || w === "!");
  const paths = start < 0 ? words : words.slice(0, start);
  const expression = yield* parseExpression(t, start < 0 ? [] : words.slice(start));
  for (const path of paths.length > 0 ? paths : ["."]) yield* walk(t, path, 0, follow, expression);
  for (const flush of expression.finish) yield* flush();
});

function* walk(t: Tool, path: string, depth: number, follow: boolean, expression: Expression): Syscall<void> {
  let st = yield* attempt(follow ? t.libc.stat(path) : t.libc.lstat(path));
  if (st.err !== 0 && follow) st = yield* attempt(t.libc.lstat(path));
  if (st.err !== 0) return yield* t.complain(`${path}: ${strerror(st.err)}`);
  const visit: Visit = { path, st: st.value, depth, pruned: false, quit: false };
  if (!expression.depthFirst) yield* test(visit, expression);
  if (visit.quit) expression.over = true;
  if (!expression.over && isDirectory(st.value) && !visit.pruned && depth < expression.maxDepth) yield* below(t, path, depth, follow, expression);
  if (expression.depthFirst && !expression.over) yield* test(visit, expression);
}

function* test(visit: Visit, expression: Expression): Syscall<void> {
  if (visit.depth >= expression.minDepth) yield* expression.test(visit);
}

function* below(t: Tool, path: string, depth: number, follow: boolean, expression: Expression): Syscall<void> {
  const entries = yield* t.try(path, t.libc.readdir(path));
  const names = (entries ?? []).map((e) => e.name).filter((n) => n !== "." && n !== "..");
  for (const name of names.sort((a, b) => (a < b ? -1 : 1))) {
    if (expression.over) return;
    yield* walk(t, join(path, name), depth + 1, follow, expression);
  }
}
