/**
 * The library's state: one `Process` a task, one `ThreadState` a thread.
 *
 * A JS process runs many tasks, so nothing of this is in a module. A thread finds its own in its segment register (`currentThread`), which is right only
 * directly after a resume: never keep it over a `yield` on behalf of another thread.
 */
import type { MachMsg } from "../mach/ipc/message.ts";
import { asPort, MACH_PORT_NULL, type MachPort } from "../mach/ipc/names.ts";
import { invariant } from "../mach/kern/invariant.ts";
import type { KernReturn } from "../mach/kern/kern-return.ts";
import { cpu, type Entry, type Syscall, type ThreadStorage } from "../mach/kern/syscall.ts";
import { NO_HOLES, type Holes } from "../servers/interfaces/holes.ts";
import { INIT_PORT_MAX, INIT_PORT_PROC } from "../servers/interfaces/hurd-types.ts";
import { NSIG } from "../servers/interfaces/signals.ts";
import { PortCell } from "./cell.ts";
import type { DataSegment } from "./brk.ts";
import type { Rlimit, SigAction } from "./libc.ts";

/** An open file: its port, the port as seen by a process of the terminal's session, and FD_CLOEXEC. */
export interface Descriptor {
  readonly port: PortCell;
  readonly ctty: PortCell;
  cloexec: boolean;
}

/** An interruptible RPC that a thread is in: what the signal thread needs to break it off (signals-fork.md §4.4). */
export interface PendingRpc {
  readonly msg: MachMsg;
  /** The server's port. */
  readonly port: MachPort;
  /** The request's id: another id in `msg` says that the reply is there. */
  readonly id: number;
  /** A signal came: the server was asked to break off. */
  interrupted: boolean;
  /** The call ends with EINTR (no SA_RESTART, or a critical section). */
  cancel: boolean;
  /** The signal came before the request was sent, and it never will be. */
  unsent: boolean;
  /** The handler's frame received the reply; its result. */
  received: KernReturn | undefined;
}

/** A caught signal on its way into a thread. */
export interface Delivery {
  readonly signo: number;
  readonly code: number;
  /** Of a fault: the exception's subcode, an address. */
  readonly address: number;
  readonly action: SigAction;
  readonly oldMask: number;
}

/** A thread's signal state. */
export class Sigstate {
  /** The thread's port; null while nobody needed it. */
  thread: MachPort;
  blocked = 0;
  pending = 0;
  /** The code that came with each pending signal. */
  readonly codes: number[] = new Array<number>(NSIG).fill(0);
  rpc: PendingRpc | undefined = undefined;
  /** Depth of critical sections; signals wait outside. */
  critical = 0;
  /** The port on which sigsuspend waits. */
  suspended: MachPort = MACH_PORT_NULL;
  /** The port on which it waits for a message that may never come: it sleeps. */
  receiving: MachPort = MACH_PORT_NULL;
  /** Caught signals that the next frame will handle. */
  readonly deliveries: Delivery[] = [];
  /** A frame has been set up and has not begun. */
  framed = false;
  /** Frames on the thread now. */
  depth = 0;
  constructor(thread: MachPort) {
    this.thread = thread;
  }
}

/** What the library keeps for a thread. */
export class ThreadState {
  readonly process: Process;
  readonly sigstate: Sigstate;
  constructor(process: Process, sigstate: Sigstate) {
    this.process = process;
    this.sigstate = sigstate;
  }
}

/** The running thread's state, if the library started it. */
export const threadState = (): ThreadState | undefined => (cpu.tls.library instanceof ThreadState ? cpu.tls.library : undefined);

/** The running thread's signal state. */
export function sigstateSelf(): Sigstate {
  const state = threadState();
  invariant(state !== undefined, "a thread that calls the library has been started by it");
  return state.sigstate;
}

/** Ids of the process as the auth server last told them. */
export interface Ids {
  readonly euids: readonly number[];
  readonly auids: readonly number[];
  readonly egids: readonly number[];
  readonly agids: readonly number[];
}

export const DEFAULT_ACTION: SigAction = { handler: "SIG_DFL" };

export class Process {
  argv0 = "";
  argv: readonly string[] = [];
  environ = new Map<string, string>();
  execFlags = 0;
  /** Of the program's build. */
  holes: Holes = NO_HOLES;
  /** The six init ports, or as many as came. */
  ports: PortCell[] = Array.from({ length: INIT_PORT_MAX }, () => new PortCell());
  dtable: (Descriptor | undefined)[] = [];
  umask = 0o022;
  traceMask = 0;
  pid = 0;
  ppid = 0;
  pgrp = 0;
  orphaned = false;
  /** Counts the messages about changed ids: setpgid and setsid wait for the next. */
  idsGeneration = 0;
  ids: Ids | undefined = undefined;
  /** Handle whose effective ids are the real ones. */
  ridAuth: MachPort = MACH_PORT_NULL;
  /** The message port, and the thread that reads it; null before signals are started. */
  msgport: MachPort = MACH_PORT_NULL;
  signalThread: MachPort = MACH_PORT_NULL;
  /** The signal thread's storage: a fork's child has a reply port of the same name. */
  signalTls: ThreadStorage | undefined = undefined;
  actions: SigAction[] = new Array<SigAction>(NSIG).fill(DEFAULT_ACTION);
  /** Signals for the process that no thread took. */
  pending = 0;
  readonly codes: number[] = new Array<number>(NSIG).fill(0);
  stopped = false;
  /** Some thread is in a fork. */
  forking = false;
  readonly sigstates: Sigstate[] = [];
  /** Where argv and envp stand in memory. */
  argvAddress = 0;
  envpAddress = 0;
  readonly exitHandlers: (() => Syscall<void>)[] = [];
  /** Limits that have been set (rlimit.ts). They end with the program: exec does not pass them on. */
  readonly limits = new Map<number, Rlimit>();
  /** The data segment, once somebody has asked for it (brk.ts). */
  data: DataSegment | undefined = undefined;
  /** When the alarm is due, in microseconds since the epoch; 0: none is set. */
  alarmAt = 0;
  /** Where the timer thread waits; null before the first alarm. */
  alarmPort: MachPort = MACH_PORT_NULL;
  timerThread: MachPort = MACH_PORT_NULL;
  /** The host's name port. */
  hostSelf: MachPort = MACH_PORT_NULL;
  /** The servers of socket domains, once looked up. */
  readonly socketServers = new Map<number, MachPort>();
  /** What threads that have been set up and not begun will run, by their argument register. */
  private readonly starts = new Map<number, () => Syscall<void>>();
  private startCount = 0;

  /** Where new threads of this process, and of its children, begin: one address, and a number that says what to run. */
  readonly threadEntry: Entry = this.entryOfThreads();

  /** A function returned, and not written down as the field's value: V8 would keep it, and the whole process with it, until it collects its long-lived objects. */
  private entryOfThreads(): Entry {
    return (registers) => {
      const body = this.starts.get(registers.arg);
      invariant(body !== undefined, "a thread begins once, with what was set up for it", registers.arg);
      this.starts.delete(registers.arg);
      return body();
    };
  }

  /** The argument for a thread that is to run `body`. */
  toStart(body: () => Syscall<void>): number {
    this.starts.set(++this.startCount, body);
    return this.startCount;
  }

  /** An init port, borrowed. */
  port(which: number): MachPort {
    return this.ports[which]?.port ?? MACH_PORT_NULL;
  }

  /** The cell of an init port, made if the array was shorter. */
  cell(which: number): PortCell {
    const cell = this.ports[which] ?? new PortCell();
    this.ports[which] = cell;
    return cell;
  }

  /**
   * The state of a fork's child: the same names for copies of the same rights. Signals that are pending, timers, and other threads are not inherited;
   * masks and actions are (signals-fork.md §3).
   */
  forkChild(thread: Sigstate): Process {
    const child = new Process();
    const { argv0, argv, execFlags, holes, umask, pgrp, orphaned, ids, ridAuth, msgport, signalThread, argvAddress, envpAddress, hostSelf } = this;
    Object.assign(child, { argv0, argv, execFlags, holes, umask, pgrp, orphaned, ids, ridAuth, msgport, signalThread, argvAddress, envpAddress, hostSelf });
    child.environ = new Map(this.environ);
    child.ports = this.ports.map((cell) => cell.copy());
    child.dtable = Array.from(this.dtable, (d) => d && { port: d.port.copy(), ctty: d.ctty.copy(), cloexec: d.cloexec });
    child.actions = [...this.actions];
    child.exitHandlers.push(...this.exitHandlers);
    for (const [resource, limit] of this.limits) child.limits.set(resource, limit);
    child.data = this.data;
    for (const [domain, server] of this.socketServers) child.socketServers.set(domain, server);
    const own = new Sigstate(thread.thread);
    own.blocked = thread.blocked;
    child.sigstates.push(own);
    return child;
  }

  /** True when the process has the proc server's port. */
  get hasProc(): boolean {
    return this.port(INIT_PORT_PROC) !== asPort(0);
  }
}
