/** What tasks and ports are called, as events tell it. */
import type { KernelEvent } from "../mach/kern/events.ts";

/**
 * A short name for a task: the last part of its program's path. The exec server's names end with the pid, `ls(33)`, and the kernel puts the
 * parent's name in parentheses until a task has its own: neither is kept.
 */
export function shortName(name: string): string {
  const word = name.replace(/^\(+/, "").split(" ")[0] ?? "";
  return word.replace(/\(.*$/, "").replace(/\)+$/, "").split("/").at(-1) ?? name;
}

/** Names of this moment: give it every event, in order. */
export class Names {
  private readonly tasks = new Map<number, string>([[0, "kernel"]]);
  /** Ports of tasks and threads. */
  private readonly ports = new Map<number, { readonly what: "task" | "thread"; readonly task: number }>();

  event(event: KernelEvent): void {
    if (event.kind === "task-created" || event.kind === "task-named") this.tasks.set(event.task, shortName(event.name));
    if (event.kind === "task-created") this.ports.set(event.port, { what: "task", task: event.task });
    if (event.kind === "thread-created") this.ports.set(event.port, { what: "thread", task: event.task });
  }

  /** A task's short name; empty when it is not known. */
  task(task: number): string {
    return this.tasks.get(task) ?? "";
  }

  /** `ls(7)`, or `task 7`. */
  holder(task: number): string {
    const name = this.task(task);
    return name === "" ? `task ${task}` : `${name}(${task})`;
  }

  /** By number, by `name(number)` or by name. */
  isTask(task: number, word: string): boolean {
    return word === String(task) || word === this.task(task) || word === this.holder(task);
  }

  /** `task31(ls(7))` for a port that stands for a task or a thread; by the task's name of now, as a task gets its name after its port has. */
  port(port: number): string | undefined {
    const known = this.ports.get(port);
    return known && `${known.what}${port}(${this.holder(known.task)})`;
  }
}
