/** All mechanisms, in the order of comparison.md §1. */
import type { Mechanism } from "./model/launch.ts";

export const mechanisms: readonly Mechanism[] = [];

/** The mechanism called `name`. */
export const mechanismOf = (name: string): Mechanism | undefined => mechanisms.find((m) => m.name === name);
