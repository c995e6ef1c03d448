/** Libc's calls on descriptors and on files by name, as methods of a library that knows its process. */
import { PortCell } from "./cell.ts";
import { chdir, chroot, fchdir, freaddir, link, mkdir, mkfifo, readdir, readlink, rename, rmdir, symlink, unlink } from "./dir.ts";
import { close, descriptor, dup2, dupfd, internFd } from "./dtable.ts";
import { UnixError } from "./errno.ts";
import { access, chmod, chown, fchmod, fchown, fstat, fsync, ftruncate, getfl, lchown, lseek, lstat, open, readFile, setfl, stat, sync, truncate, utimes } from "./file.ts";
import { getcwd } from "./getcwd.ts";
import { type Libc } from "./libc.ts";
import { lookupSplit, ownNames } from "./lookup.ts";
import { lookupPort } from "./names.ts";
import { pread, pwrite, read, write, writeAll } from "./rw.ts";
import { select } from "./select.ts";
import { recvmsg, sendmsg } from "./sendmsg.ts";
import { pipe, socketpair } from "./socket.ts";
import { fromUtf8, utf8 } from "./text.ts";
import type { Bound } from "./library.ts";

const bytesOf = (data: Uint8Array | string): Uint8Array => (typeof data === "string" ? utf8(data) : data);

/** Descriptors and what goes through them. */
export const descriptors = {
  open(path, flags, mode = 0) {
    return open(this.p, path, flags, mode);
  },
  openat(dir, path, flags, mode = 0) {
    return open(this.p, path, flags, mode, dir);
  },
  close(fd) {
    return close(this.p, fd);
  },
  read(fd, size) {
    return read(this.p, fd, size);
  },
  write(fd, data) {
    return write(this.p, fd, data);
  },
  writeAll(fd, data) {
    return writeAll(this.p, fd, bytesOf(data));
  },
  pread(fd, size, offset) {
    return pread(this.p, fd, size, offset);
  },
  pwrite(fd, data, offset) {
    return pwrite(this.p, fd, data, offset);
  },
  lseek(fd, offset, whence) {
    return lseek(this.p, fd, offset, whence);
  },
  dup(fd) {
    return dupfd(this.p, fd, 0, false);
  },
  dup2(fd, to) {
    return dup2(this.p, fd, to);
  },
  dupfd(fd, atLeast, cloexec = false) {
    return dupfd(this.p, fd, atLeast, cloexec);
  },
  *getCloexec(fd) {
    return descriptor(this.p, fd, "fcntl").cloexec;
  },
  *setCloexec(fd, on) {
    descriptor(this.p, fd, "fcntl").cloexec = on;
  },
  getfl(fd) {
    return getfl(this.p, fd);
  },
  setfl(fd, flags) {
    return setfl(this.p, fd, flags);
  },
  pipe() {
    return pipe(this.p);
  },
  socketpair(style, protocol) {
    return socketpair(this.p, style, protocol);
  },
  sendmsg(fd, data, fds) {
    return sendmsg(this.p, fd, data, fds);
  },
  recvmsg(fd, size) {
    return recvmsg(this.p, fd, size);
  },
  select(fds, timeout) {
    return select(this.p, fds, timeout);
  },
  *fdPort(fd) {
    return descriptor(this.p, fd, "fcntl").port.port;
  },
  openport(port, flags) {
    return internFd(this.p, port, flags, "openport");
  },
} satisfies Partial<Libc> & ThisType<Bound>;

/** Files by name. */
export const files = {
  stat(path) {
    return stat(this.p, path);
  },
  lstat(path) {
    return lstat(this.p, path);
  },
  fstat(fd) {
    return fstat(this.p, fd);
  },
  readdir(path) {
    return readdir(this.p, path);
  },
  freaddir(fd) {
    return freaddir(this.p, fd);
  },
  mkdir(path, mode) {
    return mkdir(this.p, path, mode);
  },
  rmdir(path) {
    return rmdir(this.p, path);
  },
  unlink(path) {
    return unlink(this.p, path);
  },
  link(from, to) {
    return link(this.p, from, to);
  },
  symlink(target, path) {
    return symlink(this.p, target, path);
  },
  readlink(path) {
    return readlink(this.p, path);
  },
  rename(from, to) {
    return rename(this.p, from, to);
  },
  chmod(path, mode) {
    return chmod(this.p, path, mode);
  },
  fchmod(fd, mode) {
    return fchmod(this.p, fd, mode);
  },
  chown(path, uid, gid) {
    return chown(this.p, path, uid, gid);
  },
  lchown(path, uid, gid) {
    return lchown(this.p, path, uid, gid);
  },
  fchown(fd, uid, gid) {
    return fchown(this.p, fd, uid, gid);
  },
  truncate(path, size) {
    return truncate(this.p, path, size);
  },
  ftruncate(fd, size) {
    return ftruncate(this.p, fd, size);
  },
  utimes(path, atime, mtime) {
    return utimes(this.p, path, atime, mtime);
  },
  access(path, mode) {
    return access(this.p, path, mode);
  },
  mkfifo(path, mode) {
    return mkfifo(this.p, path, mode);
  },
  fsync(fd) {
    return fsync(this.p, fd);
  },
  sync() {
    return sync(this.p);
  },
  chdir(path) {
    return chdir(this.p, path);
  },
  fchdir(fd) {
    return fchdir(this.p, fd);
  },
  chroot(path) {
    return chroot(this.p, path);
  },
  getcwd() {
    return getcwd(this.p);
  },
  *umask(mask) {
    const old = this.p.umask;
    this.p.umask = mask & 0o777;
    return old;
  },
  readFile(path) {
    return readFile(this.p, path);
  },
  *readText(path) {
    return fromUtf8(yield* readFile(this.p, path));
  },
  file_name_lookup(path, flags, mode = 0) {
    return lookupPort(this.p, path, flags, mode);
  },
  *file_name_lookup_under(dir, path, flags, mode = 0) {
    return yield* lookupPort(this.p, path, flags, mode, new PortCell(dir));
  },
  *file_name_split(path) {
    const split = yield* lookupSplit(ownNames(this.p), path);
    if (split.err) throw new UnixError(path, split.err);
    return [split.port, split.name] as const;
  },
} satisfies Partial<Libc> & ThisType<Bound>;
