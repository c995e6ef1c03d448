/** Waiting for children (auth-proc.md §2.10). Status words are taken apart by servers/interfaces/wait-status.ts. */
import type { Syscall } from "../mach/kern/syscall.ts";
import { EWOULDBLOCK } from "../servers/interfaces/errno.ts";
import { INIT_PORT_PROC } from "../servers/interfaces/hurd-types.ts";
import { orThrow } from "./errno.ts";
import type { Waited } from "./libc.ts";
import type { Process } from "./process.ts";
import { procCall } from "./stubs.ts";

/** Throws ECHILD, EINTR. With WNOHANG and nothing ready the pid is 0. */
export function* waitpid(p: Process, pid: number, options: number): Syscall<Waited> {
  const got = yield* p.cell(INIT_PORT_PROC).use((proc) => procCall.proc_wait(proc, { pid, options }));
  if (got.err === EWOULDBLOCK) return { pid: 0, status: 0 };
  const { pid_status, status } = orThrow("wait", got);
  return { pid: pid_status, status };
}
