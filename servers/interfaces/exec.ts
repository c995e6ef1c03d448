/** The exec server (exec.md §5, §7). */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, simpleroutine, subsystem } from "../../mach/mig/subsystem.ts";

export const exec = subsystem("exec", 30000, {
  /** The old form of exec_exec_paths, without file names. */
  exec_exec: routine(
    30000,
    {
      file: t.polySend, oldtask: t.copySend, flags: t.int, argv: t.data, envp: t.data, dtable: t.polySends, portarray: t.polySends,
      intarray: t.intArray, deallocnames: t.portNames, destroynames: t.portNames,
    },
    {},
  ),
  /** Once, from startup: the exec server gets its auth handle and proc port. */
  exec_init: routine(30002, { auth_handle: t.copySend, proc_server: t.polySend }, {}),
  /** From the proc server: the standard ports and ints, for EXEC_DEFAULTS. */
  exec_setexecdata: simpleroutine(30003, { ports: t.polySends, ints: t.intArray }),
  /** From a filesystem: put `file` into a task. ENOEXEC for what is no program; EBADF, EPERM and the loader's errors; flags are EXEC_…. */
  exec_exec_paths: routine(
    30004,
    {
      file: t.polySend, oldtask: t.copySend, flags: t.int, path: t.string(1024), abspath: t.string(1024), argv: t.data, envp: t.data,
      dtable: t.polySends, portarray: t.polySends, intarray: t.intArray, deallocnames: t.portNames, destroynames: t.portNames,
    },
    {},
  ),
});

/** Plain stubs. */
export const execCall = client(exec);
