/** A machine with the Linux kernel on it, where Genode processes run bodies that a scenario gives them. */
import { Machine } from "../../../mach/kern/machine.ts";
import type { Strategy } from "../../../mach/kern/scheduler.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { LinuxKernel, type LinuxOptions, type LinuxProcess } from "../linux/kernel.ts";
import type { Program } from "../linux/traps.ts";
import type { Capability } from "./capability.ts";
import { f33c, type Knobs } from "./knobs.ts";
import { guarded, Runtime, type IdSource } from "./runtime.ts";

export interface StageOptions extends LinuxOptions {
  readonly knobs?: Knobs;
  readonly seed?: number;
  readonly strategy?: Strategy;
  /** Names of objects. Default: 1, 2, 3, …, as core counts. */
  readonly ids?: IdSource;
}

/** A process of the scenario with its library. */
export interface Actor {
  readonly process: LinuxProcess;
  readonly rt: Runtime;
}

export const counter = (): IdSource => {
  let last = 0;
  return { next: () => ++last };
};

export class Stage {
  readonly machine: Machine;
  readonly kernel: LinuxKernel;
  readonly knobs: Knobs;
  readonly ids: IdSource;

  constructor(options: StageOptions = {}) {
    const { knobs = f33c, seed = 0, strategy, ids = counter() } = options;
    this.machine = new Machine({ instructions: new Map(), seed, ...(strategy === undefined ? {} : { scheduler: strategy }) });
    this.kernel = new LinuxKernel(this.machine, options);
    this.knobs = knobs;
    this.ids = ids;
  }

  /** A first process that runs `body`. */
  actor(name: string, body: (rt: Runtime) => Syscall<number>, options: { readonly knobs?: Knobs; readonly uid?: number; readonly privileged?: boolean } = {}): Actor {
    const rt = new Runtime(options.knobs ?? this.knobs, this.ids);
    const process = this.kernel.init(name, function* () {
      return (yield* guarded(() => body(rt))) ?? 1;
    }, options);
    return { process, rt };
  }

  /** A program that `execve` starts. `started` is told of each process's library. */
  program(body: (rt: Runtime, env: ReadonlyMap<string, string>) => Syscall<number>, started: (rt: Runtime) => void = () => undefined): Program {
    const { knobs, ids } = this;
    return function* program({ env }) {
      const rt = new Runtime(knobs, ids);
      started(rt);
      return (yield* guarded(() => body(rt, env))) ?? 1;
    };
  }

  /** Another thread of `actor`, if that still lives; an exception that it does not catch ends the process. */
  thread({ process, rt }: Actor, name: string, body: (rt: Runtime) => Syscall<void>): void {
    if (process.ended !== undefined) return;
    this.kernel.startThread(process, name, function* () {
      yield* guarded(() => body(rt));
    });
  }

  /** What stands before the scenario begins: `to` has the capability `cap` of `from`, in a descriptor of its own that goes at exec or stays. */
  hand(from: Actor, cap: Capability, to: Actor, closeOnExec = false): Capability {
    const file = from.process.table.at(cap.socket);
    return file === undefined ? cap : { ...cap, socket: this.kernel.install(to.process, file, closeOnExec) };
  }

  /** Runs until nothing can go on. */
  run(): this {
    this.machine.run();
    return this;
  }
}
