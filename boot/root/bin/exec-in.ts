/**
 * exec-in [-e] [-f] [-n] PID COMMAND [ARG …]: runs COMMAND in the task of the process PID, in place of what ran there. Exec takes any task whose port one
 * holds (exec.md §2); proc gives the task port to whoever has all ids of the process. The process keeps its pid, parent and group; its program,
 * descriptors, directories, environment and identity are then ours.
 *
 * -e: the environment of the process stays its own; -n: a new task takes the old one's place (EXEC_NEWTASK). A process that is in an exec already, or that somebody
 * holds suspended, is waited for up to a second, then it is EBUSY; -f: as the call itself is, without looking. Two execs that meet in one task end it.
 */
import { attempt } from "../../../glibc-shim/errno.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { decodeArgz } from "../../../servers/interfaces/argz.ts";
import { Errno, strerror } from "../../../servers/interfaces/errno.ts";
import { EXEC_NEWTASK, O_EXEC } from "../../../servers/interfaces/hurd-types.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { freeze, thaw } from "../lib/freeze.ts";
import { UsageError } from "../lib/options.ts";
import { dropRight } from "../lib/rights.ts";
import { tool, wholeNumber, type Tool } from "../lib/tool.ts";

export const main = tool({ letters: "+efn", long: { "keep-environment": "e", force: "f", "new-task": "n" }, usage: "[-e] [-f] [-n] PID COMMAND [ARG...]", misuse: 64 }, function* (t) {
  const [process, command, ...args] = t.operands;
  if (process === undefined || command === undefined) throw new UsageError("missing operand");
  const pid = wholeNumber(process, "process id");
  if (pid === t.libc.getpid()) return yield* t.complain(`${pid}: That is myself`);
  const found = yield* findProgram(t.libc, command);
  if (found.err !== 0) return yield* t.complain(`${command}: ${strerror(found.err)}`, found.err === Errno.ENOENT ? 127 : 126);
  const err = yield* intoTask(t, pid, found, [command, ...args]);
  yield* dropRight(found.file);
  if (err !== undefined) yield* t.complain(err);
});

interface Found {
  readonly err: 0;
  readonly file: MachPort;
  readonly path: string;
}

function* findProgram(libc: Libc, command: string): Syscall<Found | { readonly err: Failure }> {
  const places = command.includes("/") ? [command] : (libc.environ.get("PATH") ?? "/bin:/usr/bin").split(":").map((dir) => `${dir}/${command}`);
  let told: Failure = Errno.ENOENT;
  for (const path of places) {
    const file = yield* attempt(libc.file_name_lookup(path, O_EXEC));
    if (file.err === 0) return { err: 0, file: file.value, path };
    if (file.err !== Errno.ENOENT) told = file.err;
  }
  return { err: told };
}

/** What went wrong. */
function* intoTask(t: Tool, pid: number, program: Found, argv: readonly string[]): Syscall<string | undefined> {
  const { proc } = t.libc.ports;
  const task = yield* procCall.proc_pid2task(proc, { pid });
  if (task.err !== 0) return `${pid}: Cannot get task: ${strerror(task.err)}`;
  if (task.task === MACH_PORT_NULL) return `${pid}: Cannot get task: ${strerror(Errno.ESRCH)}`;
  const itsProc = yield* procCall.proc_task2proc(proc, { task: task.task });
  const err = itsProc.err !== 0 ? itsProc.err : yield* runStill(t, pid, { task: task.task, proc: itsProc.proc }, program, argv);
  if (itsProc.err === 0) yield* dropRight(itsProc.proc);
  yield* dropRight(task.task);
  if (err === Errno.EBUSY) return `${pid}: ${strerror(err)}`;
  return err === 0 ? undefined : `${program.path}: ${strerror(err)}`;
}

interface Target {
  readonly task: MachPort;
  readonly proc: MachPort;
}

/** Nothing else may exec there meanwhile. */
function* runStill(t: Tool, pid: number, target: Target, program: Found, argv: readonly string[]): Syscall<number> {
  if (t.has("f")) return yield* run(t, pid, target, program, argv);
  const frozen = yield* freeze(t.libc, pid, target.task);
  if (frozen === undefined) return Errno.EBUSY;
  const err = yield* run(t, pid, target, program, argv);
  yield* thaw(frozen);
  return err;
}

/** All names of the task go, as in an exec of its own; what the new program gets is made of our ports, and its own process port. */
function* run(t: Tool, pid: number, { task, proc }: Target, { file, path }: Found, argv: readonly string[]): Syscall<number> {
  const { libc } = t;
  const names = yield* machPortCall.mach_port_names(task, {});
  if (names.err !== 0) return names.err;
  const own = libc.ports;
  const ports = [own.cwdir, own.crdir, own.auth, proc, own.cttyid, MACH_PORT_NULL];
  const abspath = path.startsWith("/") ? path : `${(yield* libc.getcwd()).replace(/\/$/, "")}/${path}`;
  const env = t.has("e") ? yield* environmentOf(libc, pid) : [...libc.environ].map(([name, value]) => `${name}=${value}`);
  const flags = t.has("n") ? EXEC_NEWTASK : 0;
  return yield* libc.hurdExec({ task, file, path, abspath, argv, env, flags, ports, destroynames: names.names });
}

function* environmentOf(libc: Libc, pid: number): Syscall<readonly string[]> {
  const env = yield* procCall.proc_getprocenv(libc.ports.proc, { which: pid });
  return env.err === 0 ? decodeArgz(env.procenv) : [];
}
