/**
 * A small Unix in memory, behind the face of libc: what programs need to be tried without the Hurd. Processes take turns at each call that
 * has to wait; signals have their default actions, SIG_IGN and handlers.
 */
import { UnixError } from "../../../glibc-shim/errno.ts";
import { asFd, type Fd, type Libc, type Main, type SigAction } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { O_APPEND, O_CREAT, O_EXCL, O_TRUNC } from "../../../servers/interfaces/hurd-types.ts";
import { SIGCHLD, SIGCONT, SIGKILL, SIGPIPE } from "../../../servers/interfaces/signals.ts";
import { W_EXITCODE, WNOHANG } from "../../../servers/interfaces/wait-status.ts";
import { DIR, Files, FMT, LNK, REG, type Node } from "./fake-files.ts";

interface Pipe {
  bytes: number[];
  writers: number;
  readers: number;
}
/** An open file: shared by the descriptors that dup and fork make. */
interface Open {
  refs: number;
  readonly node: Node | undefined;
  readonly pipe: Pipe | undefined;
  readonly writing: boolean;
  readonly append: boolean;
  readonly sink: ((data: Uint8Array) => void) | undefined;
  offset: number;
}
interface Process {
  readonly pid: number;
  readonly ppid: number;
  readonly fds: Map<number, { open: Open; cloexec: boolean }>;
  readonly actions: Map<number, SigAction>;
  cwd: Node;
  umask: number;
  /** Undefined while it lives. */
  status: number | undefined;
  body: Generator<unknown, unknown, unknown>;
  wakeAt: number;
  pending: number[];
  waiting: (() => boolean) | undefined;
}
class Exited extends Error {}

export interface Ran {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}

export class FakeSystem {
  readonly files = new Files();
  readonly #processes = new Map<number, Process>();
  #pid = 9;
  #time = 0;
  readonly #programs: readonly (readonly [string, Main])[];
  constructor(programs: readonly (readonly [string, Main])[]) {
    this.#programs = programs;
    for (const dir of ["/bin", "/sbin", "/tmp", "/etc", "/dev", "/home", "/home/guest"]) this.mkdir(dir);
    for (const [path, main] of programs) {
      if (!/^\/s?bin\//.test(path)) continue;
      const node = this.write(path, "\0program", 0o755);
      node.main = main;
    }
    this.write("/dev/null", "");
    this.write("/etc/passwd", "root:x:0:0:root:/:/bin/sh\nguest:x:1000:1000:guest:/home/guest:/bin/sh\n");
  }
  mkdir(path: string): void {
    const [dir, name] = this.files.parent(this.files.root, path, "mkdir");
    this.files.add(dir, name, this.files.make(DIR | 0o755));
  }
  write(path: string, text: string, mode = 0o644): Node {
    const [dir, name] = this.files.parent(this.files.root, path, "open");
    const node = this.files.add(dir, name, this.files.make(REG | mode));
    node.data = new TextEncoder().encode(text);
    return node;
  }
  read(path: string): string {
    return new TextDecoder().decode(this.files.find(this.files.root, path, "open").data);
  }

  /** Runs one command line's program to its end. */
  run(argv: readonly string[], input = "", environment: Readonly<Record<string, string>> = {}): Ran {
    const main = this.#programs.find(([path]) => path === `/bin/${argv[0] ?? ""}` || path === argv[0])?.[1];
    if (!main) throw new Error(`no program ${argv[0] ?? ""}`);
    const texts = { out: [] as Uint8Array[], err: [] as Uint8Array[] };
    const stdin = this.#open({ node: this.files.make(REG | 0o644) });
    if (stdin.node) stdin.node.data = new TextEncoder().encode(input);
    const fds = new Map([stdin, this.#open({ sink: (d) => void texts.out.push(d), writing: true }), this.#open({ sink: (d) => void texts.err.push(d), writing: true })].map((open, fd) => [fd, { open, cloexec: false }]));
    const init = this.#process(1, fds, this.files.find(this.files.root, environment["PWD"] ?? "/", "chdir"));
    const environ = new Map(Object.entries({ PATH: "/bin:/sbin", HOME: "/home/guest", ...environment }));
    init.body = this.#main(init, this.#libc(init, environ), main, argv);
    this.#schedule(init);
    const text = (parts: readonly Uint8Array[]): string => new TextDecoder().decode(Buffer.concat(parts));
    const status = init.status ?? 0;
    return { out: text(texts.out), err: text(texts.err), status: (status & 0x7f) === 0 ? status >> 8 : 128 + (status & 0x7f) };
  }

  #open(part: Partial<Open>): Open {
    return { refs: 1, node: undefined, pipe: undefined, writing: false, append: false, sink: undefined, offset: 0, ...part };
  }
  #process(ppid: number, fds: Process["fds"], cwd: Node): Process {
    const nothing = (function* () {})();
    const p: Process = { pid: ++this.#pid, ppid, fds, actions: new Map(), cwd, umask: 0o22, status: undefined, body: nothing, wakeAt: 0, pending: [], waiting: undefined };
    this.#processes.set(p.pid, p);
    return p;
  }
  *#main(p: Process, libc: Libc, main: Main, argv: readonly string[]): Generator<unknown, void, unknown> {
    let code: number;
    try {
      code = yield* main(libc, argv) as Generator<unknown, number, unknown>;
    } catch (e) {
      if (e instanceof Exited) return;
      if (!(e instanceof UnixError)) throw e;
      yield* libc.writeAll(asFd(2), `${argv[0] ?? ""}: ${e.message}\n`) as Generator<unknown, void, unknown>;
      code = 1;
    }
    this.#die(p, W_EXITCODE(code));
  }
  #die(p: Process, status: number): void {
    if (p.status !== undefined) return;
    p.status = status;
    for (const { open } of p.fds.values()) this.#release(open);
    p.fds.clear();
    const parent = this.#processes.get(p.ppid);
    if (parent) this.#signal(parent, SIGCHLD);
  }
  #release(open: Open): void {
    if (--open.refs > 0 || !open.pipe) return;
    if (open.writing) open.pipe.writers--;
    else open.pipe.readers--;
  }
  /** Runs all processes until `first` is dead and nothing else can run. */
  #schedule(first: Process): void {
    for (let turns = 0; first.status === undefined; turns++) {
      if (turns > 200_000) throw new Error("the fake system does not come to rest");
      let ran = false;
      for (const p of [...this.#processes.values()]) {
        if (p.status !== undefined || p.wakeAt > this.#time) continue;
        if (p.waiting && !p.waiting() && p.pending.length === 0) continue;
        ran = true;
        if (p.body.next().done === true && p.status === undefined) this.#die(p, 0);
      }
      if (ran) continue;
      const sleeping = [...this.#processes.values()].filter((p) => p.status === undefined && p.wakeAt > this.#time && p.wakeAt < Infinity);
      if (sleeping.length === 0) throw new Error("deadlock in the fake system");
      this.#time = Math.min(...sleeping.map((p) => p.wakeAt));
    }
  }
  /** Waits for `ready`; handlers of signals run first, and make the call fail with EINTR. */
  *#block(p: Process, call: string, ready: () => boolean): Generator<unknown, void, unknown> {
    yield* this.#deliver(p);
    while (!ready()) {
      p.waiting = ready;
      yield undefined;
      p.waiting = undefined;
      if (yield* this.#deliver(p)) throw new UnixError(call, Errno.EINTR);
    }
  }
  *#deliver(p: Process): Generator<unknown, boolean, unknown> {
    let any = false;
    for (let signo = p.pending.shift(); signo !== undefined; signo = p.pending.shift()) {
      const handler = p.actions.get(signo)?.handler;
      if (typeof handler !== "function") continue;
      any = true;
      yield* handler(signo, 0, 0) as Generator<unknown, void, unknown>;
    }
    return any;
  }
  #signal(p: Process, signo: number): void {
    if (p.status !== undefined || signo === 0) return;
    const handler = signo === SIGKILL ? "SIG_DFL" : (p.actions.get(signo)?.handler ?? "SIG_DFL");
    if (handler === "SIG_IGN" || (handler === "SIG_DFL" && (signo === SIGCHLD || signo === SIGCONT))) return;
    if (handler === "SIG_DFL") return this.#die(p, signo);
    p.pending.push(signo);
    p.wakeAt = 0;
  }

  /** A libc for `p`. Calls that no test needs throw. */
  #libc(p: Process, environ: Map<string, string>): Libc {
    const calls = { ...this.#fileCalls(p), ...this.#descriptorCalls(p), ...this.#processCalls(p, environ), ...this.#idCalls(), environ, secure: false };
    return new Proxy(calls as unknown as Libc, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (value === undefined && typeof name === "string") throw new Error(`the fake system has no ${name}`);
        return value;
      },
    });
  }
  #fd(p: Process, fd: number, call: string): Open {
    const found = p.fds.get(fd)?.open;
    if (!found) throw new UnixError(call, Errno.EBADF);
    return found;
  }
  #install(p: Process, open: Open, atLeast = 0, cloexec = false): Fd {
    let fd = atLeast;
    while (p.fds.has(fd)) fd++;
    p.fds.set(fd, { open, cloexec });
    return asFd(fd);
  }

  #descriptorCalls(p: Process): Partial<Libc> {
    const fdOf = (fd: Fd, call: string): Open => this.#fd(p, fd, call);
    const block = (call: string, ready: () => boolean): Syscall<void> => this.#block(p, call, ready) as Syscall<void>;
    const self: FakeSystem = this; // eslint-disable-line @typescript-eslint/no-this-alias -- the calls below are generator methods
    const drop = (fd: number): void => {
      const old = p.fds.get(fd);
      p.fds.delete(fd);
      if (old) self.#release(old.open);
    };
    return {
      *close(fd) {
        fdOf(fd, "close");
        drop(fd);
      },
      *read(fd, size) {
        const open = fdOf(fd, "read");
        const { pipe, node } = open;
        if (pipe) {
          yield* block("read", () => pipe.bytes.length > 0 || pipe.writers === 0);
          return Uint8Array.from(pipe.bytes.splice(0, size));
        }
        if (node && (node.mode & FMT) === DIR) throw new UnixError("read", Errno.EISDIR);
        const data = (node?.data ?? new Uint8Array(0)).slice(open.offset, open.offset + size);
        open.offset += data.length;
        return data;
      },
      *write(fd, data) {
        const open = fdOf(fd, "write");
        const { pipe, node, sink } = open;
        if (sink) sink(data.slice());
        else if (pipe) {
          yield* block("write", () => pipe.bytes.length < 4096 || pipe.readers === 0);
          if (pipe.readers === 0) {
            self.#signal(p, SIGPIPE);
            if (p.status !== undefined) throw new Exited();
            throw new UnixError("write", Errno.EPIPE);
          }
          pipe.bytes.push(...data);
        } else if (node) {
          const at = open.append ? node.data.length : open.offset;
          const grown = new Uint8Array(Math.max(node.data.length, at + data.length));
          grown.set(node.data);
          grown.set(data, at);
          if (self.files.nameOf(node) !== "/dev/null" && node !== self.files.root.entries.get("dev")?.entries.get("null")) node.data = grown;
          open.offset = at + data.length;
        }
        return data.length;
      },
      *writeAll(fd, data) {
        const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
        for (let at = 0; at < bytes.length; ) at += yield* (this as Libc).write(fd, bytes.subarray(at));
      },
      *lseek(fd, offset, whence) {
        const open = fdOf(fd, "lseek");
        if (!open.node) throw new UnixError("lseek", Errno.ESPIPE);
        open.offset = (whence === 0 ? 0 : whence === 1 ? open.offset : open.node.data.length) + offset;
        return open.offset;
      },
      *dup2(fd, to) {
        const open = fdOf(fd, "dup2");
        if (fd === to) return to;
        drop(to);
        open.refs++;
        p.fds.set(to, { open, cloexec: false });
        return to;
      },
      *dupfd(fd, atLeast, cloexec) {
        const open = fdOf(fd, "dup");
        open.refs++;
        return self.#install(p, open, atLeast, cloexec);
      },
      *setCloexec(fd, on) {
        const entry = p.fds.get(fd);
        if (entry) entry.cloexec = on;
      },
      *pipe() {
        const pipe: Pipe = { bytes: [], writers: 1, readers: 1 };
        return [self.#install(p, self.#open({ pipe })), self.#install(p, self.#open({ pipe, writing: true }))];
      },
      *fstat(fd) {
        return self.files.stat(fdOf(fd, "fstat").node ?? self.files.make(0o010600));
      },
      *ftruncate(fd, size) {
        const { node } = fdOf(fd, "ftruncate");
        if (node) node.data = node.data.slice(0, size);
      },
      *isatty() {
        return false;
      },
      *tiocgwinsz() {
        throw new UnixError("ioctl", Errno.ENOTTY);
      },
      *tcgetattr() {
        throw new UnixError("tcgetattr", Errno.ENOTTY);
      },
    };
  }

  #fileCalls(p: Process): Partial<Libc> {
    const { files } = this;
    const find = (path: string, call: string, follow = true): Node => files.find(p.cwd, path, call, follow);
    const create = (path: string, node: Node, call: string): void => {
      const [dir, name] = files.parent(p.cwd, path, call);
      if (dir.entries.has(name) || name === "" || name === ".") throw new UnixError(call, Errno.EEXIST);
      files.add(dir, name, node);
    };
    const self: FakeSystem = this; // eslint-disable-line @typescript-eslint/no-this-alias -- the calls below are generator methods
    return {
      *open(path, flags, mode = 0o666) {
        let node: Node;
        try {
          node = find(path, "open");
          if ((flags & O_EXCL) !== 0) throw new UnixError("open", Errno.EEXIST);
        } catch (e) {
          if (!(e instanceof UnixError) || e.errno !== Errno.ENOENT || (flags & O_CREAT) === 0) throw e;
          node = files.make(REG | (mode & ~p.umask));
          create(path, node, "open");
        }
        if ((node.mode & FMT) === DIR && (flags & 2) !== 0) throw new UnixError("open", Errno.EISDIR);
        if ((flags & O_TRUNC) !== 0) node.data = new Uint8Array(0);
        return self.#install(p, self.#open({ node, append: (flags & O_APPEND) !== 0, writing: (flags & 2) !== 0 }));
      },
      *stat(path) {
        return files.stat(find(path, "stat"));
      },
      *lstat(path) {
        return files.stat(find(path, "lstat", false));
      },
      *access(path, mode) {
        const node = find(path, "access");
        if ((mode & 1) !== 0 && (node.mode & 0o111) === 0) throw new UnixError("access", Errno.EACCES);
      },
      *readdir(path) {
        const node = find(path, "readdir");
        if ((node.mode & FMT) !== DIR) throw new UnixError("readdir", Errno.ENOTDIR);
        return [".", ...node.entries.keys()].map((name) => ({ ino: 1, type: 0, name }));
      },
      *mkdir(path, mode) {
        create(path, files.make(DIR | (mode & ~p.umask)), "mkdir");
      },
      *rmdir(path) {
        const [dir, name] = files.parent(p.cwd, path, "rmdir");
        const node = find(path, "rmdir", false);
        if ((node.mode & FMT) !== DIR) throw new UnixError("rmdir", Errno.ENOTDIR);
        if (node.entries.size > 1) throw new UnixError("rmdir", Errno.ENOTEMPTY);
        dir.entries.delete(name);
      },
      *unlink(path) {
        const node = find(path, "unlink", false);
        if ((node.mode & FMT) === DIR) throw new UnixError("unlink", Errno.EISDIR);
        const [dir, name] = files.parent(p.cwd, path, "unlink");
        dir.entries.delete(name);
        node.nlink--;
      },
      *link(from, to) {
        const node = find(from, "link");
        create(to, node, "link");
        node.nlink++;
      },
      *symlink(target, path) {
        const node = files.make(LNK | 0o777);
        node.target = target;
        create(path, node, "symlink");
      },
      *readlink(path) {
        const node = find(path, "readlink", false);
        if ((node.mode & FMT) !== LNK) throw new UnixError("readlink", Errno.EINVAL);
        return node.target;
      },
      *rename(from, to) {
        const node = find(from, "rename", false);
        const [old, oldName] = files.parent(p.cwd, from, "rename");
        const [dir, name] = files.parent(p.cwd, to, "rename");
        old.entries.delete(oldName);
        files.add(dir, name, node);
      },
      *chmod(path, mode) {
        const node = find(path, "chmod");
        node.mode = (node.mode & FMT) | mode;
      },
      *chown(path, uid, gid) {
        const node = find(path, "chown");
        if (uid >= 0) node.uid = uid;
        if (gid >= 0) node.gid = gid;
      },
      *lchown(path, uid, gid) {
        const node = find(path, "lchown", false);
        if (uid >= 0) node.uid = uid;
        if (gid >= 0) node.gid = gid;
      },
      *utimes(path, atime, mtime) {
        const node = find(path, "utimes");
        if (mtime !== "omit") node.mtime = mtime === "now" ? files.now : mtime;
        if (atime !== "omit") node.atime = atime === "now" ? files.now : atime;
      },
      *mkfifo(path, mode) {
        create(path, files.make(0o010000 | mode), "mkfifo");
      },
      *chdir(path) {
        const node = find(path, "chdir");
        if ((node.mode & FMT) !== DIR) throw new UnixError("chdir", Errno.ENOTDIR);
        p.cwd = node;
      },
      *getcwd() {
        return files.nameOf(p.cwd) || "/";
      },
      *umask(mask) {
        const old = p.umask;
        p.umask = mask;
        return old;
      },
      *readFile(path) {
        const node = find(path, "open");
        if ((node.mode & FMT) === DIR) throw new UnixError("read", Errno.EISDIR);
        return node.data;
      },
      *readText(path) {
        const node = find(path, "open");
        if ((node.mode & FMT) === DIR) throw new UnixError("read", Errno.EISDIR);
        return new TextDecoder().decode(node.data);
      },
      *sync() {},
      *fsync() {},
    };
  }

  #processCalls(p: Process, environ: Map<string, string>): Partial<Libc> {
    const self: FakeSystem = this; // eslint-disable-line @typescript-eslint/no-this-alias -- the calls below are generator methods
    const block = (call: string, ready: () => boolean): Syscall<void> => this.#block(p, call, ready) as Syscall<void>;
    const started = (fork: Process, libcEnviron: ReadonlyMap<string, string>, main: Main, argv: readonly string[]): number => {
      fork.umask = p.umask;
      for (const [signo, action] of p.actions) fork.actions.set(signo, action);
      fork.body = self.#main(fork, self.#libc(fork, new Map(libcEnviron)), main, argv);
      return fork.pid;
    };
    const copyFds = (): Process["fds"] => {
      const fds = new Map([...p.fds].map(([n, { open, cloexec }]) => [n, { open, cloexec }]));
      for (const { open } of fds.values()) open.refs++;
      return fds;
    };
    return {
      *fork(child) {
        const pid = started(self.#process(p.pid, copyFds(), p.cwd), environ, (libc) => child(libc), ["fork"]);
        yield* block("fork", () => true);
        return pid;
      },
      *execve(path, argv, env) {
        const [main, args] = self.#image(p, path, argv, 0);
        for (const [n, { open, cloexec }] of [...p.fds]) {
          if (!cloexec) continue;
          p.fds.delete(n);
          self.#release(open);
        }
        for (const [signo, { handler }] of [...p.actions]) if (typeof handler === "function") p.actions.delete(signo);
        yield* self.#main(p, self.#libc(p, new Map(env ?? environ)), main, args) as Syscall<void>;
        throw new Exited();
      },
      *execvp(file, argv) {
        for (const dir of file.includes("/") ? [""] : (environ.get("PATH") ?? "/bin:/usr/bin").split(":").map((d) => `${d}/`)) {
          try {
            return yield* (this as Libc).execve(dir + file, argv);
          } catch (e) {
            if (!(e instanceof UnixError) || e.errno !== Errno.ENOENT) throw e;
          }
        }
        throw new UnixError("execvp", Errno.ENOENT);
      },
      *posix_spawnp(file, argv) {
        for (const dir of file.includes("/") ? [""] : (environ.get("PATH") ?? "/bin:/usr/bin").split(":").map((d) => `${d}/`)) {
          try {
            const [main, args] = self.#image(p, dir + file, argv, 0);
            return started(self.#process(p.pid, copyFds(), p.cwd), environ, main, args);
          } catch (e) {
            if (!(e instanceof UnixError) || e.errno !== Errno.ENOENT) throw e;
          }
        }
        throw new UnixError("posix_spawn", Errno.ENOENT);
      },
      *waitpid(pid, options = 0) {
        const children = (): readonly Process[] => [...self.#processes.values()].filter((c) => c.ppid === p.pid && (pid === -1 || c.pid === pid));
        const dead = (): Process | undefined => children().find((c) => c.status !== undefined);
        if (children().length === 0) throw new UnixError("waitpid", Errno.ECHILD);
        if ((options & WNOHANG) === 0) yield* block("waitpid", () => dead() !== undefined);
        const found = dead();
        if (!found) return { pid: 0, status: 0 };
        self.#processes.delete(found.pid);
        return { pid: found.pid, status: found.status ?? 0 };
      },
      *_exit(status) {
        self.#die(p, W_EXITCODE(status));
        throw new Exited();
      },
      getpid: () => p.pid,
      *getppid() {
        return p.ppid;
      },
      *getpgrp() {
        return p.pid;
      },
      *setpgid() {},
      *kill(pid, signo) {
        const target = self.#processes.get(Math.abs(pid));
        if (!target) throw new UnixError("kill", Errno.ESRCH);
        self.#signal(target, signo);
        if (p.status !== undefined) throw new Exited();
        yield* block("kill", () => true);
      },
      *sigaction(signo, action) {
        const old = p.actions.get(signo) ?? { handler: "SIG_DFL" };
        p.actions.set(signo, action);
        return old;
      },
      *usleep(microseconds) {
        p.wakeAt = self.#time + microseconds;
        yield undefined as never;
        yield* block("usleep", () => true);
      },
      *gettimeofday() {
        return { sec: self.files.now, usec: 0 };
      },
      *uname() {
        return { sysname: "GNU", nodename: "fake", release: "0.9", version: "GNU-Mach 1.8", machine: "i686-AT386" };
      },
    };
  }
  /** What runs for `path`: a program, or the interpreter of a script. */
  #image(p: Process, path: string, argv: readonly string[], depth: number): readonly [Main, readonly string[]] {
    const node = this.files.find(p.cwd, path, "execve");
    if ((node.mode & FMT) !== REG || (node.mode & 0o111) === 0) throw new UnixError("execve", Errno.EACCES);
    if (node.main) return [node.main, argv];
    const text = new TextDecoder().decode(node.data);
    const m = /^#![ \t]*(\S+)[ \t]*(.*)/.exec(text);
    if (!m || depth > 0) throw new UnixError("execve", Errno.ENOEXEC);
    return this.#image(p, m[1] ?? "", [m[1] ?? "", ...(m[2] ? [m[2]] : []), path, ...argv.slice(1)], depth + 1);
  }

  #idCalls(): Partial<Libc> {
    const users = [
      { name: "root", passwd: "x", uid: 0, gid: 0, gecos: "root", dir: "/", shell: "/bin/sh" },
      { name: "guest", passwd: "x", uid: 1000, gid: 1000, gecos: "guest", dir: "/home/guest", shell: "/bin/sh" },
    ];
    const groups = users.map(({ name, gid }) => ({ name, gid, members: [] }));
    const zero = function* (): Syscall<number> {
      return 0;
    };
    return {
      getuid: zero,
      geteuid: zero,
      getgid: zero,
      getegid: zero,
      *getgroups() {
        return [0];
      },
      *getpwnam(name) {
        return users.find((u) => u.name === name);
      },
      *getpwuid(uid) {
        return users.find((u) => u.uid === uid);
      },
      *getgrnam(name) {
        return groups.find((g) => g.name === name);
      },
      *getgrgid(gid) {
        return groups.find((g) => g.gid === gid);
      },
      *getgrouplist(_user, gid) {
        return [gid];
      },
    };
  }
}
