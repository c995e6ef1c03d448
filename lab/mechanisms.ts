/** All mechanisms, in the order of comparison.md §1. */
import { hurdMechanisms } from "./hurd/mechanisms.ts";
import { composedMechanisms } from "./composed/mechanisms.ts";
import type { Mechanism } from "./model/launch.ts";
import { cloudabiMechanisms } from "./cloudabi/mechanism.ts";
import { genodeMechanisms } from "./genode/mechanism.ts";
import { posixMechanisms } from "./posix/mechanisms.ts";

export const mechanisms: readonly Mechanism[] = [
  ...hurdMechanisms,
  ...posixMechanisms,
  ...cloudabiMechanisms,
  ...genodeMechanisms,
  ...composedMechanisms,
];

/** The mechanism called `name`. */
export const mechanismOf = (name: string): Mechanism | undefined => mechanisms.find((m) => m.name === name);
