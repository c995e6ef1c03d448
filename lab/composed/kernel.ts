/**
 * A capability personality without an opinion: it can select by flag, by list or by construction; carry in the same space, in a fresh one of the same task, or in a fresh task; in one step or in two. What a mechanism
 * does with it is its policy (`compose.ts`). Servers can be asked, and can die (`channels.ts`).
 */
import { BLOCKED } from "../../mach/ipc/host.ts";
import type { Machine } from "../../mach/kern/machine.ts";
import type { ForeignTrap, Syscall } from "../../mach/kern/syscall.ts";
import type { Thread } from "../../mach/kern/thread.ts";
import { ForeignKernel } from "../kernel/foreign-kernel.ts";
import { Meter } from "../kernel/meter.ts";
import { WaitQueue } from "../kernel/waits.ts";
import { FAILED, type Answer, type CallName, type Calls, type CapabilityTrap, type Gives, type Result } from "./calls.ts";
import { spaceCalls } from "./calls-space.ts";
import { embryoCalls } from "./calls-embryo.ts";
import { taskCalls } from "./calls-task.ts";
import { Channels } from "./channels.ts";
import { cellsOf } from "./footprint.ts";
import type { CapabilityProcess } from "./process.ts";
import { Space } from "./space.ts";

export interface Caller {
  readonly thread: Thread;
  readonly process: CapabilityProcess;
}

export type Handlers = { readonly [K in CallName]: (caller: Caller, args: Calls[K], gives: Gives) => Result };

/** One thing that goes wrong: a process dies before the `at`-th message step, or the `at`-th allocation fails. */
export type Fault = { readonly kind: "death"; readonly victim: string; readonly at: number } | { readonly kind: "allocation"; readonly at: number };

/** What on Mach is a message to a task's or the host's port. */
const ON_TASKS: readonly CallName[] = ["create", "grant", "start", "destroy", "swap", "reassign", "hand_over", "terminate_threads", "destroy_memory", "allocate_memory", "start_thread", "kill"];

export class CapabilityKernel extends ForeignKernel<CapabilityProcess> {
  readonly name = "capabilities";
  readonly meter: Meter;
  readonly channels: Channels;
  /** Where `pause` waits. */
  readonly forever: WaitQueue;
  /** The program that is launched. */
  program: () => Syscall<number> = function* () {
    return 0;
  };
  /** Calls on tasks are messages to the kernel, as on Mach. */
  callsAreMessages = false;
  /** Told after each call. */
  changed: () => void = () => undefined;
  fault: Fault | undefined;
  /** What becomes of an embryo whose owner dies: on Mach it stays, a task without a thread. */
  orphans: "die" | "stay" = "die";
  /** Traps between the last snapshot and its installation; undefined when nothing was installed from one. */
  window: number | undefined;
  private snapshotAt = 0;
  private messageSteps = 0;
  private allocations = 0;
  private nextPid = 1;
  private readonly handlers: Handlers;

  constructor(machine: Machine) {
    super(machine);
    this.meter = new Meter(machine);
    this.channels = new Channels(machine, this.meter);
    this.forever = new WaitQueue(machine);
    this.handlers = { ...spaceCalls(this), ...embryoCalls(this), ...taskCalls(this), ...this.messageCalls() };
  }

  call(thread: Thread, trap: ForeignTrap): number {
    const process = this.processOf(thread);
    const call = trap as CapabilityTrap;
    this.meter.trap(thread.id);
    if (this.callsAreMessages && ON_TASKS.includes(call.call)) this.meter.message(0, 0);
    const handler = this.handlers[call.call] as (caller: Caller, args: unknown, gives: Gives) => Result;
    const result = handler({ thread, process }, call, call.gives);
    this.changed();
    if (typeof result === "number") return result;
    call.gives.errno = result;
    return FAILED;
  }

  footprint(thread: Thread, trap: ForeignTrap): readonly string[] {
    return cellsOf(this.processOf(thread), trap as CapabilityTrap);
  }

  /** A process without a thread. */
  create(name: string, owner: CapabilityProcess | undefined): CapabilityProcess {
    return this.adopt(name, owner?.task, (task) => ({
      task,
      name,
      ended: undefined,
      pid: this.nextPid,
      taskPort: this.nextPid++,
      space: new Space(),
      embryo: true,
      owner,
      memory: false,
      selection: undefined,
      parcel: undefined,
      bootstrap: [],
    }));
  }

  /** A process that runs `body` from the start. */
  boot(name: string, body: () => Syscall<number>): CapabilityProcess {
    const process = this.create(name, undefined);
    process.embryo = false;
    process.memory = true;
    this.spawnThread(process, body);
    return process;
  }

  /** A living process by its name. */
  byName(name: string): CapabilityProcess | undefined {
    return this.all.find((p) => p.name === name && p.ended === undefined);
  }

  /** The program begins in `process`, whose old threads have gone. */
  run(process: CapabilityProcess): typeof BLOCKED {
    process.embryo = false;
    process.memory = true;
    process.name = "P";
    return this.replaceProgram(process, this.program);
  }

  snapshotTaken(): void {
    this.snapshotAt = this.machine.steps;
  }

  installed(): void {
    this.window = Math.max(0, this.machine.steps - this.snapshotAt - 1);
  }

  /** False when this is the allocation that fails. */
  allocate(): boolean {
    const at = this.allocations++;
    return this.fault?.kind !== "allocation" || this.fault.at !== at;
  }

  /** How many allocations there have been: how far a sweep of faults has to go. */
  get allocated(): number {
    return this.allocations;
  }

  /** How many message steps there have been. */
  get stepped(): number {
    return this.messageSteps;
  }

  /** The fault's victim dies when this is its moment. False when the caller is the victim. */
  private messageStep({ process }: Caller): boolean {
    const at = this.messageSteps++;
    const { fault } = this;
    if (fault?.kind === "death" && fault.at === at) {
      const victim = this.byName(fault.victim);
      if (victim !== undefined) this.kill(victim, "SIGKILL");
    }
    return process.ended === undefined;
  }

  private messageCalls(): Pick<Handlers, "call" | "receive" | "reply" | "reply_receive"> {
    return {
      call: (caller, args, gives) => (this.messageStep(caller) ? this.channels.call(caller.thread, args, gives) : BLOCKED),
      receive: (caller, { channel }, gives) => (this.messageStep(caller) ? this.channels.receive(caller.thread, channel, gives) : BLOCKED),
      reply: (caller, args) => (this.messageStep(caller) ? this.reply(caller, args) : BLOCKED),
      reply_receive: (caller, args, gives) => {
        if (!this.messageStep(caller)) return BLOCKED;
        this.reply(caller, args);
        return this.channels.receive(caller.thread, args.channel, gives);
      },
    };
  }

  private reply({ process }: Caller, { token, answer, rights = 0, carries }: Answer): number {
    const embryo = carries === undefined ? undefined : this.byName(carries.task);
    const to = carries === undefined ? undefined : this.byName(carries.to);
    if (embryo?.embryo === true && embryo.owner === process) {
      if (to === undefined) this.kill(embryo, "SIGKILL");
      else embryo.owner = to;
    }
    return this.channels.reply(token, answer, rights);
  }

  protected release(process: CapabilityProcess): void {
    process.space.names.clear();
    process.space.fds.clear();
    process.memory = false;
    this.channels.ownerDied(process.name);
    if (this.orphans === "die") for (const child of this.all) if (child.embryo && child.owner === process && child.ended === undefined) this.kill(child, "SIGKILL");
  }
}
