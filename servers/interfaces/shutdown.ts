/** Turning the machine off. */
import { client } from "../../mach/mig/client.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const shutdown = subsystem("shutdown", 40000, {
  /** Powers the machine off. Root only. */
  shutdown_shutdown: routine(40000, {}, {}),
});

/** Plain stubs. */
export const shutdownCall = client(shutdown);
