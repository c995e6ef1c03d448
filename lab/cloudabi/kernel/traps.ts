/** The system calls as traps (cloudabi.md §§2, 6): arguments, and the places for results. A program makes them through `../libc/`. */
import type { ForeignTrap, Syscall } from "../../../mach/kern/syscall.ts";
import type { FileType, Rights, RightsPair } from "../rights.ts";

/** What a program is to the kernel: what it runs when it has been started with an auxiliary vector. */
export type Program = (start: AuxiliaryVector) => Syscall<number>;

/** What a new program is handed (cloudabi.md §4). Nothing in it tells of descriptors, users, or a name. */
export interface AuxiliaryVector {
  readonly argdata: Uint8Array;
  readonly base: number;
  readonly canary: Uint8Array;
  readonly ncpus: number;
  readonly pagesz: number;
  readonly phdr: number;
  readonly phnum: number;
  /** A random UUID of version 4, another one for each start of an image. */
  readonly pid: Uint8Array;
  readonly sysinfoEhdr: number;
  readonly tid: number;
}

/** Flags of an open file description; shared by all who hold it. */
export interface FdFlags {
  readonly append: boolean;
  readonly nonblock: boolean;
}

export interface FdStat extends RightsPair {
  readonly type: FileType;
  readonly flags: FdFlags;
}

export interface OpenFlags {
  readonly create?: boolean;
  readonly directory?: boolean;
  readonly exclusive?: boolean;
  readonly truncate?: boolean;
}

export type Subscription =
  | { readonly event: "fd_read" | "fd_write" | "proc_terminate"; readonly fd: number; readonly userdata: number }
  /** A condition variable that nobody signals: waits for good. */
  | { readonly event: "condvar"; readonly userdata: number }
  /** Microseconds from now. */
  | { readonly event: "clock"; readonly after: number; readonly userdata: number };

/** An event that came. `error`: of this subscription alone. */
export interface PollEvent {
  readonly userdata: number;
  readonly error: number;
  /** Of fd_read and fd_write: the other side has gone. */
  readonly hangup?: boolean;
  /** Of proc_terminate: 0 when it has exited. */
  readonly signal?: string | 0;
  readonly exitcode?: number;
}

interface Call<N extends string> extends ForeignTrap {
  readonly call: N;
}
interface OfFd<N extends string> extends Call<N> {
  readonly fd: number;
}

export interface ProcExec extends OfFd<"proc_exec"> {
  /** null: a bad pointer. */
  readonly data: Uint8Array | null;
  readonly fds: readonly number[] | null;
  /** Ours, for experiments: pinned references (`fd_pin`, `fd_move`) in the place of numbers. */
  readonly references?: readonly number[];
}
export interface ProcExit extends Call<"proc_exit"> {
  readonly status: number;
}
export interface ProcRaise extends Call<"proc_raise"> {
  readonly signal: string;
}
export interface ProcFork extends Call<"proc_fork"> {
  /** What the child runs: generators cannot be copied. Its number is the exit status. */
  readonly child: () => Syscall<number>;
  result: number;
}
export interface ThreadCreate extends Call<"thread_create"> {
  readonly body: () => Syscall<void>;
  tid: number;
}
export type ThreadExit = Call<"thread_exit">;
export type ThreadYield = Call<"thread_yield">;
export type FdClose = OfFd<"fd_close">;
export interface FdCreate1 extends Call<"fd_create1"> {
  readonly type: FileType;
  result: number;
}
export interface FdCreate2 extends Call<"fd_create2"> {
  readonly type: FileType;
  first: number;
  second: number;
}
/** `fd_pin` and `fd_move` are ours, for E4: a reference on what is at `fd` now; with `fd_move` the number is free afterwards. */
export interface FdReference extends OfFd<"fd_dup" | "fd_pin" | "fd_move"> {
  result: number;
}
export interface FdReplace extends Call<"fd_replace"> {
  readonly from: number;
  readonly to: number;
}
export interface FdRead extends OfFd<"fd_read"> {
  readonly length: number;
  /** For pread; absent: where the description stands. */
  readonly offset?: number;
  data: Uint8Array;
}
export interface FdWrite extends OfFd<"fd_write"> {
  readonly data: Uint8Array;
  readonly offset?: number;
  written: number;
}
export interface FdSeek extends OfFd<"fd_seek"> {
  readonly offset: number;
  readonly whence: "set" | "cur" | "end";
  result: number;
}
export interface FdStatGet extends OfFd<"fd_stat_get"> {
  stat: FdStat | undefined;
}
export interface FdStatPut extends OfFd<"fd_stat_put"> {
  /** What is absent stays. */
  readonly rights?: RightsPair;
  readonly flags?: FdFlags;
}
export interface FileOpen extends OfFd<"file_open"> {
  readonly path: string;
  readonly oflags: OpenFlags;
  readonly rights: { readonly base: Rights; readonly inheriting: Rights };
  readonly flags: FdFlags;
  result: number;
}
export interface FileAt extends OfFd<"file_create_directory" | "file_unlink"> {
  readonly path: string;
}
export interface FileReaddir extends OfFd<"file_readdir"> {
  names: readonly string[];
}
export interface MemMap extends OfFd<"mem_map"> {
  /** -1 in `fd`: private memory. */
  readonly length: number;
  readonly prot: { readonly read?: boolean; readonly write?: boolean; readonly exec?: boolean };
  address: number;
}
export interface MemUnmap extends Call<"mem_unmap"> {
  readonly address: number;
}
/** What load and store instructions do. Outside of what is mapped, or against its protection, they are the end of the process: SIGSEGV. */
export interface MemLoad extends Call<"mem_load"> {
  readonly address: number;
  readonly length: number;
  data: Uint8Array;
}
export interface MemStore extends Call<"mem_store"> {
  readonly address: number;
  readonly data: Uint8Array;
}
/** Sets the size of memory or of a file. */
export interface FdTruncate extends OfFd<"file_stat_fput_size"> {
  readonly size: number;
}
export interface SockSend extends OfFd<"sock_send"> {
  readonly data: Uint8Array;
  readonly fds: readonly number[];
  /** Must be 0. */
  readonly siflags: number;
  written: number;
}
export interface SockRecv extends OfFd<"sock_recv"> {
  readonly length: number;
  readonly fdLimit: number;
  data: Uint8Array;
  fds: readonly number[];
  fdsTruncated: boolean;
  dataTruncated: boolean;
}
export interface SockShutdown extends OfFd<"sock_shutdown"> {
  /** 1: receiving, 2: sending; other bits are EINVAL. */
  readonly how: number;
}
export interface Poll extends Call<"poll"> {
  readonly subscriptions: readonly Subscription[];
  events: readonly PollEvent[];
}
export interface ClockTimeGet extends Call<"clock_time_get"> {
  /** Microseconds. */
  time: number;
}
export interface RandomGet extends Call<"random_get"> {
  readonly length: number;
  data: Uint8Array;
}
/** The host system's own calls (§8), which only its own processes can make. Exec: the table stays but for descriptors that are flagged; `data` is what a CloudABI program gets as arguments, literally. */
export interface HostExecve extends OfFd<"host_execve"> {
  readonly data: Uint8Array;
}
export interface HostCloexec extends OfFd<"host_cloexec"> {
  readonly on: boolean;
}
/** Opens a path of the host for reading; directories with all that is below. `exec`: for being executed. */
export interface HostOpen extends Call<"host_open"> {
  readonly path: string;
  readonly exec: boolean;
  result: number;
}
/** A socket that listens at an address, or is connected to one, or to whoever serves a path of the host. */
export interface HostSocket extends Call<"host_socket"> {
  readonly path?: string;
  readonly type: typeof FileType.SOCKET_STREAM | typeof FileType.SOCKET_DGRAM;
  readonly bind?: string;
  readonly connect?: string;
  result: number;
}

export type CloudAbiTrap =
  | ProcExec
  | ProcExit
  | ProcRaise
  | ProcFork
  | ThreadCreate
  | ThreadExit
  | ThreadYield
  | FdClose
  | FdCreate1
  | FdCreate2
  | FdReference
  | FdReplace
  | FdRead
  | FdWrite
  | FdSeek
  | FdStatGet
  | FdStatPut
  | FileOpen
  | FileAt
  | FileReaddir
  | MemMap
  | MemUnmap
  | MemLoad
  | MemStore
  | FdTruncate
  | SockSend
  | SockRecv
  | SockShutdown
  | Poll
  | ClockTimeGet
  | RandomGet
  | HostExecve
  | HostCloexec
  | HostOpen
  | HostSocket;

export type CallName = CloudAbiTrap["call"];
