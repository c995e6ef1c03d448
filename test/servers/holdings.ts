/** What the tasks of a machine hold: a leak is seen by comparing before and after. */
import type { Machine } from "../../mach/kern/machine.ts";

/** By task, how many names of each type and reference count. Numbers of names may move. */
export function holdings(machine: Machine): Readonly<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const task of machine.tasks) {
    const kinds = new Map<string, number>();
    for (const name of task.space.names()) {
      const entry = task.space.lookup(name);
      const kind = entry === undefined ? "gone" : `${entry.type.toString(16)}:${entry.urefs}`;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    out[task.name] = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, n]) => `${n}x${kind}`).join(" ");
  }
  return out;
}
