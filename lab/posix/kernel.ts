/**
 * A Unix personality: processes, descriptors, files, exec, on the tasks and threads of the one kernel. Each call is one trap, made whole.
 *
 * Variants are switches (`PosixOptions`); the calls stand in `calls-*.ts`, exec in `exec.ts`, spawn in `spawn.ts`.
 */
import type { Machine } from "../../mach/kern/machine.ts";
import type { ForeignTrap, Syscall } from "../../mach/kern/syscall.ts";
import type { Thread } from "../../mach/kern/thread.ts";
import { ForeignKernel } from "../kernel/foreign-kernel.ts";
import { Meter } from "../kernel/meter.ts";
import { WaitQueue } from "../kernel/waits.ts";
import type { CallName, Calls, Gives, PosixTrap } from "./calls.ts";
import { capabilityCalls, forbiddenInCapabilityMode } from "./calls-capability.ts";
import { descriptorCalls } from "./calls-descriptor.ts";
import { fileCalls } from "./calls-file.ts";
import { processCalls } from "./calls-process.ts";
import { deliver, signalCalls } from "./calls-signal.ts";
import { builderCalls } from "./builder.ts";
import type { Description } from "./description.ts";
import { FAILED, type Result } from "./errors.ts";
import { footprintOf, type Sight } from "./footprint.ts";
import { execCalls, releaseImage } from "./exec.ts";
import { FileSystem } from "./inode.ts";
import type { PosixProcess, Program } from "./process.ts";
import { Signals, type SignalName } from "./signals.ts";
import { spawnCalls } from "./spawn.ts";
import { DescriptorTable } from "./table.ts";

/** Which Unix it is. */
export interface PosixOptions {
  /** Bootstrap port, spawn's flag that closes by default, a new task port at exec. */
  readonly darwin?: boolean;
  /** A spawn whose action or exec fails: the error for the caller, or a child that exits with 127 (old C libraries). */
  readonly spawnErrors?: "returned" | "exit-127";
  /** A script with the set-id bit runs its interpreter with the script's ids (Unix before the kernel gave `/dev/fd`): a race by construction. */
  readonly setIdScripts?: boolean;
  /** Executing and opening for writing exclude each other (ETXTBSY). Default true. */
  readonly writeLock?: boolean;
  /** Fork copies page tables (8 bytes a page) and not pages. Default true. */
  readonly copyOnWrite?: boolean;
}

/** Who makes a call. */
export interface Caller {
  readonly thread: Thread;
  readonly process: PosixProcess;
}

/** What serves each call. Answers its result, or BLOCKED. */
export type Handlers = { readonly [K in CallName]: (caller: Caller, args: Calls[K], gives: Gives) => Result };

const FIRST_PID = 100;

export class PosixKernel extends ForeignKernel<PosixProcess> {
  readonly name = "posix";
  readonly files = new FileSystem();
  readonly programs = new Map<string, Program>();
  readonly options: PosixOptions;
  readonly meter: Meter;
  /** Told at each program's first instruction, after exec. */
  started: (process: PosixProcess) => void = () => undefined;
  /** Told after a process has been made or its descriptors have changed. */
  changed: (process: PosixProcess) => void = () => undefined;
  private nextPid = FIRST_PID;
  private readonly handlers: Handlers;
  private readonly sight: Sight = {
    byPid: (pid) => this.byPid(pid),
    inodeAt: ({ root, cwd }, path) => {
      const found = this.files.walk(path, { root, cwd });
      return typeof found === "string" ? undefined : found.inode;
    },
  };

  constructor(machine: Machine, options: PosixOptions = {}) {
    super(machine);
    this.options = options;
    this.meter = new Meter(machine);
    this.handlers = {
      ...descriptorCalls(this),
      ...fileCalls(this),
      ...processCalls(this),
      ...signalCalls(this),
      ...capabilityCalls(),
      ...execCalls(this),
      ...spawnCalls(this),
      ...builderCalls(this),
    };
  }

  call(thread: Thread, trap: ForeignTrap): number {
    const process = this.processOf(thread);
    const call = trap as PosixTrap;
    this.meter.trap(thread.id);
    const handler = this.handlers[call.call] as (caller: Caller, args: unknown, gives: Gives) => Result;
    const result = process.capabilityMode && forbiddenInCapabilityMode(call) ? "ECAPMODE" : handler({ thread, process }, call, call.gives);
    this.changed(process);
    if (typeof result === "number") return result;
    call.gives.errno = result;
    return FAILED;
  }

  footprint(thread: Thread, trap: ForeignTrap): readonly string[] {
    return footprintOf(this.processOf(thread), trap as PosixTrap, this.sight);
  }

  /** A process without a thread: a copy of `parent` as fork makes it, or the first one. */
  create(name: string, parent: PosixProcess | undefined, table?: DescriptorTable): PosixProcess {
    return this.adopt(name, parent?.task, (task) => ({
      task,
      name,
      ended: undefined,
      pid: this.nextPid++,
      group: parent?.group ?? FIRST_PID,
      parent,
      table: table ?? new DescriptorTable((d) => this.closed(d)),
      cwd: parent?.cwd ?? this.files.root,
      root: parent?.root ?? this.files.root,
      umask: parent?.umask ?? 0o022,
      uid: parent?.uid ?? { real: 1000, effective: 1000, saved: 1000 },
      gid: parent?.gid ?? { real: 1000, effective: 1000, saved: 1000 },
      signals: parent?.signals.fork() ?? new Signals(),
      secure: parent?.secure ?? false,
      dumpable: parent?.dumpable ?? true,
      tracer: undefined,
      capabilityMode: parent?.capabilityMode ?? false,
      image: undefined,
      pages: parent?.pages ?? 0,
      borrows: undefined,
      released: new WaitQueue(this.machine),
      childEnded: new WaitQueue(this.machine),
      zombies: [],
      bootstrap: parent?.bootstrap,
      taskPort: this.nextPid,
      embryo: false,
      decided: undefined,
      started: parent?.started,
      memoryOf: undefined,
    }));
  }

  /** A first process that runs `body`. */
  boot(name: string, body: () => Syscall<number>): PosixProcess {
    const process = this.create(name, undefined);
    this.spawnThread(process, body);
    return process;
  }

  /** A living process by its number. */
  byPid(pid: number): PosixProcess | undefined {
    return this.all.find((p) => p.pid === pid && p.ended === undefined);
  }

  /** A signal for a process, from whomever. */
  signal(process: PosixProcess, signal: SignalName): void {
    deliver(this, process, signal);
  }

  /** Nobody has the description open any more. */
  private closed(description: Description): void {
    const { to } = description;
    switch (to.kind) {
      case "inode":
        if (to.writing) to.inode.writers--;
        return;
      case "pipe":
        if (to.end === "read") to.pipe.readers--;
        else to.pipe.writers--;
        to.pipe.readable.wakeAll();
        return;
      case "process": {
        const process = this.byPid(to.pid);
        if (process !== undefined && (to.killOnClose || process.embryo)) this.kill(process, "SIGKILL");
        return;
      }
      case "none":
      case "template":
        return;
    }
  }

  protected release(process: PosixProcess): void {
    process.table.closeAll();
    releaseImage(process);
    process.borrows = undefined;
    process.memoryOf = undefined;
    process.released.wakeAll();
    const { parent } = process;
    if (parent === undefined || parent.ended !== undefined) return;
    parent.zombies.push(process);
    parent.childEnded.wakeAll();
  }
}
