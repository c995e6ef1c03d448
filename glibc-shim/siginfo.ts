/** What a group leader does on SIGINFO (^T) when it has said nothing else (`hurd/siginfo.c`): it prints a line. Nobody else does anything. */
import type { Syscall } from "../mach/kern/syscall.ts";
import { attempt } from "./errno.ts";
import { STDOUT } from "./libc.ts";
import type { Process } from "./process.ts";
import { writeAll } from "./rw.ts";
import { utf8 } from "./text.ts";

const TEXT = utf8("got a SIGINFO\n");

/** Runs as a handler, in the interrupted thread. That it could not write is no failure. */
export const siginfoHandler = (p: Process) =>
  function* (): Syscall<void> {
    yield* attempt(writeAll(p, STDOUT, TEXT));
  };
