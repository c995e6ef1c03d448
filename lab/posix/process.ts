/** A Unix process on a task of the kernel. */
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Task } from "../../mach/kern/task.ts";
import type { Process } from "../kernel/foreign-kernel.ts";
import type { WaitQueue } from "../kernel/waits.ts";
import type { Description } from "./description.ts";
import type { Inode } from "./inode.ts";
import type { Signals } from "./signals.ts";
import type { DescriptorTable } from "./table.ts";

/** User ids; group ids are kept alike. */
export interface Ids {
  readonly real: number;
  readonly effective: number;
  readonly saved: number;
}

/** What a program finds at its first instruction: what the kernel put on its stack, after the C library's start-up. */
export interface Started {
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  /** AT_SECURE. */
  readonly secure: boolean;
  readonly pid: number;
}

/** A program's text. Its number is the exit status. */
export type Program = (self: Started) => Syscall<number>;

export interface PosixProcess extends Process {
  readonly task: Task;
  readonly name: string;
  ended: { readonly status: number } | { readonly signal: string } | undefined;
  readonly pid: number;
  /** Process group. */
  group: number;
  parent: PosixProcess | undefined;
  table: DescriptorTable;
  cwd: Inode;
  root: Inode;
  umask: number;
  uid: Ids;
  gid: Ids;
  signals: Signals;
  /** AT_SECURE of the running program. */
  secure: boolean;
  /** May dump core and be traced by others of its user. */
  dumpable: boolean;
  /** Who traces it. */
  tracer: PosixProcess | undefined;
  /** Capsicum. Never leaves it again; children and programs inherit it. */
  capabilityMode: boolean;
  /** The executable; undefined before the first exec. */
  image: Inode | undefined;
  /** Pages of private memory, for what fork copies. */
  pages: number;
  /** Whose memory this one runs in: a child of vfork, until it execs or ends. */
  borrows: PosixProcess | undefined;
  /** Where a parent in vfork waits. */
  readonly released: WaitQueue;
  /** Where waitpid waits. */
  readonly childEnded: WaitQueue;
  /** Ended children that have not been waited for. */
  readonly zombies: PosixProcess[];
  /** Darwin: the bootstrap port, a name service. */
  bootstrap: Description | undefined;
  /** Darwin: exec gives a new task port; holders of an old number hold a dead name. */
  taskPort: number;
  /** Not started yet: the embryo of a builder. Whoever holds its descriptor configures it. */
  embryo: boolean;
  /** Owner and mode of a file at the moment of `exec_decide`. */
  decided: { readonly mode: number; readonly uid: number; readonly gid: number } | undefined;
  /** What the last exec gave the program. */
  started: Started | undefined;
  /** Authority that comes by no descriptor: "memory S" for a child that has its parent's memory. */
  memoryOf: { readonly process: PosixProcess; readonly rights: readonly string[] } | undefined;
}
