/** Words of the debugger's commands: numbers, tasks. */
import type { Machine } from "../../mach/kern/machine.ts";
import type { Task } from "../../mach/kern/task.ts";
import { shortName } from "../../rpctrace/names.ts";

/** A command that cannot be done: one line for the user, and the prompt again. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** `ls(7)`. */
export const holder = (task: Task): string => `${shortName(task.name)}(${task.id})`;

/** A whole number, decimal or 0x…; `what` says what it is for. */
export function number(word: string | undefined, what: string): number {
  if (word === undefined) throw new CommandError(`${what} is missing`);
  if (!/^(\d{1,15}|0x[\da-f]{1,8})$/i.test(word)) throw new CommandError(`${what} wants to be a whole number, not "${word}"`);
  return Number(word);
}

/** A task that is alive, by number, by name, or by both. */
export function taskOf(machine: Machine, word: string | undefined): Task {
  if (word === undefined) throw new CommandError("which task? `tasks' lists them");
  const found = [...machine.tasks].filter((task) => word === String(task.id) || word === shortName(task.name) || word === holder(task));
  const [task, more] = found;
  if (task === undefined) throw new CommandError(`no task "${word}" is alive now`);
  if (more !== undefined) throw new CommandError(`"${word}" could be ${found.map(holder).join(" or ")}`);
  return task;
}
