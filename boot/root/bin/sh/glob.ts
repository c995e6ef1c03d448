/** Pathname expansion (POSIX, "Pathname Expansion"). */
import { attempt } from "../../../../glibc-shim/errno.ts";
import type { Libc } from "../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { isPattern, patternMatcher, unquotePattern } from "../../lib/fnmatch.ts";

/** The existing names that `pattern` matches, sorted; none when there is no such name. Special characters are quoted by `\`. */
export function* glob(libc: Libc, pattern: string): Syscall<readonly string[]> {
  const components = pattern.split(/\/+/);
  let found: readonly string[] = [pattern.startsWith("/") ? "/" : ""];
  if (pattern.startsWith("/")) components.shift();
  for (const [i, component] of components.entries()) {
    const last = i === components.length - 1;
    const next: string[] = [];
    for (const prefix of found) next.push(...(yield* extend(libc, prefix, component, last)));
    found = next;
  }
  return found;
}

/** The names below `prefix` (which ends in "/" or is empty) for one component; directories get their slash unless `last`. */
function* extend(libc: Libc, prefix: string, component: string, last: boolean): Syscall<readonly string[]> {
  if (component === "") return [prefix];
  if (!isPattern(component)) {
    const path = prefix + unquotePattern(component);
    if (!last) return [`${path}/`];
    return (yield* attempt(libc.lstat(path))).err === 0 ? [path] : [];
  }
  const entries = yield* attempt(libc.readdir(prefix === "" ? "." : prefix));
  if (entries.err !== 0) return [];
  const matches = patternMatcher(component);
  const hidden = component.startsWith(".") || component.startsWith("\\.");
  const names = entries.value.map((e) => e.name).filter((n) => (hidden || !n.startsWith(".")) && matches(n));
  const found: string[] = [];
  for (const name of names.sort((a, b) => (a < b ? -1 : 1))) {
    if (last) found.push(prefix + name);
    else if (yield* isDirectory(libc, prefix + name)) found.push(`${prefix}${name}/`);
  }
  return found;
}

function* isDirectory(libc: Libc, path: string): Syscall<boolean> {
  const st = yield* attempt(libc.stat(path));
  return st.err === 0 && (st.value.mode & 0o170000) === 0o040000;
}
