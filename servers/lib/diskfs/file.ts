/** Changes of a file's status and size, and questions about it (fs-io.md §4). */
import { MACH_PORT_NULL, portValid, type MachPort, type PolyRight } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Result } from "../../../glibc-shim/errno.ts";
import { Errno } from "../../interfaces/errno.ts";
import { FILE_CHANGED_EXTEND, FILE_CHANGED_TRUNCATE, O_WRITE, UTIME_NOW, UTIME_OMIT } from "../../interfaces/hurd-types.ts";
import { S_IFMT, S_ISDIR, S_ISGID, S_ISPARE, S_ISUID, S_ITRANS, S_ISVTX, type Timespec } from "../../interfaces/stat.ts";
import { isController, isOwner, isRoot } from "../iouser.ts";
import type { Diskfs } from "./filesystem.ts";
import type { Node, NodeStatus, Status } from "./node.ts";
import type { Protid } from "./peropen.ts";

/** Runs `body` on a node that may be changed: EROFS otherwise. The change time is set on success. */
function change(fs: Diskfs, self: Protid, body: (node: Node) => Syscall<Status>): Syscall<Status> {
  return fs.lock.with(function* () {
    if (fs.settings.readonly) return Errno.EROFS;
    const err = yield* body(self.node);
    if (!err) yield* fs.touchStatus(self.node);
    return err;
  });
}

/** Changes the status, if the filesystem can keep that. */
function adopt(node: Node, to: Partial<NodeStatus>): Status {
  const err = node.validate(to);
  if (!err) Object.assign(node.st, to);
  return err;
}

export function fileChmod(fs: Diskfs, self: Protid, given: number): Syscall<Status> {
  return change(fs, self, function* (node) {
    const { st } = node;
    const err = isOwner(st, self.user);
    if (err) return err;
    let mode = given & ~(S_IFMT | S_ISPARE | S_ITRANS);
    if (!isRoot(self.user)) {
      if (!S_ISDIR(st.mode)) mode &= ~S_ISVTX;
      if (!self.user.gids.includes(st.gid)) mode &= ~S_ISGID;
      if (!self.user.uids.includes(st.uid)) mode &= ~S_ISUID;
    }
    mode |= st.mode & (S_IFMT | S_ISPARE | S_ITRANS);
    return adopt(node, { mode });
  });
}

/** -1 leaves an id as it is; twice -1 is nothing to do, on any filesystem. An owner gives ids that he has himself only, even those the file has already. */
export function* fileChown(fs: Diskfs, self: Protid, owner: number, group: number): Syscall<Status> {
  const [uid, gid] = [owner | 0, group | 0];
  if (uid === -1 && gid === -1) return 0;
  return yield* change(fs, self, function* (node) {
    const { st } = node;
    const { user } = self;
    const err = isOwner(st, user);
    if (err) return err;
    const has = (id: number, ids: readonly number[]): boolean => id === -1 || ids.includes(id);
    if (!isRoot(user) && !(has(uid, user.uids) && has(gid, user.gids))) return Errno.EPERM;
    return adopt(node, { ...(uid === -1 ? {} : { uid }), ...(gid === -1 ? {} : { gid }) });
  });
}

export function fileChauthor(fs: Diskfs, self: Protid, author: number): Syscall<Status> {
  return change(fs, self, function* (node) {
    return isOwner(node.st, self.user) || adopt(node, { author });
  });
}

/** The half of the flags that only root may change. */
const SUPERUSER_FLAGS = 0xffff0000;

export function fileChflags(fs: Diskfs, self: Protid, flags: number): Syscall<Status> {
  return change(fs, self, function* (node) {
    const { st } = node;
    if (((flags ^ st.flags) & SUPERUSER_FLAGS) !== 0 && !isRoot(self.user)) return Errno.EPERM;
    return isOwner(st, self.user) || adopt(node, { flags });
  });
}

/** Times as `file_utimens` carries them; nanoseconds UTIME_NOW and UTIME_OMIT. EPERM for all but the owner, who could write it or not. */
export function fileUtimens(fs: Diskfs, self: Protid, atime: Timespec, mtime: Timespec): Syscall<Status> {
  return change(fs, self, function* ({ st }) {
    const err = isOwner(st, self.user);
    if (err) return err;
    const now = yield* fs.now();
    const chosen = (given: Timespec, old: Timespec): Timespec => (given.nsec === UTIME_OMIT ? old : given.nsec === UTIME_NOW ? now : given);
    st.atim = chosen(atime, st.atim);
    st.mtim = chosen(mtime, st.mtim);
    return 0;
  });
}

/** EINVAL without O_WRITE (recorded), or of a negative size; EISDIR. */
export function fileSetSize(fs: Diskfs, self: Protid, size: number): Syscall<Status> {
  return fs.lock.with(function* () {
    const { node } = self;
    if (fs.settings.readonly) return Errno.EROFS;
    if (!(self.po.openstat & O_WRITE) || size < 0) return Errno.EINVAL;
    if (S_ISDIR(node.st.mode)) return Errno.EISDIR;
    const old = node.st.size;
    if (size === old) return 0;
    const err = yield* node.setSize(size);
    if (err) return err;
    yield* fs.touchContents(node);
    yield* node.fileNotices.fileChanged(size < old ? FILE_CHANGED_TRUNCATE : FILE_CHANGED_EXTEND, 0, size);
    return 0;
  });
}

/** Who the filesystem itself is; the boot filesystem, which has no auth port in its start-up data, is root. */
function* serverUid({ libc }: Diskfs): Syscall<number> {
  return portValid(libc.ports.auth) ? yield* libc.geteuid() : 0;
}

/** Right on a control port of its own, for whoever may control this filesystem. EPERM. */
export function* fileGetcontrol(fs: Diskfs, self: Protid): Syscall<Result<PolyRight>> {
  const err = isController(fs.store.root.st, yield* serverUid(fs), self.user);
  return err ? { err } : { err: 0, value: yield* fs.bucket.getRight(yield* fs.bucket.create(fs.controls, fs)) };
}

/** A port on a node that can be given a name: EBUSY for the root. */
export function* fileGetlinknode(fs: Diskfs, self: Protid, own: MachPort): Syscall<Result<PolyRight>> {
  if (self.node === fs.store.root) return { err: Errno.EBUSY };
  const port = fs.bucket.lookup(fs.protids, own);
  return port === undefined ? { err: Errno.EOPNOTSUPP } : { err: 0, value: yield* fs.bucket.getRight(port) };
}

/** `file_reparent`: a new open whose tree ends here, with `parent` (consumed) as its "..". */
export function* fileReparent(fs: Diskfs, self: Protid, parent: MachPort): Syscall<PolyRight> {
  const { po, user } = self;
  const place = { ...po.place, shadowRoot: po.node, shadowRootParent: portValid(parent) ? parent : MACH_PORT_NULL };
  const right = yield* fs.openPort(po.node, po.openstat, place, user);
  return right;
}

/** `file_notice_changes` (of directories too) and `dir_notice_changes`. `port` is consumed, unless the first notice cannot be sent to it: that error. */
export function* noticeChanges(self: Protid, port: MachPort, kind: "dir" | "file"): Syscall<Status> {
  const { node } = self;
  if (kind === "dir" && !S_ISDIR(node.st.mode)) return Errno.ENOTDIR;
  return (yield* (kind === "dir" ? node.dirNotices : node.fileNotices).add(port, kind)) as Status;
}

