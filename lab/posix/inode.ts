/**
 * A small file system: inodes, directories, paths with symbolic links.
 *
 * What a file contains is a string. An executable is `program NAME`, a name of the machine's programs, or a script, `#!INTERPRETER`. So a writer can change what runs under a path, an inode or a
 * descriptor, which is what the experiments about the time between check and use need.
 */
import type { ErrorName } from "./errors.ts";

export type InodeKind = "file" | "directory" | "symlink" | "device" | "fifo" | "socket";

/** Mode bits that matter to exec. */
export const Mode = { SETUID: 0o4000, SETGID: 0o2000, EXECUTE: 0o111 } as const;

/** A file that is, whatever names it has. */
export class Inode {
  /** As the scenario calls it. */
  readonly id: string;
  readonly kind: InodeKind;
  mode: number;
  uid: number;
  gid: number;
  /** A file's bytes, a symbolic link's target. */
  content: string;
  readonly entries = new Map<string, Inode>();
  /** Open descriptions that may write: executing is refused with ETXTBSY. */
  writers = 0;
  /** Processes that run it: opening for writing is refused with ETXTBSY. */
  executing = 0;
  /** Its content stays as it is from now on. */
  sealed = false;

  constructor(id: string, kind: InodeKind, { mode = 0o644, uid = 0, gid = 0, content = "" }: { readonly mode?: number; readonly uid?: number; readonly gid?: number; readonly content?: string } = {}) {
    this.id = id;
    this.kind = kind;
    this.mode = mode;
    this.uid = uid;
    this.gid = gid;
    this.content = content;
  }
}

/** A path, as far as it leads: the directory, the last name in it, and what the name denotes. */
export interface Walked {
  readonly parent: Inode;
  readonly name: string;
  readonly inode: Inode | undefined;
}

/** Symbolic links in one lookup at most. */
const SYMLINKS_MAX = 8;

export class FileSystem {
  readonly root = new Inode("/", "directory", { mode: 0o755 });

  /** Puts `inode` under an absolute path; directories on the way are made. */
  add(path: string, inode: Inode): Inode {
    const names = path.split("/").filter((n) => n !== "");
    let at = this.root;
    for (const name of names.slice(0, -1)) {
      const next = at.entries.get(name) ?? new Inode(`${at === this.root ? "" : at.id}/${name}`, "directory", { mode: 0o755 });
      at.entries.set(name, next);
      at = next;
    }
    at.entries.set(names.at(-1) ?? "", inode);
    return inode;
  }

  /**
   * Follows `path` from `cwd`, or from `root` when it begins with a slash. `beneath`: neither leads out of `cwd`, by slash, by dots or by link (Capsicum's lookups; ENOTCAPABLE).
   * ENOENT when a name on the way is missing; the last one may be. ENOTDIR, ELOOP as in Unix.
   */
  walk(path: string, { root, cwd, follow = true, beneath = false }: { readonly root: Inode; readonly cwd: Inode; readonly follow?: boolean; readonly beneath?: boolean }): Walked | ErrorName {
    if (path === "") return "ENOENT";
    const chain: Inode[] = [];
    let at = cwd;
    let links = 0;
    let rest = [...path.split("/")];
    const rooted = (names: readonly string[]): boolean => names[0] === "";
    if (rooted(rest)) {
      if (beneath) return "ENOTCAPABLE";
      at = root;
    }
    rest = rest.filter((n) => n !== "" && n !== ".");
    if (rest.length === 0) return { parent: at, name: ".", inode: at };
    for (;;) {
      const name = rest.shift() ?? "";
      if (at.kind !== "directory") return "ENOTDIR";
      const last = rest.length === 0;
      const next = name === ".." ? (chain.pop() ?? (beneath ? undefined : at)) : at.entries.get(name);
      if (next === undefined && name === "..") return "ENOTCAPABLE";
      if (next?.kind === "symlink" && (!last || follow)) {
        if (++links > SYMLINKS_MAX) return "ELOOP";
        const target = next.content.split("/");
        if (rooted(target)) {
          if (beneath) return "ENOTCAPABLE";
          at = root;
          chain.length = 0;
        }
        rest.unshift(...target.filter((n) => n !== "" && n !== "."));
        if (rest.length === 0) return { parent: at, name: ".", inode: at };
        continue;
      }
      if (last) return { parent: at, name, inode: next };
      if (next === undefined) return "ENOENT";
      if (name !== "..") chain.push(at);
      at = next;
    }
  }
}
