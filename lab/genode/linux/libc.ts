/** The calls of `traps.ts` as functions. Numbers from 0 on are results, negative ones errors; nothing is thrown. */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { SocketType } from "./socket.ts";
import type { LinuxTrap, RecvmsgTrap, Word } from "./traps.ts";

const op = "foreign";

function* plain(trap: LinuxTrap): Syscall<number> {
  return yield trap;
}

export const socket = (closeOnExec: boolean, type: SocketType = "dgram"): Syscall<number> => plain({ op, call: "socket", type, closeOnExec });
export const bind = (fd: number, path: string): Syscall<number> => plain({ op, call: "bind", fd, path });
export const connect = (fd: number, path: string): Syscall<number> => plain({ op, call: "connect", fd, path });
export const unlink = (path: string): Syscall<number> => plain({ op, call: "unlink", path });
export const close = (fd: number): Syscall<number> => plain({ op, call: "close", fd });
export const dup = (fd: number): Syscall<number> => plain({ op, call: "dup", fd });
export const dup2 = (from: number, to: number): Syscall<number> => plain({ op, call: "dup2", from, to });
/** The inode's number. */
export const fstat = (fd: number): Syscall<number> => plain({ op, call: "fstat", fd });
export const open = (path: string, closeOnExec = false): Syscall<number> => plain({ op, call: "open", path, closeOnExec });
export const io = (fd: number, right: string): Syscall<number> => plain({ op, call: "io", fd, right });
export const poll = (fds: readonly number[]): Syscall<number> => plain({ op, call: "poll", fds });
export const kill = (pid: number): Syscall<number> => plain({ op, call: "kill", pid });
export const tgkill = (tid: number): Syscall<number> => plain({ op, call: "tgkill", tid });
export const getpid = (): Syscall<number> => plain({ op, call: "getpid" });
export const gettid = (): Syscall<number> => plain({ op, call: "gettid" });
/** Never comes back, but for a signal. */
export const pause = (): Syscall<number> => plain({ op, call: "pause" });
export const spin = (why: string): Syscall<number> => plain({ op, call: "spin", why });
export const abort = (why: string): Syscall<number> => plain({ op, call: "abort", why });
export const exitGroup = (status: number): Syscall<number> => plain({ op, call: "exit_group", status });
export const execve = (path: string, argv: readonly string[], env: ReadonlyMap<string, string>): Syscall<number> => plain({ op, call: "execve", path, argv, env });
/** A child with a copy of the table; the caller waits until the child has made execve or has ended. The child's pid. */
export const vfork = (name: string, body: () => Syscall<number>): Syscall<number> => plain({ op, call: "vfork", name, body });
/** A thread of this process: its tid. */
export const cloneThread = (name: string, body: () => Syscall<void>): Syscall<number> => plain({ op, call: "clone_thread", name, body });
export const atomic = (cell: string): Syscall<number> => plain({ op, call: "atomic", cell });
export const futexWake = (word: Word): Syscall<number> => plain({ op, call: "futex_wake", word });

/** Waits until `word` is no longer `value`. */
export function* waitWhile(word: Word, value: number): Syscall<void> {
  while (word.value === value) yield* plain({ op, call: "futex_wait", word, expected: value });
}

/** Both ends, or an error. */
export function* socketpair(closeOnExec: boolean, type: SocketType = "dgram", oneShot = false): Syscall<readonly [number, number] | number> {
  const trap: LinuxTrap = { op, call: "socketpair", type, closeOnExec, oneShot, pair: [-1, -1] };
  const answer = yield trap;
  return answer < 0 ? answer : trap.pair;
}

/** The peer's name, "" for an unnamed one, or an error. */
export function* getpeername(fd: number): Syscall<string | number> {
  const trap: LinuxTrap = { op, call: "getpeername", fd, path: "" };
  const answer = yield trap;
  return answer < 0 ? answer : trap.path;
}

/** Bytes sent, or an error. */
export const sendmsg = (fd: number, data: Uint8Array, fds: readonly number[], how: { readonly to?: string; readonly dontwait?: boolean } = {}): Syscall<number> =>
  plain({ op, call: "sendmsg", fd, to: how.to, data, fds, dontwait: how.dontwait ?? false });

/** What came, or an error. */
export function* recvmsg(fd: number, slots: number, closeOnExec: boolean, dontwait = false): Syscall<RecvmsgTrap | number> {
  const trap: RecvmsgTrap = { op, call: "recvmsg", fd, slots, closeOnExec, dontwait, data: new Uint8Array(0), fds: [], truncated: false };
  const answer = yield trap;
  return answer < 0 ? answer : trap;
}
