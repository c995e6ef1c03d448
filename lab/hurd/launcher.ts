/** S starts P: the Hurd's four ways. Each is a `file_exec_paths` to P's own file; what differs is whose task is given and which flags. */
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import { MACH_PORT_NULL, type MachPort } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { attempt } from "../../glibc-shim/errno.ts";
import { asFd, type Libc } from "../../glibc-shim/libc.ts";
import { deallocate, taskSelf } from "../../glibc-shim/rights.ts";
import { EXEC_NEWTASK, O_EXEC } from "../../servers/interfaces/hurd-types.ts";
import type { Launch } from "../model/launch.ts";
import { openDescriptors, type Props } from "./props.ts";

export const PROGRAM = "/bin/program";
/** The same file, with the set-uid bit, root's. */
export const SET_UID_PROGRAM = "/bin/set-uid-program";
/** A file that can be loaded, and whose first instruction the processor does not know; and that with the set-uid bit. */
export const BROKEN = "/bin/broken";
export const SET_UID_BROKEN = "/bin/set-uid-broken";

/** In place; EXEC_NEWTASK by the caller; EXEC_SECURE by a set-uid file that S (guest) execs; posix_spawn. */
export type Way = "in-place" | "new-task" | "secure" | "spawn";

/** The code. 0 comes back only from a spawn: of the other ways S does not come back at all. */
export function* start(libc: Libc, props: Props, way: Way, launch: Launch, args: readonly string[]): Syscall<number> {
  if (way === "spawn") return (yield* attempt(libc.posix_spawn(PROGRAM, [PROGRAM, ...args]))).err;
  const path = way === "secure" ? SET_UID_PROGRAM : PROGRAM;
  return yield* execSelf(libc, path, args, props.rawNames(launch.drop), way === "new-task" ? EXEC_NEWTASK : 0);
}

/**
 * As the library's exec does it (exec.md §2): what is passed is deallocated, everything else that has a name is destroyed, but for `spared`: the rights that a program which keeps
 * no account of them would leave. `dtable`: passed in place of the descriptors whose flag is not set.
 */
export function* execSelf(libc: Libc, path: string, args: readonly string[], spared: readonly MachPort[], flags: number, dtable?: readonly MachPort[]): Syscall<number> {
  const found = yield* attempt(libc.file_name_lookup(path, O_EXEC));
  if (found.err) return found.err;
  const { cwdir, crdir, auth, proc, cttyid, bootstrap } = libc.ports;
  const passed = [cwdir, crdir, auth, proc, cttyid, bootstrap, ...(dtable ?? (yield* keptDescriptors(libc)))].filter((port) => port !== MACH_PORT_NULL);
  const task = yield* taskSelf();
  const names = yield* machPortCall.mach_port_names(task, {});
  if (names.err) return names.err;
  const destroynames = names.names.filter((name) => !passed.includes(name) && !spared.includes(name));
  const env = [...libc.environ].map(([name, value]) => `${name}=${value}`);
  const err = yield* libc.hurdExec({ task, file: found.value, path, abspath: path, argv: [path, ...args], env, flags, deallocnames: passed, destroynames, ...(dtable === undefined ? {} : { dtable }) });
  yield* deallocate(found.value);
  return err;
}

/** One name for each descriptor that is passed. */
function* keptDescriptors(libc: Libc): Syscall<readonly MachPort[]> {
  const ports: MachPort[] = [];
  for (const [fd, port] of yield* openDescriptors(libc)) if (!(yield* libc.getCloexec(asFd(fd)))) ports.push(port);
  return ports;
}
