/**
 * All that a program can ask of the machine. A program is a generator; what may block is a `yield*`.
 *
 * Every trap answers one number; a trap that gives more has it in the trap object afterwards. The kernel takes no reference
 * to what a program owns and gives none to what it owns itself: a trap object is a register file, nothing more.
 */
import type { MachMsg } from "../ipc/message.ts";
import type { MachPort } from "../ipc/names.ts";
import type { KernReturn } from "./kern-return.ts";

/** Traps without arguments. Those that give a port give a name in the caller's space. */
export interface SelfTrap {
  readonly op: "mach_task_self" | "mach_thread_self" | "mach_host_self" | "mach_reply_port" | "swtch";
}

/** Reads `size` bytes of the task's own memory, as load instructions would; a fault goes to the exception port. */
export interface LoadTrap {
  readonly op: "load";
  readonly address: number;
  readonly size: number;
  /** The bytes, a copy; empty until the trap has answered. */
  data: Uint8Array;
}

/** Writes into the task's own memory, as store instructions would. */
export interface StoreTrap {
  readonly op: "store";
  readonly address: number;
  readonly data: Uint8Array;
}

/**
 * Puts a routine into the text of the task: answers the address at which a thread whose `pc` is set there runs `entry`.
 * (In C the linker did this; here a closure has no address until it is given one.) Address spaces that are copied or emptied take
 * their text along or lose it.
 */
export interface CodeTrap {
  readonly op: "code";
  readonly entry: Entry;
}

/** Raises a machine exception at this instruction (`mach/exception.h`): what a division by zero or a bad opcode does. */
export interface RaiseTrap {
  readonly op: "raise";
  readonly exception: number;
  readonly code: number;
  readonly subcode: number;
}

/**
 * A system call of a foreign personality (`personality.ts`), which knows its arguments and puts its results into the trap.
 * Without a personality it is a bad instruction.
 */
export interface ForeignTrap {
  readonly op: "foreign";
  readonly call: string;
}

export type Trap = MachMsg | SelfTrap | LoadTrap | StoreTrap | CodeTrap | RaiseTrap | ForeignTrap;

/** A computation that may block in the kernel. Run it with `yield*`. */
export type Syscall<T> = Generator<Trap, T, KernReturn>;

/**
 * Runs a computation on to its next trap, with the answer of the last: `computation.next(answer)`, or `yield*` by hand. The generators of each function are a kind of their
 * own to V8, so a caller of many reads that method the slow way each time; this one it knows.
 */
export const resume = Object.getPrototypeOf(Object.getPrototypeOf((function* (): Syscall<void> {})())).next as {
  call<T>(computation: Syscall<T>, answer: KernReturn): IteratorResult<Trap, T>;
};

/** The registers that a thread starts with: `thread_set_state`'s contents. */
export interface Registers {
  readonly pc: number;
  readonly sp: number;
  /** An argument register, for threads that a library starts. */
  readonly arg: number;
}

/** `thread_set_state`'s flavor for the general registers (`i386_THREAD_STATE`). */
export const THREAD_STATE_FLAVOR = 1;
/** The same words, with segment registers that count (`i386_REGS_SEGS_STATE`). */
export const REGS_SEGS_STATE_FLAVOR = 5;
/** What a user thread has in gs, fs, es, ds and in cs. */
export const USER_SEGMENTS = { data: [0x53, 0x1f, 0x1f, 0x1f], code: 0x17 } as const;
/** Words of that flavor: gs fs es ds edi esi ebp esp ebx edx ecx eax eip cs efl uesp ss. */
export const THREAD_STATE_COUNT = 17;
/** Where the CPU's registers stand in it: eip, uesp, and eax for the argument. */
export const ThreadStateWord = { arg: 11, pc: 12, sp: 15 } as const;

/** The words for `thread_set_state` that start a thread with `registers`. */
export function threadState(registers: Registers): number[] {
  const words = new Array<number>(THREAD_STATE_COUNT).fill(0);
  words[ThreadStateWord.arg] = registers.arg;
  words[ThreadStateWord.pc] = registers.pc;
  words[ThreadStateWord.sp] = registers.sp;
  return words;
}

/** The registers in the words that `thread_get_state` gave. */
export const registersOf = (words: readonly number[]): Registers => ({
  pc: words[ThreadStateWord.pc] ?? 0,
  sp: words[ThreadStateWord.sp] ?? 0,
  arg: words[ThreadStateWord.arg] ?? 0,
});

/**
 * A routine of the instruction set or of a task's text: what the CPU runs when a thread's `pc` points to it. When it returns, the
 * thread goes back to the frame below (a signal handler's return) or, without one, is terminated.
 */
export type Entry = (registers: Registers) => Syscall<void>;

/**
 * The running thread's segment register: storage that belongs to the thread and that user code fills (reply port, signal state).
 * The CPU switches it before each resume. Never kept across a `yield`.
 */
export const cpu: { tls: ThreadStorage } = { tls: newThreadStorage() };

/** Thread-local storage. */
export interface ThreadStorage {
  /** MIG's reply port of this thread; null until first needed. */
  replyPort: MachPort;
  /** The task's own port as `mach_task_self ()` gave it once; null until first needed. */
  taskSelf: MachPort;
  /** A message buffer that no stub of this thread is using. */
  spare: MachMsg | undefined;
  /** What the C library of this program keeps for the thread. */
  library: unknown;
  /** What the threads library of a server (`servers/lib/sync.ts`) keeps for the thread. */
  threads: unknown;
}

/** Storage of a thread that has not run yet. */
export function newThreadStorage(): ThreadStorage {
  return { replyPort: 0 as MachPort, taskSelf: 0 as MachPort, spare: undefined, library: undefined, threads: undefined };
}

const task: SelfTrap = { op: "mach_task_self" };
const thread: SelfTrap = { op: "mach_thread_self" };
const host: SelfTrap = { op: "mach_host_self" };
const reply: SelfTrap = { op: "mach_reply_port" };
const swtch: SelfTrap = { op: "swtch" };

/** A new reference on a send right for the caller's task port. */
export function* mach_task_self(): Syscall<MachPort> {
  return (yield task) as MachPort;
}
/** A new reference on a send right for the caller's thread port. */
export function* mach_thread_self(): Syscall<MachPort> {
  return (yield thread) as MachPort;
}
/** A new reference on a send right for the host name port. */
export function* mach_host_self(): Syscall<MachPort> {
  return (yield host) as MachPort;
}
/** A new receive right. */
export function* mach_reply_port(): Syscall<MachPort> {
  return (yield reply) as MachPort;
}
/** Lets other threads run. Answers 1 if there were any. */
export function* swtch_pri(): Syscall<number> {
  return yield swtch;
}
/** One `mach_msg` call with all in `msg`. */
export function* mach_msg(msg: MachMsg): Syscall<KernReturn> {
  return yield msg;
}
/** `size` bytes at `address` of the task's own memory. */
export function* load(address: number, size: number): Syscall<Uint8Array> {
  const trap: LoadTrap = { op: "load", address, size, data: new Uint8Array(0) };
  yield trap;
  return trap.data;
}
/** Stores `data` at `address` of the task's own memory. */
export function* store(address: number, data: Uint8Array): Syscall<void> {
  yield { op: "store", address, data };
}
/** The address of `entry` in this task's text. */
export function* code(entry: Entry): Syscall<number> {
  return yield { op: "code", entry };
}
/** Raises a machine exception. */
export function* raise(exception: number, code_: number, subcode: number): Syscall<void> {
  yield { op: "raise", exception, code: code_, subcode };
}
