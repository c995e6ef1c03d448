/** Crash servers (signals-fork.md §5). */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const crash = subsystem("crash", 32000, {
  /**
   * What the proc server of a program wants done with a task that a signal ends: suspend, kill or write a core. Answered when the task is
   * dealt with.
   */
  crash_dump_task: routine(
    32000,
    {
      task: t.copySend, file: t.copySend, signo: t.int, sigcode: t.int, sigerror: t.int, exc: t.int, code: t.int, subcode: t.int,
      cttyid_port: t.polySend,
    },
    {},
  ),
});

/** Plain stubs. */
export const crashCall = client(crash);
