/**
 * CloudABI as a personality of the one kernel: every call is one trap, made whole (cloudabi.md §2).
 *
 * There is no name but the descriptors of a process's own table. What a call needs of a descriptor is checked here and nowhere else; libc (`../libc/`) only translates errors.
 */
import type { Machine } from "../../../mach/kern/machine.ts";
import type { ForeignTrap, Syscall } from "../../../mach/kern/syscall.ts";
import type { Thread } from "../../../mach/kern/thread.ts";
import { ForeignKernel } from "../../kernel/foreign-kernel.ts";
import { Meter } from "../../kernel/meter.ts";
import { WaitQueue } from "../../kernel/waits.ts";
import { Errno, fail, ok, type Result } from "../errno.ts";
import { includes, type Rights } from "../rights.ts";
import { fdCalls } from "./calls-fd.ts";
import { fileCalls } from "./calls-file.ts";
import { hostCalls } from "./calls-host.ts";
import { memoryCalls } from "./calls-memory.ts";
import { pollCalls } from "./calls-poll.ts";
import { processCalls } from "./calls-process.ts";
import { socketCalls } from "./calls-socket.ts";
import { newDirectory, ProcessFile, type OpenFile } from "./files.ts";
import { footprintOf } from "./footprint.ts";
import { CloudProcess } from "./process.ts";
import { FdTable, type Slot } from "./table.ts";
import type { CallName, CloudAbiTrap, Program } from "./traps.ts";

export interface KernelOptions {
  /** Which of two revisions of the ABI (§7): a pipe is a type of its own with rights for a direction, or a pair of sockets. */
  readonly pipes: "2015" | "2017";
  /** Bytes of argument data that exec refuses; default: FreeBSD's in 2015. */
  readonly argMax?: number;
  /** Bytes for one exec's arguments and table; ENOMEM above. */
  readonly argumentMemory?: number;
}

/** Whose call it is. */
export interface Context {
  readonly kernel: CloudAbiKernel;
  readonly thread: Thread;
  readonly process: CloudProcess;
}

type TrapOf<N extends CallName, T = CloudAbiTrap> = T extends { readonly call: infer C } ? (N extends C ? T : never) : never;
/** What serves some of the calls: answers the call's number. */
export type Calls<N extends CallName> = { readonly [K in N]: (context: Context, trap: TrapOf<K>) => number };

const calls: Calls<CallName> = { ...fdCalls, ...fileCalls, ...hostCalls, ...memoryCalls, ...pollCalls, ...processCalls, ...socketCalls };

export class CloudAbiKernel extends ForeignKernel<CloudProcess> {
  readonly name = "cloudabi";
  readonly options: KernelOptions;
  /** What executables run, by the name in them. */
  readonly programs = new Map<string, Program>();
  readonly meter: Meter;
  /** What the host system's paths lead to; CloudABI programs have no such thing. */
  readonly hostRoot = newDirectory("/");
  /** Connections that paths of the host lead to: what a daemon there gives to whoever connects. */
  readonly hostServices = new Map<string, Slot>();
  /** Anything that a poll could wait for has changed. */
  readonly changes: WaitQueue;
  /** A process has got a new program with these arguments, and has not run it yet. */
  onExec: (process: CloudProcess, program: string, argdata: Uint8Array) => void = () => undefined;

  constructor(machine: Machine, options: KernelOptions = { pipes: "2017" }) {
    super(machine);
    this.options = options;
    this.meter = new Meter(machine);
    this.changes = new WaitQueue(machine);
  }

  /** A process whose first thread runs `body`. `slots`: its table, by number; the references are the table's. */
  start(name: string, slots: ReadonlyMap<number, Slot>, body: () => Syscall<number>): CloudProcess {
    const table = new FdTable();
    for (const [fd, { file, base, inheriting }] of slots) table.put(fd, { file: file.refer(), base, inheriting });
    const process = this.adopt(name, undefined, (task) => new CloudProcess(task, name, table));
    process.uuid = this.newUuid();
    this.spawnThread(process, body);
    return process;
  }

  /** `proc_fork`: a copy of `parent` with one thread, and the description that its parent holds. `label`: what the scenario calls both. */
  fork(parent: CloudProcess, body: () => Syscall<number>, label?: string): { readonly child: CloudProcess; readonly file: ProcessFile } {
    const name = label ?? `${parent.label}/${++parent.children}`;
    const child = this.adopt(name, parent.task, (task) => new CloudProcess(task, name, parent.table.copy()));
    child.uuid = parent.uuid;
    this.meter.moved(parent.table.size);
    const file = new ProcessFile(label ?? `process:${name}`, child, () => this.kill(child, "SIGKILL"));
    child.processFile = file;
    this.spawnThread(child, body);
    return { child, file };
  }

  call(thread: Thread, trap: ForeignTrap): number {
    this.meter.trap(thread.id);
    const serve = calls[trap.call as CallName] as ((context: Context, trap: ForeignTrap) => number) | undefined;
    return serve === undefined ? Errno.ENOSYS : serve({ kernel: this, thread, process: this.processOf(thread) }, trap);
  }

  footprint(thread: Thread, trap: ForeignTrap): readonly string[] {
    return footprintOf(this.processOf(thread), thread.id, trap as CloudAbiTrap);
  }

  /** What stands at `fd`, when it has the rights that are needed. EBADF, ENOTCAPABLE. */
  slot(process: CloudProcess, fd: number, need: Rights): Result<Slot> {
    const slot = process.table.get(fd);
    if (slot === undefined) return fail(Errno.EBADF);
    return includes(slot.base, need) ? ok(slot) : fail(Errno.ENOTCAPABLE);
  }

  /** Installs descriptors for one call, all or none. EMFILE: the references have gone. */
  install(process: CloudProcess, slots: readonly Slot[]): Result<readonly number[]> {
    const fds: number[] = [];
    for (const slot of slots) {
      const at = process.table.install(slot);
      if (at.err === 0) fds.push(at.value);
    }
    if (fds.length === slots.length) return ok(fds);
    for (const fd of fds) process.table.take(fd);
    for (const { file } of slots) file.release();
    return fail(Errno.EMFILE);
  }

  /** Makes `attempt` until it answers a number; in between the thread waits, and keeps the description. */
  waitFor(thread: Thread, file: OpenFile, queue: WaitQueue, attempt: () => number | undefined): number {
    const first = attempt();
    if (first !== undefined) return first;
    file.refer();
    const drop = (): void => file.release();
    const again = (): number => {
      const answer = attempt();
      if (answer === undefined) return queue.wait(thread, again, drop);
      drop();
      return answer;
    };
    return queue.wait(thread, again, drop);
  }

  /** 16 random bytes as a UUID of version 4. */
  newUuid(): Uint8Array<ArrayBuffer> {
    const bytes = this.randomBytes(16);
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    return bytes;
  }

  randomBytes(length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length }, () => this.machine.random.below(256));
  }

  protected release(process: CloudProcess): void {
    process.dropImage();
    process.table.clear();
    if (process.processFile !== undefined) process.processFile.ended = process.ended;
    this.changes.wakeAll();
  }
}
