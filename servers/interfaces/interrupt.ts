/** Interruption of a pending call (signals-fork.md §4.4). */
import { client } from "../../mach/mig/client.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const interrupt = subsystem("interrupt", 33000, {
  /** Whoever waits in a call on this port is to be answered soon, with EINTR if nothing was done. */
  interrupt_operation: routine(33000, {}, {}),
});

/** Plain stubs. */
export const interruptCall = client(interrupt);
