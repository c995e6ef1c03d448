/**
 * Constants of the Hurd's protocols (`hurd/hurd_types.h`, `bits/fcntl.h`, `mach/task_special_ports.h`). Values travel in messages, so they are
 * the real ones. File modes are in stat.ts, signals in signals.ts, wait statuses in wait-status.ts, terminals in termios.ts.
 */

// ---- open flags (fs-io.md §2)
export const O_NORW = 0;
export const O_RDONLY = 0x1;
export const O_READ = 0x1;
export const O_WRONLY = 0x2;
export const O_WRITE = 0x2;
export const O_RDWR = 0x3;
export const O_EXEC = 0x4;
export const O_ACCMODE = 0x7;
export const O_NONBLOCK = 0x8;
export const O_CREAT = 0x10;
export const O_EXCL = 0x20;
/** Answer the link itself, not what it points to. */
export const O_NOLINK = 0x40;
/** Answer the underlying node, not its translator's root. */
export const O_NOTRANS = 0x80;
/** Zero: opening never acquires a controlling terminal. */
export const O_NOCTTY = 0;
export const O_APPEND = 0x100;
export const O_ASYNC = 0x200;
export const O_FSYNC = 0x400;
export const O_SYNC = O_FSYNC;
export const O_NOATIME = 0x800;
/** The client's alone: `file_set_size` after the lookup. */
export const O_TRUNC = 0x10000;
export const O_SHLOCK = 0x20000;
export const O_EXLOCK = 0x40000;
/** The client's alone. */
export const O_IGNORE_CTTY = 0x80000;
/** The client's alone. */
export const O_NOFOLLOW = 0x100000;
export const O_DIRECTORY = 0x200000;
/** The client's alone. */
export const O_CLOEXEC = 0x400000;
/** The client's alone. */
export const O_TMPFILE = 0x800000;
/** What the client sends on; the rest stays with it. */
export const O_HURD = 0xffff | O_EXLOCK | O_SHLOCK;
/** Bits that `io_*_openmodes` can change; the rest of its argument is ignored. */
export const HONORED_STATE_MODES = O_APPEND | O_ASYNC | O_FSYNC | O_NONBLOCK | O_NOATIME;

// ---- fcntl, flock, lseek, access
export const FD_CLOEXEC = 1;
export const F_RDLCK = 1;
export const F_WRLCK = 2;
export const F_UNLCK = 3;
export const F_GETLK64 = 10;
export const F_SETLK64 = 11;
export const F_SETLKW64 = 12;
export const LOCK_SH = 1;
export const LOCK_EX = 2;
export const LOCK_NB = 4;
export const LOCK_UN = 8;
export const SEEK_SET = 0;
export const SEEK_CUR = 1;
export const SEEK_END = 2;
export const R_OK = 4;
export const W_OK = 2;
export const X_OK = 1;
export const F_OK = 0;
/** Nanosecond fields of `file_utimens` that mean "the server's clock" and "leave it". */
export const UTIME_NOW = -1;
export const UTIME_OMIT = -2;
/** Longest file name component, and the size of a `string_t`. */
export const NAME_MAX = 255;
export const STRING_SIZE = 1024;

// ---- what a lookup's answer says (fs-io.md §3.1)
export const FS_RETRY_NORMAL = 1;
export const FS_RETRY_REAUTH = 2;
export const FS_RETRY_MAGICAL = 3;

// ---- exec (exec.md §1)
export const EXEC_NEWTASK = 0x1;
export const EXEC_SECURE = 0x2;
export const EXEC_DEFAULTS = 0x4;
export const EXEC_SIGTRAP = 0x8;
export const EXEC_STACK_ARGS = 0x10;

/** Indexes of the port array of exec and `exec_startup_get_info`. */
export const INIT_PORT_CWDIR = 0;
export const INIT_PORT_CRDIR = 1;
export const INIT_PORT_AUTH = 2;
export const INIT_PORT_PROC = 3;
export const INIT_PORT_CTTYID = 4;
export const INIT_PORT_BOOTSTRAP = 5;
export const INIT_PORT_MAX = 6;

/** Indexes of the int array of exec and `exec_startup_get_info`. */
export const INIT_UMASK = 0;
export const INIT_SIGMASK = 1;
export const INIT_SIGIGN = 2;
export const INIT_SIGPENDING = 3;
export const INIT_TRACEMASK = 4;
export const INIT_INT_MAX = 5;

// ---- translators (fs-io.md §5, §6)
/** `file_set_translator`: start a real translator even where the filesystem could do without (symlink, fifo, device). */
export const FS_TRANS_FORCE = 0x1;
/** `file_set_translator`: EBUSY when there is one. */
export const FS_TRANS_EXCL = 0x2;
/** `file_set_translator`: set or clear; without it this side stays as it is. */
export const FS_TRANS_SET = 0x4;
/** `file_set_translator`: the old active translator runs on, disconnected. */
export const FS_TRANS_ORPHAN = 0x8;
export const FSYS_GOAWAY_NOWAIT = 0x1;
export const FSYS_GOAWAY_NOSYNC = 0x2;
export const FSYS_GOAWAY_FORCE = 0x4;
export const FSYS_GOAWAY_UNLINK = 0x8;
export const FSYS_GOAWAY_RECURSE = 0x10;

/** The passive translators that a filesystem may keep in the node itself. */
export const HURD_SYMLINK = "/hurd/symlink";
export const HURD_CHRDEV = "/hurd/chrdev";
export const HURD_BLKDEV = "/hurd/blkdev";
export const HURD_FIFO = "/hurd/fifo";
export const HURD_IFSOCK = "/hurd/ifsock";

// ---- what a notice says (fs_notify)
export const DIR_CHANGED_NULL = 0;
export const DIR_CHANGED_NEW = 1;
export const DIR_CHANGED_UNLINK = 2;
export const DIR_CHANGED_RENUMBER = 3;
export const FILE_CHANGED_NULL = 0;
export const FILE_CHANGED_WRITE = 1;
export const FILE_CHANGED_EXTEND = 2;
export const FILE_CHANGED_TRUNCATE = 3;
export const FILE_CHANGED_META = 4;

// ---- select, sockets
export const SELECT_READ = 0x1;
export const SELECT_WRITE = 0x2;
export const SELECT_URG = 0x4;
export const PF_LOCAL = 1;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_SEQPACKET = 5;
export const SHUT_RD = 0;
export const SHUT_WR = 1;
export const SHUT_RDWR = 2;

// ---- what kind of filesystem (`fstype`)
export const FSTYPE_TERM = 14;
export const FSTYPE_DEV = 15;
export const FSTYPE_PROC = 16;
export const FSTYPE_IFSOCK = 17;
export const FSTYPE_SOCKET = 21;
export const FSTYPE_MISC = 22;
export const FSTYPE_EXT2FS = 23;
export const FSTYPE_MEMFS = 25;

// ---- storage classes of `file_get_storage_info`
export const STORAGE_OTHER = 0;
export const STORAGE_DEVICE = 1;
export const STORAGE_HURD_FILE = 2;
export const STORAGE_NETWORK = 3;
export const STORAGE_MEMORY = 4;
export const STORAGE_TASK = 5;
export const STORAGE_ZERO = 6;
export const STORAGE_CONCAT = 7;
export const STORAGE_INTERLEAVE = 8;
export const STORAGE_LAYER = 9;
export const STORAGE_REMAP = 10;
export const STORAGE_COPY = 11;

// ---- `host_reboot`, and `startup_reboot` (boot.md §4)
export const RB_AUTOBOOT = 0;
export const RB_ASKNAME = 0x1;
export const RB_SINGLE = 0x2;
export const RB_KDB = 0x4;
export const RB_HALT = 0x8;
export const RB_DFLTROOT = 0x20;
export const RB_DEBUGGER = 0x1000;

// ---- special ports of tasks and threads (`mach/task_special_ports.h`)
export const TASK_KERNEL_PORT = 1;
export const TASK_EXCEPTION_PORT = 3;
export const TASK_BOOTSTRAP_PORT = 4;
export const THREAD_KERNEL_PORT = 1;
export const THREAD_EXCEPTION_PORT = 3;

// ---- memory
export const VM_PROT_NONE = 0;
export const VM_PROT_READ = 1;
export const VM_PROT_WRITE = 2;
export const VM_PROT_EXECUTE = 4;
export const VM_PROT_DEFAULT = 3;
export const VM_PROT_ALL = 7;
export const VM_INHERIT_SHARE = 0;
export const VM_INHERIT_COPY = 1;
export const VM_INHERIT_NONE = 2;
export const PAGE_SIZE = 4096;

// ---- terminals and pathconf
/** `term_get_bottom_type`. */
export const TERM_ON_MACHDEV = 0;
export const TERM_ON_HURDIO = 1;
export const TERM_ON_MASTERPTY = 2;
/** `io_pathconf` names. */
export const _PC_LINK_MAX = 0;
export const _PC_MAX_CANON = 1;
export const _PC_MAX_INPUT = 2;
export const _PC_NAME_MAX = 3;
export const _PC_PATH_MAX = 4;
export const _PC_PIPE_BUF = 5;
export const _PC_CHOWN_RESTRICTED = 6;
export const _PC_NO_TRUNC = 7;
export const _PC_VDISABLE = 8;
