/**
 * The kernel under test: a whole machine with the task T0, whose main thread runs what the player hands it, one step at a time, and sleeps while
 * helper threads run as far as they can.
 */
import { portOf } from "../../mach/ipc/kernel-port.ts";
import { asPort, type MachPort } from "../../mach/ipc/names.ts";
import { typeBits } from "../../mach/ipc/port-calls.ts";
import { Machine } from "../../mach/kern/machine.ts";
import { cpu, mach_reply_port, mach_task_self, type SelfTrap, type Syscall } from "../../mach/kern/syscall.ts";
import { Task } from "../../mach/kern/task.ts";
import { Thread } from "../../mach/kern/thread.ts";
import { REPLY, SELF, slots, type Slot } from "./names.ts";

/** Gives up the processor; the thread has suspended itself just before. */
const rest: SelfTrap = { op: "swtch" };

/** The kind of a name: letters of `FORMAT.md` §4, from type bits. */
function kindLetters(bits: number): string {
  const has = (bit: number, letter: string): string => ((bits & bit) !== 0 ? letter : "");
  return (
    has(0x10000, "S") + has(0x20000, "R") + has(0x40000, "O") + has(0x80000, "P") + has(0x100000, "D") + has(0x80000000, "n") + has(0x40000000, "m")
  );
}
export { kindLetters };

/** Microseconds that the main thread sleeps after each step; a time-out of 50 ms ends in the step after. */
const STEP_TIME = 40_000;

export class Subject {
  readonly machine = new Machine({ instructions: new Map() });
  readonly task: Task;
  private readonly main: Thread;
  private program: (() => Syscall<void>) | undefined;
  /** Tasks by slot, and T0's name for each one's port. */
  private readonly tasks = new Map<Slot, { readonly task: Task; readonly port: MachPort }>();

  constructor() {
    this.task = this.machine.createTask(null, "T0", false);
    this.main = this.start(this.machine.createThread(this.task), this.loop());
    this.tasks.set("T0", { task: this.task, port: asPort(SELF) });
    this.run(function* () {
      cpu.tls.taskSelf = yield* mach_task_self();
      cpu.tls.replyPort = yield* mach_reply_port();
    });
  }

  /** Gives a thread that has no registers yet something to run. */
  private start(thread: Thread, body: Syscall<void>): Thread {
    thread.frames.push({ body, registers: [], result: 0, again: null, ahead: null });
    return thread;
  }

  private *loop(): Syscall<void> {
    for (;;) {
      if (this.program) yield* this.program();
      this.program = undefined;
      yield* this.sleep(this.main);
    }
  }

  private *sleep(thread: Thread): Syscall<void> {
    thread.suspendCount = 1;
    yield rest;
  }

  /** Runs `program` in T0's main thread to its end, then helpers as far as they can. */
  run<T>(program: () => Syscall<T>): T {
    let answer: { readonly value: T } | undefined;
    this.program = function* () {
      answer = { value: yield* program() };
    };
    this.main.suspendCount = 0;
    this.machine.makeRunnable(this.main);
    const end = this.machine.now + STEP_TIME;
    this.machine.run({ untilTime: end });
    this.machine.advance(end);
    if (!answer) throw new Error("a step did not come to its end");
    return answer.value;
  }

  /** Lets the thread that T0 calls `port` run `body`; when it has ended, the thread stays. */
  help(port: MachPort, body: Syscall<void>): void {
    const thread = portOf(this.task.space, port)?.kobject;
    if (!(thread instanceof Thread)) throw new Error("no thread");
    const sleep = (): Syscall<void> => this.sleep(thread);
    this.start(
      thread,
      (function* () {
        yield* body;
        yield* sleep();
      })(),
    );
    thread.suspendCount = 0;
    this.machine.makeRunnable(thread);
  }

  /** T0 has made a task and calls it `port`. */
  created(slot: Slot, port: MachPort): void {
    const task = portOf(this.task.space, port)?.kobject;
    if (task instanceof Task) this.tasks.set(slot, { task, port });
  }

  /** T0's name for the port of a task. */
  portOf(slot: Slot): MachPort {
    return this.tasks.get(slot)?.port ?? asPort(0);
  }

  taskOf(slot: Slot): Task | undefined {
    return this.tasks.get(slot)?.task;
  }

  isDead(slot: Slot): boolean {
    return this.taskOf(slot)?.alive === false;
  }

  inUse(slot: Slot, name: number): boolean {
    return this.taskOf(slot)?.space.lookup(name) !== undefined;
  }

  /** Kinds of all names of all live tasks, self and reply left out. */
  kinds(): Map<Slot, Map<number, string>> {
    const all = new Map<Slot, Map<number, string>>();
    for (const slot of slots) {
      const task = this.taskOf(slot);
      if (!task?.alive) continue;
      const kinds = new Map<number, string>();
      for (const name of task.space.names()) {
        const entry = task.space.lookup(name);
        if (entry && !(slot === "T0" && (name === SELF || name === REPLY))) kinds.set(name, kindLetters(typeBits(task.space, entry)));
      }
      all.set(slot, kinds);
    }
    return all;
  }
}
