/** POSIX's names for what descriptors can do, with POSIX's errors (cloudabi.md §§2.5, 7). */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Errno, fail, ok, type Result } from "../errno.ts";
import { ALL_RIGHTS, FileType, includes, Right, rights, without, type Rights } from "../rights.ts";
import { fdCreate2, fdRead, fdSeek, fdStatGet, fdWrite, fileOpen, fileReaddir, poll, sockRecv, sockSend, sockShutdown, type SockReceived } from "./calls.ts";
import { foldAlways, foldDirectory, foldPositioned, foldProcess, foldSocket } from "./folding.ts";

export function* read(fd: number, length: number): Syscall<Result<Uint8Array>> {
  return foldAlways(yield* fdRead(fd, length), Errno.EBADF);
}
export function* write(fd: number, data: Uint8Array): Syscall<Result<number>> {
  return foldAlways(yield* fdWrite(fd, data), Errno.EBADF);
}
export function* pread(fd: number, length: number, offset: number): Syscall<Result<Uint8Array>> {
  return yield* foldPositioned(fd, yield* fdRead(fd, length, offset), Right.FD_READ);
}
export function* pwrite(fd: number, data: Uint8Array, offset: number): Syscall<Result<number>> {
  return yield* foldPositioned(fd, yield* fdWrite(fd, data, offset), Right.FD_WRITE);
}
export function* lseek(fd: number, offset: number, whence: "set" | "cur" | "end"): Syscall<Result<number>> {
  return foldAlways(yield* fdSeek(fd, offset, whence), Errno.ESPIPE);
}
export function* sendmsg(fd: number, data: Uint8Array, fds: readonly number[] = []): Syscall<Result<number>> {
  return yield* foldSocket(fd, yield* sockSend(fd, data, fds));
}
export function* recvmsg(fd: number, length: number, fdLimit: number): Syscall<Result<SockReceived>> {
  return yield* foldSocket(fd, yield* sockRecv(fd, length, fdLimit));
}
export function* shutdown(fd: number, how: number): Syscall<Result<undefined>> {
  return yield* foldSocket(fd, yield* sockShutdown(fd, how));
}
export function* fdopendir(fd: number): Syscall<Result<readonly string[]>> {
  return yield* foldDirectory(fd, yield* fileReaddir(fd));
}

/** How a child ended. */
export interface Terminated {
  /** 0: it has exited. */
  readonly signal: string | 0;
  readonly exitcode: number;
}

/** pdwait: waits for the end of the child at `fd`. EINVAL: no process. */
export function* pdwait(fd: number): Syscall<Result<Terminated>> {
  const polled = yield* poll([{ event: "proc_terminate", fd, userdata: 0 }]);
  if (polled.err !== 0) return polled;
  const [event] = polled.value;
  if (event === undefined || event.error !== 0) return yield* foldProcess(fd, fail(event?.error === Errno.EBADF ? Errno.EBADF : Errno.ENOTCAPABLE));
  return ok({ signal: event.signal ?? 0, exitcode: event.exitcode ?? 0 });
}

export interface OpenMode {
  readonly mode: "O_RDONLY" | "O_WRONLY" | "O_RDWR" | "O_EXEC" | "O_SEARCH";
  readonly append?: boolean;
  readonly create?: boolean;
  readonly directory?: boolean;
  readonly exclusive?: boolean;
  readonly nonblock?: boolean;
  readonly truncate?: boolean;
}

const READING = rights("FD_READ", "FILE_READDIR", "MEM_MAP_EXEC");
const WRITING = rights("FD_DATASYNC", "FD_WRITE", "FILE_ALLOCATE", "FILE_STAT_FPUT_SIZE");
/** Asked for in every mode; among them the right to be executed. */
const ALWAYS = without(ALL_RIGHTS, READING | WRITING);

/** What the descriptor must be able to do, or the call fails before it is made. */
function least({ mode, directory = false, append = false }: OpenMode): Rights {
  const reading = directory ? Right.FILE_READDIR : Right.FD_READ;
  const writing = Right.FD_WRITE | (append ? 0n : Right.FD_SEEK);
  return { O_RDONLY: reading, O_WRONLY: writing, O_RDWR: reading | writing, O_EXEC: Right.PROC_EXEC, O_SEARCH: 0n }[mode];
}

const asked = (mode: OpenMode["mode"]): Rights =>
  ALWAYS | (mode === "O_RDONLY" || mode === "O_RDWR" ? READING : 0n) | (mode === "O_WRONLY" || mode === "O_RDWR" ? WRITING : 0n);

/** openat: asks for all that the directory lets it have in this mode. ENOTCAPABLE before the call when that is less than the mode needs; ENOTDIR: `dir` is no directory. */
export function* openat(dir: number, path: string, mode: OpenMode): Syscall<Result<number>> {
  const stat = yield* fdStatGet(dir);
  if (stat.err !== 0) return stat;
  const { inheriting } = stat.value;
  if (!includes(inheriting, least(mode))) return yield* foldDirectory(dir, fail(Errno.ENOTCAPABLE));
  const { create = false, directory = false, exclusive = false, truncate = false, append = false, nonblock = false } = mode;
  const opened = yield* fileOpen(dir, path, { base: asked(mode.mode) & inheriting, inheriting }, { create, directory, exclusive, truncate }, { append, nonblock });
  return yield* foldDirectory(dir, opened);
}

/** pipe, of either revision (§7): a type of its own whose ends have a direction by rights, or a pair of sockets. [read end, write end]. */
export const pipe = (revision: "2015" | "2017"): Syscall<Result<readonly [number, number]>> => fdCreate2(revision === "2015" ? FileType.FIFO : FileType.SOCKET_STREAM);
export const socketpair = (): Syscall<Result<readonly [number, number]>> => fdCreate2(FileType.SOCKET_STREAM);
