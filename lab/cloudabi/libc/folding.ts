/**
 * ENOTCAPABLE as POSIX programs expect it (cloudabi.md §2.5, "Libc error folding"): where the descriptor's type makes the call senseless, the error that says so; elsewhere it stays.
 */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Errno, fail, type Failure, type Result } from "../errno.ts";
import { FileType, includes, type Rights } from "../rights.ts";
import { fdStatGet } from "./calls.ts";

const isSocket = (type: FileType): boolean => type === FileType.SOCKET_STREAM || type === FileType.SOCKET_DGRAM;
const isProcess = (type: FileType): boolean => type === FileType.PROCESS;
const isDirectory = (type: FileType): boolean => type === FileType.DIRECTORY;

/** `result`, with ENOTCAPABLE replaced by `instead` when the descriptor is not of the type that the call is for. A type that cannot be read leaves the error as it is. */
function* unless<T>(fd: number, result: Result<T>, fits: (type: FileType) => boolean, instead: Failure): Syscall<Result<T>> {
  if (result.err !== Errno.ENOTCAPABLE) return result;
  const stat = yield* fdStatGet(fd);
  return stat.err === 0 && !fits(stat.value.type) ? fail(instead) : result;
}

export const foldSocket = <T>(fd: number, result: Result<T>): Syscall<Result<T>> => unless(fd, result, isSocket, Errno.ENOTSOCK);
export const foldProcess = <T>(fd: number, result: Result<T>): Syscall<Result<T>> => unless(fd, result, isProcess, Errno.EINVAL);
export const foldDirectory = <T>(fd: number, result: Result<T>): Syscall<Result<T>> => unless(fd, result, isDirectory, Errno.ENOTDIR);

/** Whatever the type: read, write and fdatasync give EBADF, fsync EINVAL, lseek ESPIPE. */
export const foldAlways = <T>(result: Result<T>, instead: Failure): Result<T> => (result.err === Errno.ENOTCAPABLE ? fail(instead) : result);

/** pread, pwrite: EBADF when the right to read or write is not there, else it was seeking: ESPIPE. */
export function* foldPositioned<T>(fd: number, result: Result<T>, need: Rights): Syscall<Result<T>> {
  if (result.err !== Errno.ENOTCAPABLE) return result;
  const stat = yield* fdStatGet(fd);
  if (stat.err !== 0) return result;
  return fail(includes(stat.value.base, need) ? Errno.ESPIPE : Errno.EBADF);
}

/** proc_exec (§2.2): a regular file gives EBADF, any other type EACCES. */
export function* foldExec<T>(fd: number, result: Result<T>): Syscall<Result<T>> {
  if (result.err !== Errno.ENOTCAPABLE) return result;
  const stat = yield* fdStatGet(fd);
  if (stat.err !== 0) return result;
  return fail(stat.value.type === FileType.REGULAR_FILE ? Errno.EBADF : Errno.EACCES);
}
