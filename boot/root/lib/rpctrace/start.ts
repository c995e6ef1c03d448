/** The traced command's beginning (rpctrace.md §2.1): a new task whose kernel port is a wrapper, and an exec into it that is not traced. */
import { attempt, UnixError } from "../../../../glibc-shim/errno.ts";
import type { Libc } from "../../../../glibc-shim/libc.ts";
import { deallocate, taskSelf } from "../../../../glibc-shim/rights.ts";
import { procCall } from "../../../../glibc-shim/stubs.ts";
import { machCall } from "../../../../mach/interfaces/mach.ts";
import type { MachPort } from "../../../../mach/ipc/names.ts";
import type { Failure } from "../../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { Errno, strerror } from "../../../../servers/interfaces/errno.ts";
import { O_EXEC } from "../../../../servers/interfaces/hurd-types.ts";
import { SIGINT, SIGTERM } from "../../../../servers/interfaces/signals.ts";
import { attach, detach } from "./attach.ts";
import { TracedTasks } from "./tasks.ts";
import { Tracer, type TraceOptions } from "./trace.ts";
import { UNTRACED, Wrappers } from "./wrappers.ts";

/** The command was not started. */
export class StartError extends Error {
  override readonly name = "StartError";
  readonly status: number;
  constructor(text: string, status: number) {
    super(text);
    this.status = status;
  }
}

const NOT_FOUND = 1;
const FAILED = 2;
/** The process server, whose services rpctrace needs itself. */
const HURD_PID_PROC = 4;

interface Program {
  readonly file: MachPort;
  readonly path: string;
}

/** `file_name_path_lookup`: the command's file, by $PATH when its name has no slash. */
function* find(libc: Libc, command: string): Syscall<Program> {
  const dirs = command.includes("/") ? [undefined] : (libc.environ.get("PATH") ?? "/bin:/usr/bin").split(":");
  let err: Failure = Errno.ENOENT;
  for (const dir of dirs) {
    const path = dir === undefined || dir === "" ? command : `${dir}/${command}`;
    const got = yield* attempt(libc.file_name_lookup(path, O_EXEC, 0));
    if (!got.err) return { file: got.value, path };
    err = got.err;
  }
  throw new StartError(`command not found: ${command}: ${strerror(err)}`, NOT_FOUND);
}

function check(call: string, err: number): void {
  if (err !== 0) throw new StartError(`${call}: ${strerror(err)}`, FAILED);
}

function* absolute(libc: Libc, path: string): Syscall<string> {
  return path.startsWith("/") ? path : `${(yield* libc.getcwd()).replace(/\/$/, "")}/${path}`;
}

/** The command's init ports: rpctrace's own, but for the process port. */
function* initPorts(libc: Libc, task: MachPort): Syscall<readonly MachPort[]> {
  const { cwdir, crdir, auth, proc, cttyid, bootstrap } = libc.ports;
  const own = yield* procCall.proc_task2proc(proc, { task });
  if (own.err) throw new StartError(`proc_task2proc: ${strerror(own.err)}`, FAILED);
  return [cwdir, crdir, auth, own.proc, cttyid, bootstrap];
}

/** Starts `argv` and the thread that traces it. Answers its pid. Throws StartError. */
export function* startTraced(libc: Libc, argv: readonly string[], env: ReadonlyMap<string, string>, options: TraceOptions): Syscall<number> {
  const command = argv[0] ?? "";
  const { file, path } = yield* find(libc, command);
  const made = yield* machCall.task_create(yield* taskSelf(), { inherit_memory: false });
  if (made.err) throw new StartError(`task_create: ${strerror(made.err)}`, FAILED);
  const task = made.child_task;
  try {
    check("proc_child", (yield* procCall.proc_child(libc.ports.proc, { child: task })).err);
    const tasks = new TracedTasks(libc.ports.proc);
    const wrappers = yield* Wrappers.create((holder) => tasks.pidOf(holder));
    yield* wrappers.add(task, UNTRACED);
    yield* tasks.add(task, wrappers);
    const tracer = new Tracer(wrappers, tasks, options);
    yield* libc.thread(() => tracer.run());
    const abspath = yield* absolute(libc, path);
    const words = [...env].map(([name, value]) => `${name}=${value}`);
    const ports = yield* initPorts(libc, task);
    check(`cannot exec \`${command}'`, yield* libc.hurdExec({ task, file, path, abspath, argv, env: words, ports }));
    yield* deallocate(file);
    return tasks.pidOf(task);
  } catch (e) {
    if (e instanceof StartError || e instanceof UnixError) yield* machCall.task_terminate(task, {});
    throw e;
  }
}

/**
 * Traces process `pid` until it ends ("exited") or a signal says to let go ("detached"): then only calls that are open are waited for, and a second
 * signal ends that too. Throws StartError; EDEADLK for what rpctrace itself needs to go on.
 */
export function* traceRunning(libc: Libc, pid: number, options: TraceOptions): Syscall<"exited" | "detached"> {
  const got = yield* procCall.proc_pid2task(libc.ports.proc, { pid });
  if (got.err) throw new StartError(`${pid}: ${strerror(got.err)}`, NOT_FOUND);
  if (pid === libc.getpid() || pid === HURD_PID_PROC) throw new StartError(`${pid}: ${strerror(Errno.EDEADLK)}`, NOT_FOUND);
  let signals = 0;
  const count = function* (): Syscall<void> {
    signals++;
  };
  for (const signo of [SIGINT, SIGTERM]) yield* libc.sigaction(signo, { handler: count });
  const tasks = new TracedTasks(libc.ports.proc);
  const wrappers = yield* Wrappers.create((holder) => tasks.pidOf(holder));
  yield* attach(got.task, tasks, wrappers);
  const tracer = new Tracer(wrappers, tasks, options);
  yield* tracer.run(() => signals > 0 || tasks.pidOf(got.task) < 0);
  if (signals > 0) {
    for (const task of tasks.all) yield* detach(task, tasks, wrappers);
    yield* tracer.run(() => signals > 1 || !wrappers.calling);
  }
  yield* tracer.end();
  return signals > 0 ? "detached" : "exited";
}
