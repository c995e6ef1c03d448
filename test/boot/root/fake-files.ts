/** The file tree of the test double: nodes in memory, path lookup with symbolic links. */
import { UnixError } from "../../../glibc-shim/errno.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import type { Main, Stat } from "../../../glibc-shim/libc.ts";

export interface Node {
  readonly ino: number;
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
  atime: number;
  nlink: number;
  data: Uint8Array;
  target: string;
  readonly entries: Map<string, Node>;
  /** What runs when the file is executed. */
  main: Main | undefined;
}

export const DIR = 0o040000;
export const REG = 0o100000;
export const LNK = 0o120000;
export const FMT = 0o170000;

export class Files {
  readonly root: Node;
  #ino = 1;
  now = 1_800_000_000;
  constructor() {
    this.root = this.make(DIR | 0o755);
    this.root.entries.set("..", this.root);
  }
  make(mode: number): Node {
    const node: Node = { ino: ++this.#ino, mode, uid: 0, gid: 0, mtime: this.now, atime: this.now, nlink: 1, data: new Uint8Array(0), target: "", entries: new Map(), main: undefined };
    return node;
  }
  /** The directory and last name of a path, links in the directory followed. */
  parent(cwd: Node, path: string, call: string): readonly [Node, string] {
    const trimmed = path.replace(/\/+$/, "");
    const at = trimmed.lastIndexOf("/");
    const dir = at < 0 ? cwd : this.find(cwd, trimmed.slice(0, at + 1), call);
    if ((dir.mode & FMT) !== DIR) throw new UnixError(call, Errno.ENOTDIR);
    return [dir, trimmed.slice(at + 1)];
  }
  find(cwd: Node, path: string, call: string, follow = true, depth = 0): Node {
    if (path === "") throw new UnixError(call, Errno.ENOENT);
    if (depth > 20) throw new UnixError(call, Errno.ELOOP);
    let node = path.startsWith("/") ? this.root : cwd;
    const names = path.split("/").filter((n) => n !== "");
    for (const [i, name] of names.entries()) {
      if ((node.mode & FMT) !== DIR) throw new UnixError(call, Errno.ENOTDIR);
      const dir = node;
      const next = name === "." ? node : node.entries.get(name);
      if (!next) throw new UnixError(call, Errno.ENOENT);
      const last = i === names.length - 1 && !path.endsWith("/");
      node = (next.mode & FMT) === LNK && (follow || !last) ? this.find(dir, next.target, call, true, depth + 1) : next;
    }
    return node;
  }
  add(dir: Node, name: string, node: Node): Node {
    dir.entries.set(name, node);
    if ((node.mode & FMT) === DIR) node.entries.set("..", dir);
    dir.mtime = this.now;
    return node;
  }
  nameOf(node: Node): string {
    const parent = node.entries.get("..");
    if (!parent || parent === node) return "";
    const name = [...parent.entries].find(([n, x]) => x === node && n !== "..")?.[0] ?? "?";
    return `${this.nameOf(parent)}/${name}`;
  }
  stat(node: Node): Stat {
    return {
      fstype: 0,
      dev: 1,
      ino: node.ino,
      gen: 0,
      rdev: 0,
      mode: node.mode,
      nlink: (node.mode & FMT) === DIR ? 2 : node.nlink,
      uid: node.uid,
      gid: node.gid,
      size: (node.mode & FMT) === LNK ? node.target.length : node.data.length,
      atime: node.atime,
      mtime: node.mtime,
      ctime: node.mtime,
      blksize: 4096,
      blocks: Math.ceil(node.data.length / 512),
      author: 0,
      flags: 0,
    };
  }
}
