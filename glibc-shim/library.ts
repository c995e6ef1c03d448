/** The object that a program gets: every call of libc.ts, bound to one process. */
import type { Syscall } from "../mach/kern/syscall.ts";
import { strerror } from "../servers/interfaces/errno.ts";
import { EXEC_SECURE, INIT_PORT_AUTH, INIT_PORT_BOOTSTRAP, INIT_PORT_CRDIR, INIT_PORT_CTTYID, INIT_PORT_CWDIR, INIT_PORT_PROC } from "../servers/interfaces/hurd-types.ts";
import { brk, sbrk } from "./brk.ts";
import { alarm } from "./clock.ts";
import { UnixError } from "./errno.ts";
import { execve, execvp, fexecve, hurdExec } from "./exec.ts";
import { _exit, exit, runToExit } from "./exit.ts";
import { fork } from "./fork.ts";
import { getpgid, getppid, getsid, privilegedPorts, setpgid, setsid, uname } from "./groups.ts";
import { hurdInit, setproc } from "./init.ts";
import { hurdSigPost, kill } from "./kill.ts";
import { type InitPorts, type Libc, type Program, STDERR } from "./libc.ts";
import { msgDemuxer } from "./msg-server.ts";
import { setInitPort } from "./msg-state.ts";
import type { Process } from "./process.ts";
import { makePtrace } from "./ptrace.ts";
import { reauthenticate } from "./reauth.ts";
import { getrlimit, setrlimit } from "./rlimit.ts";
import { writeAll } from "./rw.ts";
import { reauthProc } from "./setauth.ts";
import { pause, raise, sigaction, sigpending, sigprocmask, sigsuspend } from "./sigcalls.ts";
import { posixSpawn } from "./spawn.ts";
import { utf8 } from "./text.ts";
import { startThread } from "./thread.ts";
import { waitpid } from "./wait.ts";
import { descriptors, files } from "./file-calls.ts";
import { devices, identity } from "./identity-calls.ts";

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

/** A library knows its process. */
export interface Bound {
  readonly p: Process;
}

/** Processes, signals, groups. */
const processes = {
  fork(body) {
    return fork(this.p, (child) => runMain(child, (libc) => body(libc)));
  },
  execve(path, argv, env) {
    return execve(this.p, path, argv, env ?? this.p.environ);
  },
  execvp(file, argv) {
    return execvp(this.p, file, argv);
  },
  fexecve(fd, argv, env) {
    return fexecve(this.p, fd, argv, env ?? this.p.environ);
  },
  posix_spawn(file, argv, actions = [], attributes = {}, env) {
    return posixSpawn(this.p, { file, search: false, argv, env: env ?? this.p.environ }, actions, attributes);
  },
  posix_spawnp(file, argv, actions = [], attributes = {}, env) {
    return posixSpawn(this.p, { file, search: true, argv, env: env ?? this.p.environ }, actions, attributes);
  },
  waitpid(pid, options = 0) {
    return waitpid(this.p, pid, options);
  },
  exit(status) {
    return exit(this.p, status);
  },
  _exit(status) {
    return _exit(this.p, status);
  },
  atexit(handler) {
    this.p.exitHandlers.push(handler);
  },
  getpid() {
    return this.p.pid;
  },
  getppid() {
    return getppid(this.p);
  },
  getpgrp() {
    return getpgid(this.p, 0);
  },
  getpgid(pid) {
    return getpgid(this.p, pid);
  },
  setpgid(pid, pgid) {
    return setpgid(this.p, pid, pgid);
  },
  getsid(pid) {
    return getsid(this.p, pid);
  },
  setsid() {
    return setsid(this.p);
  },
  kill(pid, signo) {
    return kill(this.p, pid, signo);
  },
  raise(signo) {
    return raise(this.p, signo);
  },
  sigaction(signo, action) {
    return sigaction(this.p, signo, action);
  },
  sigprocmask(how, mask) {
    return sigprocmask(this.p, how, mask);
  },
  sigpending() {
    return sigpending(this.p);
  },
  sigsuspend(mask) {
    return sigsuspend(this.p, mask);
  },
  pause() {
    return pause(this.p);
  },
  alarm(seconds) {
    return alarm(this.p, seconds);
  },
  getrlimit(resource) {
    return getrlimit(this.p, resource);
  },
  setrlimit(resource, limit) {
    return setrlimit(this.p, resource, limit);
  },
  brk(address) {
    return brk(this.p, address);
  },
  sbrk(increment) {
    return sbrk(this.p, increment);
  },
  thread(body) {
    return startThread(this.p, body);
  },
} satisfies Partial<Libc> & ThisType<Bound>;

/** For servers. */
const hurd = {
  hurdInit(ports, ints, signals) {
    return hurdInit(this.p, ports, ints, signals);
  },
  setInitPort(which, port) {
    return setInitPort(this.p, which, port);
  },
  *setproc(proc) {
    yield* setproc(this.p, proc);
  },
  hurdExec(request) {
    return hurdExec(this.p, request);
  },
  reauthenticate,
  reauthenticateProc: reauthProc,
  messages() {
    return msgDemuxer(this.p);
  },
  hurd_sig_post(pid, signo, refport) {
    return hurdSigPost(this.p, pid, signo, refport);
  },
  get_privileged_ports() {
    return privilegedPorts(this.p);
  },
  uname() {
    return uname(this.p);
  },
  *warn(what, error) {
    yield* writeAll(this.p, STDERR, utf8(`${this.p.argv0}: ${what}: ${reason(error)}\n`));
  },
} satisfies Partial<Libc> & ThisType<Bound>;

/** What all processes' libraries have alike: one set of functions, which find their process by `this`. */
const calls = { ...descriptors, ...files, ...processes, ...identity, ...devices, ...hurd };

/** What a library has of its own. */
type Own = "environ" | "secure" | "execFlags" | "holes" | "ports" | "msgport" | "argLocations" | "ptrace";

/** The library of one process: a few fields; its calls are shared with all others. */
class Library implements Bound, Pick<Libc, Own> {
  readonly p: Process;
  readonly environ: Libc["environ"];
  readonly secure: boolean;
  readonly execFlags: number;
  readonly holes: Libc["holes"];

  constructor(p: Process) {
    this.p = p;
    this.environ = p.environ;
    this.secure = (p.execFlags & EXEC_SECURE) !== 0;
    this.execFlags = p.execFlags;
    this.holes = p.holes;
  }
  get ports(): InitPorts {
    return initPorts(this.p);
  }
  get msgport(): Libc["msgport"] {
    return this.p.msgport;
  }
  get argLocations(): Libc["argLocations"] {
    return { argv: this.p.argvAddress, envp: this.p.envpAddress };
  }
  get ptrace(): Libc["ptrace"] {
    return makePtrace(this.p);
  }
}
Object.defineProperties(Library.prototype, Object.getOwnPropertyDescriptors(calls satisfies Omit<Libc, Own>));

/** The library of process `p`. */
export const makeLibc = (p: Process): Libc => new Library(p) as unknown as Libc;

/** Runs a program's body in `p` and exits with its result. */
export function* runMain(p: Process, main: (libc: Libc) => Program): Syscall<never> {
  const libc = makeLibc(p);
  return yield* runToExit(p, main(libc), (text) => libc.writeAll(STDERR, text));
}
