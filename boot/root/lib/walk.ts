/** Trees of files, for chmod -R and its kin. */
import type { Stat } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { isDirectory } from "./mode.ts";
import { join } from "./path.ts";
import type { Tool } from "./tool.ts";

/** Visits `path`, and with `recursive` all below it, names sorted; symbolic links are not followed below. */
export function* walk(t: Tool, path: string, recursive: boolean, visit: (path: string, st: Stat) => Syscall<void>, named = true): Syscall<void> {
  const st = yield* t.try(path, named && !recursive ? t.libc.stat(path) : t.libc.lstat(path));
  if (!st) return;
  yield* visit(path, st);
  if (!recursive || !isDirectory(st)) return;
  const entries = yield* t.try(path, t.libc.readdir(path));
  const names = (entries ?? []).map((e) => e.name).filter((n) => n !== "." && n !== "..");
  for (const name of names.sort((a, b) => (a < b ? -1 : 1))) yield* walk(t, join(path, name), true, visit, false);
}
