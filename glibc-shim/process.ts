/**
 * The library's state: one `Process` a task, one `ThreadState` a thread.
 *
 * A JS process runs many tasks, so nothing of this is in a module. A thread finds its own in its segment register (`currentThread`), which is right only
 * directly after a resume: never keep it over a `yield` on behalf of another thread.
 */
import { asPort, MACH_PORT_NULL, type MachPort } from "../mach/ipc/names.ts";
import type { MachMsg } from "../mach/ipc/message.ts";
import { cpu } from "../mach/kern/syscall.ts";
import type { KernReturn } from "../mach/kern/kern-return.ts";
import { invariant } from "../mach/kern/invariant.ts";
import { PortCell } from "./cell.ts";
import { InitPort } from "./flags.ts";
import type { SigAction } from "./libc.ts";
import { NSIG } from "./signo.ts";
import type { Syscall } from "../mach/kern/syscall.ts";

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
  /** The handler's frame received the reply; its result. */
  received: KernReturn | undefined;
}

/** A caught signal on its way into a thread. */
export interface Delivery {
  readonly signo: number;
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
  /** The six init ports, or as many as came. */
  readonly ports: PortCell[] = Array.from({ length: InitPort.MAX }, () => new PortCell());
  dtable: (Descriptor | undefined)[] = [];
  umask = 0o022;
  traceMask = 0;
  pid = 0;
  ppid = 0;
  pgrp = 0;
  orphaned = false;
  /** Counts the messages about changed ids: setpgid and setsid wait for the next. */
  idsGeneration = 0;
  readonly idsWaiters: MachPort[] = [];
  ids: Ids | undefined = undefined;
  /** Handle whose effective ids are the real ones. */
  ridAuth: MachPort = MACH_PORT_NULL;
  /** The message port, and the thread that reads it; null before signals are started. */
  msgport: MachPort = MACH_PORT_NULL;
  signalThread: MachPort = MACH_PORT_NULL;
  signalReplyPort: MachPort = MACH_PORT_NULL;
  /** Ports of the signal thread's own faults: our forward port. */
  faultPort: MachPort = MACH_PORT_NULL;
  readonly actions: SigAction[] = new Array<SigAction>(NSIG).fill(DEFAULT_ACTION);
  /** Signals for the process that no thread took. */
  pending = 0;
  readonly codes: number[] = new Array<number>(NSIG).fill(0);
  stopped = false;
  readonly sigstates: Sigstate[] = [];
  /** Where argv and envp stand in memory. */
  argvAddress = 0;
  envpAddress = 0;
  readonly exitHandlers: (() => Syscall<void>)[] = [];
  exiting = false;
  /** The alarm that is set: its end in microseconds since the epoch, and a number that tells it from others. */
  alarmAt = 0;
  alarmNumber = 0;
  /** hostname of `_hurd_host_priv` and the device master, for the boot file system. */
  hostPriv: MachPort = MACH_PORT_NULL;
  deviceMaster: MachPort = MACH_PORT_NULL;

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

  /** True when the process has the proc server's port. */
  get hasProc(): boolean {
    return this.port(InitPort.PROC) !== asPort(0);
  }
}
