/** P at its very first instruction: who holds it then, before its library has done anything; and to whom its faults go. */
import type { KernelEvent } from "../../mach/kern/events.ts";
import type { Task } from "../../mach/kern/task.ts";
import type { Control } from "../model/authority.ts";
import type { Eye } from "./eye.ts";
import { controlsOf } from "./graph.ts";

/** `exception_raise`. */
const EXCEPTION_RAISE = 2400;

export class Entry {
  /** Undefined when P never ran. */
  controls: readonly Control[] | undefined;
  /** Who was sent an exception since the launch began, in order. */
  readonly exceptions: string[] = [];
  private readonly eye: Eye;
  /** P's threads before they have done anything, with their task. */
  private readonly fresh = new Map<number, Task>();

  constructor(eye: Eye) {
    this.eye = eye;
  }

  /** The launch begins. */
  watch(): void {
    const known = new Set([...this.eye.machine.tasks].filter((task) => task !== this.eye.taskOf("S")));
    this.eye.machine.tap.listen((event) => this.event(event, known));
  }

  /** A thread of S's task or of a new one, made now, is P's; what exec makes before has no threads. */
  private event(event: KernelEvent, known: ReadonlySet<Task>): void {
    if (event.kind === "message-sent" && event.id === EXCEPTION_RAISE) this.exceptions.push(this.eye.holderOf(event.port));
    if (this.controls !== undefined) return;
    if (event.kind === "thread-created") {
      const task = [...this.eye.machine.tasks].find((t) => t.id === event.task);
      if (task !== undefined && !known.has(task)) this.fresh.set(event.thread, task);
    }
    const first = event.kind === "message-sent" && (this.fresh.get(event.thread) ?? (event.id === EXCEPTION_RAISE ? [...this.fresh.values()].at(-1) : undefined));
    if (first) this.controls = controlsOf(this.eye, first, undefined);
  }
}
