/** A whole tree as data: what a filesystem shows, to be compared with what it should. */
import { S_IFMT, S_IPTRANS, S_ISDIR, S_ISLNK, S_ISREG } from "../../../servers/interfaces/stat.ts";
import type { Ext2Node } from "../../../servers/ext2fs/node.ts";
import type { Ext2Store } from "../../../servers/ext2fs/store.ts";
import { now } from "./disk.ts";

/** One file by its path. */
export interface Shown {
  readonly mode: number;
  readonly uid: number;
  readonly nlink: number;
  readonly ino: number;
  /** Contents or target as Latin-1, or the device's number. */
  readonly is: string;
  readonly translator?: string;
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** All files below the root, by path; an error is shown in its place. At most `limit`. */
export function show(store: Ext2Store, limit = 10_000): Map<string, Shown> {
  const all = new Map<string, Shown>();
  const seen = new Set<number>();
  const visit = (node: Ext2Node, path: string): void => {
    if (all.size >= limit) return;
    all.set(path || "/", shown(node));
    if (!S_ISDIR(node.st.mode) || seen.has(node.ino)) return;
    seen.add(node.ino);
    const entries = now(node.entries());
    if (entries.err) return;
    for (const { name } of entries.value) {
      if (name === "." || name === "..") continue;
      const found = now(node.lookup(name));
      if (!found.err) visit(found.value as Ext2Node, `${path}/${name}`);
    }
  };
  visit(store.root, "");
  return all;
}

function shown(node: Ext2Node): Shown {
  const { mode, uid, nlink, rdev, size } = node.st;
  const record = mode & S_IPTRANS ? now(node.translator()) : undefined;
  const fixed = { mode: mode & (S_IFMT | 0o7777), uid, nlink, ino: node.ino };
  const translator = record === undefined || record.err ? {} : { translator: latin1(record.value ?? new Uint8Array(0)) };
  return { ...fixed, is: contents(node, mode, size, rdev), ...translator };
}

function contents(node: Ext2Node, mode: number, size: number, rdev: number): string {
  if (S_ISLNK(mode)) {
    const target = now(node.readlink());
    return target.err ? `error ${target.err}` : target.value;
  }
  if (!S_ISREG(mode)) return S_ISDIR(mode) ? "" : String(rdev);
  const read = now(node.read(0, Math.min(size, 1 << 20)));
  return read.err ? `error ${read.err}` : latin1(read.value);
}
