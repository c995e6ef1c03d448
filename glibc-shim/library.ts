/** The object that a program gets: every call of libc.ts, bound to one process. */
import type { Syscall } from "../mach/kern/syscall.ts";
import { strerror } from "../servers/interfaces/errno.ts";
import { EXEC_SECURE, INIT_PORT_AUTH, INIT_PORT_BOOTSTRAP, INIT_PORT_CRDIR, INIT_PORT_CTTYID, INIT_PORT_CWDIR, INIT_PORT_PROC } from "../servers/interfaces/hurd-types.ts";
import { PortCell } from "./cell.ts";
import { alarm, now, sleep, usleep } from "./clock.ts";
import { chdir, chroot, fchdir, freaddir, link, mkdir, mkfifo, readdir, readlink, rename, rmdir, symlink, unlink } from "./dir.ts";
import { close, descriptor, dup2, dupfd, internFd } from "./dtable.ts";
import { UnixError } from "./errno.ts";
import { execve, execvp, fexecve, hurdExec } from "./exec.ts";
import { _exit, exit, runToExit } from "./exit.ts";
import { access, chmod, chown, fchmod, fchown, fstat, fsync, ftruncate, getfl, lchown, lseek, lstat, open, readFile, setfl, stat, sync, truncate, utimes } from "./file.ts";
import { fork } from "./fork.ts";
import { getcwd } from "./getcwd.ts";
import { getpgid, getppid, getsid, privilegedPorts, setpgid, setsid, uname } from "./groups.ts";
import { getegid, geteuid, getgid, getgroups, getuid, setauthHandle, setegid, seteuid, setgid, setgroups, setreuid, setuid } from "./ids.ts";
import { hurdInit, setproc } from "./init.ts";
import { hurdSigPost, kill } from "./kill.ts";
import { type InitPorts, type Libc, type Program, STDERR } from "./libc.ts";
import { lookupSplit, ownNames } from "./lookup.ts";
import { setInitPort } from "./msg-state.ts";
import { lookupPort } from "./names.ts";
import { findGroup, findPasswd, getgrouplist } from "./passwd.ts";
import type { Process } from "./process.ts";
import { makePtrace } from "./ptrace.ts";
import { reauthenticate } from "./reauth.ts";
import { pread, pwrite, read, write, writeAll } from "./rw.ts";
import { select } from "./select.ts";
import { recvmsg, sendmsg } from "./sendmsg.ts";
import { reauthProc } from "./setauth.ts";
import { pause, raise, sigaction, sigpending, sigprocmask, sigsuspend } from "./sigcalls.ts";
import { pipe, socketpair } from "./socket.ts";
import { posixSpawn } from "./spawn.ts";
import { fromUtf8, utf8 } from "./text.ts";
import { startThread } from "./thread.ts";
import { isatty, tcgetattr, tcgetpgrp, tcsetattr, tcsetpgrp, tiocgwinsz, tiocsctty, ttyname } from "./tty.ts";
import { waitpid } from "./wait.ts";

/** Who asks for what: `warn` says the failure's reason only, as error(3) does. */
function reason(error: unknown): string {
  if (error instanceof UnixError) return strerror(error.errno);
  return error instanceof Error ? error.message : String(error);
}

const initPorts = (p: Process): InitPorts => ({
  get cwdir() {
    return p.port(INIT_PORT_CWDIR);
  },
  get crdir() {
    return p.port(INIT_PORT_CRDIR);
  },
  get auth() {
    return p.port(INIT_PORT_AUTH);
  },
  get proc() {
    return p.port(INIT_PORT_PROC);
  },
  get cttyid() {
    return p.port(INIT_PORT_CTTYID);
  },
  get bootstrap() {
    return p.port(INIT_PORT_BOOTSTRAP);
  },
});

const bytesOf = (data: Uint8Array | string): Uint8Array => (typeof data === "string" ? utf8(data) : data);

/** Descriptors and what goes through them. */
const descriptors = (p: Process) =>
  ({
    open: (path, flags, mode = 0) => open(p, path, flags, mode),
    openat: (dir, path, flags, mode = 0) => open(p, path, flags, mode, dir),
    close: (fd) => close(p, fd),
    read: (fd, size) => read(p, fd, size),
    write: (fd, data) => write(p, fd, data),
    writeAll: (fd, data) => writeAll(p, fd, bytesOf(data)),
    pread: (fd, size, offset) => pread(p, fd, size, offset),
    pwrite: (fd, data, offset) => pwrite(p, fd, data, offset),
    lseek: (fd, offset, whence) => lseek(p, fd, offset, whence),
    dup: (fd) => dupfd(p, fd, 0, false),
    dup2: (fd, to) => dup2(p, fd, to),
    dupfd: (fd, atLeast, cloexec = false) => dupfd(p, fd, atLeast, cloexec),
    *getCloexec(fd) {
      return descriptor(p, fd, "fcntl").cloexec;
    },
    *setCloexec(fd, on) {
      descriptor(p, fd, "fcntl").cloexec = on;
    },
    getfl: (fd) => getfl(p, fd),
    setfl: (fd, flags) => setfl(p, fd, flags),
    pipe: () => pipe(p),
    socketpair: (style, protocol) => socketpair(p, style, protocol),
    sendmsg: (fd, data, fds) => sendmsg(p, fd, data, fds),
    recvmsg: (fd, size) => recvmsg(p, fd, size),
    select: (fds, timeout) => select(p, fds, timeout),
    *fdPort(fd) {
      return descriptor(p, fd, "fcntl").port.port;
    },
    openport: (port, flags) => internFd(p, port, flags, "openport"),
  }) satisfies Partial<Libc>;

/** Files by name. */
const files = (p: Process) =>
  ({
    stat: (path) => stat(p, path),
    lstat: (path) => lstat(p, path),
    fstat: (fd) => fstat(p, fd),
    readdir: (path) => readdir(p, path),
    freaddir: (fd) => freaddir(p, fd),
    mkdir: (path, mode) => mkdir(p, path, mode),
    rmdir: (path) => rmdir(p, path),
    unlink: (path) => unlink(p, path),
    link: (from, to) => link(p, from, to),
    symlink: (target, path) => symlink(p, target, path),
    readlink: (path) => readlink(p, path),
    rename: (from, to) => rename(p, from, to),
    chmod: (path, mode) => chmod(p, path, mode),
    fchmod: (fd, mode) => fchmod(p, fd, mode),
    chown: (path, uid, gid) => chown(p, path, uid, gid),
    lchown: (path, uid, gid) => lchown(p, path, uid, gid),
    fchown: (fd, uid, gid) => fchown(p, fd, uid, gid),
    truncate: (path, size) => truncate(p, path, size),
    ftruncate: (fd, size) => ftruncate(p, fd, size),
    utimes: (path, atime, mtime) => utimes(p, path, atime, mtime),
    access: (path, mode) => access(p, path, mode),
    mkfifo: (path, mode) => mkfifo(p, path, mode),
    fsync: (fd) => fsync(p, fd),
    sync: () => sync(p),
    chdir: (path) => chdir(p, path),
    fchdir: (fd) => fchdir(p, fd),
    chroot: (path) => chroot(p, path),
    getcwd: () => getcwd(p),
    *umask(mask) {
      const old = p.umask;
      p.umask = mask & 0o777;
      return old;
    },
    readFile: (path) => readFile(p, path),
    *readText(path) {
      return fromUtf8(yield* readFile(p, path));
    },
    file_name_lookup: (path, flags, mode = 0) => lookupPort(p, path, flags, mode),
    *file_name_lookup_under(dir, path, flags, mode = 0) {
      return yield* lookupPort(p, path, flags, mode, new PortCell(dir));
    },
    *file_name_split(path) {
      const split = yield* lookupSplit(ownNames(p), path);
      if (split.err) throw new UnixError(path, split.err);
      return [split.port, split.name] as const;
    },
  }) satisfies Partial<Libc>;

/** Processes, signals, groups. */
const processes = (p: Process) =>
  ({
    fork: (body) => fork(p, (child) => runMain(child, (libc) => body(libc))),
    execve: (path, argv, env) => execve(p, path, argv, env ?? p.environ),
    execvp: (file, argv) => execvp(p, file, argv),
    fexecve: (fd, argv, env) => fexecve(p, fd, argv, env ?? p.environ),
    posix_spawn: (file, argv, actions = [], attributes = {}, env = p.environ) => posixSpawn(p, { file, search: false, argv, env }, actions, attributes),
    posix_spawnp: (file, argv, actions = [], attributes = {}, env = p.environ) => posixSpawn(p, { file, search: true, argv, env }, actions, attributes),
    waitpid: (pid, options = 0) => waitpid(p, pid, options),
    exit: (status) => exit(p, status),
    _exit: (status) => _exit(p, status),
    atexit: (handler) => {
      p.exitHandlers.push(handler);
    },
    getpid: () => p.pid,
    getppid: () => getppid(p),
    getpgrp: () => getpgid(p, 0),
    getpgid: (pid) => getpgid(p, pid),
    setpgid: (pid, pgid) => setpgid(p, pid, pgid),
    getsid: (pid) => getsid(p, pid),
    setsid: () => setsid(p),
    kill: (pid, signo) => kill(p, pid, signo),
    raise: (signo) => raise(p, signo),
    sigaction: (signo, action) => sigaction(p, signo, action),
    sigprocmask: (how, mask) => sigprocmask(p, how, mask),
    sigpending: () => sigpending(p),
    sigsuspend: (mask) => sigsuspend(p, mask),
    pause: () => pause(p),
    alarm: (seconds) => alarm(p, seconds),
    getrlimit: (resource) => p.limit(resource),
    setrlimit: (resource, limit) => {
      p.limits.set(resource, limit);
    },
    thread: (body) => startThread(p, body),
    ptrace: makePtrace(p),
  }) satisfies Partial<Libc>;

/** Ids and the user database. */
const identity = (p: Process) =>
  ({
    getuid: () => getuid(p),
    geteuid: () => geteuid(p),
    getgid: () => getgid(p),
    getegid: () => getegid(p),
    getgroups: () => getgroups(p),
    setuid: (uid) => setuid(p, uid),
    seteuid: (uid) => seteuid(p, uid),
    setgid: (gid) => setgid(p, gid),
    setegid: (gid) => setegid(p, gid),
    setreuid: (ruid, euid) => setreuid(p, ruid, euid),
    setgroups: (gids) => setgroups(p, gids),
    setauth: (auth) => setauthHandle(p, auth),
    getpwnam: (name) => findPasswd(p, (entry) => entry.name === name),
    getpwuid: (uid) => findPasswd(p, (entry) => entry.uid === uid),
    getgrnam: (name) => findGroup(p, (entry) => entry.name === name),
    getgrgid: (gid) => findGroup(p, (entry) => entry.gid === gid),
    getgrouplist: (user, gid) => getgrouplist(p, user, gid),
  }) satisfies Partial<Libc>;

/** Terminals and time. */
const devices = (p: Process) =>
  ({
    isatty: (fd) => isatty(p, fd),
    ttyname: (fd) => ttyname(p, fd),
    tcgetattr: (fd) => tcgetattr(p, fd),
    tcsetattr: (fd, when, termios) => tcsetattr(p, fd, when, termios),
    tcgetpgrp: (fd) => tcgetpgrp(p, fd),
    tcsetpgrp: (fd, pgrp) => tcsetpgrp(p, fd, pgrp),
    tiocgwinsz: (fd) => tiocgwinsz(p, fd),
    tiocsctty: (fd) => tiocsctty(p, fd),
    *gettimeofday() {
      const time = yield* now(p);
      return { sec: Math.floor(time / 1e6), usec: time % 1e6 };
    },
    sleep: (seconds) => sleep(p, seconds),
    *usleep(microseconds) {
      yield* usleep(p, microseconds);
    },
  }) satisfies Partial<Libc>;

/** For servers. */
const hurd = (p: Process) =>
  ({
    hurdInit: (ports, ints, signals) => hurdInit(p, ports, ints, signals),
    setInitPort: (which, port) => setInitPort(p, which, port),
    *setproc(proc) {
      yield* setproc(p, proc);
    },
    hurdExec: (request) => hurdExec(p, request),
    reauthenticate,
    reauthenticateProc: reauthProc,
    hurd_sig_post: (pid, signo, refport) => hurdSigPost(p, pid, signo, refport),
    get_privileged_ports: () => privilegedPorts(p),
    uname: () => uname(p),
    *warn(what, error) {
      yield* writeAll(p, STDERR, utf8(`${p.argv0}: ${what}: ${reason(error)}\n`));
    },
  }) satisfies Partial<Libc>;

/** The library of process `p`. */
export function makeLibc(p: Process): Libc {
  return {
    ...descriptors(p),
    ...files(p),
    ...processes(p),
    ...identity(p),
    ...devices(p),
    ...hurd(p),
    environ: p.environ,
    secure: (p.execFlags & EXEC_SECURE) !== 0,
    execFlags: p.execFlags,
    holes: p.holes,
    ports: initPorts(p),
    get msgport() {
      return p.msgport;
    },
    get argLocations() {
      return { argv: p.argvAddress, envp: p.envpAddress };
    },
  };
}

/** Runs a program's body in `p` and exits with its result. */
export function* runMain(p: Process, main: (libc: Libc) => Program): Syscall<never> {
  const libc = makeLibc(p);
  return yield* runToExit(p, main(libc), (text) => libc.writeAll(STDERR, text));
}
