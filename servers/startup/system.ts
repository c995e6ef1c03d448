/**
 * All four essential tasks are there: the standard exec data, the kernel's own process, and pid 1 (boot.md steps 40 to 44).
 */
import { machCall } from "../../mach/interfaces/mach.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { copySends, MACH_PORT_NULL, type MachPort } from "../../mach/ipc/names.ts";
import { attempt } from "../../glibc-shim/errno.ts";
import { authCall } from "../interfaces/auth.ts";
import { encodeArgz } from "../interfaces/argz.ts";
import {
  INIT_INT_MAX,
  INIT_PORT_AUTH,
  INIT_PORT_BOOTSTRAP,
  INIT_PORT_CRDIR,
  INIT_PORT_CTTYID,
  INIT_PORT_CWDIR,
  INIT_PORT_MAX,
  INIT_PORT_PROC,
  O_EXEC,
  TASK_BOOTSTRAP_PORT,
} from "../interfaces/hurd-types.ts";
import { procCall } from "../interfaces/process.ts";
import { mark, processOf, release } from "./core-servers.ts";
import { crashSystem } from "./crash.ts";
import { execute, newTask } from "./run.ts";
import type { StartupState } from "./state.ts";

/** The umask of programs that are started with the standard data. */
const STANDARD_UMASK = 0o022;
/** What pid 1's program may be; all are run by console-run, which gives them a terminal. */
const CONSOLE_RUN = "/libexec/console-run";
const CANDIDATES = ["/libexec/runsystem", "/bin/sh", "/bin/shd"];

/** Steps 40 to 44. */
export function* launchSystem(s: StartupState): Syscall<void> {
  yield* initStandardData(s);
  yield* adoptKernel(s);
  yield* s.console.print(".\n");
  yield* launchInit(s);
  s.booted = true;
}

/** Standard ports for secure execs and translators: root and current directory without identity, an auth handle without ids (step 40). */
function* initStandardData(s: StartupState): Syscall<void> {
  const none = yield* authCall.auth_makeauth(s.authServer, { other_handles: copySends([]), euids: [], auids: [], egids: [], agids: [] });
  if (none.err) return;
  const ports = new Array<MachPort>(INIT_PORT_MAX).fill(MACH_PORT_NULL);
  ports[INIT_PORT_CWDIR] = yield* s.libc.reauthenticate(s.defaultPorts[INIT_PORT_CWDIR] ?? MACH_PORT_NULL, none.newhandle);
  ports[INIT_PORT_CRDIR] = yield* s.libc.reauthenticate(s.defaultPorts[INIT_PORT_CRDIR] ?? MACH_PORT_NULL, none.newhandle);
  ports[INIT_PORT_AUTH] = none.newhandle;
  const ints = new Array<number>(INIT_INT_MAX).fill(0);
  ints[0] = STANDARD_UMASK;
  yield* procCall.proc_setexecdata(s.procServer, { ports: copySends(ports), ints });
  for (const port of ports) yield* release(port);
}

/** The kernel is a process too: our child, essential by name, with arguments of ours for ps (step 41). */
function* adoptKernel(s: StartupState): Syscall<void> {
  if (s.kernelTask === MACH_PORT_NULL) return;
  yield* procCall.proc_child(s.procServer, { child: s.kernelTask });
  const proc = yield* processOf(s, s.kernelTask);
  if (proc === MACH_PORT_NULL) return;
  yield* procCall.proc_mark_important(proc, {});
  s.essential.push({ task: s.kernelTask, name: "kernel" });
  yield* procCall.proc_set_exe(proc, { path: "kernel" });
  const boot = yield* machCall.task_get_special_port(s.kernelTask, { which_port: TASK_BOOTSTRAP_PORT });
  if (!boot.err && boot.special_port === MACH_PORT_NULL) yield* machCall.task_set_special_port(s.kernelTask, { which_port: TASK_BOOTSTRAP_PORT, special_port: proc });
  yield* kernelArguments(s, proc);
  yield* release(proc);
}

/** argv "gnumach" and the command line's words, in a page of the kernel task. */
function* kernelArguments(s: StartupState, proc: MachPort): Syscall<void> {
  const words = ["gnumach", ...s.argv.slice(1)];
  const page = yield* machCall.vm_allocate(s.kernelTask, { address: 0, size: 4096, anywhere: true });
  if (page.err) return;
  const bytes = new Uint8Array(4096);
  const view = new DataView(bytes.buffer);
  let at = 4 * (words.length + 2);
  for (const [i, word] of words.entries()) {
    const text = encodeArgz([word]);
    if (at + text.length > bytes.length) break;
    view.setUint32(4 * i, page.address + at, true);
    bytes.set(text, at);
    at += text.length;
  }
  yield* machCall.vm_write(s.kernelTask, { address: page.address, data: bytes });
  yield* procCall.proc_set_arg_locations(proc, { argv: page.address, envp: page.address + 4 * (words.length + 1) });
}

/** Pid 1: the first candidate that console-run can be started for; none brings the system down (steps 43, 44). */
function* launchInit(s: StartupState): Syscall<void> {
  for (const program of CANDIDATES) {
    const args = program === CANDIDATES[0] ? s.argv.slice(1) : [];
    if (yield* runInit(s, [program, ...args])) return;
  }
  yield* crashSystem(s);
}

function* runInit(s: StartupState, words: readonly string[]): Syscall<boolean> {
  const file = yield* attempt(s.libc.file_name_lookup(CONSOLE_RUN, O_EXEC));
  if (file.err) return false;
  const task = yield* newTask();
  yield* procCall.proc_set_init_task(s.procServer, { task });
  yield* procCall.proc_task2pid(s.procServer, { task });
  const proc = yield* processOf(s, task);
  const ports = new Array<MachPort>(INIT_PORT_MAX).fill(MACH_PORT_NULL);
  ports[INIT_PORT_CWDIR] = s.defaultPorts[INIT_PORT_CWDIR] ?? MACH_PORT_NULL;
  ports[INIT_PORT_CRDIR] = s.defaultPorts[INIT_PORT_CRDIR] ?? MACH_PORT_NULL;
  ports[INIT_PORT_AUTH] = s.authServer;
  ports[INIT_PORT_PROC] = proc;
  ports[INIT_PORT_CTTYID] = MACH_PORT_NULL;
  ports[INIT_PORT_BOOTSTRAP] = MACH_PORT_NULL;
  const err = yield* execute(s, file.value, task, CONSOLE_RUN, [CONSOLE_RUN, ...words], { ports, fds: [] });
  yield* procCall.proc_mark_important(proc, {});
  for (const name of [file.value, proc, task]) yield* release(name);
  return err === 0;
}

/** What an essential task is marked as when it registers before the system is up (step 38). */
export function* markEssential(s: StartupState, name: string, task: MachPort): Syscall<void> {
  if (name === "auth" || name === "proc" || name.endsWith("fs")) return;
  if (name !== "exec") yield* procCall.proc_child(s.procServer, { child: task });
  const proc = yield* processOf(s, task);
  if (name === "exec") yield* mark(proc, "/hurd/exec");
  else {
    yield* procCall.proc_mark_important(proc, {});
    yield* procCall.proc_set_exe(proc, { path: name });
  }
  yield* release(proc);
}
