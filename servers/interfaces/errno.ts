/**
 * The Hurd's Unix errors: 0x40000000 + errno (`sysdeps/mach/hurd/bits/errno.h`), and what `strerror` says of any code.
 */
import { kernName, type UnixCode } from "../../mach/kern/kern-return.ts";
import { systemTexts } from "./system-errors.ts";

const table = {
  EPERM: [1, "Operation not permitted"],
  ENOENT: [2, "No such file or directory"],
  ESRCH: [3, "No such process"],
  EINTR: [4, "Interrupted system call"],
  EIO: [5, "Input/output error"],
  ENXIO: [6, "No such device or address"],
  E2BIG: [7, "Argument list too long"],
  ENOEXEC: [8, "Exec format error"],
  EBADF: [9, "Bad file descriptor"],
  ECHILD: [10, "No child processes"],
  EDEADLK: [11, "Resource deadlock avoided"],
  ENOMEM: [12, "Cannot allocate memory"],
  EACCES: [13, "Permission denied"],
  EFAULT: [14, "Bad address"],
  ENOTBLK: [15, "Block device required"],
  EBUSY: [16, "Device or resource busy"],
  EEXIST: [17, "File exists"],
  EXDEV: [18, "Invalid cross-device link"],
  ENODEV: [19, "No such device"],
  ENOTDIR: [20, "Not a directory"],
  EISDIR: [21, "Is a directory"],
  EINVAL: [22, "Invalid argument"],
  ENFILE: [23, "Too many open files in system"],
  EMFILE: [24, "Too many open files"],
  ENOTTY: [25, "Inappropriate ioctl for device"],
  ETXTBSY: [26, "Text file busy"],
  EFBIG: [27, "File too large"],
  ENOSPC: [28, "No space left on device"],
  ESPIPE: [29, "Illegal seek"],
  EROFS: [30, "Read-only file system"],
  EMLINK: [31, "Too many links"],
  EPIPE: [32, "Broken pipe"],
  EDOM: [33, "Numerical argument out of domain"],
  ERANGE: [34, "Numerical result out of range"],
  EAGAIN: [35, "Resource temporarily unavailable"],
  EINPROGRESS: [36, "Operation now in progress"],
  EALREADY: [37, "Operation already in progress"],
  ENOTSOCK: [38, "Socket operation on non-socket"],
  EDESTADDRREQ: [39, "Destination address required"],
  EMSGSIZE: [40, "Message too long"],
  EPROTOTYPE: [41, "Protocol wrong type for socket"],
  ENOPROTOOPT: [42, "Protocol not available"],
  EPROTONOSUPPORT: [43, "Protocol not supported"],
  ESOCKTNOSUPPORT: [44, "Socket type not supported"],
  EOPNOTSUPP: [45, "Operation not supported"],
  EPFNOSUPPORT: [46, "Protocol family not supported"],
  EAFNOSUPPORT: [47, "Address family not supported by protocol"],
  EADDRINUSE: [48, "Address already in use"],
  EADDRNOTAVAIL: [49, "Cannot assign requested address"],
  EISCONN: [56, "Transport endpoint is already connected"],
  ENOTCONN: [57, "Transport endpoint is not connected"],
  ETIMEDOUT: [60, "Connection timed out"],
  ECONNREFUSED: [61, "Connection refused"],
  ELOOP: [62, "Too many levels of symbolic links"],
  ENAMETOOLONG: [63, "File name too long"],
  ENOTEMPTY: [66, "Directory not empty"],
  EDQUOT: [69, "Disk quota exceeded"],
  ESTALE: [70, "Stale file handle"],
  ENOLCK: [77, "No locks available"],
  ENOSYS: [78, "Function not implemented"],
  ELIBEXEC: [83, "Cannot exec a shared library directly"],
  EBACKGROUND: [100, "Inappropriate operation for background process"],
  EDIED: [101, "Translator died"],
  ED: [102, "?"],
  EGREGIOUS: [103, "You really blew it this time"],
  EIEIO: [104, "Computer bought the farm"],
  EGRATUITOUS: [105, "Gratuitous error"],
} as const;

type Name = keyof typeof table;
type Coded = { readonly [N in Name]: UnixCode };

/** Every Unix error by name, as the number that travels. */
export const Errno: Coded = Object.fromEntries(
  Object.entries(table).map(([name, [n]]) => [name, (0x40000000 + n) as UnixCode]),
) as Coded;
/** The Hurd has one number for both. */
export const EWOULDBLOCK = Errno.EAGAIN;

const texts = new Map<number, string>(Object.values(table).map(([n, text]) => [0x40000000 + n, text]));
const errnoNames = new Map<number, string>(Object.entries(Errno).map(([name, code]) => [code, name]));

/** The text that the C library prints for a code of any kind. */
export function strerror(code: number): string {
  const u = code >>> 0;
  return texts.get(u) ?? systemTexts.get(u) ?? `Unknown error ${kernName(u)}`;
}

/** ENOENT, KERN_INVALID_NAME, …: the symbol of a code of any kind. */
export const errnoName = (code: number): string => errnoNames.get(code >>> 0) ?? kernName(code);
