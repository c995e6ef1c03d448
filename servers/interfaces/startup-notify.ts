/** What startup tells those who asked before it shuts down. */
import { client } from "../../mach/mig/client.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const startupNotify = subsystem("startup_notify", 29500, {
  /** The system goes down: make everything safe. Startup waits for the answer, with a limit. */
  startup_dosync: routine(29500, {}, {}),
});

/** Plain stubs. */
export const startupNotifyCall = client(startupNotify);
