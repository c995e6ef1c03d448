/** The object that a program gets: every call of libc.ts, bound to one process. */
import type { Libc } from "./libc.ts";
import { utf8 } from "./argz.ts";
import { InitPort, Exec } from "./flags.ts";
import { exit, _exit } from "./exit.ts";
import { hurdInit, setproc } from "./init.ts";
import { kill, hurdSigPost } from "./kill.ts";
import { setInitPort } from "./msg-server.ts";
import type { Process } from "./process.ts";
import { reauthenticate } from "./reauth.ts";
import { read, write, writeAll, pread, pwrite } from "./rw.ts";
import { reauthProc } from "./setauth.ts";
import { startThread } from "./thread.ts";

export function makeLibc(p: Process): Libc {
  const part = {
    read: (fd: number, size: number) => read(p, fd, size),
    write: (fd: number, data: Uint8Array) => write(p, fd, data),
    writeAll: (fd: number, data: Uint8Array | string) => writeAll(p, fd, typeof data === "string" ? utf8(data) : data),
    pread: (fd: number, size: number, offset: number) => pread(p, fd, size, offset),
    pwrite: (fd: number, data: Uint8Array, offset: number) => pwrite(p, fd, data, offset),
    exit: (status: number) => exit(p, status),
    _exit: (status: number) => _exit(p, status),
    kill: (pid: number, signo: number) => kill(p, pid, signo),
    thread: (body: () => Generator<never, void, number>) => startThread(p, body),
    hurdInit: (...args: readonly never[]) => hurdInit(p, ...(args as unknown as [never])),
    setproc: (proc: never) => setproc(p, proc),
    setInitPort: (which: number, port: never) => setInitPort(p, which, port),
    reauthenticate,
    reauthenticateProc: reauthProc,
    hurd_sig_post: (pid: number, signo: number, refport: never) => hurdSigPost(p, pid, signo, refport),
    environ: p.environ,
    secure: (p.execFlags & Exec.SECURE) !== 0,
    execFlags: p.execFlags,
    getpid: () => p.pid,
    get msgport() {
      return p.msgport;
    },
    ports: {
      get cwdir() {
        return p.port(InitPort.CWDIR);
      },
      get crdir() {
        return p.port(InitPort.CRDIR);
      },
      get auth() {
        return p.port(InitPort.AUTH);
      },
      get proc() {
        return p.port(InitPort.PROC);
      },
      get cttyid() {
        return p.port(InitPort.CTTYID);
      },
      get bootstrap() {
        return p.port(InitPort.BOOTSTRAP);
      },
    },
  };
  return part as unknown as Libc;
}
