/** The machine's instruction set: every program body by the name that its image carries, which is its path without the leading slash. */
import { NO_HOLES, type Holes } from "../servers/interfaces/holes.ts";
import type { Entry } from "../mach/kern/syscall.ts";
import { program } from "../glibc-shim/crt0.ts";
import type { Main } from "../glibc-shim/libc.ts";
import { programs } from "./root/programs.ts";
import { servers } from "./servers.ts";

/** Every executable of the system: path in the root filesystem and body. */
export const executables: readonly (readonly [path: string, main: Main])[] = [...programs, ...servers];

/** The name in a program's image. */
export const instructionName = (path: string): string => path.slice(1);

/** The instruction set of a machine that runs this system, with `more` beside it (tests and experiments bring programs of their own), built with `holes`. */
export function instructionSet(more: readonly (readonly [path: string, main: Main])[] = [], holes: Holes = NO_HOLES): ReadonlyMap<string, Entry> {
  return new Map([...executables, ...more].map(([path, main]) => [instructionName(path), program(main, holes)]));
}
