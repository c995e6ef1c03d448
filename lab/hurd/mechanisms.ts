/** The Hurd's ways to start a program, as mechanisms (comparison.md §1 columns HX, HS; §6). */
import type { Launch, Launched, Mechanism, Policy, RunOptions } from "../model/launch.ts";
import { Scene } from "./scene.ts";
import type { Way } from "./launcher.ts";

/** The launch on a freshly booted system. */
export function launchOn(way: Way, launch: Launch, { seed, strategy }: RunOptions): Launched {
  return new Scene({ launch, way, seed, ...(strategy === undefined ? {} : { strategy }) }).run().launched();
}

const HX: Policy = {
  selectFds: "flag", selectRights: "stay-minus-list", container: "same", numbers: "keep", describe: "position", reduceRights: "never", identity: "keep", errors: "rpc",
  elevation: "filesystem", ambient: "root and servers", executable: "port",
};
const NEW: Policy = { ...HX, selectRights: "drop", container: "fresh-task", identity: "reassign" };

const mechanism = (name: string, column: string, way: Way, policy: Policy): Mechanism => ({ name, column, policy, launch: (launch, options) => launchOn(way, launch, options) });

/** `file_exec_paths` on the own task; raw rights stay but for those that S lists. */
export const hurdInPlace = mechanism("hurd-in-place", "HX", "in-place", HX);
/** The same with EXEC_NEWTASK, asked for by S. */
export const hurdNewTask = mechanism("hurd-new-task", "HS", "new-task", NEW);
/** S is an ordinary user and P's file set-uid root: the filesystem adds EXEC_SECURE. */
export const hurdSecure = mechanism("hurd-secure", "HS", "secure", { ...NEW, reduceRights: "replace-some", ambient: "pristine root" });
/** posix_spawn: a task without threads is filled. */
export const hurdSpawn = mechanism("hurd-spawn", "HX", "spawn", { ...NEW, identity: "new" });

export const hurdMechanisms: readonly Mechanism[] = [hurdInPlace, hurdNewTask, hurdSecure, hurdSpawn];
