/** stat [-L] [-t] [-c FORMAT] FILE … : what the filesystem says of files. */
import type { Stat } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { strftime } from "../lib/calendar.ts";
import { isSymlink, modeString, typeName } from "../lib/mode.ts";
import { UsageError } from "../lib/options.ts";
import { Owners } from "../lib/owners.ts";
import { tool, type Tool } from "../lib/tool.ts";

const long = { dereference: "L", terse: "t", format: "c", printf: "P" };
const standard = `  File: %N
  Size: %-15s\tBlocks: %-10b IO Block: %-6o %F
Device: %Dh/%dd\tInode: %-11i Links: %h
Access: (%04a/%A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)
Access: %x
Modify: %y
Change: %z
 Birth: -`;
const terse = "%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z 0 %o";

export const main = tool({ letters: "Ltc:P:", long, usage: "[OPTION]... FILE..." }, function* (t) {
  if (t.operands.length === 0) throw new UsageError("missing operand");
  const format = t.value("c") ?? t.value("P") ?? (t.has("t") ? terse : standard);
  const owners = new Owners(t.libc);
  for (const path of t.operands) {
    const st = yield* t.try(path, t.has("L") ? t.libc.stat(path) : t.libc.lstat(path));
    if (!st) continue;
    const text = yield* fill(t, format, path, st, owners);
    yield* t.out.text(t.value("P") === undefined ? `${text}\n` : text.replaceAll("\\n", "\n").replaceAll("\\t", "\t"));
  }
});

function* fill(t: Tool, format: string, path: string, st: Stat, owners: Owners): Syscall<string> {
  const fields = { ...numbers(st), ...times(st), n: path, N: yield* quoted(t, path, st), U: yield* owners.user(st.uid), G: yield* owners.group(st.gid) };
  const table: Readonly<Record<string, string>> = fields;
  return format.replace(/%(-?)(0?)(\d*)([A-Za-z%])/g, (all, minus: string, zero: string, width: string, letter: string) => {
    const text = letter === "%" ? "%" : table[letter];
    if (text === undefined) return all;
    return minus ? text.padEnd(Number(width)) : text.padStart(Number(width || "0"), zero ? "0" : " ");
  });
}

function* quoted(t: Tool, path: string, st: Stat): Syscall<string> {
  return isSymlink(st) ? `${path} -> ${yield* t.libc.readlink(path)}` : path;
}

function numbers(st: Stat): Readonly<Record<string, string>> {
  return {
    a: (st.mode & 0o7777).toString(8),
    A: modeString(st.mode),
    b: String(st.blocks),
    B: "512",
    d: String(st.dev),
    D: st.dev.toString(16),
    f: st.mode.toString(16),
    F: typeName(st.mode, st.size),
    g: String(st.gid),
    h: String(st.nlink),
    i: String(st.ino),
    o: String(st.blksize),
    s: String(st.size),
    t: (st.rdev >>> 8).toString(16),
    T: (st.rdev & 0xff).toString(16),
    u: String(st.uid),
  };
}

function times(st: Stat): Readonly<Record<string, string>> {
  const full = (seconds: number): string => strftime("%F %T.000000000 +0000", seconds);
  return { x: full(st.atime), X: String(st.atime), y: full(st.mtime), Y: String(st.mtime), z: full(st.ctime), Z: String(st.ctime), w: "-", W: "0" };
}
