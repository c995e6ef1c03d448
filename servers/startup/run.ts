/**
 * Starting programs as startup does: a fresh task for each try, default ports, and a question on the console when it cannot be done
 * (boot.md step 17).
 */
import { gnumachCall } from "../../mach/interfaces/gnumach.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import { Kern, Mig } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { asPort, copySend, copySends, MACH_PORT_NULL, makeSendOnce, type MachPort, type PolyRights } from "../../mach/ipc/names.ts";
import { mig_task_self } from "../../mach/mig/client.ts";
import { attempt } from "../../glibc-shim/errno.ts";
import { encodeArgz } from "../interfaces/argz.ts";
import { strerror } from "../interfaces/errno.ts";
import { fsCall } from "../interfaces/fs.ts";
import { O_EXEC } from "../interfaces/hurd-types.ts";
import { NOTIFY_DEAD_NAME } from "./constants.ts";
import { crashSystem } from "./crash.ts";
import type { StartupState } from "./state.ts";

/** Ports that a program gets instead of the defaults. */
export interface Given {
  readonly ports: readonly MachPort[];
  readonly fds: readonly MachPort[];
}

export const defaults = (s: StartupState): Given => ({ ports: s.defaultPorts, fds: s.defaultFds });

const sends = (names: readonly MachPort[]): PolyRights => copySends(names);

/** `file_exec_paths`, or the old `file_exec` where that is unknown. Answers the code. */
export function* execute(s: StartupState, file: MachPort, task: MachPort, path: string, argv: readonly string[], given: Given): Syscall<number> {
  const args = {
    exec_task: task,
    flags: 0,
    argv: encodeArgz(argv),
    envp: encodeArgz([]),
    fdarray: sends(given.fds),
    portarray: sends(given.ports),
    intarray: s.defaultInts,
    deallocnames: [],
    destroynames: [],
  };
  const r = yield* fsCall.file_exec_paths(file, { ...args, path, abspath: path });
  return r.err === Mig.BAD_ID ? (yield* fsCall.file_exec(file, args)).err : r.err;
}

/** A new task without memory of ours. Null when there is none. */
export function* newTask(): Syscall<MachPort> {
  const r = yield* machCall.task_create(yield* mig_task_self(), { inherit_memory: false });
  return r.err ? MACH_PORT_NULL : r.child_task;
}

/** A dead-name notification for `task`, to our notify port. */
export function* watch(s: StartupState, task: MachPort): Syscall<void> {
  yield* machPortCall.mach_port_request_notification(yield* mig_task_self(), {
    name: task,
    id: NOTIFY_DEAD_NAME,
    sync: 1,
    notify: makeSendOnce(s.notifyPort),
  });
}

/**
 * Runs a core server until it starts. Asks on the console for another file when it cannot be found or executed; no answer brings the system down.
 * Answers its task.
 */
export function* runServer(s: StartupState, server: string, options: (task: MachPort) => Syscall<readonly string[]> = noOptions): Syscall<MachPort> {
  const name = server.slice(server.lastIndexOf("/") + 1);
  for (let path = server; ; ) {
    const file = yield* attempt(s.libc.file_name_lookup(path, O_EXEC));
    let err: number = file.err;
    if (!file.err) {
      const task = yield* newTask();
      yield* s.console.print(` ${name}`);
      err = yield* execute(s, file.value, task, path, [path, ...(yield* options(task))], defaults(s));
      yield* machPortCall.mach_port_deallocate(yield* mig_task_self(), { name: file.value });
      if (err === 0) {
        yield* watch(s, task);
        return task;
      }
      yield* machPortCall.mach_port_deallocate(yield* mig_task_self(), { name: task });
    }
    yield* s.console.print(`\n${path}: ${strerror(err)}\nFile name for server ${name} (or nothing to reboot): `);
    path = yield* s.console.readLine();
    if (path === "") yield* crashSystem(s);
  }
}

function* noOptions(): Syscall<readonly string[]> {
  return [];
}

/** Gives the kernel's task port to `task` under its lowest free name; the option that says which. */
export function* kernelTaskOption(s: StartupState, task: MachPort): Syscall<readonly string[]> {
  if (s.kernelTask === MACH_PORT_NULL) return [];
  for (let name = 1; ; name++) {
    const r = yield* machPortCall.mach_port_insert_right(task, { name: asPort(name), poly: copySend(s.kernelTask) });
    if (r.err === 0) return [`--kernel-task=${name}`];
    if (r.err !== Kern.NAME_EXISTS && r.err !== Kern.RIGHT_EXISTS) return [];
  }
}

/** Names a task for the kernel's own messages. */
export function* nameTask(task: MachPort, name: string): Syscall<void> {
  yield* gnumachCall.task_set_name(task, { name });
}
