/** Numbers of the file and process protocols that the library itself needs: open flags (fs-io.md §2), init ports and ints, lookups (§3). */
export const O = {
  READ: 0x1, WRITE: 0x2, RDWR: 0x3, EXEC: 0x4, NONBLOCK: 0x8, CREAT: 0x10, EXCL: 0x20, NOLINK: 0x40, NOTRANS: 0x80, APPEND: 0x100, ASYNC: 0x200,
  FSYNC: 0x400, NOATIME: 0x800, TRUNC: 0x10000, SHLOCK: 0x20000, EXLOCK: 0x40000, IGNORE_CTTY: 0x80000, NOFOLLOW: 0x100000, DIRECTORY: 0x200000,
  CLOEXEC: 0x400000, TMPFILE: 0x800000,
} as const;
/** Flags that a server may see. */
export const O_HURD = 0xffff | O.SHLOCK | O.EXLOCK | O.DIRECTORY;

/** Indexes of the init port array. */
export const InitPort = { CWDIR: 0, CRDIR: 1, AUTH: 2, PROC: 3, CTTYID: 4, BOOTSTRAP: 5, MAX: 6 } as const;
/** Indexes of the init int array. */
export const InitInt = { UMASK: 0, SIGMASK: 1, SIGIGN: 2, SIGPENDING: 3, TRACEMASK: 4, MAX: 5 } as const;

/** `do_retry` of a lookup. */
export const FsRetry = { NORMAL: 1, REAUTH: 2, MAGICAL: 3 } as const;
/** Exec flags (exec.md §1.1). */
export const Exec = { NEWTASK: 1, SECURE: 2, DEFAULTS: 4, SIGTRAP: 8, STACK_ARGS: 0x10 } as const;

/** File types in a mode. */
export const S = { IFMT: 0o170000, IFIFO: 0o010000, IFCHR: 0o020000, IFDIR: 0o040000, IFBLK: 0o060000, IFREG: 0o100000, IFLNK: 0o120000, IFSOCK: 0o140000, IPTRANS: 0o10000000, IATRANS: 0o20000000 } as const;
/** `task_get_special_port`. */
export const TaskPort = { KERNEL: 1, EXCEPTION: 3, BOOTSTRAP: 4 } as const;
/** The directory part that programs search when $PATH is unset. */
export const DEFAULT_PATH = "/bin:/usr/bin";
export const PAGE_SIZE = 4096;
