/** Directories: reading, making, removing, renaming, links (fs-io.md §4.1, §4.2). */
import { copySend, MACH_PORT_NULL, type MachPort } from "../mach/ipc/names.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { encodeArgz } from "../servers/interfaces/argz.ts";
import { decodeEntries } from "../servers/interfaces/dirent.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { FS_TRANS_EXCL, FS_TRANS_SET, HURD_FIFO, HURD_SYMLINK, INIT_PORT_CRDIR, INIT_PORT_CWDIR, O_DIRECTORY, O_NOLINK, O_NONBLOCK, O_READ, O_WRITE, STRING_SIZE } from "../servers/interfaces/hurd-types.ts";
import { decodeStat, S_ISLNK } from "../servers/interfaces/stat.ts";
import { descriptor } from "./dtable.ts";
import { orThrow, UnixError } from "./errno.ts";
import type { Dirent, Fd } from "./libc.ts";
import { lookupSplit, ownNames } from "./lookup.ts";
import { inDirectory, lookupPort, onFile } from "./names.ts";
import type { Process } from "./process.ts";
import { deallocate } from "./rights.ts";
import { fsCall, ioCall } from "./stubs.ts";
import { fromUtf8 } from "./text.ts";

/** All entries, in as many messages as the server needs. */
function* entriesOf(call: string, port: MachPort): Syscall<readonly Dirent[]> {
  const entries: Dirent[] = [];
  for (;;) {
    const some = orThrow(call, yield* fsCall.dir_readdir(port, { entry: entries.length, nentries: -1, bufsiz: 0 }));
    if (some.amount === 0) return entries;
    entries.push(...decodeEntries(some.data));
  }
}

export function* readdir(p: Process, path: string): Syscall<readonly Dirent[]> {
  const call = `readdir ${path}`;
  const port = yield* lookupPort(p, path, O_READ | O_NONBLOCK | O_DIRECTORY, 0, undefined, call);
  try {
    return yield* entriesOf(call, port);
  } finally {
    yield* deallocate(port);
  }
}
export function* freaddir(p: Process, fd: Fd): Syscall<readonly Dirent[]> {
  return yield* descriptor(p, fd, "readdir").port.use((port) => entriesOf("readdir", port));
}

export function* mkdir(p: Process, path: string, mode: number): Syscall<void> {
  yield* inDirectory(p, "mkdir", path, true, (dir, name) => fsCall.dir_mkdir(dir, { name, mode: mode & ~p.umask }));
}
export function* rmdir(p: Process, path: string): Syscall<void> {
  yield* inDirectory(p, "rmdir", path, true, (dir, name) => fsCall.dir_rmdir(dir, { name }));
}
export function* unlink(p: Process, path: string): Syscall<void> {
  yield* inDirectory(p, "unlink", path, false, (dir, name) => fsCall.dir_unlink(dir, { name }));
}

/** A second name for a file; symbolic links themselves are linked. The port to link comes from the file's own server. */
export function* link(p: Process, from: string, to: string): Syscall<void> {
  const { linknode } = yield* onFile(p, "link", from, O_NOLINK, (port) => fsCall.file_getlinknode(port, {}));
  try {
    yield* inDirectory(p, "link", to, true, (dir, name) => fsCall.dir_link(dir, { file: linknode, name, excl: 1 }));
  } finally {
    yield* deallocate(linknode);
  }
}

export function* rename(p: Process, from: string, to: string): Syscall<void> {
  const old = yield* lookupSplit(ownNames(p), from);
  if (old.err) throw new UnixError(`rename ${from}`, old.err);
  try {
    yield* inDirectory(p, "rename", to, true, (newdirectory, newname) =>
      fsCall.dir_rename(old.port, { oldname: old.name.replace(/\/+$/, ""), newdirectory, newname, excl: 0 }),
    );
  } finally {
    yield* deallocate(old.port);
  }
}

/** A node with a passive translator, made unnamed and then linked: nobody sees it half done. Throws EEXIST. */
function* mkTranslated(p: Process, call: string, path: string, mode: number, translator: readonly string[]): Syscall<void> {
  yield* inDirectory(p, call, path, false, function* (dir, name) {
    const made = yield* fsCall.dir_mkfile(dir, { flags: O_WRITE, mode: mode & ~p.umask });
    if (made.err) return made;
    const how = FS_TRANS_EXCL | FS_TRANS_SET;
    const set = yield* fsCall.file_set_translator(made.newnode, {
      passive_flags: how,
      active_flags: how,
      oldtrans_flags: 0,
      passive: encodeArgz(translator),
      active: copySend(MACH_PORT_NULL),
    });
    const done = set.err ? set : yield* fsCall.dir_link(dir, { file: made.newnode, name, excl: 1 });
    yield* deallocate(made.newnode);
    return done;
  });
}

export const symlink = (p: Process, target: string, path: string): Syscall<void> => mkTranslated(p, "symlink", path, 0o777, [HURD_SYMLINK, target]);
export const mkfifo = (p: Process, path: string, mode: number): Syscall<void> => mkTranslated(p, "mkfifo", path, mode & 0o7777, [HURD_FIFO]);

/** The target of a symbolic link. Throws EINVAL for anything else. */
export function* readlink(p: Process, path: string): Syscall<string> {
  const call = `readlink ${path}`;
  const port = yield* lookupPort(p, path, O_READ | O_NOLINK, 0, undefined, call);
  try {
    const { mode } = decodeStat(orThrow(call, yield* ioCall.io_stat(port, {})).stat_info);
    if (!S_ISLNK(mode)) throw new UnixError(call, Errno.EINVAL);
    return fromUtf8(orThrow(call, yield* ioCall.io_read(port, { offset: 0, amount: STRING_SIZE })).data);
  } finally {
    yield* deallocate(port);
  }
}

/** Makes `which` (CWDIR or CRDIR) the directory `path`. "/." behind the name asks for a directory that may be searched. */
function* changeDirectory(p: Process, call: string, which: number, path: string): Syscall<void> {
  if (path === "") throw new UnixError(call, Errno.ENOENT);
  const port = yield* lookupPort(p, `${path}/.`, 0, 0, undefined, `${call} ${path}`);
  yield* p.cell(which).set(port);
}
export const chdir = (p: Process, path: string): Syscall<void> => changeDirectory(p, "chdir", INIT_PORT_CWDIR, path);
export const chroot = (p: Process, path: string): Syscall<void> => changeDirectory(p, "chroot", INIT_PORT_CRDIR, path);
export function* fchdir(p: Process, fd: Fd): Syscall<void> {
  const port = yield* lookupPort(p, ".", 0, 0, descriptor(p, fd, "fchdir").port, "fchdir");
  yield* p.cell(INIT_PORT_CWDIR).set(port);
}
