/**
 * The machine: all tasks and threads, time, devices, and the loop that runs them.
 *
 * The host gives it a boot script and modules, types at its console and runs it; `run` comes back when nothing can go on without the host. One seed and the same inputs give
 * the same history.
 */
import type { Console, DebugExit } from "../device/console.ts";
import type { Device } from "../device/device.ts";
import { BLOCKED, type IpcHost, type IpcObserver, type IpcTimer, type IpcWait, type KObject } from "../ipc/host.ts";
import { DEAD, isPort, type Kmsg, type PortRef } from "../ipc/kmsg.ts";
import { deliverAlways } from "../ipc/mach-msg.ts";
import type { Port } from "../ipc/port.ts";
import { HostPorts } from "./host-ports.ts";
import type { PortOwner } from "./kernel-ports.ts";
import { bootModules, type BootModule } from "./bootstrap.ts";
import { Clock } from "./clock.ts";
import { runSlice } from "./cpu.ts";
import { Tap, type HostEvent, type TapOwner } from "./events.ts";
import { Gsync } from "./gsync.ts";
import { InvariantError } from "./invariant.ts";
import { answerKernelCall, type KernelCall } from "./kernel-call.ts";
import { createTask, createThread, terminateTask, terminateThread } from "./lifecycle.ts";
import { Pagers, type Proxy } from "../vm/pager.ts";
import { MessageObserver, NameObserver } from "./observe.ts";
import { Peripherals } from "./peripherals.ts";
import { RandomStream } from "./random.ts";
import { RunQueue, type ChoiceKind, type Strategy } from "./scheduler.ts";
import { kernelTable } from "./servers.ts";
import { Ready, runChosen } from "./exploring.ts";
import type { Entry } from "./syscall.ts";
import type { Task } from "./task.ts";
import type { Thread } from "./thread.ts";

export interface MachineOptions {
  readonly seed?: number;
  /** Absent: each thread runs until it blocks or its quantum is over. */
  readonly scheduler?: Strategy;
  /** What the CPU can run: program bodies by name ("hurd/proc"). */
  readonly instructions: ReadonlyMap<string, Entry>;
  /** As the boot loader gives it; words FOO=BAR are symbols of the boot script. */
  readonly commandLine?: string;
  /** Microseconds since 1970 when the machine is switched on. */
  readonly bootTime?: number;
}

/** Why the machine runs no more. */
export type Halt =
  /** `host_reboot`, with its flags. */
  | { readonly kind: "reboot"; readonly flags: number }
  | { readonly kind: "panic"; readonly message: string };

export interface RunOptions {
  /** Traps to execute at most. */
  readonly steps?: number;
  /** False: when idle, time does not jump to the next timer. */
  readonly jump?: boolean;
  /** Microseconds: stops before time gets later than this. */
  readonly untilTime?: number;
}

/** Traps that a thread may make while others wait. */
const QUANTUM = 1000;

export class Machine implements IpcHost, PortOwner, TapOwner {
  readonly clock: Clock;
  readonly seed: number;
  readonly random: RandomStream;
  readonly tap: Tap = new Tap(this);
  readonly instructions: ReadonlyMap<string, Entry>;
  readonly commandLine: string;
  readonly ids: { nextPort: number; observer: IpcObserver | null; rights: NameObserver | null } = { nextPort: 1, observer: null, rights: null };
  /** Ports whose receive right is the kernel's. */
  readonly receives = new Set<Port>();
  /** Kernel calls that answer later. */
  readonly pendingCalls = new Set<KernelCall>();
  /** Proxies of memory objects that somebody has a right for. */
  readonly proxies = new Set<Proxy>();
  nextTaskId = 0;
  nextThreadId = 1;
  /** Alive, in the order of creation. */
  readonly tasks = new Set<Task>();
  /** Who is asked before each trap (`schedule` sets it). */
  strategy: Strategy | undefined;
  private peripherals: Peripherals | null = null;
  private madeGsync: Gsync | null = null;
  private madePagers: Pagers | null = null;
  newTaskNotification: PortRef = null;
  halted: Halt | undefined;
  /** The running thread has given up the rest of its quantum. */
  yielding = false;
  /** Traps executed so far. */
  steps = 0;
  current: Thread | undefined;

  /** The ports of the host itself. */
  readonly hostPorts: HostPorts = new HostPorts(this);
  readonly kernelTask: Task;

  private readonly table = kernelTable;
  private readonly runQueue = new RunQueue<Thread>();
  private madeReady: Ready | null = null;
  /** A thread whose quantum is not over, when `run` was told to stop in the middle: it goes on first, so that stopping changes nothing. */
  private slice: Thread | undefined;
  /** The last run ended because nothing could go on, and the host has done nothing since. */
  idle = false;
  private sliceLeft = 0;

  constructor(options: MachineOptions) {
    this.clock = new Clock(options.bootTime ?? 0);
    this.seed = options.seed ?? 0;
    this.random = new RandomStream(this.seed);
    this.strategy = options.scheduler;
    this.instructions = options.instructions;
    this.commandLine = options.commandLine ?? "";
    this.kernelTask = this.createTask(null, "gnumach", false);
  }

  /** Observers are in place exactly while somebody listens. */
  tapChanged(): void {
    this.ids.observer = this.tap.listening ? new MessageObserver(this.tap, this.clock) : null;
    this.ids.rights = this.tap.rights ? new NameObserver(this.tap, this.clock, this.tasks) : null;
  }

  // ---- parts that are made when they are first needed

  get attached(): Peripherals {
    return (this.peripherals ??= new Peripherals(this.clock, {
      output: (bytes) => {
        if (this.tap.listening) this.tap.emit({ kind: "console", at: this.clock.now, bytes });
      },
      input: (bytes) => this.hostActs((when) => ({ kind: "console-input", ...when, bytes: bytes.slice() })),
      resized: (rows, columns) => this.hostActs((when) => ({ kind: "console-resized", ...when, rows, columns })),
    }));
  }
  /** Under a strategy: the threads that can run, with their traps. They count as queued. */
  get ready(): Ready {
    return (this.madeReady ??= new Ready(this.random));
  }
  get console(): Console {
    return this.attached.console;
  }
  get debugExit(): DebugExit {
    return this.attached.debugExit;
  }
  get gsync(): Gsync {
    return (this.madeGsync ??= new Gsync());
  }
  get pagers(): Pagers {
    return (this.madePagers ??= new Pagers(this, (message) => this.send(message)));
  }

  /** Makes `device` known to `device_open`. */
  addDevice(name: string, device: Device): void {
    this.attached.devices.set(name, device);
  }

  /** Loads the modules as the script says, and starts what it resumes (boot.md §1). A bad script is a panic. */
  boot(script: string, modules: readonly BootModule[]): void {
    bootModules(this, script, modules);
  }

  // ---- running

  /** Microseconds since boot. */
  get now(): number {
    return this.clock.now;
  }

  /** When the next timer fires, in microseconds since boot. */
  get nextTimer(): number | undefined {
    return this.clock.next;
  }

  /** Time goes on to `to` while nothing runs. */
  advance(to: number): void {
    if (to <= this.clock.now && (this.clock.next ?? Infinity) > this.clock.now) return;
    this.hostActs((when) => ({ kind: "clock-advanced", ...when, to }));
    this.clock.advance(to);
  }

  /** What the host does is told to listeners with its moment. */
  private hostActs(event: (when: { readonly at: number; readonly step: number; readonly idle: boolean }) => HostEvent): void {
    if (this.tap.listening) this.tap.emit(event({ at: this.clock.now, step: this.steps, idle: this.idle }));
    this.idle = false;
  }

  /** "idle": nothing can go on without the host, or before `untilTime`, or the strategy has ended the run; "steps": the given number has been made; "halted": for good. */
  run(options: RunOptions = {}): "idle" | "halted" | "steps" {
    const { steps = Infinity, jump = true, untilTime = Infinity } = options;
    const end = this.steps + steps;
    this.idle = false;
    try {
      const why = this.runUntil(end, jump, untilTime);
      this.idle = why === "idle" && this.clock.now <= untilTime;
      return why;
    } catch (e) {
      throw this.located(e);
    }
  }

  private runUntil(end: number, jump: boolean, untilTime: number): "idle" | "halted" | "steps" {
    for (;;) {
      if (this.slice === undefined && this.clock.due) this.clock.advance(this.clock.now);
      if (this.halted !== undefined) return "halted";
      if (this.steps >= end) return "steps";
      if (this.clock.now > untilTime) return "idle";
      const { strategy } = this;
      const ran = strategy === undefined || this.slice !== undefined ? this.runOne(end - this.steps) : runChosen(this, strategy, end, untilTime);
      if (ran === "thread") continue;
      if (ran === "stop") return "idle";
      const next = this.clock.next;
      if (next === undefined || !jump || next > untilTime) return "idle";
      this.clock.advance(next);
    }
  }

  /** Runs one thread until it blocks, or its quantum or `budget` is over, if one can run. */
  private runOne(budget: number): "thread" | "none" {
    const { slice } = this;
    const thread = slice ?? this.nextInQueue();
    if (thread === undefined) return "none";
    if (slice === undefined) {
      this.sliceLeft = QUANTUM;
      if (this.tap.schedule) this.scheduled(thread, 0, 1);
    }
    this.current = thread;
    const made = runSlice(this, thread, Math.min(this.sliceLeft, budget));
    this.steps += made;
    this.sliceLeft -= made;
    const cut = made === budget && this.sliceLeft > 0 && thread.runnable && !this.yielding;
    this.slice = cut ? thread : undefined;
    this.yielding = false;
    if (!cut) this.makeRunnable(thread);
    return "thread";
  }

  /** Tells listeners who runs next: the `index`th of `of` that could. */
  scheduled(thread: Thread, index: number, of: number): void {
    const { now: at, steps: step } = this.clock;
    this.tap.emit({ kind: "scheduled", at, step, task: thread.task.id, thread: thread.id, index, of });
  }

  /** From the next choice on `strategy` says who runs; undefined: each thread until it blocks or its quantum is over. Threads that were ready stay so. */
  schedule(strategy: Strategy | undefined): void {
    this.strategy = strategy;
    this.madeReady?.release((thread) => this.runQueue.push(thread));
  }

  /** An alternative from 0 up to `below` - 1, by the strategy; without one, 0. */
  choose(what: ChoiceKind, below: number): number {
    if (this.strategy === undefined) return 0;
    const index = this.strategy.choice(what, below);
    const { now: at, steps: step } = this.clock;
    if (this.tap.schedule) this.tap.emit({ kind: "choice", at, step, what, index, of: below });
    return index;
  }

  private nextInQueue(): Thread | undefined {
    for (let thread = this.runQueue.shift(); thread !== undefined; thread = this.runQueue.shift()) {
      thread.queued = false;
      if (thread.runnable) return thread;
    }
    return undefined;
  }

  /** Empties the run queue into `ready`. */
  takeQueued(): void {
    for (let thread = this.runQueue.shift(); thread !== undefined; thread = this.runQueue.shift()) this.ready.enlist(thread);
  }

  /** True when a thread beside the running one waits for the processor. */
  get othersRunnable(): boolean {
    return this.runQueue.length + (this.madeReady?.others ?? 0) > 0;
  }

  /** Puts `thread` behind the others that can run, if it can. */
  makeRunnable(thread: Thread): void {
    if (thread.queued || !thread.runnable) return;
    thread.queued = true;
    this.runQueue.push(thread);
  }

  /** A bug of ours, with where it happened: with the same seed and inputs it happens there again. */
  private located(e: unknown): unknown {
    const thread = this.current;
    if (!(e instanceof Error) || thread === undefined) return e;
    const where = `task ${thread.task.name} (${thread.task.id}), thread ${thread.id}, seed ${this.seed}, step ${this.steps}, time ${this.clock.now} µs`;
    return new InvariantError(`${e.message} [${where}]`, { cause: e });
  }

  // ---- halting

  /** The machine runs no more. */
  halt(why: Halt): void {
    if (this.halted !== undefined) return;
    this.halted = why;
    this.yielding = true;
    if (this.tap.listening) this.tap.emit({ kind: "halted", at: this.clock.now, reason: this.haltReason ?? "halt" });
  }

  /** Stops with a message on the console: the kernel cannot go on. */
  panic(message: string): void {
    this.print(`panic: ${message}\n`);
    this.halt({ kind: "panic", message });
  }

  /** Why the machine went down, in words; undefined while it runs and after an orderly halt or reboot. */
  get haltReason(): string | undefined {
    return this.halted?.kind === "panic" ? this.halted.message : undefined;
  }

  /** A message of the kernel on the console. */
  print(text: string): void {
    this.console.write(new TextEncoder().encode(text));
  }

  // ---- tasks and threads

  createTask(parent: Task | null, name: string, inherit: boolean): Task {
    return createTask(this, parent, name, inherit);
  }
  terminateTask(task: Task): void {
    terminateTask(this, task);
  }
  createThread(task: Task): Thread {
    return createThread(this, task);
  }
  terminateThread(thread: Thread): void {
    terminateThread(this, thread);
  }

  // ---- what ipc needs (IpcHost)

  get observer(): IpcObserver | null {
    return this.ids.observer;
  }

  block(thread: Thread, wait: IpcWait): typeof BLOCKED {
    thread.wait = wait;
    if (!thread.alive) thread.dropWait();
    return BLOCKED;
  }

  wake(thread: Thread, code: number): void {
    thread.wake(code);
    this.makeRunnable(thread);
  }

  after(milliseconds: number, fn: () => void): IpcTimer {
    return this.clock.after(milliseconds * 1000, fn);
  }

  kobjectServer(kmsg: Kmsg, sender: Thread): Kmsg | null {
    const object = kmsg.destination?.kobject;
    const reply = object ? answerKernelCall(this.table, this, sender, object, kmsg) : null;
    if (reply !== null) this.observer?.sent(reply, undefined);
    return reply;
  }

  /** A message of the kernel goes to a task's port. It is destroyed when the port is dead. */
  send(message: Kmsg): void {
    this.observer?.sent(message, undefined);
    deliverAlways(message);
  }

  /** The kernel object behind a right, if there is one. */
  objectOf(ref: PortRef): KObject | undefined {
    if (!isPort(ref) || ref === DEAD) return undefined;
    return ref.kobject ?? undefined;
  }
}
