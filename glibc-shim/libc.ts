/**
 * The C library as programs see it. `Main` gets one of these; programs in `boot/root/bin` import this file and nothing of the kernel.
 *
 * Failures are thrown as `UnixError`, by libc only; `attempt()` (errno.ts) turns an expected one into a value. Names are POSIX's and the
 * Hurd's. File contents are bytes; names and arguments are strings, in memory and on disk UTF-8.
 */
import type { MachPort } from "../mach/ipc/names.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import type { Demuxer } from "../mach/mig/server.ts";
import type { TerminalModes } from "../servers/interfaces/termios.ts";
import type { Ptrace } from "./ptrace.ts";
import type { Holes } from "../servers/interfaces/holes.ts";

declare const brand: unique symbol;
/** A file descriptor. */
export type Fd = number & { readonly [brand]: "fd" };
export const asFd = (n: number): Fd => n as Fd;
export const STDIN = asFd(0);
export const STDOUT = asFd(1);
export const STDERR = asFd(2);

/** A program's exit status, 0 … 255, when its body returns. */
export type Program = Syscall<number>;
/** A program. `argv[0]` is the name it was called by. */
export type Main = (libc: Libc, argv: readonly string[]) => Program;

/** `struct stat`, decoded from `io_statbuf_t`. Times in seconds. */
export interface Stat {
  readonly fstype: number;
  readonly dev: number;
  readonly ino: number;
  readonly gen: number;
  readonly rdev: number;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly atime: number;
  readonly mtime: number;
  readonly ctime: number;
  readonly blksize: number;
  readonly blocks: number;
  readonly author: number;
  readonly flags: number;
}

export interface Dirent {
  readonly ino: number;
  readonly type: number;
  readonly name: string;
}

/** A resource's soft and hard limit, Infinity for none. */
export interface Rlimit {
  readonly current: number;
  readonly maximum: number;
}

/** How a signal is handled: the default, ignored, or a routine that runs in the interrupted thread. It is told the `si_code`, and for a fault the address (`si_addr`). */
export type SigHandler = "SIG_DFL" | "SIG_IGN" | ((signo: number, code: number, address: number) => Syscall<void>);
export interface SigAction {
  readonly handler: SigHandler;
  /** Signals blocked while it runs, as a mask: bit (signo - 1). */
  readonly mask?: number;
  /** SA_RESTART 2, SA_NOCLDSTOP 8, SA_RESETHAND 4, SA_NODEFER 16. */
  readonly flags?: number;
}

/** `struct termios`. */
export type Termios = TerminalModes;
export interface Winsize {
  readonly row: number;
  readonly col: number;
}

/** What `wait` reports. `status` is the wait status word: see `WIFEXITED` and friends in wait.ts. */
export interface Waited {
  readonly pid: number;
  readonly status: number;
}

/** One `posix_spawn` file action, done in order. */
export type FileAction =
  | { readonly do: "close"; readonly fd: Fd }
  | { readonly do: "dup2"; readonly from: Fd; readonly to: Fd }
  | { readonly do: "open"; readonly fd: Fd; readonly path: string; readonly flags: number; readonly mode: number }
  | { readonly do: "chdir"; readonly path: string }
  | { readonly do: "fchdir"; readonly fd: Fd }
  | { readonly do: "closefrom"; readonly fd: Fd }
  | { readonly do: "tcsetpgrp"; readonly fd: Fd };
export interface SpawnAttributes {
  readonly flags?: { readonly setpgroup?: boolean; readonly setsid?: boolean; readonly resetids?: boolean; readonly setsigdef?: boolean; readonly setsigmask?: boolean };
  readonly pgroup?: number;
  readonly sigmask?: number;
  readonly sigdefault?: number;
}

/** Entry of the user database, from /etc/passwd. */
export interface Passwd {
  readonly name: string;
  readonly passwd: string;
  readonly uid: number;
  readonly gid: number;
  readonly gecos: string;
  readonly dir: string;
  readonly shell: string;
}
export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** The init ports of a process by what they are for (`INIT_PORT_*`). Names in the task; a borrowed reference, not a new one. */
export interface InitPorts {
  readonly cwdir: MachPort;
  readonly crdir: MachPort;
  readonly auth: MachPort;
  readonly proc: MachPort;
  readonly cttyid: MachPort;
  readonly bootstrap: MachPort;
}

export interface Libc {
  // ---- files and descriptors (file.ts, fd.ts, dir.ts)
  open(path: string, flags: number, mode?: number): Syscall<Fd>;
  openat(dir: Fd, path: string, flags: number, mode?: number): Syscall<Fd>;
  close(fd: Fd): Syscall<void>;
  /** Up to `size` bytes; empty at the end of the file. */
  read(fd: Fd, size: number): Syscall<Uint8Array>;
  /** How many bytes went out; may be fewer than given. */
  write(fd: Fd, data: Uint8Array): Syscall<number>;
  /** All of `data`, a string as UTF-8. */
  writeAll(fd: Fd, data: Uint8Array | string): Syscall<void>;
  pread(fd: Fd, size: number, offset: number): Syscall<Uint8Array>;
  pwrite(fd: Fd, data: Uint8Array, offset: number): Syscall<number>;
  /** whence: SEEK_SET 0, SEEK_CUR 1, SEEK_END 2. */
  lseek(fd: Fd, offset: number, whence: number): Syscall<number>;
  dup(fd: Fd): Syscall<Fd>;
  dup2(fd: Fd, to: Fd): Syscall<Fd>;
  /** F_DUPFD with a lowest number. */
  dupfd(fd: Fd, atLeast: number, cloexec?: boolean): Syscall<Fd>;
  getCloexec(fd: Fd): Syscall<boolean>;
  setCloexec(fd: Fd, on: boolean): Syscall<void>;
  getfl(fd: Fd): Syscall<number>;
  setfl(fd: Fd, flags: number): Syscall<void>;
  /** [reading end, writing end] */
  pipe(): Syscall<readonly [Fd, Fd]>;
  socketpair(style: number, protocol: number): Syscall<readonly [Fd, Fd]>;
  /** Data and descriptors on a socket (SCM_RIGHTS). Answers the bytes sent. */
  sendmsg(fd: Fd, data: Uint8Array, fds: readonly Fd[]): Syscall<number>;
  /** Up to `size` bytes, and the descriptors that came with them: ours now, under our identity. */
  recvmsg(fd: Fd, size: number): Syscall<{ readonly data: Uint8Array; readonly fds: readonly Fd[] }>;
  stat(path: string): Syscall<Stat>;
  lstat(path: string): Syscall<Stat>;
  fstat(fd: Fd): Syscall<Stat>;
  /** All entries, "." and ".." included. */
  readdir(path: string): Syscall<readonly Dirent[]>;
  freaddir(fd: Fd): Syscall<readonly Dirent[]>;
  mkdir(path: string, mode: number): Syscall<void>;
  rmdir(path: string): Syscall<void>;
  unlink(path: string): Syscall<void>;
  link(from: string, to: string): Syscall<void>;
  symlink(target: string, path: string): Syscall<void>;
  readlink(path: string): Syscall<string>;
  rename(from: string, to: string): Syscall<void>;
  chmod(path: string, mode: number): Syscall<void>;
  fchmod(fd: Fd, mode: number): Syscall<void>;
  /** -1 leaves an id as it is. */
  chown(path: string, uid: number, gid: number): Syscall<void>;
  lchown(path: string, uid: number, gid: number): Syscall<void>;
  fchown(fd: Fd, uid: number, gid: number): Syscall<void>;
  truncate(path: string, size: number): Syscall<void>;
  ftruncate(fd: Fd, size: number): Syscall<void>;
  /** Seconds; "now" and "omit" as utimensat has them. */
  utimes(path: string, atime: number | "now" | "omit", mtime: number | "now" | "omit"): Syscall<void>;
  /** mode: R_OK 4, W_OK 2, X_OK 1, F_OK 0. Throws EACCES. */
  access(path: string, mode: number): Syscall<void>;
  mkfifo(path: string, mode: number): Syscall<void>;
  fsync(fd: Fd): Syscall<void>;
  sync(): Syscall<void>;
  chdir(path: string): Syscall<void>;
  fchdir(fd: Fd): Syscall<void>;
  chroot(path: string): Syscall<void>;
  getcwd(): Syscall<string>;
  /** Sets the mask, answers the old one. */
  umask(mask: number): Syscall<number>;
  /** The whole file. */
  readFile(path: string): Syscall<Uint8Array>;
  readText(path: string): Syscall<string>;
  /** The io port behind a descriptor (borrowed). Throws EBADF. */
  fdPort(fd: Fd): Syscall<MachPort>;
  /** A new descriptor for a port, whose reference it takes (`openport`). */
  openport(port: MachPort, flags: number): Syscall<Fd>;
  /** `file_name_lookup`: a new send right. Throws UnixError. */
  file_name_lookup(path: string, flags: number, mode?: number): Syscall<MachPort>;
  /** `file_name_split`: a port on the containing directory, and the last component. */
  file_name_split(path: string): Syscall<readonly [MachPort, string]>;
  /** Waits until one of `fds` can be read (or is at its end). Milliseconds; answers the ready ones, none after the time-out. */
  select(fds: readonly Fd[], timeout?: number): Syscall<readonly Fd[]>;

  // ---- processes (fork.ts, exec.ts, spawn.ts, wait.ts, exit.ts)
  /** The child runs `child` with its own library; a generator cannot be copied. Answers the child's pid to the parent. */
  fork(child: (libc: Libc) => Program): Syscall<number>;
  /** Returns only by throwing. `path` as it stands: no search. */
  execve(path: string, argv: readonly string[], env?: ReadonlyMap<string, string>): Syscall<never>;
  /** Searches $PATH, and runs a file that is no program (ENOEXEC) with /bin/sh. */
  execvp(file: string, argv: readonly string[]): Syscall<never>;
  fexecve(fd: Fd, argv: readonly string[], env?: ReadonlyMap<string, string>): Syscall<never>;
  posix_spawn(path: string, argv: readonly string[], actions?: readonly FileAction[], attributes?: SpawnAttributes, env?: ReadonlyMap<string, string>): Syscall<number>;
  posix_spawnp(file: string, argv: readonly string[], actions?: readonly FileAction[], attributes?: SpawnAttributes, env?: ReadonlyMap<string, string>): Syscall<number>;
  /** options: WNOHANG 1, WUNTRACED 2, WCONTINUED 4. pid 0 in the answer: nothing ready (WNOHANG). */
  waitpid(pid: number, options?: number): Syscall<Waited>;
  /** Runs atexit handlers, then `_exit`. */
  exit(status: number): Syscall<never>;
  _exit(status: number): Syscall<never>;
  atexit(handler: () => Syscall<void>): void;
  getpid(): number;
  getppid(): Syscall<number>;
  getpgrp(): Syscall<number>;
  getpgid(pid: number): Syscall<number>;
  setpgid(pid: number, pgid: number): Syscall<void>;
  getsid(pid: number): Syscall<number>;
  setsid(): Syscall<number>;

  // ---- identity (ids.ts)
  getuid(): Syscall<number>;
  geteuid(): Syscall<number>;
  getgid(): Syscall<number>;
  getegid(): Syscall<number>;
  /** Effective ids beside the first are the supplementary ones. */
  getgroups(): Syscall<readonly number[]>;
  setuid(uid: number): Syscall<void>;
  seteuid(uid: number): Syscall<void>;
  setgid(gid: number): Syscall<void>;
  setegid(gid: number): Syscall<void>;
  setreuid(ruid: number, euid: number): Syscall<void>;
  setgroups(gids: readonly number[]): Syscall<void>;
  /** Installs an auth handle: every port of the process is reauthenticated (`setauth`). */
  setauth(auth: MachPort): Syscall<void>;
  getpwnam(name: string): Syscall<Passwd | undefined>;
  getpwuid(uid: number): Syscall<Passwd | undefined>;
  getgrnam(name: string): Syscall<Group | undefined>;
  getgrgid(gid: number): Syscall<Group | undefined>;
  /** Groups of which `user` is a member, by /etc/group. */
  getgrouplist(user: string, gid: number): Syscall<readonly number[]>;

  // ---- signals (signal.ts)
  kill(pid: number, signo: number): Syscall<void>;
  raise(signo: number): Syscall<void>;
  sigaction(signo: number, action: SigAction): Syscall<SigAction>;
  /** Changes the calling thread's mask; answers the old one. Masks: bit (signo - 1). */
  sigprocmask(how: "block" | "unblock" | "set", mask: number): Syscall<number>;
  sigpending(): Syscall<number>;
  /** Sets the mask and waits for a signal; throws EINTR, always. */
  sigsuspend(mask: number): Syscall<never>;
  pause(): Syscall<never>;
  /** Seconds, 0 cancels. Answers the seconds that were left. */
  alarm(seconds: number): Syscall<number>;

  /** Debugging another process (ptrace.ts). */
  readonly ptrace: Ptrace;

  // ---- limits (rlimit.ts): this process's and what it forks, until exec
  /** RLIMIT_…. Throws EINVAL for an unknown one. */
  getrlimit(resource: number): Syscall<Rlimit>;
  /**
   * Takes effect for RLIMIT_NOFILE (descriptor numbers), RLIMIT_DATA (the break), RLIMIT_CORE (0 turns crash servers off) and RLIMIT_AS (the kernel's: exec keeps it).
   * Only its maximum is a hard one: EPERM for who may not raise it.
   */
  setrlimit(resource: number, limit: Rlimit): Syscall<void>;

  // ---- the data segment (brk.ts)
  /** Sets its end. Throws ENOMEM. */
  brk(address: number): Syscall<void>;
  /** Moves its end and answers where it was. Throws ENOMEM. */
  sbrk(increment: number): Syscall<number>;

  // ---- terminals (tty.ts)
  isatty(fd: Fd): Syscall<boolean>;
  /** The name of the terminal, /dev/console or the like. Throws ENOTTY. */
  ttyname(fd: Fd): Syscall<string>;
  tcgetattr(fd: Fd): Syscall<Termios>;
  /** when: TCSANOW 0, TCSADRAIN 1, TCSAFLUSH 2. */
  tcsetattr(fd: Fd, when: number, termios: Termios): Syscall<void>;
  tcgetpgrp(fd: Fd): Syscall<number>;
  tcsetpgrp(fd: Fd, pgrp: number): Syscall<void>;
  tiocgwinsz(fd: Fd): Syscall<Winsize>;
  /** Makes the terminal the controlling one of this session (TIOCSCTTY). */
  tiocsctty(fd: Fd): Syscall<void>;

  // ---- time (time.ts): virtual
  /** Seconds and microseconds since the epoch. */
  gettimeofday(): Syscall<{ readonly sec: number; readonly usec: number }>;
  /** Answers the seconds left when a signal cut it short. */
  sleep(seconds: number): Syscall<number>;
  usleep(microseconds: number): Syscall<void>;

  // ---- the rest
  readonly environ: Map<string, string>;
  /** True after a secure (set-id) exec. */
  readonly secure: boolean;
  uname(): Syscall<{ readonly sysname: string; readonly nodename: string; readonly release: string; readonly version: string; readonly machine: string }>;
  /** `error (0, errno, ...)`: "program: what: reason" on stderr. */
  warn(what: string, error: unknown): Syscall<void>;
  /** For programs that speak to servers themselves. */
  readonly ports: InitPorts;
  /** host_priv and the device master, for root only (`get_privileged_ports`). New send rights. */
  get_privileged_ports(): Syscall<{ readonly hostPriv: MachPort; readonly deviceMaster: MachPort }>;
  /** A second thread of this task, running `body` (cthread_fork). The port is borrowed: it goes when the thread ends. */
  thread(body: () => Syscall<void>): Syscall<MachPort>;

  /** Which holes of 2021 this build of the program still has: for servers. */
  readonly holes: Holes;

  // ---- for servers, and for programs that are about the Hurd (init.ts, lookup.ts, exec.ts, kill.ts)
  /** EXEC_* flags that the program was started with. */
  readonly execFlags: number;
  /**
   * A process that started without them gets its init ports (by INIT_PORT_* index; references are taken), pids, and, with a proc port and unless `signals` is false,
   * its message port and signal thread.
   */
  hurdInit(ports: ReadonlyMap<number, MachPort>, ints?: readonly number[], signals?: boolean): Syscall<void>;
  /** Installs one init port, whose reference it takes. AUTH brings every port of the process along (`setauth`). */
  setInitPort(which: number, port: MachPort): Syscall<void>;
  /** Another proc port, whose reference it takes; our message port is registered there. */
  setproc(proc: MachPort): Syscall<void>;
  /** How the library answers its message port: for a program that reads it itself. */
  messages(): Demuxer;
  /** The own message port (borrowed), null without signals. */
  readonly msgport: MachPort;
  /** Where argv and envp stand in this task's memory (for proc_set_arg_locations). */
  readonly argLocations: { readonly argv: number; readonly envp: number };
  /** `file_name_lookup_under`: from `dir`, or from the root for a name that starts with "/". A new send right. */
  file_name_lookup_under(dir: MachPort, path: string, flags: number, mode?: number): Syscall<MachPort>;
  /** `_hurd_exec_paths`: runs `file` in `task` with all that this process has, or with what `request` says instead. The code; 0 never comes back when `task` is the own one. */
  hurdExec(request: ExecRequest): Syscall<number>;
  /** A port like `port` with the ids of `auth` (io_reauthenticate, auth_user_authenticate); null when it failed. */
  reauthenticate(port: MachPort, auth: MachPort): Syscall<MachPort>;
  /** The same for a process port. */
  reauthenticateProc(proc: MachPort, auth: MachPort): Syscall<MachPort>;
  /** `hurd_sig_post`: a signal to a process, or for a negative number to a group, on the authority of `refport` (borrowed). The code. */
  hurd_sig_post(pid: number, signo: number, refport: MachPort): Syscall<number>;
}

/** What to run and with what. Ports are borrowed. */
export interface ExecRequest {
  /** Null port: `file` is run in a new task, which the exec server makes. */
  readonly task: MachPort;
  readonly file: MachPort;
  readonly path: string;
  readonly abspath: string;
  readonly argv: readonly string[];
  readonly env: readonly string[];
  /** EXEC_* flags. */
  readonly flags?: number;
  /** In place of this process's own. */
  readonly dtable?: readonly MachPort[];
  readonly ports?: readonly MachPort[];
  readonly ints?: readonly number[];
  /** Names for the exec server to deallocate and to destroy in the old task. */
  readonly deallocnames?: readonly MachPort[];
  readonly destroynames?: readonly MachPort[];
}
