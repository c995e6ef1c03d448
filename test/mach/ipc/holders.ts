/** The whole-machine rules of `mach/ipc/invariants.ts`, for a machine between two traps. */
import { checkRights } from "../../../mach/ipc/invariants.ts";
import { holdings } from "../../../mach/kern/holdings.ts";
import type { Machine } from "../../../mach/kern/machine.ts";

/** Throws when a rule is broken. */
export const checkMachine = (machine: Machine): void => checkRights(holdings(machine));
