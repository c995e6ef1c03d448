import { systemTypes } from "./system-types.ts";

/**
 * C headers that interface files include for one constant each, for places without a C library, and the system's files of types. A file that the reader is given comes first.
 */
export const builtinHeaders: ReadonlyMap<string, string> = new Map([
  // The length of each of the five fields of a `utsname` on the Hurd.
  ["bits/utsname.h", "#define _UTSNAME_LENGTH 1024\n"],
  ...systemTypes,
]);

/** What the preprocessor of a 32-bit x86 GNU system defines and interface files ask for. */
export const PREDEFINED: readonly (readonly [name: string, value: string])[] = [
  ["__i386__", "1"],
  ["__GNU__", "1"],
  ["__MACH__", "1"],
];

/** The processor's name: `mach/machine/X` is `mach/i386/X`, the link that a build of the kernel makes. */
export const MACHINE = "i386";
