/** Who holds which rights, by the names that events tell of. Rights in messages and in the kernel's own hands are nobody's here. */
import type { KernelEvent } from "../mach/kern/events.ts";

/** What a name stands for. */
export interface HeldRight {
  readonly task: number;
  readonly name: number;
  /** 0 for port sets and dead names. */
  readonly port: number;
  /** PortType bits. */
  readonly type: number;
  /** User references of send rights and dead names. */
  readonly refs: number;
}

/** The names of all tasks at one moment: give it every event up to then, in order. */
export class RightsHeld {
  private readonly tasks = new Map<number, Map<number, HeldRight>>();

  event(event: KernelEvent): void {
    if (event.kind === "task-terminated") this.tasks.delete(event.task);
    if (event.kind !== "right") return;
    const { task, name, port, type, refs } = event;
    const names = this.tasks.get(task) ?? new Map<number, HeldRight>();
    this.tasks.set(task, names);
    if (type === 0) names.delete(name);
    else names.set(name, { task, name, port, type, refs });
  }

  /** Of one task, by ascending name. */
  of(task: number): readonly HeldRight[] {
    return [...(this.tasks.get(task)?.values() ?? [])].sort((a, b) => a.name - b.name);
  }

  /** Of all tasks, in the order in which those got their first name. */
  get all(): readonly HeldRight[] {
    return [...this.tasks.keys()].flatMap((task) => this.of(task));
  }
}
