/**
 * A process becomes one: from the start-up data to init ports, pids, descriptors, signals (exec.md §9 steps 6–8); and the same in parts, for the
 * core servers, which start with nothing and are given their ports later (boot.md phases D–F).
 */
import { machCall } from "../mach/interfaces/mach.ts";
import { MACH_PORT_NULL, type MachPort, portValid } from "../mach/ipc/names.ts";
import { store, type Syscall } from "../mach/kern/syscall.ts";
import { EXEC_SECURE, INIT_PORT_BOOTSTRAP, INIT_PORT_PROC, INIT_SIGIGN, INIT_SIGMASK, INIT_SIGPENDING, INIT_TRACEMASK, INIT_UMASK, PAGE_SIZE, TASK_BOOTSTRAP_PORT } from "../servers/interfaces/hurd-types.ts";
import { UNBLOCKABLE } from "../servers/interfaces/signals.ts";
import { initDtable } from "./dtable.ts";
import { setIgnored } from "./msg-state.ts";
import { type Process, threadState } from "./process.ts";
import { taskSelf } from "./rights.ts";
import { dropUnsecure } from "./secure-environment.ts";
import { setMsgport, startSignals } from "./signal-thread.ts";
import { openStandardFds } from "./standard-fds.ts";
import type { StartupData } from "./startup-data.ts";
import { procCall } from "./stubs.ts";
import { parseEnvironment, utf8 } from "./text.ts";

/** Takes over all of `data`. Signals are started when there is a proc port. */
export function* initProcess(p: Process, data: StartupData): Syscall<void> {
  p.argv = data.argv;
  p.argv0 = data.argv[0] ?? "";
  p.environ = parseEnvironment(data.envp);
  p.execFlags = data.flags;
  if (data.flags & EXEC_SECURE && !p.holes.has("secure-environment")) dropUnsecure(p.environ);
  if (data.portarray.length > 0 || data.intarray.length > 0) yield* initPorts(p, data);
  yield* initDtable(p, data.dtable);
  if (data.flags & EXEC_SECURE && !p.holes.has("secure-descriptors")) yield* openStandardFds(p);
  yield* storeArguments(p, data);
  initSignalSets(p, data.intarray);
  yield* startSignals(p);
}

/** One cell a port; the real bootstrap port takes the place of the one that start-up data came from (`_hurd_init`). */
function* initPorts(p: Process, { portarray, intarray }: StartupData): Syscall<void> {
  for (const [which, port] of portarray.entries()) if (port !== MACH_PORT_NULL) yield* p.cell(which).set(port);
  if (portarray.length > 0) {
    yield* machCall.task_set_special_port(yield* taskSelf(), { which_port: TASK_BOOTSTRAP_PORT, special_port: p.port(INIT_PORT_BOOTSTRAP) });
  }
  p.umask = intarray[INIT_UMASK] ?? 0o022;
  p.traceMask = intarray[INIT_TRACEMASK] ?? 0;
  yield* initPids(p);
}

/** Asks proc who we are. */
export function* initPids(p: Process): Syscall<void> {
  if (!p.hasProc) return;
  const proc = p.port(INIT_PORT_PROC);
  const ids = yield* procCall.proc_getpids(proc, {});
  if (ids.err) return;
  p.pid = ids.pid;
  p.ppid = ids.ppid;
  p.orphaned = ids.orphaned !== 0;
  const group = yield* procCall.proc_getpgrp(proc, { pid: p.pid });
  if (!group.err) p.pgrp = group.pgrp;
}

/** The mask is the main thread's, pending signals are the process's. */
function initSignalSets(p: Process, ints: readonly number[]): void {
  const main = threadState()?.sigstate;
  if (main !== undefined) main.blocked = ((ints[INIT_SIGMASK] ?? 0) & ~UNBLOCKABLE) >>> 0;
  p.pending = (ints[INIT_SIGPENDING] ?? 0) >>> 0;
  setIgnored(p, ints[INIT_SIGIGN] ?? 0);
}

/**
 * Puts arguments and environment into memory, where proc reads them for `ps`: two vectors of 32-bit pointers, each ended by null, then the strings.
 */
export function* storeArguments(p: Process, { argv, envp }: Pick<StartupData, "argv" | "envp">): Syscall<void> {
  const texts = [...argv, ...envp].map((s) => utf8(`${s}\0`));
  const vectors = 4 * (texts.length + 2);
  const size = vectors + texts.reduce((n, t) => n + t.length, 0);
  const rounded = Math.ceil(size / PAGE_SIZE) * PAGE_SIZE;
  const place = yield* machCall.vm_allocate(yield* taskSelf(), { address: 0, size: rounded, anywhere: true });
  if (place.err) return;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = vectors;
  for (const [i, text] of texts.entries()) {
    view.setUint32(4 * (i < argv.length ? i : i + 1), place.address + at, true);
    bytes.set(text, at);
    at += text.length;
  }
  p.argvAddress = place.address;
  p.envpAddress = place.address + 4 * (argv.length + 1);
  yield* store(place.address, bytes);
}

/**
 * For a server that was started without them: installs init ports (their references are taken; absent ones stay) and init ints, asks for its pids when there is
 * a proc port, and starts signals. A server that answers its message port itself passes `signals: false`.
 */
export function* hurdInit(p: Process, ports: ReadonlyMap<number, MachPort>, ints: readonly number[] = [], signals = true): Syscall<void> {
  for (const [which, port] of ports) if (portValid(port)) yield* p.cell(which).set(port);
  if (ints.length > 0) p.umask = ints[INIT_UMASK] ?? p.umask;
  yield* initPids(p);
  if (signals) yield* startSignals(p);
}

/** `_hurd_setproc`: another proc port, whose reference is taken, and our message port at it. Answers proc's failure, or 0. */
export function* setproc(p: Process, proc: MachPort): Syscall<number> {
  yield* p.cell(INIT_PORT_PROC).set(proc);
  if (p.msgport !== MACH_PORT_NULL) yield* setMsgport(p);
  yield* initPids(p);
  return 0;
}

