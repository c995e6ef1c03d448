/**
 * fork (signals-fork.md §3): all of it is done by the parent, by calls on the child's task port, and `proc_child` is the last call that can fail.
 *
 * A running program cannot be copied here, so the child has a body of its own; everything else is copied: memory, names, descriptors, masks, actions.
 */
import { machPortCall } from "../mach/interfaces/mach-port.ts";
import { machCall } from "../mach/interfaces/mach.ts";
import { MACH_PORT_NULL, type MachPort } from "../mach/ipc/names.ts";
import { code, cpu, mach_thread_self, swtch_pri, type Syscall } from "../mach/kern/syscall.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { INIT_PORT_PROC } from "../servers/interfaces/hurd-types.ts";
import { reopenAllCtty } from "./ctty.ts";
import { attempt, orThrow, UnixError } from "./errno.ts";
import { copySpace, replacePlaceholder } from "./fork-space.ts";
import { criticalSection } from "./handler.ts";
import { resumeOthers } from "./post-signal.ts";
import { type Process, type Sigstate, sigstateSelf, ThreadState } from "./process.ts";
import { deallocate, taskSelf } from "./rights.ts";
import { initFaults, signalThread } from "./signal-thread.ts";
import { procCall } from "./stubs.ts";
import { setEntry } from "./thread.ts";

/** A child that runs `body` and exits with its result. Answers its pid. Throws; then there is no child. A signal that breaks it off is handled, and all is tried again. */
export function* fork(p: Process, body: (child: Process) => Syscall<never>): Syscall<number> {
  const own = sigstateSelf();
  for (;;) {
    const made = yield* attempt(criticalSection(p, own, alone(p, forkOnce(p, own, body))));
    if (made.err === 0) return made.value;
    if (made.err !== Errno.EINTR) throw new UnixError("fork", made.err);
  }
}

/** One thread forks at a time: two would stop each other. */
function* alone<T>(p: Process, body: Syscall<T>): Syscall<T> {
  while (p.forking) yield* swtch_pri();
  p.forking = true;
  try {
    return yield* body;
  } finally {
    p.forking = false;
  }
}

function* forkOnce(p: Process, own: Sigstate, body: (child: Process) => Syscall<never>): Syscall<number> {
  const parent = yield* taskSelf();
  const proc = p.port(INIT_PORT_PROC);
  if (own.thread === MACH_PORT_NULL) own.thread = yield* mach_thread_self();
  // the child's text is a copy of ours: its entry must stand there before the copy is made
  const pc = yield* code(p.threadEntry);
  orThrow("fork", yield* procCall.proc_dostop(proc, { contthread: own.thread }));
  if (p.signalThread !== MACH_PORT_NULL) yield* machCall.thread_abort(p.signalThread, {});
  // the other threads stand still: what the child is to know of descriptors and ports is what its name space will hold
  const child = p.forkChild(own);
  const created = yield* machCall.task_create(parent, { inherit_memory: true });
  if (created.err) {
    yield* resumeOthers(own.thread);
    throw new UnixError("fork", created.err);
  }
  const task = created.child_task;
  const made = yield* attempt(populate(p, own, task, { child, pc, body }));
  if (made.err) {
    yield* machCall.task_terminate(task, {});
    yield* deallocate(task);
    throw new UnixError("fork", made.err);
  }
  return made.value;
}

/** What the child's threads run: where threads begin, and its process. */
interface ToRun {
  readonly child: Process;
  readonly pc: number;
  readonly body: (child: Process) => Syscall<never>;
}

/** Names, threads, registration: from an empty task to a process. */
function* populate(p: Process, own: Sigstate, child: MachPort, run: ToRun): Syscall<number> {
  const parent = yield* taskSelf();
  const proc = p.port(INIT_PORT_PROC);
  const { names, types, threads, childProc } = yield* inventory(p, own, parent, child);
  const { msgport, signalThread: signals } = p;
  const copied = yield* attempt(
    copySpace({ parent, child, parentProc: proc, childProc, msgport, ownThread: own.thread, signalThread: signals, threads: new Set(threads) }, names, types),
  );
  yield* resumeThreads(threads, own.thread);
  if (copied.err) {
    yield* dropThreads(threads);
    throw new UnixError("fork", copied.err);
  }
  const main = orThrow("fork", yield* machCall.thread_create(child, {})).child_thread;
  const signal = orThrow("fork", yield* machCall.thread_create(child, {})).child_thread;
  yield* replacePlaceholder(child, own.thread, main, copied.value.ownRefs);
  yield* replacePlaceholder(child, signals, signal, copied.value.signalRefs);
  const locations = yield* procCall.proc_get_arg_locations(proc, {});
  if (!locations.err) yield* procCall.proc_set_arg_locations(childProc, { argv: locations.argv, envp: locations.envp });
  yield* setStates(p, { main, signal }, run);
  const { pid } = orThrow("fork", yield* procCall.proc_task2pid(proc, { task: child }));
  orThrow("fork", yield* procCall.proc_child(proc, { child }));
  yield* machCall.thread_resume(main, {});
  for (const port of [child, main, signal, childProc, ...threads]) yield* deallocate(port);
  return pid;
}

interface Inventory {
  readonly names: readonly MachPort[];
  readonly types: readonly number[];
  readonly threads: readonly MachPort[];
  readonly childProc: MachPort;
}

/** What there is to copy. */
function* inventory(p: Process, own: Sigstate, parent: MachPort, child: MachPort): Syscall<Inventory> {
  const { names, types } = orThrow("fork", yield* machPortCall.mach_port_names(parent, {}));
  const { thread_list } = orThrow("fork", yield* machCall.task_threads(parent, {}));
  const got = yield* procCall.proc_task2proc(p.port(INIT_PORT_PROC), { task: child });
  if (got.err) {
    yield* resumeThreads(thread_list, own.thread);
    yield* dropThreads(thread_list);
    throw new UnixError("fork", got.err);
  }
  return { names, types, threads: thread_list, childProc: got.proc };
}

/** Undoes proc_dostop. */
function* resumeThreads(threads: readonly MachPort[], own: MachPort): Syscall<void> {
  for (const thread of threads) if (thread !== own) yield* machCall.thread_resume(thread, {});
}

/** Gives the references of `task_threads` back. */
function* dropThreads(threads: readonly MachPort[]): Syscall<void> {
  for (const thread of threads) yield* deallocate(thread);
}

/** Where the child's two threads begin, and with what. */
function* setStates(p: Process, t: { readonly main: MachPort; readonly signal: MachPort }, { child, pc, body }: ToRun): Syscall<void> {
  const { taskSelf: self, replyPort } = cpu.tls;
  const { signalTls } = p;
  yield* setEntry(t.signal, pc, p.toStart(() => signalThread(child, signalTls)));
  yield* setEntry(
    t.main,
    pc,
    p.toStart(function* () {
      const [state] = child.sigstates;
      cpu.tls.taskSelf = self;
      cpu.tls.replyPort = replyPort;
      cpu.tls.library = state && new ThreadState(child, state);
      yield* becomeProcess(child);
      yield* body(child);
    }),
  );
}

/** The child's own part: who it is, its terminals, its signal thread. */
function* becomeProcess(child: Process): Syscall<void> {
  const ids = yield* procCall.proc_getpids(child.port(INIT_PORT_PROC), {});
  if (!ids.err) {
    child.pid = ids.pid;
    child.ppid = ids.ppid;
    child.orphaned = ids.orphaned !== 0;
  }
  yield* reopenAllCtty(child);
  yield* initFaults(child);
  yield* machCall.thread_resume(child.signalThread, {});
}
