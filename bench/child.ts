/** What is measured in a Node of its own (`place.ts`): the value of one part, to be printed as JSON, or its promise. */
import { exploredHere } from "./explore.ts";
import { bytesOfEach } from "./kernel/memory.ts";
import { firstBoot } from "./system/boots.ts";

/** Undefined: there is no such part. */
export function childPart(name: string): unknown {
  if (name === "boot-cold") return firstBoot();
  const explored = /^(quick-)?(explore[\w-]*)$/.exec(name);
  if (explored !== null) return exploredHere.find((c) => c.name === explored[2])?.sample(explored[1] !== undefined);
  const tasks = /^memory-(\d{1,7})$/.exec(name)?.[1];
  return tasks === undefined ? undefined : bytesOfEach(Number(tasks));
}
