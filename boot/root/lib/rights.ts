/** Port rights in programs that speak to servers themselves. */
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import { MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { mig_task_self } from "../../../mach/mig/client.ts";

/** The task's own port: borrowed. */
export const taskSelf = mig_task_self;

/** Gives back one reference, if the name is a right at all. */
export function* dropRight(name: MachPort): Syscall<void> {
  if (name === MACH_PORT_NULL || name === 0xffffffff) return;
  yield* machPortCall.mach_port_deallocate(yield* taskSelf(), { name });
}
