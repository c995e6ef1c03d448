/** From one privilege of the superuser to all of them: the last step of every program in /lab (cves.md §1.2). */
import type { MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { attempt } from "../../../glibc-shim/errno.ts";
import { STDERR, type Libc, type Program } from "../../../glibc-shim/libc.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import { Errno, strerror } from "../../../servers/interfaces/errno.ts";
import { INIT_PORT_AUTH } from "../../../servers/interfaces/hurd-types.ts";
import { msgCall } from "../../../servers/interfaces/msg.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { dropRight } from "./rights.ts";

const INIT = 1;

/**
 * Root's identity for who holds `proc`, the port of a process that is root to the proc server: such a one is given any process's task port, and who has
 * that is given the process's auth handle. Undefined when a server refuses on the way.
 */
export function* rootIdentity(proc: MachPort): Syscall<MachPort | undefined> {
  const task = yield* procCall.proc_pid2task(proc, { pid: INIT });
  if (task.err) return undefined;
  const msgport = yield* procCall.proc_getmsgport(proc, { pid: INIT });
  if (msgport.err) return undefined;
  const got = yield* msgCall.msg_get_init_port(msgport.msgport, { refport: task.task, which: INIT_PORT_AUTH });
  yield* dropRight(msgport.msgport);
  yield* dropRight(task.task);
  return got.err ? undefined : got.port;
}

/** Runs `command` in place of this program with the whole identity of root, made from `held`, which has uid 0 somewhere. Returns 126 or 127 when it cannot be run. */
export function* runAsRoot(libc: Libc, name: string, held: MachPort, command: readonly string[]): Program {
  const made = yield* authCall.auth_makeauth(held, {
    other_handles: { names: [], disposition: 19 }, euids: [0], auids: [0, 0], egids: [0], agids: [0, 0],
  });
  if (made.err) return yield* refused(libc, name, "auth_makeauth", made.err);
  yield* libc.setauth(made.newhandle);
  yield* dropRight(made.newhandle);
  const [file = ""] = command;
  const { err } = yield* attempt(libc.execvp(file, command));
  yield* libc.writeAll(STDERR, `${name}: ${file}: ${strerror(err)}\n`);
  return err === Errno.ENOENT ? 127 : 126;
}

/** Says at which message the attack was refused: exit status 1. */
export function* refused(libc: Libc, name: string, message: string, why: number | string): Program {
  yield* libc.writeAll(STDERR, `${name}: refused at ${message}: ${typeof why === "number" ? strerror(why) : why}\n`);
  return 1;
}
