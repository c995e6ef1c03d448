/** Registering with startup as a task without which the system does not run (boot.md step 38). */
import { MACH_PORT_NULL, type MachPort } from "../../mach/ipc/names.ts";
import type { KernReturn } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { attempt } from "../../glibc-shim/errno.ts";
import type { Libc } from "../../glibc-shim/libc.ts";
import { taskSelf } from "../../glibc-shim/rights.ts";
import { startupCall } from "../interfaces/startup.ts";

export const SERVERS_STARTUP = "/servers/startup";

/** Tells the startup server behind `startup` that this task is essential. `credential`: the privileged host port. */
export function* registerEssential(startup: MachPort, name: string, credential: MachPort): Syscall<KernReturn> {
  const answer = yield* startupCall.startup_essential_task(startup, { task: yield* taskSelf(), excpt: MACH_PORT_NULL, name, credential });
  return answer.err;
}

/** The port of /servers/startup, a new reference; null when there is no such file. */
export function* lookupStartup(libc: Libc): Syscall<MachPort> {
  const found = yield* attempt(libc.file_name_lookup(SERVERS_STARTUP, 0));
  return found.err === 0 ? found.value : MACH_PORT_NULL;
}
