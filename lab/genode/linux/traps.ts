/** The system calls that base-linux of 2012 made, as traps. Answers are Linux's: a number from 0 on, or a negative error. */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { SocketType } from "./socket.ts";

interface Call<C extends string> {
  readonly op: "foreign";
  readonly call: C;
}

/** A program as `execve` starts it. */
export type Program = (start: { readonly argv: readonly string[]; readonly env: ReadonlyMap<string, string> }) => Syscall<number>;

/** A word of memory that threads of a process share. */
export interface Word {
  value: number;
}

export interface SendmsgTrap extends Call<"sendmsg"> {
  readonly fd: number;
  /** A path, where the message goes elsewhere than to the peer. */
  readonly to: string | undefined;
  readonly data: Uint8Array;
  readonly fds: readonly number[];
  readonly dontwait: boolean;
}

export interface RecvmsgTrap extends Call<"recvmsg"> {
  readonly fd: number;
  /** Room in the control buffer, in descriptors. */
  readonly slots: number;
  /** MSG_CMSG_CLOEXEC in the call's flags; the flag in the message header, which Genode set, is ignored. */
  readonly closeOnExec: boolean;
  readonly dontwait: boolean;
  data: Uint8Array;
  fds: readonly number[];
  /** MSG_CTRUNC: descriptors were thrown away. */
  truncated: boolean;
}

export type LinuxTrap =
  | (Call<"socket"> & { readonly type: SocketType; readonly closeOnExec: boolean })
  | (Call<"socketpair"> & { readonly type: SocketType; readonly closeOnExec: boolean; readonly oneShot: boolean; pair: readonly [number, number] })
  | (Call<"bind"> & { readonly fd: number; readonly path: string })
  | (Call<"connect"> & { readonly fd: number; readonly path: string })
  | (Call<"unlink"> & { readonly path: string })
  | (Call<"getpeername"> & { readonly fd: number; /** "" for an unnamed one. */ path: string })
  | SendmsgTrap
  | RecvmsgTrap
  | (Call<"close"> & { readonly fd: number })
  | (Call<"dup"> & { readonly fd: number })
  | (Call<"dup2"> & { readonly from: number; readonly to: number })
  | (Call<"fstat"> & { readonly fd: number })
  | (Call<"open"> & { readonly path: string; readonly closeOnExec: boolean })
  /** read, write, accept or openat on an object of the scenario: 0, EBADF, or EACCES for a right that the descriptor has not. */
  | (Call<"io"> & { readonly fd: number; readonly right: string })
  /** Waits until one of `fds` has a message: its number. What epoll did in 2020. */
  | (Call<"poll"> & { readonly fds: readonly number[] })
  | (Call<"vfork"> & { readonly name: string; readonly body: () => Syscall<number> })
  | (Call<"clone_thread"> & { readonly name: string; readonly body: () => Syscall<void> })
  | (Call<"execve"> & { readonly path: string; readonly argv: readonly string[]; readonly env: ReadonlyMap<string, string> })
  | (Call<"exit_group"> & { readonly status: number })
  /** SIGKILL to a process, or a signal that interrupts a call to a thread. */
  | (Call<"kill"> & { readonly pid: number })
  | (Call<"tgkill"> & { readonly tid: number })
  | (Call<"getpid" | "gettid" | "pause">)
  | (Call<"abort"> & { readonly why: string })
  /** A loop that never ends, as the code of ca4f has one after a failed call. */
  | (Call<"spin"> & { readonly why: string })
  | (Call<"futex_wait"> & { readonly word: Word; readonly expected: number })
  | (Call<"futex_wake"> & { readonly word: Word })
  /** No call: an atomic instruction on memory that threads share, so that schedules see it. Counts as no trap. */
  | (Call<"atomic"> & { readonly cell: string });

export type LinuxCall = LinuxTrap["call"];
