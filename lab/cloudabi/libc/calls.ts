/** The system calls as functions: raw errors of the kernel, as values. */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Errno, fail, failure, ok, type Result } from "../errno.ts";
import type { FileType, RightsPair } from "../rights.ts";
import type {
  CloudAbiTrap, FdFlags, FdStat, MemMap, OpenFlags, PollEvent, Subscription,
} from "../kernel/traps.ts";

const foreign = "foreign";
const noBytes = new Uint8Array(0);
const noFlags: FdFlags = { append: false, nonblock: false };

/** Makes the call; its results are what `of` takes from the trap. */
export function* made<T extends CloudAbiTrap, V>(trap: T, of: (trap: T) => V): Syscall<Result<V>> {
  const code = yield trap;
  return code === 0 ? ok(of(trap)) : fail(failure(code));
}
const nothing = (): undefined => undefined;
/** A call that does not come back. If it did, that is a bug of ours. */
function* never(trap: CloudAbiTrap): Syscall<never> {
  yield trap;
  throw new Error(`${trap.call} came back`);
}

/** Answers only when it fails. */
export function* procExec(fd: number, data: Uint8Array | null, fds: readonly number[] | null): Syscall<Exclude<Result<never>, { err: 0 }>> {
  return fail(failure(yield { op: foreign, call: "proc_exec", fd, data, fds } as CloudAbiTrap));
}
/** Ours, for E4: the same with pinned references. */
export function* procExecPinned(fd: number, data: Uint8Array, references: readonly number[]): Syscall<Exclude<Result<never>, { err: 0 }>> {
  return fail(failure(yield { op: foreign, call: "proc_exec", fd, data, fds: [], references } as CloudAbiTrap));
}
export const procExit = (status: number): Syscall<never> => never({ op: foreign, call: "proc_exit", status });
export const procRaise = (signal: string): Syscall<never> => never({ op: foreign, call: "proc_raise", signal });
/** The parent gets the child's descriptor. The child runs `child`, and exits with its number. */
export const procFork = (child: () => Syscall<number>): Syscall<Result<number>> => made({ op: foreign, call: "proc_fork", child: exiting(child), result: 0 }, (t) => t.result);
export const threadCreate = (body: () => Syscall<void>): Syscall<Result<number>> => made({ op: foreign, call: "thread_create", body, tid: 0 }, (t) => t.tid);
export const threadExit = (): Syscall<never> => never({ op: foreign, call: "thread_exit" });
export const threadYield = (): Syscall<Result<undefined>> => made({ op: foreign, call: "thread_yield" }, nothing);

/** A main routine whose number is the process's exit status. */
export const exiting = (main: () => Syscall<number>): (() => Syscall<number>) =>
  function* () {
    return yield* procExit(yield* main());
  };

export const fdClose = (fd: number): Syscall<Result<undefined>> => made({ op: foreign, call: "fd_close", fd }, nothing);
export const fdCreate1 = (type: FileType): Syscall<Result<number>> => made({ op: foreign, call: "fd_create1", type, result: 0 }, (t) => t.result);
export const fdCreate2 = (type: FileType): Syscall<Result<readonly [number, number]>> =>
  made({ op: foreign, call: "fd_create2", type, first: 0, second: 0 }, (t): readonly [number, number] => [t.first, t.second]);
export const fdDup = (fd: number): Syscall<Result<number>> => made({ op: foreign, call: "fd_dup", fd, result: 0 }, (t) => t.result);
/** Ours, for E4: a reference that a number's later fate does not touch. */
export const fdPin = (fd: number): Syscall<Result<number>> => made({ op: foreign, call: "fd_pin", fd, result: 0 }, (t) => t.result);
/** Ours, for E4: the same, and the number is free. */
export const fdMove = (fd: number): Syscall<Result<number>> => made({ op: foreign, call: "fd_move", fd, result: 0 }, (t) => t.result);
export const fdReplace = (from: number, to: number): Syscall<Result<undefined>> => made({ op: foreign, call: "fd_replace", from, to }, nothing);
export const fdRead = (fd: number, length: number, offset?: number): Syscall<Result<Uint8Array>> =>
  made({ op: foreign, call: "fd_read", fd, length, data: noBytes, ...(offset === undefined ? {} : { offset }) }, (t) => t.data);
export const fdWrite = (fd: number, data: Uint8Array, offset?: number): Syscall<Result<number>> =>
  made({ op: foreign, call: "fd_write", fd, data, written: 0, ...(offset === undefined ? {} : { offset }) }, (t) => t.written);
export const fdSeek = (fd: number, offset: number, whence: "set" | "cur" | "end"): Syscall<Result<number>> =>
  made({ op: foreign, call: "fd_seek", fd, offset, whence, result: 0 }, (t) => t.result);
export function* fdStatGet(fd: number): Syscall<Result<FdStat>> {
  const got = yield* made({ op: foreign, call: "fd_stat_get", fd, stat: undefined as FdStat | undefined }, (t) => t.stat);
  return got.err === 0 && got.value !== undefined ? ok(got.value) : fail(got.err === 0 ? Errno.EBADF : got.err);
}
export const fdStatPut = (fd: number, put: { readonly rights?: RightsPair; readonly flags?: FdFlags }): Syscall<Result<undefined>> =>
  made({ op: foreign, call: "fd_stat_put", fd, ...put }, nothing);
export const fileOpen = (fd: number, path: string, rights: RightsPair, oflags: OpenFlags = {}, flags: FdFlags = noFlags): Syscall<Result<number>> =>
  made({ op: foreign, call: "file_open", fd, path, oflags, rights, flags, result: 0 }, (t) => t.result);
export const fileCreateDirectory = (fd: number, path: string): Syscall<Result<undefined>> => made({ op: foreign, call: "file_create_directory", fd, path }, nothing);
export const fileUnlink = (fd: number, path: string): Syscall<Result<undefined>> => made({ op: foreign, call: "file_unlink", fd, path }, nothing);
export const fileReaddir = (fd: number): Syscall<Result<readonly string[]>> => made({ op: foreign, call: "file_readdir", fd, names: [] as readonly string[] }, (t) => t.names);

/** `fd` -1: private memory. Answers the address. */
export const memMap = (fd: number, length: number, prot: MemMap["prot"]): Syscall<Result<number>> => made({ op: foreign, call: "mem_map", fd, length, prot, address: 0 }, (t) => t.address);
export const memUnmap = (address: number): Syscall<Result<undefined>> => made({ op: foreign, call: "mem_unmap", address }, nothing);

/** Load and store instructions. */
export const memLoad = (address: number, length: number): Syscall<Result<Uint8Array>> => made({ op: foreign, call: "mem_load", address, length, data: noBytes }, (t) => t.data);
export const memStore = (address: number, data: Uint8Array): Syscall<Result<undefined>> => made({ op: foreign, call: "mem_store", address, data }, nothing);
/** Sets the size of memory or of a file. */
export const fdTruncate = (fd: number, size: number): Syscall<Result<undefined>> => made({ op: foreign, call: "file_stat_fput_size", fd, size }, nothing);

export const sockSend = (fd: number, data: Uint8Array, fds: readonly number[] = [], siflags = 0): Syscall<Result<number>> =>
  made({ op: foreign, call: "sock_send", fd, data, fds, siflags, written: 0 }, (t) => t.written);

/** What came out of a socket. */
export interface SockReceived {
  readonly data: Uint8Array;
  readonly fds: readonly number[];
  readonly fdsTruncated: boolean;
  readonly dataTruncated: boolean;
}
export const sockRecv = (fd: number, length: number, fdLimit: number): Syscall<Result<SockReceived>> =>
  made(
    { op: foreign, call: "sock_recv", fd, length, fdLimit, data: noBytes, fds: [] as readonly number[], fdsTruncated: false, dataTruncated: false },
    ({ data, fds, fdsTruncated, dataTruncated }): SockReceived => ({ data, fds, fdsTruncated, dataTruncated }),
  );
/** `how`: 1 receiving, 2 sending. */
export const sockShutdown = (fd: number, how: number): Syscall<Result<undefined>> => made({ op: foreign, call: "sock_shutdown", fd, how }, nothing);
export const poll = (subscriptions: readonly Subscription[]): Syscall<Result<readonly PollEvent[]>> =>
  made({ op: foreign, call: "poll", subscriptions, events: [] as readonly PollEvent[] }, (t) => t.events);
export const clockTimeGet = (): Syscall<Result<number>> => made({ op: foreign, call: "clock_time_get", time: 0 }, (t) => t.time);
export const randomGet = (length: number): Syscall<Result<Uint8Array>> => made({ op: foreign, call: "random_get", length, data: noBytes }, (t) => t.data);
/** Waits for good: on a condition that nobody signals. */
export const pause = (): Syscall<Result<readonly PollEvent[]>> => poll([{ event: "condvar", userdata: 0 }]);
