/** Calls about paths. */
import type { Access } from "./calls.ts";
import { flagsOf } from "./calls-descriptor.ts";
import { Description } from "./description.ts";
import type { ErrorName, Result } from "./errors.ts";
import { Inode, type Walked } from "./inode.ts";
import type { Handlers, PosixKernel } from "./kernel.ts";
import type { PosixProcess } from "./process.ts";

type FileCalls = Pick<Handlers, "open" | "stat" | "rename" | "symlink" | "chdir">;

const RIGHTS: Readonly<Record<Access, readonly string[]>> = { read: ["read"], write: ["write"], "read-write": ["read", "write"], execute: ["read", "fexecve"] };

/** A path from the process's directories; from the descriptor `at` when given, and in capability mode never above it. */
export function walk(kernel: PosixKernel, process: PosixProcess, path: string, { at, follow }: { readonly at?: number | undefined; readonly follow?: boolean } = {}): Walked | ErrorName {
  const from = at === undefined ? undefined : process.table.get(at)?.description.to;
  if (at !== undefined && from?.kind !== "inode") return from === undefined ? "EBADF" : "ENOTDIR";
  const cwd = from?.kind === "inode" ? from.inode : process.cwd;
  return kernel.files.walk(path, { root: process.root, cwd, beneath: process.capabilityMode, ...(follow === undefined ? {} : { follow }) });
}

/** Opens a path, or another number of what is open under `/dev/fd/N`. */
export function openPath(kernel: PosixKernel, process: PosixProcess, path: string, access: Access, { at, create = false, mode = 0o644 }: { readonly at?: number | undefined; readonly create?: boolean; readonly mode?: number } = {}): Description | ErrorName {
  const number = /^\/dev\/fd\/(\d+)$/.exec(path)?.[1];
  if (number !== undefined) return process.table.get(Number(number))?.description ?? "ENOENT";
  const found = walk(kernel, process, path, { at });
  if (typeof found === "string") return found;
  const inode = found.inode ?? (create ? new Inode(path, "file", { uid: process.uid.effective, mode: mode & ~process.umask }) : undefined);
  if (inode === undefined) return "ENOENT";
  if (found.inode === undefined) found.parent.entries.set(found.name, inode);
  const writing = access === "write" || access === "read-write";
  if (writing && inode.kind === "directory") return "EISDIR";
  if (!mayOpen(process, inode, access)) return "EACCES";
  if (writing && ((inode.executing > 0 && kernel.options.writeLock !== false) || inode.sealed)) return "ETXTBSY";
  if (writing) inode.writers++;
  return new Description(inode.id, inode.kind, inode.kind === "directory" ? ["lookup"] : RIGHTS[access], { kind: "inode", inode, writing });
}

const BITS: Readonly<Record<string, number>> = { read: 4, write: 2, fexecve: 1 };

function mayOpen({ uid: { effective } }: PosixProcess, { mode, uid }: Inode, access: Access): boolean {
  if (effective === 0) return true;
  const bits = effective === uid ? mode >> 6 : mode;
  return RIGHTS[access].every((r) => (bits & (BITS[r] ?? 0)) !== 0);
}

export const fileCalls = (kernel: PosixKernel): FileCalls => ({
  open({ process }, args) {
    const opened = openPath(kernel, process, args.path, args.access ?? "read", { at: args.at, create: args.create ?? false, ...(args.mode === undefined ? {} : { mode: args.mode }) });
    if (typeof opened === "string") return opened;
    const fd = process.table.add(opened, flagsOf(args));
    if (typeof fd === "string" && opened.to.kind === "inode" && opened.to.writing && opened.references === 0) opened.to.inode.writers--;
    return fd;
  },
  stat({ process }, { path, fd }, gives) {
    const found = path === undefined ? inodeOf(process, fd ?? -1) : walk(kernel, process, path);
    if (typeof found === "string") return found;
    const inode = found instanceof Inode ? found : found.inode;
    if (inode === undefined) return "ENOENT";
    gives.id = inode.id;
    gives.text = inode.content;
    gives.found = inode.mode;
    return 0;
  },
  rename: ({ process }, { from, to }) => rename(kernel, process, from, to),
  symlink({ process }, { target, path }) {
    const found = walk(kernel, process, path, { follow: false });
    if (typeof found === "string") return found;
    if (found.inode !== undefined) return "EEXIST";
    found.parent.entries.set(found.name, new Inode(path, "symlink", { mode: 0o777, content: target }));
    return 0;
  },
  chdir: ({ process }, { path }) => changeDirectory(kernel, process, path),
});

/** What a descriptor has open, if it is a file. */
export function inodeOf(process: PosixProcess, fd: number): Inode | ErrorName {
  const to = process.table.get(fd)?.description.to;
  if (to === undefined) return "EBADF";
  return to.kind === "inode" ? to.inode : "EINVAL";
}

function rename(kernel: PosixKernel, process: PosixProcess, from: string, to: string): Result {
  const old = walk(kernel, process, from, { follow: false });
  const place = walk(kernel, process, to, { follow: false });
  if (typeof old === "string") return old;
  if (typeof place === "string") return place;
  if (old.inode === undefined) return "ENOENT";
  place.parent.entries.set(place.name, old.inode);
  if (old.parent !== place.parent || old.name !== place.name) old.parent.entries.delete(old.name);
  return 0;
}

export function changeDirectory(kernel: PosixKernel, process: PosixProcess, path: string): Result {
  const found = walk(kernel, process, path);
  if (typeof found === "string") return found;
  if (found.inode === undefined) return "ENOENT";
  if (found.inode.kind !== "directory") return "ENOTDIR";
  process.cwd = found.inode;
  return 0;
}
