/**
 * What the foreign systems of the laboratory have alike: processes on the kernel's tasks, programs, exec in place, exit, kill.
 *
 * Each call is one trap of `mach/kern`, made whole; a thread that has to wait waits in the kernel's own way. So schedules, replay strings, time and events are the same
 * for a Hurd and for these.
 */
import { BLOCKED } from "../../mach/ipc/host.ts";
import type { Machine } from "../../mach/kern/machine.ts";
import type { Personality } from "../../mach/kern/personality.ts";
import { threadState, type Entry, type ForeignTrap, type Syscall } from "../../mach/kern/syscall.ts";
import type { Task } from "../../mach/kern/task.ts";
import type { Thread } from "../../mach/kern/thread.ts";

/** A process of a foreign system. Its system adds the table. */
export interface Process {
  readonly task: Task;
  /** As the scenario calls it: "S", "P". */
  readonly name: string;
  /** Set when it has ended: a status of exit, or a signal. */
  ended: { readonly status: number } | { readonly signal: string } | undefined;
}

export abstract class ForeignKernel<P extends Process> implements Personality {
  abstract readonly name: string;
  readonly machine: Machine;
  protected readonly processes = new Map<Task, P>();

  constructor(machine: Machine) {
    this.machine = machine;
  }

  /** All processes that have been, in the order of creation. */
  get all(): readonly P[] {
    return [...this.processes.values()];
  }

  /** The process whose thread makes a call. */
  processOf(thread: Thread): P {
    const process = this.processes.get(thread.task);
    if (process === undefined) throw new Error(`${thread.task.name} makes calls of ${this.name} but is no process of it`);
    return process;
  }

  abstract call(thread: Thread, trap: ForeignTrap): number;
  abstract footprint(thread: Thread, trap: ForeignTrap): readonly string[];
  /** The process has ended: its table goes. Called once, with `ended` set. */
  protected abstract release(process: P): void;

  taskCreated(): void {
    // task_create by a message to the kernel is no way to make a process here.
  }

  taskEnded(task: Task): void {
    const process = this.processes.get(task);
    if (process === undefined) return;
    process.ended ??= { signal: "SIGKILL" };
    this.release(process);
  }

  /** A task under this personality, without a thread, for `make` to wrap. */
  protected adopt(name: string, parent: Task | undefined, make: (task: Task) => P): P {
    const task = this.machine.createTask(parent ?? this.machine.kernelTask, name, false);
    task.personality = this;
    const process = make(task);
    this.processes.set(task, process);
    return process;
  }

  /** A new thread of `process` that runs `body`; when the body of a process's last thread answers, its number is the exit status. */
  spawnThread(process: P, body: () => Syscall<number>): Thread {
    const thread = this.machine.createThread(process.task);
    const entry: Entry = function* (this: ForeignKernel<P>): Syscall<void> {
      const status = yield* body();
      if (process.task.threads.length <= 1) this.exit(process, status);
    }.bind(this);
    thread.setState(threadState({ pc: process.task.text.add(entry), sp: 0, arg: 0 }));
    thread.suspendCount = 0;
    this.machine.makeRunnable(thread);
    return thread;
  }

  /** Exec: all threads end, the caller's too, and one new one runs `body`. The call that asked for this answers BLOCKED. */
  replaceProgram(process: P, body: () => Syscall<number>): typeof BLOCKED {
    for (const thread of [...process.task.threads]) this.machine.terminateThread(thread);
    this.spawnThread(process, body);
    return BLOCKED;
  }

  /** The process ends by itself. */
  exit(process: P, status: number): void {
    process.ended ??= { status };
    this.machine.terminateTask(process.task);
  }

  /** The process ends by `signal`. */
  kill(process: P, signal: string): void {
    process.ended ??= { signal };
    this.machine.terminateTask(process.task);
  }
}
