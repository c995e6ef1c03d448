/** Taking the system down: `reboot (howto)` of the C library: the privileged host port is the permission, startup does it. */
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { mig_task_self } from "../../../mach/mig/client.ts";
import { orThrow } from "../../../glibc-shim/errno.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { startupCall } from "../../../servers/interfaces/startup.ts";

const STARTUP = "/servers/startup";

/** Comes back only by throwing: EPERM for whoever is not root. `howto`: RB_… */
export function* reboot(libc: Libc, howto: number): Syscall<void> {
  const { hostPriv, deviceMaster } = yield* libc.get_privileged_ports();
  yield* machPortCall.mach_port_deallocate(yield* mig_task_self(), { name: deviceMaster });
  const startup = yield* libc.file_name_lookup(STARTUP, 0);
  orThrow("startup_reboot", yield* startupCall.startup_reboot(startup, { refport: hostPriv, reboot_code: howto }));
}
