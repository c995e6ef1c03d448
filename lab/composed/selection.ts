/** Choosing the next program's set, and making a space hold it: the axes "selection" and "carrier" of comparison.md §1. */
import type { Policy } from "../model/launch.ts";
import type { Choice } from "./calls.ts";
import type { Entry, Selection, Space } from "./space.ts";

/** What `choice` says of `space` as it is now. */
export function select(space: Space, choice: Choice): Selection {
  const fds = new Map<number, Entry>();
  for (const [fd, entry] of [...space.fds].sort(([a], [b]) => a - b)) if (choice.selectFds === "flag" ? !entry.closeOnExec : (choice.list ?? []).includes(fd)) fds.set(fd, entry);
  const kept = new Set([...fds.values()].map((e) => e.name));
  return { fds, going: [...space.fds.values()].map((e) => e.name).filter((name) => !kept.has(name)) };
}

/** Names of `space` that the next program has. */
function surviving(space: Space, { fds, going }: Selection, { selectRights, drop = [] }: Choice): readonly number[] {
  const chosen = new Set([...fds.values()].map((e) => e.name));
  const stays = (name: number, object: string): boolean => {
    switch (selectRights) {
      case "stay":
        return !going.includes(name);
      case "stay-minus-list":
        return !going.includes(name) && !drop.includes(object);
      case "drop":
      case "construct":
      case "none":
        return chosen.has(name);
    }
  };
  return [...space.names].filter(([name, { object }]) => stays(name, object)).map(([name]) => name);
}

/** `to` (the same space, or a fresh one) holds what was selected of `from`. A descriptor whose name has gone since is left out. Answers how many names. */
export function carry(from: Space, to: Space, selection: Selection, choice: Choice, numbers: Policy["numbers"] = "keep"): number {
  const names = surviving(from, selection, choice).map((name) => [name, from.names.get(name)] as const);
  const dense = numbers === "dense" ? (choice.list ?? []) : undefined;
  to.names.clear();
  to.fds.clear();
  for (const [name, capability] of names) if (capability !== undefined) to.names.set(name, capability);
  for (const [fd, entry] of selection.fds) if (to.names.has(entry.name)) to.fds.set(dense === undefined ? fd : dense.indexOf(fd), { ...entry, closeOnExec: false });
  return to.names.size;
}
