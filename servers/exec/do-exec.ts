/**
 * The exec itself (exec.md §5), in its order. Until the commit point nothing of the caller has been touched but that its task is suspended; from
 * there on a failure ends the old task.
 */
import { MACH_PORT_NULL, portValid, type MachPort } from "../../mach/ipc/names.ts";
import { gnumachCall } from "../../mach/interfaces/gnumach.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import { asFailure, type Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { deallocate, taskSelf } from "../../glibc-shim/rights.ts";
import { Errno } from "../interfaces/errno.ts";
import { EXEC_DEFAULTS, EXEC_NEWTASK, EXEC_SECURE, EXEC_SIGTRAP, INIT_PORT_PROC, O_READ, TASK_BOOTSTRAP_PORT } from "../interfaces/hurd-types.ts";
import { procCall } from "../interfaces/process.ts";
import { SIGTRAP } from "../interfaces/signals.ts";
import type { PortInfo } from "../lib/ports.ts";
import { emptyBootInfo, type BootInfo } from "./boot-info.ts";
import { check, headerPlace, prepareAndCheck, type Executable } from "./check.ts";
import { taskName, withOrigin } from "./environment.ts";
import { ExecFile } from "./file.ts";
import { execScript } from "./hashbang.ts";
import { handOver, reassign } from "./identity.ts";
import { codeRange, guardNull, loadImage, setupThread, VM_USER_RANGE } from "./load.ts";
import { lookupWith } from "./names.ts";
import type { ExecRequest } from "./request.ts";
import type { ExecServer } from "./server.ts";
import { fillSlots, intsFor, Slots } from "./slots.ts";
import type { StdData } from "./std-data.ts";

type Code = 0 | Failure;

/** Nested execs of one task: scripts whose interpreters are scripts. More is a circle; the real server works on until it runs out of memory. */
const MAX_NESTING = 64;

/** One exec on its way. Fields are filled as it goes; what is there at the end is given up or given back. */
class Exec {
  readonly server: ExecServer;
  readonly request: ExecRequest;
  readonly slots: Slots;
  flags: number;
  newtask: MachPort = MACH_PORT_NULL;
  thread: MachPort = MACH_PORT_NULL;
  /** Past the commit point, in place. */
  committed = false;
  info: PortInfo<BootInfo> | undefined = undefined;

  constructor(server: ExecServer, request: ExecRequest) {
    this.server = server;
    this.request = request;
    this.flags = request.flags;
    this.slots = new Slots(request.portarray);
  }

  get inPlace(): boolean {
    return this.newtask === this.request.oldtask;
  }
}

/** Runs a request. 0: all its rights have been consumed; else none. */
export function* doExec(server: ExecServer, request: ExecRequest): Syscall<Code> {
  const { flags, oldtask } = request;
  if ((flags & (EXEC_SECURE | EXEC_DEFAULTS)) !== 0 && !server.std.known) return Errno.EIEIO;
  if (orphansProcess(request)) return Errno.EINVAL;
  if (oldtask !== MACH_PORT_NULL) {
    const suspended = yield* machCall.task_suspend(oldtask, {});
    if (suspended.err) return suspended.err;
  }
  const file = yield* ExecFile.prepare(request.file);
  if (file.err) return yield* resumed(oldtask, file.err);
  const code = yield* withFile(server, request, file.value);
  yield* file.value.close();
  return code;
}

/** A process would lose its task and not find the new one: our decision, EINVAL (exec.md §5 step 16, DIFFERENCES.md). */
const orphansProcess = ({ flags, oldtask, portarray }: ExecRequest): boolean =>
  (flags & EXEC_NEWTASK) !== 0 &&
  (flags & (EXEC_SECURE | EXEC_DEFAULTS)) === 0 &&
  oldtask !== MACH_PORT_NULL &&
  (portarray[INIT_PORT_PROC] ?? MACH_PORT_NULL) === MACH_PORT_NULL;

function* resumed(task: MachPort, code: Code): Syscall<Code> {
  if (task !== MACH_PORT_NULL) yield* machCall.task_resume(task, {});
  return code;
}

function* withFile(server: ExecServer, request: ExecRequest, file: ExecFile): Syscall<Code> {
  const program = yield* check(file);
  if (program.err === Errno.ENOEXEC) return yield* script(server, request, file);
  if (program.err) return yield* resumed(request.oldtask, program.err);
  const exec = new Exec(server, request);
  const code = yield* buildUp(exec, program.value);
  return code === 0 ? yield* succeed(exec) : yield* fail(exec, code);
}

function* script(server: ExecServer, request: ExecRequest, file: ExecFile): Syscall<Code> {
  const { oldtask } = request;
  const depth = (server.nesting.get(oldtask) ?? 0) + 1;
  if (depth > MAX_NESTING) return yield* resumed(oldtask, Errno.EIO);
  server.nesting.set(oldtask, depth);
  const code = yield* execScript(file, request, server.std);
  if (depth > 1) server.nesting.set(oldtask, depth - 1);
  else server.nesting.delete(oldtask);
  yield* resumed(oldtask, code);
  if (code !== 0) return code;
  for (const port of [request.file, oldtask, ...request.dtable, ...request.portarray]) yield* deallocate(port);
  return 0;
}

/** Steps 7–19. The standard data stay as they are only for step 8. */
function* buildUp(exec: Exec, program: Executable): Syscall<Code> {
  const prepared = yield* chooseTask(exec);
  if (prepared !== 0) return prepared;
  const filled = yield* exec.server.std.read((std) => bootInfo(exec, std));
  if (filled !== 0) return filled;
  const interpreter = yield* openInterpreter(exec, program);
  if (interpreter.err) return interpreter.err;
  const code = yield* transform(exec, program, interpreter.value);
  if (interpreter.value !== undefined) yield* closeInterpreter(interpreter.value);
  return code;
}

/** Step 7: the old task, or a new one. Its Mach parent is this task where the caller must not have a hand in it. */
function* chooseTask(exec: Exec): Syscall<Code> {
  const { oldtask } = exec.request;
  if (oldtask === MACH_PORT_NULL) exec.flags |= EXEC_NEWTASK;
  const inPlace = exec.flags & EXEC_SECURE ? exec.server.holes.has("secure-new-task") : (exec.flags & EXEC_NEWTASK) === 0;
  if (inPlace && oldtask !== MACH_PORT_NULL) {
    exec.newtask = oldtask;
    return 0;
  }
  const parent = exec.flags & EXEC_SECURE || oldtask === MACH_PORT_NULL ? yield* taskSelf() : oldtask;
  const made = yield* machCall.task_create(parent, { inherit_memory: false });
  if (made.err) return made.err;
  exec.newtask = made.child_task;
  return 0;
}

/** Step 8: ports, ints and strings for the new program. */
function* bootInfo(exec: Exec, std: StdData | undefined): Syscall<Code> {
  const { request, server, slots } = exec;
  const filled = yield* fillSlots(slots, { request, newtask: exec.newtask, ownProc: server.ownProc(), std, holes: server.holes });
  if (filled !== 0) return filled;
  exec.info = yield* server.bucket.create(server.bootInfos, {
    userEntry: 0,
    phdrData: 0,
    phdrSize: 0,
    stackBase: 0,
    stackSize: 0,
    flags: exec.flags,
    argv: request.argv,
    envp: withOrigin(request.envp, request.abspath),
    dtable: request.dtable,
    portarray: [],
    intarray: intsFor(request, std),
  });
  server.bucket.hold(exec.info);
  return 0;
}

type Interpreter = { readonly err: 0; readonly value: { readonly port: MachPort; readonly executable: Executable } | undefined };

/** Step 9: the program's interpreter, looked up as the program itself would. */
function* openInterpreter(exec: Exec, { image }: Executable): Syscall<Interpreter | { readonly err: Failure }> {
  if (image.interp === undefined) return { err: 0, value: undefined };
  const found = yield* lookupWith((which) => exec.slots.port(which), exec.request.dtable, image.interp, O_READ);
  if (found.err) return found;
  const checked = yield* prepareAndCheck(found.value);
  const code = checked.err !== 0 ? checked.err : checked.value.whole ? 0 : Errno.ENOEXEC;
  if (checked.err === 0 && code === 0) return { err: 0, value: { port: found.value, executable: checked.value } };
  if (checked.err === 0) yield* checked.value.file.close();
  yield* deallocate(found.value);
  return { err: asFailure(code) };
}

function* closeInterpreter(interpreter: NonNullable<Interpreter["value"]>): Syscall<void> {
  yield* interpreter.executable.file.close();
  yield* deallocate(interpreter.port);
}

/** Steps 10–19: from the commit point to a thread that is ready to run. */
function* transform(exec: Exec, program: Executable, interpreter: Interpreter["value"]): Syscall<Code> {
  if (exec.inPlace) {
    const emptied = yield* emptyTask(exec);
    if (emptied !== 0) return emptied;
  }
  const executables = interpreter === undefined ? [program] : [program, interpreter.executable];
  yield* guardNull(exec.newtask);
  for (const executable of executables) {
    const loaded = yield* loadImage(exec.newtask, executable);
    if (loaded !== 0) return loaded;
  }
  const introduced = yield* introduce(exec, program, executables);
  if (introduced !== 0) return introduced;
  const started = yield* makeThread(exec, executables.at(-1) ?? program);
  if (started !== 0) return started;
  if (!exec.inPlace && exec.request.oldtask !== MACH_PORT_NULL) {
    const change = exec.server.holes.has("2021-43411") ? reassign : handOver;
    const moved = yield* change(exec.request, exec.newtask, exec.slots, exec.server.ownProc());
    if (moved !== 0) return moved;
  }
  return yield* giveBootstrap(exec);
}

/** Step 10: threads, memory, and the names that the caller listed. */
function* emptyTask(exec: Exec): Syscall<Code> {
  const { newtask: task, request } = exec;
  const threads = yield* machCall.task_threads(task, {});
  if (threads.err) return threads.err;
  for (const thread of threads.thread_list) {
    yield* machCall.thread_terminate(thread, {});
    yield* deallocate(thread);
  }
  exec.committed = true;
  const unmapped = yield* machCall.vm_deallocate(task, VM_USER_RANGE);
  if (unmapped.err) return unmapped.err;
  for (const name of request.deallocnames) yield* machPortCall.mach_port_deallocate(task, { name });
  for (const name of request.destroynames) yield* machPortCall.mach_port_destroy(task, { name });
  return 0;
}

/** Steps 13, 14: who the task is now, for the proc server and the kernel. */
function* introduce(exec: Exec, program: Executable, executables: readonly Executable[]): Syscall<Code> {
  const { request, newtask, slots, info } = exec;
  if (info !== undefined) {
    const header = headerPlace(program);
    Object.assign(info.object, { userEntry: program.image.entry, phdrData: header.address, phdrSize: header.size });
  }
  const proc = slots.port(INIT_PORT_PROC);
  if (proc === MACH_PORT_NULL) {
    yield* gnumachCall.task_set_name(newtask, { name: taskName(request.argv, undefined) });
    return 0;
  }
  const range = codeRange(...executables);
  const coded = yield* procCall.proc_set_code(proc, { start_code: range.start, end_code: range.end });
  if (coded.err) return coded.err;
  const known = yield* procCall.proc_task2pid(proc, { task: newtask });
  if (known.err) return known.err;
  yield* procCall.proc_set_exe(proc, { path: request.abspath });
  yield* gnumachCall.task_set_name(newtask, { name: taskName(request.argv, known.pid) });
  const entered = yield* procCall.proc_set_entry(proc, { entry: program.image.entry });
  return entered.err;
}

/** Step 15. */
function* makeThread(exec: Exec, started: Executable): Syscall<Code> {
  const made = yield* machCall.thread_create(exec.newtask, {});
  if (made.err) return made.err;
  exec.thread = made.child_thread;
  const stack = yield* setupThread(exec.newtask, exec.thread, started.image.entry);
  if (stack.err) return stack.err;
  if (exec.info !== undefined) Object.assign(exec.info.object, { stackBase: stack.value.base, stackSize: stack.value.size });
  return 0;
}

/** Steps 17, 18: where the program will ask, and the trap for a debugger. */
function* giveBootstrap(exec: Exec): Syscall<Code> {
  const { info, server, newtask, slots } = exec;
  if (info === undefined) return 0;
  const right = yield* server.bucket.getSendRight(info);
  const set = yield* machCall.task_set_special_port(newtask, { which_port: TASK_BOOTSTRAP_PORT, special_port: right });
  if (set.err === 0) info.object.portarray = slots.ports;
  yield* deallocate(right);
  if (set.err) return set.err;
  if (exec.flags & EXEC_SIGTRAP) yield* procCall.proc_mark_stop(slots.port(INIT_PORT_PROC), { signo: SIGTRAP, sigcode: 0 });
  return 0;
}

/** Steps 19–21. The right in the new task keeps boot-info alive from here. */
function* succeed(exec: Exec): Syscall<Code> {
  const { request, slots, info, server } = exec;
  const proc = slots.port(INIT_PORT_PROC);
  if (portValid(proc)) yield* procCall.proc_mark_exec(proc, {});
  if (info !== undefined) yield* server.bucket.release(info);
  if ((exec.flags & EXEC_SIGTRAP) === 0) yield* machCall.thread_resume(exec.thread, {});
  if (exec.inPlace) yield* machCall.task_resume(request.oldtask, {});
  else if (request.oldtask !== MACH_PORT_NULL) yield* machCall.task_terminate(request.oldtask, {});
  yield* slots.commit();
  if (server.holes.has("exec-answers-late") && (exec.flags & EXEC_SIGTRAP) === 0) while ((info?.object.portarray.length ?? 0) > 0) yield* server.taken.wait();
  if (!exec.inPlace) yield* deallocate(exec.newtask);
  for (const port of [exec.thread, request.file, request.oldtask]) yield* deallocate(port);
  return 0;
}

/** Everything of ours goes; the request's rights stay with its message. An emptied task cannot go on. */
function* fail(exec: Exec, code: Code): Syscall<Code> {
  const { request, info, server, newtask } = exec;
  if (info !== undefined) {
    emptyBootInfo(info.object);
    yield* server.bucket.destroyRight(info);
    yield* server.bucket.release(info);
  }
  yield* exec.slots.abandon();
  yield* deallocate(exec.thread);
  if (!exec.inPlace && newtask !== MACH_PORT_NULL) {
    yield* machCall.task_terminate(newtask, {});
    yield* deallocate(newtask);
  }
  if (exec.committed) yield* machCall.task_terminate(request.oldtask, {});
  else yield* resumed(request.oldtask, code);
  return code;
}
