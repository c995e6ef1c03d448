/** df [-i] [FILE ...]: the room on filesystems: on those that FILEs are on, or on the root and all that sit below it. */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { deallocate } from "../../../glibc-shim/rights.ts";
import { fsCall, fsysCall } from "../../../glibc-shim/stubs.ts";
import { decodeArgz } from "../../../servers/interfaces/argz.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { decodeStatfs, type Statfs } from "../../../servers/interfaces/statfs.ts";
import { tool, type Tool } from "../lib/tool.ts";

/** One line. */
interface Row {
  /** What the filesystem says that it is made of. */
  readonly source: string;
  readonly room: Statfs;
  readonly place: string;
}

/** What `name` is on; undefined: complained about. `quiet`: and not that it has no room to tell of. */
function* rowOf(t: Tool, name: string, quiet: boolean): Syscall<Row | undefined> {
  const file = yield* t.try(name, t.libc.file_name_lookup(name, 0), quiet ? 0 : 1);
  if (file === undefined) return undefined;
  const room = yield* fsCall.file_statfs(file, {});
  const options = yield* fsCall.file_get_fs_options(file, {});
  yield* deallocate(file);
  if (room.err) {
    if (!quiet) yield* t.complain(`${name}: ${strerror(room.err)}`);
    return undefined;
  }
  const source = options.err ? "-" : (decodeArgz(options.options).filter((word) => !word.startsWith("--")).slice(1).at(-1) ?? "-");
  return { source, room: decodeStatfs(room.info), place: name };
}

/** The paths of the root's active translators: the root filesystem tells them only to who may control it. */
function* childrenOfRoot(t: Tool): Syscall<readonly string[]> {
  const got = yield* fsCall.file_getcontrol(t.libc.ports.crdir, {});
  if (got.err) return [];
  const children = yield* fsysCall.fsys_get_children(got.control, {});
  yield* deallocate(got.control);
  if (children.err) return [];
  for (const control of children.controls) yield* deallocate(control);
  return decodeArgz(children.names);
}

/** The root, and the filesystems that sit in it: translators that have blocks. */
function* everything(t: Tool): Syscall<readonly Row[]> {
  const root = yield* rowOf(t, "/", false);
  const rows = root === undefined ? [] : [root];
  for (const name of yield* childrenOfRoot(t)) {
    const row = yield* rowOf(t, `/${name}`, true);
    if (row !== undefined && row.room.blocks > 0) rows.push(row);
  }
  return rows;
}

const HEADS = { blocks: ["1K-blocks", "Used", "Available", "Use%"], inodes: ["Inodes", "IUsed", "IFree", "IUse%"] } as const;

const share = (used: number, free: number): string => (used + free === 0 ? "-" : `${Math.ceil((used * 100) / (used + free))}%`);

function cells({ room }: Row, inodes: boolean): readonly string[] {
  const kilo = (blocks: number): number => (blocks * room.bsize) / 1024;
  const used = inodes ? room.files - room.ffree : kilo(room.blocks - room.bfree);
  const free = inodes ? room.ffree : kilo(room.bavail);
  return [inodes ? room.files : kilo(room.blocks), used, free].map(String).concat(share(used, free));
}

export const main = tool({ letters: "ik", long: { inodes: "i" }, usage: "[-i] [FILE]..." }, function* (t) {
  const rows: Row[] = [];
  for (const name of t.operands) {
    const row = yield* rowOf(t, name, false);
    if (row !== undefined) rows.push(row);
  }
  if (t.operands.length === 0) rows.push(...(yield* everything(t)));
  if (rows.length === 0) return;
  const table = [["Filesystem", ...HEADS[t.has("i") ? "inodes" : "blocks"], "Mounted on"], ...rows.map((row) => [row.source, ...cells(row, t.has("i")), row.place])];
  const widths = table.reduce((most, line) => line.map((cell, i) => Math.max(cell.length, most[i] ?? 0)), [14, 5, 5, 5, 4, 0]);
  for (const line of table) yield* t.out.line(line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : i === 5 ? cell : cell.padStart(widths[i] ?? 0))).join(" "));
});
