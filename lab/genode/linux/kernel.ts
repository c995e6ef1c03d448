/**
 * Linux as base-linux used it: a personality of the one kernel. One trap is one system call, made whole.
 *
 * Here stands what calls share: processes, names in the file system, references in flight, waiting; the calls are in `*-calls.ts`.
 */
import type { Machine } from "../../../mach/kern/machine.ts";
import type { ForeignTrap, Syscall } from "../../../mach/kern/syscall.ts";
import type { Thread } from "../../../mach/kern/thread.ts";
import { ForeignKernel, type Process } from "../../kernel/foreign-kernel.ts";
import { WaitQueue } from "../../kernel/waits.ts";
import { FdTable, type OpenFile, type PlainFile } from "./descriptor.ts";
import { Errno } from "./errno.ts";
import { fileCalls } from "./file-calls.ts";
import { Flight } from "./flight.ts";
import { footprintOf } from "./footprint.ts";
import { exitGroup } from "./libc.ts";
import { linux2012, type KernelLimit } from "./limits.ts";
import { processCalls } from "./process-calls.ts";
import { Socket, type Datagram, type SocketType } from "./socket.ts";
import { socketCalls } from "./socket-calls.ts";
import { transferCalls } from "./transfer-calls.ts";
import type { LinuxTrap, Program, Word } from "./traps.ts";

export interface LinuxProcess extends Process {
  readonly pid: number;
  readonly parent: LinuxProcess | undefined;
  readonly uid: number;
  /** CAP_SYS_RESOURCE: limits on references in flight do not hold. */
  readonly privileged: boolean;
  readonly table: FdTable;
  env: ReadonlyMap<string, string>;
  /** It runs a program of its own: whoever waits in vfork goes on. */
  execed: boolean;
  readonly started: WaitQueue;
  /** Why it ended by an exception that nobody caught, or why it loops for ever. */
  trouble: string | undefined;
}

/** A name in the file system. */
export type Inode = { readonly ino: number } & ({ readonly socket: Socket } | { readonly program: Program } | { readonly file: PlainFile });

/** Who makes a call. */
export interface Caller {
  readonly process: LinuxProcess;
  readonly thread: Thread;
}

/** The calls of `traps.ts`, each by its name. */
export type Calls<C extends LinuxTrap["call"]> = { readonly [K in C]: (kernel: LinuxKernel, caller: Caller, trap: Extract<LinuxTrap, { readonly call: K }>) => number };

export interface LinuxOptions {
  readonly limit?: KernelLimit;
  /** RLIMIT_NOFILE of first processes. */
  readonly nofile?: number;
  /** The highest pid; after it low ones are used again. */
  readonly pidMax?: number;
}

/** What has been spent since the last `reset`. */
export class Meter {
  traps = 0;
  messages = 0;
  descriptorsMoved = 0;
  bytes = 0;
  contextSwitches = 0;
  /** Calls by name. */
  readonly calls = new Map<string, number>();

  reset(): void {
    Object.assign(this, { traps: 0, messages: 0, descriptorsMoved: 0, bytes: 0, contextSwitches: 0 });
    this.calls.clear();
  }
}

const calls: Calls<LinuxTrap["call"]> = { ...socketCalls, ...transferCalls, ...fileCalls, ...processCalls };

export class LinuxKernel extends ForeignKernel<LinuxProcess> {
  readonly name = "linux";
  readonly limit: KernelLimit;
  readonly names = new Map<string, Inode>();
  readonly flight = new Flight();
  readonly meter = new Meter();
  /** Threads that wait for a message on any of several sockets. */
  readonly pollers: WaitQueue;
  /** Messages that their senders wait to deliver. */
  readonly sending = new Map<Thread, Datagram>();
  /** Called when a process has got a new program that has not run yet. */
  onExec: ((process: LinuxProcess) => void) | undefined;
  private readonly options: LinuxOptions;
  private readonly futexes = new Map<Word, WaitQueue>();
  private readonly forever: WaitQueue;
  private readonly tids = new Map<Thread, number>();
  private readonly waiting = new Map<Thread, WaitQueue>();
  private readonly signalled = new Set<Thread>();
  private readonly usedIds = new Set<number>([0]);
  private nextId = 1;
  private nextIno = 1;
  private last: Thread | undefined;

  constructor(machine: Machine, options: LinuxOptions = {}) {
    super(machine);
    this.options = options;
    this.limit = options.limit ?? linux2012;
    this.pollers = new WaitQueue(machine);
    this.forever = new WaitQueue(machine);
  }

  call(thread: Thread, trap: ForeignTrap): number {
    const linux = trap as LinuxTrap;
    if (linux.call !== "atomic") {
      this.meter.traps++;
      this.meter.calls.set(linux.call, (this.meter.calls.get(linux.call) ?? 0) + 1);
      if (this.last !== undefined && this.last !== thread) this.meter.contextSwitches++;
      this.last = thread;
    }
    const handle = calls[linux.call] as (kernel: LinuxKernel, caller: Caller, trap: LinuxTrap) => number;
    return handle(this, { process: this.processOf(thread), thread }, linux);
  }

  footprint(thread: Thread, trap: ForeignTrap): readonly string[] {
    return footprintOf(this, this.processOf(thread), trap as LinuxTrap);
  }

  // ---- processes

  /** A process without a parent that runs `body`. */
  init(name: string, body: () => Syscall<number>, user: { readonly uid?: number; readonly privileged?: boolean } = {}): LinuxProcess {
    const process = this.create(name, undefined, new FdTable(this.options.nofile ?? 1024), { uid: user.uid ?? 1000, privileged: user.privileged ?? false });
    this.startMain(process, body);
    return process;
  }

  /** A child with a copy of its parent's table, without a thread. */
  fork(name: string, parent: LinuxProcess): LinuxProcess {
    return this.create(name, parent, parent.table.copy(), parent);
  }

  private create(name: string, parent: LinuxProcess | undefined, table: FdTable, user: { readonly uid: number; readonly privileged: boolean }): LinuxProcess {
    const { uid, privileged } = user;
    const started = new WaitQueue(this.machine);
    const env = parent?.env ?? new Map<string, string>();
    return this.adopt(name, parent?.task, (task) => ({ task, name, ended: undefined, pid: this.allocateId(), parent, uid, privileged, table, env, execed: false, started, trouble: undefined }));
  }

  /** The main thread of `process`, in a program that ends by `exit_group`. */
  startMain(process: LinuxProcess, body: () => Syscall<number>): void {
    this.tids.set(this.spawnThread(process, this.asMain(body)), process.pid);
  }

  /** execve: `body` is the program now, in one thread. */
  replaceMain(process: LinuxProcess, body: () => Syscall<number>): number {
    for (const thread of process.task.threads) this.forgetThread(process, thread);
    const answer = this.replaceProgram(process, this.asMain(body));
    for (const thread of process.task.threads) this.tids.set(thread, process.pid);
    return answer;
  }

  private readonly asMain = (body: () => Syscall<number>): (() => Syscall<number>) =>
    function* main() {
      const status = yield* body();
      yield* exitGroup(status);
      return status;
    };

  /** Another thread of `process`. */
  startThread(process: LinuxProcess, name: string, body: () => Syscall<void>): number {
    const tid = this.allocateId();
    const free = (): void => void this.usedIds.delete(tid);
    const thread = this.spawnThread(process, function* () {
      yield* body();
      free();
      return 0;
    });
    thread.name = `${process.name}.${name}`;
    this.tids.set(thread, tid);
    return tid;
  }

  tidOf(thread: Thread): number {
    return this.tids.get(thread) ?? 0;
  }

  processByPid(pid: number): LinuxProcess | undefined {
    return this.all.find((p) => p.pid === pid && p.ended === undefined);
  }

  threadByTid(tid: number): Thread | undefined {
    return [...this.tids].find(([thread, id]) => id === tid && thread.alive)?.[0];
  }

  /** The lowest number that has not been used, or after the last one the lowest that is free. */
  private allocateId(): number {
    const max = this.options.pidMax ?? 32768;
    let id = this.nextId <= max ? this.nextId++ : 2;
    while (this.usedIds.has(id)) id++;
    this.usedIds.add(id);
    return id;
  }

  private forgetThread(process: LinuxProcess, thread: Thread): void {
    const tid = this.tids.get(thread);
    if (tid !== undefined && tid !== process.pid) this.usedIds.delete(tid);
    this.tids.delete(thread);
    const message = this.sending.get(thread);
    this.sending.delete(thread);
    if (message !== undefined) this.flight.arrive(message);
  }

  protected release(process: LinuxProcess): void {
    for (const thread of [...this.tids.keys()]) if (thread.task === process.task) this.forgetThread(process, thread);
    this.usedIds.delete(process.pid);
    for (const fd of process.table.fds) this.flight.close(process.table, fd);
    process.started.wakeAll();
  }

  // ---- files

  newInode(): number {
    return this.nextIno++;
  }

  newSocket(type: SocketType): OpenFile {
    return this.flight.open(new Socket(this.machine, this.newInode(), type));
  }

  /** Puts a file of the scenario into the file system; the same one can be opened by several. */
  addFile(path: string, object: string, rights: readonly string[]): void {
    const ino = this.newInode();
    this.names.set(path, { ino, file: { kind: "file", ino, object, rights } });
  }

  addProgram(path: string, program: Program): void {
    this.names.set(path, { ino: this.newInode(), program });
  }

  /** The lowest free descriptor for `file`, or -EMFILE. */
  install(process: LinuxProcess, file: OpenFile, closeOnExec: boolean): number {
    const fd = process.table.lowest;
    if (fd === undefined) return -Errno.EMFILE;
    process.table.put(fd, file, closeOnExec);
    return fd;
  }

  /** The socket at `fd`, or an error. */
  socketAt(process: LinuxProcess, fd: number): Socket | number {
    const what = process.table.at(fd)?.what;
    if (what === undefined) return -Errno.EBADF;
    return what.kind === "socket" ? what : -Errno.ENOTSOCK;
  }

  // ---- waiting

  /** Puts the thread to wait in `queue`; `retry` makes the call again. A signal ends the wait with -EINTR. */
  waitIn(queue: WaitQueue, thread: Thread, retry: () => number, interrupted: () => void = () => undefined): number {
    this.waiting.set(thread, queue);
    return queue.wait(thread, () => {
      this.waiting.delete(thread);
      if (!this.signalled.delete(thread)) return retry();
      interrupted();
      return -Errno.EINTR;
    });
  }

  /** Waits until a signal comes. */
  waitForever(thread: Thread): number {
    return this.waitIn(this.forever, thread, () => this.waitForever(thread));
  }

  /** A signal with a handler: the call that `thread` waits in answers EINTR. */
  interrupt(thread: Thread): void {
    const queue = this.waiting.get(thread);
    if (queue === undefined) return;
    this.signalled.add(thread);
    queue.wakeAll();
  }

  futex(word: Word): WaitQueue {
    const known = this.futexes.get(word) ?? new WaitQueue(this.machine);
    this.futexes.set(word, known);
    return known;
  }
}
