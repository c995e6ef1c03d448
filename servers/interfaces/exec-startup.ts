/** What a new program asks its bootstrap port (exec.md §8). */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const execStartup = subsystem("exec_startup", 30500, {
  /**
   * What a new program asks its bootstrap port for: entry, headers, stack, arguments, environment and ports. Answers each time until the
   * port goes.
   */
  exec_startup_get_info: routine(
    30500,
    {},
    {
      user_entry: t.int, phdr_data: t.int, phdr_size: t.int, stack_base: t.int, stack_size: t.int, flags: t.int, argv: t.dataMoved,
      envp: t.dataMoved, dtable: t.polySendsMoved, portarray: t.polySendsMoved, intarray: t.intArrayMoved,
    },
  ),
});

/** Plain stubs. */
export const execStartupCall = client(execStartup);
