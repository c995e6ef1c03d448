/** Opening files, and what can be done to one by name or descriptor. */
import { MACH_PORT_NULL, type MachPort } from "../mach/ipc/names.ts";
import { asFailure } from "../mach/kern/kern-return.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { INIT_PORT_AUTH, INIT_PORT_CRDIR, INIT_PORT_CWDIR, O_EXEC, O_NOLINK, O_READ, O_TRUNC, O_WRITE, R_OK, UTIME_NOW, UTIME_OMIT, W_OK, X_OK } from "../servers/interfaces/hurd-types.ts";
import { decodeStat } from "../servers/interfaces/stat.ts";
import { PortCell } from "./cell.ts";
import { close, descriptor, internFd } from "./dtable.ts";
import { orThrow, UnixError } from "./errno.ts";
import type { Fd, Stat } from "./libc.ts";
import { lookup, type Names, ownNames } from "./lookup.ts";
import { lookupPort, onFd, onFile } from "./names.ts";
import type { Process } from "./process.ts";
import { reauthenticate } from "./reauth.ts";
import { deallocate } from "./rights.ts";
import { read } from "./rw.ts";
import { checkIds, makeAuth } from "./setauth.ts";
import { fsCall, ioCall } from "./stubs.ts";

/** open(2): the lookup, then O_TRUNC in two messages, then a descriptor. */
export function* open(p: Process, path: string, flags: number, mode: number, dir?: Fd): Syscall<Fd> {
  const at = dir === undefined ? undefined : descriptor(p, dir, "openat").port;
  const port = yield* lookupPort(p, path, flags, mode, at, `open ${path}`);
  if (flags & O_TRUNC) {
    const cut = yield* truncateOnOpen(port);
    if (cut.err !== 0) {
      yield* deallocate(port);
      throw new UnixError(`open ${path}`, asFailure(cut.err));
    }
  }
  return yield* internFd(p, port, flags, `open ${path}`);
}

function* truncateOnOpen(port: MachPort): Syscall<{ readonly err: number }> {
  const cut = yield* fsCall.file_set_size(port, { new_size: 0 });
  if (cut.err) return cut;
  yield* fsCall.file_utimens(port, { new_atime: [0, UTIME_OMIT], new_mtime: [0, UTIME_NOW] });
  return cut;
}

const toStat = (words: readonly number[]): Stat => {
  const s = decodeStat(words);
  return {
    ...{ fstype: s.fstype, dev: s.fsid, ino: s.ino, gen: s.gen, rdev: s.rdev, mode: s.mode, nlink: s.nlink, uid: s.uid, gid: s.gid, size: s.size },
    ...{ atime: s.atim.sec, mtime: s.mtim.sec, ctime: s.ctim.sec, blksize: s.blksize, blocks: s.blocks, author: s.author, flags: s.flags },
  };
};

const ioStat = (port: MachPort) => ioCall.io_stat(port, {});

export function* stat(p: Process, path: string): Syscall<Stat> {
  return toStat((yield* onFile(p, "stat", path, 0, ioStat)).stat_info);
}
export function* lstat(p: Process, path: string): Syscall<Stat> {
  return toStat((yield* onFile(p, "lstat", path, O_NOLINK, ioStat)).stat_info);
}
export function* fstat(p: Process, fd: Fd): Syscall<Stat> {
  return toStat((yield* onFd(p, "fstat", fd, ioStat)).stat_info);
}

const chmodPort = (mode: number) => (port: MachPort) => fsCall.file_chmod(port, { new_mode: mode });
export function* chmod(p: Process, path: string, mode: number): Syscall<void> {
  yield* onFile(p, "chmod", path, 0, chmodPort(mode));
}
export function* fchmod(p: Process, fd: Fd, mode: number): Syscall<void> {
  yield* onFd(p, "fchmod", fd, chmodPort(mode));
}

const chownPort = (new_owner: number, new_group: number) => (port: MachPort) => fsCall.file_chown(port, { new_owner, new_group });
export function* chown(p: Process, path: string, uid: number, gid: number): Syscall<void> {
  yield* onFile(p, "chown", path, 0, chownPort(uid, gid));
}
export function* lchown(p: Process, path: string, uid: number, gid: number): Syscall<void> {
  yield* onFile(p, "lchown", path, O_NOLINK, chownPort(uid, gid));
}
export function* fchown(p: Process, fd: Fd, uid: number, gid: number): Syscall<void> {
  yield* onFd(p, "fchown", fd, chownPort(uid, gid));
}

export function* truncate(p: Process, path: string, new_size: number): Syscall<void> {
  yield* onFile(p, "truncate", path, O_WRITE, (port) => fsCall.file_set_size(port, { new_size }));
}
export function* ftruncate(p: Process, fd: Fd, new_size: number): Syscall<void> {
  yield* onFd(p, "ftruncate", fd, (port) => fsCall.file_set_size(port, { new_size }));
}

/** Seconds (with a fraction), "now" and "omit" as two words. */
function timespec(time: number | "now" | "omit"): readonly number[] {
  if (time === "now") return [0, UTIME_NOW];
  if (time === "omit") return [0, UTIME_OMIT];
  const sec = Math.floor(time);
  return [sec, Math.round((time - sec) * 1e9)];
}

export function* utimes(p: Process, path: string, atime: number | "now" | "omit", mtime: number | "now" | "omit"): Syscall<void> {
  yield* onFile(p, "utimes", path, 0, (port) => fsCall.file_utimens(port, { new_atime: timespec(atime), new_mtime: timespec(mtime) }));
}

/**
 * access(2): by the real ids. When they are the effective ones too this is one `file_check_access`; else the way to the file and the question go under a handle
 * with the real ids in front. A descriptor's rights do not matter.
 */
export function* access(p: Process, path: string, mode: number): Syscall<void> {
  const names = yield* realNames(p);
  const call = `access ${path}`;
  try {
    const found = yield* lookup(names.names, path, 0, 0);
    if (found.err) throw new UnixError(call, found.err);
    const check = yield* fsCall.file_check_access(found.port, {});
    yield* deallocate(found.port);
    const { allowed } = orThrow(call, check);
    const wanted = (mode & R_OK ? O_READ : 0) | (mode & W_OK ? O_WRITE : 0) | (mode & X_OK ? O_EXEC : 0);
    if (wanted & ~allowed) throw new UnixError(call, Errno.EACCES);
  } finally {
    yield* names.release();
  }
}

interface RealNames {
  readonly names: Names;
  release(): Syscall<void>;
}

function* nothing(): Syscall<void> {
  // our own names need no release
}

/** The names that a process with the real ids as effective ones would have. */
function* realNames(p: Process): Syscall<RealNames> {
  const ids = yield* checkIds(p);
  if (ids.err) throw new UnixError("access", ids.err);
  const { euids, auids, egids, agids } = ids.value;
  if (euids[0] === auids[0] && egids[0] === agids[0]) return { names: ownNames(p), release: nothing };
  const auth = yield* makeAuth(p, { ...ids.value, euids: auids.slice(0, 1), egids: agids.slice(0, 1) });
  if (auth.err) throw new UnixError("access", auth.err);
  const cells = new Map<number, PortCell>();
  for (const which of [INIT_PORT_CRDIR, INIT_PORT_CWDIR]) {
    cells.set(which, new PortCell(yield* p.cell(which).use((port) => reauthenticate(port, auth.value))));
  }
  cells.set(INIT_PORT_AUTH, new PortCell(auth.value));
  const own = ownNames(p);
  return {
    names: { pid: p.pid, umask: p.umask, fdCell: own.fdCell, cell: (which) => cells.get(which) ?? own.cell(which) },
    *release() {
      for (const cell of cells.values()) yield* cell.set(MACH_PORT_NULL);
    },
  };
}

export function* fsync(p: Process, fd: Fd): Syscall<void> {
  yield* onFd(p, "fsync", fd, (port) => fsCall.file_sync(port, { wait: 1, omit_metadata: 0 }));
}
/** sync(2): the root filesystem and all below it; nobody hears of failures. */
export function* sync(p: Process): Syscall<void> {
  yield* p.cell(INIT_PORT_CRDIR).use((root) => fsCall.file_syncfs(root, { wait: 0, do_children: 1 }));
}

export function* lseek(p: Process, fd: Fd, offset: number, whence: number): Syscall<number> {
  return (yield* onFd(p, "lseek", fd, (port) => ioCall.io_seek(port, { offset, whence }))).newp;
}
export function* getfl(p: Process, fd: Fd): Syscall<number> {
  return (yield* onFd(p, "fcntl", fd, (port) => ioCall.io_get_openmodes(port, {}))).bits;
}
export function* setfl(p: Process, fd: Fd, newbits: number): Syscall<void> {
  yield* onFd(p, "fcntl", fd, (port) => ioCall.io_set_all_openmodes(port, { newbits }));
}

const CHUNK = 65536;

/** The whole of a file: reads until there is no more. */
export function* readFile(p: Process, path: string): Syscall<Uint8Array> {
  const fd = yield* open(p, path, O_READ, 0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const chunk = yield* read(p, fd, CHUNK);
      if (chunk.length === 0) break;
      chunks.push(chunk);
      size += chunk.length;
    }
  } finally {
    yield* close(p, fd);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
