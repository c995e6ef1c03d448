/** A task's space ends: its names are cleaned up in ascending order (mach-ipc.md, "Task death"). */
import { destroyEntry } from "./right.ts";
import type { Space } from "./space.ts";

/** Destroys all rights of a space, and the space. The task port is kern's, and comes after. */
export function spaceDestroy(space: Space): void {
  for (const name of space.names()) {
    const entry = space.lookup(name);
    if (entry) destroyEntry(space, name, entry);
  }
  space.clear();
}
