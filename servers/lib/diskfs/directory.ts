/** Changes in directories, and reading them (fs-io.md §4.1, §4.2). */
import type { MachPort, PolyRight } from "../../../mach/ipc/names.ts";
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Result } from "../../../glibc-shim/errno.ts";
import { deallocate } from "../../../glibc-shim/rights.ts";
import { encodeEntries } from "../../interfaces/dirent.ts";
import { Errno } from "../../interfaces/errno.ts";
import { DIR_CHANGED_NEW, DIR_CHANGED_RENUMBER, DIR_CHANGED_UNLINK, FSYS_GOAWAY_UNLINK, O_READ } from "../../interfaces/hurd-types.ts";
import { S_IFDIR, S_IFMT, S_IFREG, S_IPTRANS, S_ISDIR, S_ISPARE, S_ISVTX, S_ITRANS, S_IWRITE } from "../../interfaces/stat.ts";
import { access } from "../iouser.ts";
import { createNode, newNode } from "./create.ts";
import { lookupEntry } from "./entry.ts";
import type { Diskfs } from "./filesystem.ts";
import type { Node, Status } from "./node.ts";
import type { Protid } from "./peropen.ts";
import { unlinked } from "./translator.ts";

export function* dirReaddir(
  fs: Diskfs, self: Protid, entry: number, nentries: number, bufsiz: number,
): Syscall<{ readonly err: 0; readonly data: Uint8Array; readonly amount: number } | { readonly err: Failure }> {
  const { node } = self;
  if (!(self.po.openstat & O_READ)) return { err: Errno.EBADF };
  if (!S_ISDIR(node.st.mode)) return { err: Errno.ENOTDIR };
  return yield* fs.lock.with(function* () {
    const entries = yield* node.entries();
    if (entries.err) return entries;
    yield* fs.touchAccess(node);
    return { err: 0 as const, ...encodeEntries(entries.value, entry, nentries, bufsiz) };
  });
}

/** With the filesystem locked. */
export function* dirMkdir(fs: Diskfs, self: Protid, name: string, mode: number): Syscall<Status> {
  if (fs.settings.readonly) return Errno.EROFS;
  const found = yield* lookupEntry(fs, self.node, name, self, "create");
  if (found.err) return found.err;
  if (found.node !== undefined || found.up !== undefined) return Errno.EEXIST;
  if (self.node.st.nlink >= fs.store.linkMax) return Errno.EMLINK;
  const bits = (mode & ~(S_IFMT | S_ISPARE | S_ITRANS)) | S_IFDIR;
  return (yield* createNode(fs, self.node, found.name, bits, self.user)).err;
}

/** Takes the name away; the node's last link may go with it. */
function* removeEntry(fs: Diskfs, dir: Node, name: string, node: Node): Syscall<Status> {
  const err = yield* dir.remove(name);
  if (err) return err;
  node.st.nlink--;
  yield* fs.touchStatus(node);
  yield* fs.touchContents(dir);
  yield* dir.dirNotices.dirChanged(DIR_CHANGED_UNLINK, name);
  return 0;
}

/** A node that a request took out of its directory: what is left to do once the filesystem is unlocked. */
type Removed = { readonly err: 0; readonly node: Node } | { readonly err: Failure };

export function* dirRmdir(fs: Diskfs, self: Protid, name: string): Syscall<Status> {
  if (fs.settings.readonly) return Errno.EROFS;
  const removed = yield* fs.lock.with(() => takeDirectory(fs, self, name));
  if (!removed.err) yield* fs.released(removed.node);
  return removed.err;
}

function* takeDirectory(fs: Diskfs, self: Protid, name: string): Syscall<Removed> {
  const dir = self.node;
  const found = yield* lookupEntry(fs, dir, name, self, "remove");
  if (found.err) return found;
  if (found.up !== undefined || found.node === undefined) return { err: Errno.ENOTEMPTY };
  const { node } = found;
  if (node === dir) return { err: Errno.EINVAL };
  if (node.transbox.translated || (node.st.mode & S_IPTRANS) !== 0) return { err: Errno.EBUSY };
  if (!S_ISDIR(node.st.mode)) return { err: Errno.ENOTDIR };
  if (!(yield* node.isEmpty())) return { err: Errno.ENOTEMPTY };
  const err = yield* removeEntry(fs, dir, found.name, node);
  if (err) return { err };
  yield* node.remove(".");
  yield* node.remove("..");
  node.st.nlink--;
  dir.st.nlink--;
  return { err: 0, node };
}

export function* dirUnlink(fs: Diskfs, self: Protid, name: string): Syscall<Status> {
  if (fs.settings.readonly) return Errno.EROFS;
  const removed: Removed = yield* fs.lock.with(function* (): Syscall<Removed> {
    const found = yield* lookupEntry(fs, self.node, name, self, "remove");
    if (found.err) return found;
    const { node } = found;
    if (found.up !== undefined || node === undefined || S_ISDIR(node.st.mode)) return { err: Errno.EPERM };
    const err = yield* removeEntry(fs, self.node, found.name, node);
    return err ? { err } : { err: 0, node };
  });
  if (removed.err) return removed.err;
  const { node } = removed;
  if (node.st.nlink === 0) yield* unlinked(node, FSYS_GOAWAY_UNLINK);
  yield* fs.released(node);
  return 0;
}

/** `file` is the name, in our space, of a right that came with the request. On success it is consumed. */
export function* dirLink(fs: Diskfs, self: Protid, file: MachPort, name: string, excl: boolean): Syscall<Status> {
  if (fs.settings.readonly) return Errno.EROFS;
  const source = fs.protidOf(file);
  if (source === undefined) return Errno.EXDEV;
  const { node } = source;
  if (S_ISDIR(node.st.mode)) return Errno.EPERM;
  const linked = yield* fs.lock.with(() => enterLink(fs, self, node, name, excl));
  if (linked.err) return linked.err;
  yield* deallocate(file);
  if (linked.value !== undefined) yield* fs.released(linked.value);
  return 0;
}

/** The node that lost its name to the new link, if one did. */
function* enterLink(fs: Diskfs, self: Protid, node: Node, given: string, excl: boolean): Syscall<Result<Node | undefined>> {
  const dir = self.node;
  const found = yield* lookupEntry(fs, dir, given, self, "rename");
  if (found.err) return found;
  const old = found.node;
  if (found.up !== undefined) return { err: Errno.EINVAL };
  if (old !== undefined && excl) return { err: Errno.EEXIST };
  if (old === node) return { err: 0, value: undefined };
  if (old !== undefined && S_ISDIR(old.st.mode)) return { err: Errno.EISDIR };
  if (node.st.nlink >= fs.store.linkMax) return { err: Errno.EMLINK };
  const err = yield* place(fs, dir, found.name, node, old);
  return err ? { err } : { err: 0, value: old };
}

/** Makes `name` mean `node`, in place of `old` if there was something. */
function* place(fs: Diskfs, dir: Node, name: string, node: Node, old: Node | undefined): Syscall<Status> {
  const err = old === undefined ? yield* dir.enter(name, node) : yield* dir.rewrite(name, node);
  if (err) return err;
  node.st.nlink++;
  yield* fs.touchStatus(node);
  if (old !== undefined) {
    old.st.nlink--;
    yield* fs.touchStatus(old);
  }
  yield* fs.touchContents(dir);
  yield* dir.dirNotices.dirChanged(old === undefined ? DIR_CHANGED_NEW : DIR_CHANGED_RENUMBER, name);
  return 0;
}

/** The arguments of `dir_rename`. */
export interface Rename {
  readonly oldname: string;
  readonly newdirectory: MachPort;
  readonly newname: string;
  readonly excl: boolean;
}

export function* dirRename(fs: Diskfs, self: Protid, ask: Rename): Syscall<Status> {
  const to = fs.protidOf(ask.newdirectory);
  if (to === undefined) return Errno.EXDEV;
  const plain = (name: string): string => name.replace(/\/+$/, "");
  const dotted = (name: string): boolean => [".", ".."].includes(plain(name));
  if (dotted(ask.oldname) || dotted(ask.newname)) return Errno.EINVAL;
  if (to.po.place.shadowRoot !== self.po.place.shadowRoot) return Errno.EXDEV;
  if (fs.settings.readonly) return Errno.EROFS;
  const moved = yield* fs.renameLock.with(() => fs.lock.with(() => rename(fs, self, to, ask)));
  if (moved.err) return moved.err;
  yield* deallocate(ask.newdirectory);
  if (moved.value !== undefined) yield* fs.released(moved.value);
  return 0;
}

/**
 * The node that was replaced, if one was. What the old directory forbids is looked at last, as libdiskfs does: a target that exists, or that is the same
 * node, decides before it.
 */
function* rename(fs: Diskfs, from: Protid, to: Protid, ask: Rename): Syscall<Result<Node | undefined>> {
  const source = yield* lookupEntry(fs, from.node, ask.oldname, from, "lookup");
  if (source.err) return source;
  const { node } = source;
  if (node === undefined) return { err: Errno.EINVAL };
  const isDir = S_ISDIR(node.st.mode);
  if (isDir && (yield* isBelow(to.node, node))) return { err: Errno.EINVAL };
  if (!isDir && ask.newname.endsWith("/")) return { err: Errno.ENOTDIR };
  const target = yield* lookupEntry(fs, to.node, ask.newname, to, "rename");
  if (target.err) return target;
  const old = target.node;
  if (target.up !== undefined) return { err: Errno.EINVAL };
  if (old !== undefined && ask.excl) return { err: Errno.EEXIST };
  if (old === node) return { err: 0, value: undefined };
  const clash = old === undefined ? 0 : yield* mayReplace(old, isDir);
  if (clash && !isDir) return { err: clash };
  const removable = yield* lookupEntry(fs, from.node, ask.oldname, from, "remove");
  if (removable.err) return removable;
  if (clash) return { err: clash };
  const err = yield* move(fs, { from: from.node, oldname: source.name, to: to.node, newname: target.name, node, old });
  return err ? { err } : { err: 0, value: old };
}

function* mayReplace(old: Node, isDir: boolean): Syscall<Status> {
  const oldIsDir = S_ISDIR(old.st.mode);
  if (!isDir) return oldIsDir ? Errno.EISDIR : 0;
  if (!oldIsDir) return Errno.ENOTDIR;
  return (yield* old.isEmpty()) ? 0 : Errno.ENOTEMPTY;
}

/** True when `dir` is `top` or lies in it. A damaged disk may have directories that lie in one another: they end it. */
function* isBelow(dir: Node, top: Node): Syscall<boolean> {
  const seen = new Set<Node>();
  for (let at = dir; ; ) {
    if (at === top) return true;
    seen.add(at);
    const up = yield* at.lookup("..");
    if (up.err || seen.has(up.value)) return false;
    at = up.value;
  }
}

interface Move {
  readonly from: Node;
  readonly oldname: string;
  readonly to: Node;
  readonly newname: string;
  readonly node: Node;
  readonly old: Node | undefined;
}

/** Enters the new name, then removes the old one: in that order others are told. */
function* move(fs: Diskfs, { from, oldname, to, newname, node, old }: Move): Syscall<Status> {
  const isDir = S_ISDIR(node.st.mode);
  if (isDir && from !== to && to.st.nlink >= fs.store.linkMax) return Errno.EMLINK;
  const err = yield* place(fs, to, newname, node, old);
  if (err) return err;
  if (isDir && old !== undefined) {
    yield* old.remove(".");
    yield* old.remove("..");
    old.st.nlink--;
    to.st.nlink--;
  }
  if (isDir && from !== to) {
    yield* node.rewrite("..", to);
    from.st.nlink--;
    to.st.nlink++;
  }
  return yield* removeEntry(fs, from, oldname, node);
}

/** `dir_mkfile`: a file without a name. */
export function* dirMkfile(fs: Diskfs, self: Protid, flags: number, mode: number): Syscall<Result<PolyRight>> {
  const dir = self.node;
  if (fs.settings.readonly) return { err: Errno.EROFS };
  if (!S_ISDIR(dir.st.mode)) return { err: Errno.ENOTDIR };
  const err = access(dir.st, S_IWRITE, self.user);
  if (err) return { err };
  return yield* fs.lock.with(function* (): Syscall<Result<PolyRight>> {
    const made = yield* newNode(fs, dir, (mode & ~(S_IFMT | S_ISPARE | S_ISVTX | S_ITRANS)) | S_IFREG, self.user);
    if (made.err) return made;
    return { err: 0, value: yield* fs.openPort(made.value, flags, { ...self.po.place, path: "" }, self.user) };
  });
}

