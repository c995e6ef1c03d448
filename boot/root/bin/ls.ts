/** ls [-aA1CdFGghHiklLmnopqrRStu…] [FILE …]: names, sorted by code points; in columns on a terminal. */
import { attempt } from "../../../glibc-shim/errno.ts";
import { STDOUT } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { Listing, type Entry } from "../lib/listing.ts";
import { isDirectory, isSymlink } from "../lib/mode.ts";
import { join } from "../lib/path.ts";
import { tool, type Tool } from "../lib/tool.ts";

const long = {
  all: "a",
  "almost-all": "A",
  directory: "d",
  classify: "F",
  "human-readable": "h",
  inode: "i",
  "numeric-uid-gid": "n",
  "no-group": "G",
  reverse: "r",
  recursive: "R",
  size: "s",
  dereference: "L",
  "full-time": "T",
};

export const main = tool({ letters: "aA1CdFGghHiklLmnopqrRsStTucUx", long, usage: "[OPTION]... [FILE]...", misuse: 2 }, function* (t) {
  const terminal = !t.has("1lgnoTC") && (yield* t.libc.isatty(STDOUT));
  const size = terminal ? yield* attempt(t.libc.tiocgwinsz(STDOUT)) : undefined;
  const width = size?.err === 0 && size.value.col > 0 ? size.value.col : Number(t.libc.environ.get("COLUMNS") ?? "80") || 80;
  const listing = new Listing(t, terminal || t.has("Cx") ? width : undefined);
  const files: Entry[] = [];
  const directories: Entry[] = [];
  for (const path of t.operands.length > 0 ? t.operands : ["."]) {
    const entry = yield* look(t, path, path, true);
    if (entry) (isDirectory(entry.st) && !t.has("d") ? directories : files).push(entry);
  }
  if (files.length > 0) yield* listing.print(files, false);
  const titled = t.operands.length > 1 || t.has("R");
  let first = files.length === 0;
  for (const { name } of listing.sort(directories)) {
    yield* directory(t, listing, name, titled, first);
    first = false;
  }
});

/** One entry with what is known of it; undefined after a complaint. */
function* look(t: Tool, path: string, name: string, named: boolean): Syscall<Entry | undefined> {
  const follow = t.has("L") || (named && (t.has("H") || !t.has("ldF")));
  let st = yield* attempt(follow ? t.libc.stat(path) : t.libc.lstat(path));
  if (st.err !== 0 && follow) st = yield* attempt(t.libc.lstat(path));
  if (st.err !== 0) {
    yield* t.complain(`${path}: ${strerror(st.err)}`, named ? 2 : 1);
    return undefined;
  }
  const target = isSymlink(st.value) && t.has("lgnoT") ? yield* attempt(t.libc.readlink(path)) : undefined;
  const there = isSymlink(st.value) && target && t.has("F") ? yield* attempt(t.libc.stat(path)) : undefined;
  return { name, st: st.value, target: target?.err === 0 ? target.value : undefined, targetMode: there?.err === 0 ? there.value.mode : undefined };
}

function* directory(t: Tool, listing: Listing, path: string, titled: boolean, first: boolean): Syscall<void> {
  const read = yield* attempt(t.libc.readdir(path));
  if (read.err !== 0) return yield* t.complain(`${path}: ${strerror(read.err)}`);
  if (titled) yield* t.out.line(`${first ? "" : "\n"}${path}:`);
  const names = read.value.map((e) => e.name).filter((n) => t.has("aU") || !n.startsWith(".") || (t.has("A") && n !== "." && n !== ".."));
  const entries: Entry[] = [];
  for (const name of names) {
    const entry = yield* look(t, join(path, name), name, false);
    if (entry) entries.push(entry);
  }
  const sorted = listing.sort(entries);
  yield* listing.print(sorted, true);
  if (!t.has("R")) return;
  for (const { name, st } of sorted) if (isDirectory(st) && name !== "." && name !== "..") yield* directory(t, listing, join(path, name), true, false);
}
