/** What is measured in a Node of its own (`place.ts`): the value of one part, to be printed as JSON, or its promise. */
import { beHome } from "./apart.ts";
import { here } from "./contestants.ts";
import { bytesOfEach } from "./kernel/memory.ts";
import { firstBoot } from "./system/boots.ts";

/** Undefined: there is no such part. */
export function childPart(name: string): unknown {
  if (name === "boot-cold") return firstBoot();
  if (name === "home") return beHome(here);
  const tasks = /^memory-(\d{1,7})$/.exec(name)?.[1];
  return tasks === undefined ? undefined : bytesOfEach(Number(tasks));
}
