/**
 * posix_spawn: a new task and an exec into it, no fork (exec.md §3). What the child is to have is put together here, in the parent; any failure
 * ends the new task, which is a child by then and leaves a zombie.
 */
import { machCall } from "../mach/interfaces/mach.ts";
import { MACH_PORT_NULL, type MachPort } from "../mach/ipc/names.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { INIT_PORT_AUTH, INIT_PORT_CRDIR, INIT_PORT_CWDIR, INIT_PORT_PROC, INIT_SIGIGN, INIT_SIGMASK, INIT_SIGPENDING, O_EXEC, O_TRUNC } from "../servers/interfaces/hurd-types.ts";
import { RLIMIT_NOFILE } from "../servers/interfaces/resource.ts";
import { PortCell } from "./cell.ts";
import { descriptor } from "./dtable.ts";
import { attempt, orThrow, UnixError } from "./errno.ts";
import { absolutePath, candidates, execFailure, execInts, fileExec, pruned, traceFlag, triesNext } from "./exec.ts";
import { deliverUnblocked } from "./handler.ts";
import type { FileAction, SpawnAttributes } from "./libc.ts";
import { lookup, type Names } from "./lookup.ts";
import { type Process, sigstateSelf } from "./process.ts";
import { reauthenticate } from "./reauth.ts";
import { addSendRef, deallocate, taskSelf } from "./rights.ts";
import { currentLimit } from "./rlimit.ts";
import { checkIds, makeAuth, reauthProc } from "./setauth.ts";
import { ALL_SIGNALS } from "./signo.ts";
import { fsCall, procCall, tioctlCall } from "./stubs.ts";

/** The child as it is being put together. What is as in the parent is borrowed from its cells; what was made for the child is `owned` and given back in the end. */
interface Child {
  readonly task: MachPort;
  readonly pid: number;
  readonly proc: MachPort;
  readonly cells: PortCell[];
  readonly dtable: (ChildFd | undefined)[];
  readonly owned: Set<PortCell>;
}
interface ChildFd {
  readonly cell: PortCell;
  cloexec: boolean;
}

/** What to run: a name, or a file to search for. */
export interface SpawnProgram {
  readonly file: string;
  readonly search: boolean;
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
}

const fail = (err: number): UnixError => new UnixError("posix_spawn", execFailure(err));

export function* posixSpawn(p: Process, what: SpawnProgram, actions: readonly FileAction[], attributes: SpawnAttributes): Syscall<number> {
  const proc = p.port(INIT_PORT_PROC);
  const { child_task: task } = orThrow("posix_spawn", yield* machCall.task_create(yield* taskSelf(), { inherit_memory: false }));
  const built = yield* attempt(begin(proc, task));
  if (built.err) {
    yield* machCall.task_terminate(task, {});
    yield* deallocate(task);
    throw fail(built.err);
  }
  const child = built.value;
  const done = yield* attempt(furnish(p, child, what, actions, attributes));
  if (done.err) yield* machCall.task_terminate(task, {});
  yield* release(child);
  if (done.err) throw fail(done.err);
  return child.pid;
}

/** Registers the task as our child. The pid is asked for first: once it is our child, others may kill it. */
function* begin(proc: MachPort, task: MachPort): Syscall<Child> {
  const { pid } = orThrow("posix_spawn", yield* procCall.proc_task2pid(proc, { task }));
  const { proc: childProc } = orThrow("posix_spawn", yield* procCall.proc_task2proc(proc, { task }));
  orThrow("posix_spawn", yield* procCall.proc_child(proc, { child: task }));
  return { task, pid, proc: childProc, cells: [], dtable: [], owned: new Set() };
}

function* release(child: Child): Syscall<void> {
  for (const cell of child.owned) yield* cell.set(MACH_PORT_NULL);
  yield* deallocate(child.task);
}

function* furnish(p: Process, child: Child, what: SpawnProgram, actions: readonly FileAction[], a: SpawnAttributes): Syscall<void> {
  const ints = spawnInts(p, a);
  yield* joinGroup(child, a);
  const fds = [...p.dtable.entries()].flatMap(([fd, d]) => (d === undefined ? [] : [{ fd, cell: d.port, cloexec: d.cloexec }]));
  yield* PortCell.useAll([...p.ports, ...fds.map(({ cell }) => cell)], function* (ports) {
    child.cells.push(...ports.slice(0, p.ports.length).map((port) => new PortCell(port)));
    child.dtable.length = p.dtable.length;
    for (const [i, { fd, cloexec }] of fds.entries()) child.dtable[fd] = { cell: new PortCell(ports[child.cells.length + i]), cloexec };
    yield* furnishWith(p, child, what, actions, a, ints);
  });
}

/** The child has what the parent had; the rest is what was asked for. */
function* furnishWith(p: Process, child: Child, what: SpawnProgram, actions: readonly FileAction[], a: SpawnAttributes, ints: readonly number[]): Syscall<void> {
  setCell(child, INIT_PORT_PROC, child.proc);
  if (a.flags?.resetids === true) yield* resetIds(p, child);
  else {
    const auth = p.port(INIT_PORT_AUTH);
    yield* addSendRef(auth);
    setCell(child, INIT_PORT_AUTH, auth);
  }
  for (const action of actions) yield* doAction(p, child, action, a);
  for (const [fd, d] of child.dtable.entries()) if (d?.cloexec === true) dropFd(child, fd);
  if (a.flags?.resetids === true) yield* reauthChild(child);
  yield* runIn(p, child, what, ints);
}

/** A cell of the child's own for `port`, whose reference it takes. */
function own(child: Child, port: MachPort): PortCell {
  const cell = new PortCell(port);
  child.owned.add(cell);
  return cell;
}
function setCell(child: Child, which: number, port: MachPort): void {
  child.cells[which] = own(child, port);
}

/** Pending signals are not inherited; ignored ones are, unless SETSIGDEF says which are to be default. */
function spawnInts(p: Process, a: SpawnAttributes): number[] {
  const ints = execInts(p);
  ints[INIT_SIGPENDING] = 0;
  if (a.flags?.setsigdef === true) ints[INIT_SIGIGN] = 0;
  if (a.flags?.setsigmask === true) ints[INIT_SIGMASK] = (a.sigmask ?? 0) | 0;
  return ints;
}

function* joinGroup(child: Child, a: SpawnAttributes): Syscall<void> {
  if (a.flags?.setsid === true) orThrow("posix_spawn", yield* procCall.proc_setsid(child.proc, {}));
  if (a.flags?.setpgroup === true) orThrow("posix_spawn", yield* procCall.proc_setpgrp(child.proc, { pid: child.pid, pgrp: a.pgroup ?? 0 }));
}

/** RESETIDS: a handle with the real ids as effective ones. */
function* resetIds(p: Process, child: Child): Syscall<void> {
  const ids = yield* checkIds(p);
  if (ids.err) throw fail(ids.err);
  const { auids, agids } = ids.value;
  if (auids.length === 0 || agids.length === 0) throw fail(Errno.EGRATUITOUS);
  const made = yield* makeAuth(p, { ...ids.value, euids: auids.slice(0, 1), egids: agids.slice(0, 1) });
  if (made.err) throw fail(made.err);
  setCell(child, INIT_PORT_AUTH, made.value);
}

const cellOf = (child: Child, which: number): PortCell => child.cells[which] ?? new PortCell();

/** After RESETIDS: the child's process port, directories and descriptors under its handle. */
function* reauthChild(child: Child): Syscall<void> {
  const auth = cellOf(child, INIT_PORT_AUTH).port;
  const proc = yield* reauthProc(child.proc, auth);
  if (proc !== MACH_PORT_NULL) setCell(child, INIT_PORT_PROC, proc);
  for (const which of [INIT_PORT_CRDIR, INIT_PORT_CWDIR]) setCell(child, which, yield* underAuth(cellOf(child, which), auth));
  for (const d of child.dtable.keys()) {
    const fd = child.dtable[d];
    if (fd !== undefined) child.dtable[d] = { cell: own(child, yield* underAuth(fd.cell, auth)), cloexec: fd.cloexec };
  }
}

function* underAuth(cell: PortCell, auth: MachPort): Syscall<MachPort> {
  const port = yield* cell.use((old) => reauthenticate(old, auth));
  if (port === MACH_PORT_NULL) throw fail(Errno.EPERM);
  return port;
}

/** Closes a descriptor of the child. False when it was not open. */
function dropFd(child: Child, fd: number): boolean {
  const open = child.dtable[fd] !== undefined;
  if (open) child.dtable[fd] = undefined;
  return open;
}

/** The names that lookups for the child use: its ports, our pid and umask. */
const childNames = (p: Process, child: Child): Names => ({
  pid: p.pid,
  umask: p.umask,
  cell: (which) => cellOf(child, which),
  fdCell: (fd) => child.dtable[fd]?.cell,
});

function* find(p: Process, child: Child, path: string, flags: number, mode: number, dir?: PortCell): Syscall<MachPort> {
  const found = yield* lookup(childNames(p, child), path, flags, mode, dir);
  if (found.err) throw fail(found.err);
  return found.port;
}

/** One file action. The first that fails ends the spawn. */
function* doAction(p: Process, child: Child, action: FileAction, a: SpawnAttributes): Syscall<void> {
  switch (action.do) {
    case "close":
      if (!dropFd(child, action.fd)) throw fail(Errno.EBADF);
      return;
    case "closefrom":
      if (action.fd < 0) throw fail(Errno.EBADF);
      for (let fd: number = action.fd; fd < child.dtable.length; fd++) dropFd(child, fd);
      return;
    case "dup2":
      return dupAction(p, child, action.from, action.to);
    case "open": {
      dropFd(child, action.fd);
      makeRoom(p, child, action.fd);
      const port = yield* find(p, child, action.path, action.flags, action.mode);
      if (action.flags & O_TRUNC) orThrow("posix_spawn", yield* fsCall.file_set_size(port, { new_size: 0 }));
      child.dtable[action.fd] = { cell: own(child, port), cloexec: false };
      return;
    }
    case "chdir":
      return setCell(child, INIT_PORT_CWDIR, yield* find(p, child, `${action.path}/.`, 0, 0));
    case "fchdir": {
      const dir = child.dtable[action.fd];
      if (dir === undefined) throw fail(Errno.EBADF);
      return setCell(child, INIT_PORT_CWDIR, yield* find(p, child, ".", 0, 0, dir.cell));
    }
    case "tcsetpgrp":
      return yield* terminalAction(p, child, action.fd, a);
  }
}

/** The child's table grows as ours would. EMFILE for a number above our RLIMIT_NOFILE, unless our own table is that long. */
function makeRoom(p: Process, child: Child, fd: number): void {
  if (fd < 0) throw fail(Errno.EBADF);
  if (fd >= child.dtable.length && fd >= currentLimit(p, RLIMIT_NOFILE)) throw fail(Errno.EMFILE);
}

/** dup2 clears the target's FD_CLOEXEC even when it is the source. */
function dupAction(p: Process, child: Child, from: number, to: number): void {
  const source = child.dtable[from];
  if (source === undefined) throw fail(Errno.EBADF);
  if (from === to) {
    source.cloexec = false;
    return;
  }
  makeRoom(p, child, to);
  child.dtable[to] = { cell: source.cell, cloexec: false };
}

/** On the parent's descriptor of that number; the group is the one asked for, or the child's. */
function* terminalAction(p: Process, child: Child, fd: number, a: SpawnAttributes): Syscall<void> {
  let pgrp = a.pgroup ?? 0;
  if (a.flags?.setpgroup !== true || pgrp === 0) {
    pgrp = orThrow("posix_spawn", yield* procCall.proc_getpgrp(child.proc, { pid: child.pid })).pgrp;
  }
  orThrow("posix_spawn", yield* descriptor(p, fd, "posix_spawn").port.use((port) => tioctlCall.tioctl_tiocspgrp(port, { pgrp })));
}

/** Opens the program with the child's ports and runs it in the child's task; the absolute name is made with the parent's directory. */
function* runIn(p: Process, child: Child, what: SpawnProgram, ints: readonly number[]): Syscall<void> {
  let told: number = Errno.ENOENT;
  for (const path of what.search ? candidates(p, what.file) : [what.file]) {
    const found = yield* lookup(childNames(p, child), path, O_EXEC, 0);
    const err = found.err ? found.err : yield* execIn(p, child, found.port, path, what, ints);
    if (err === 0) return;
    if (!what.search || !triesNext(err)) throw fail(err);
    if (err === Errno.EACCES) told = err;
  }
  throw fail(told);
}

function* execIn(p: Process, child: Child, file: MachPort, path: string, what: SpawnProgram, ints: readonly number[]): Syscall<number> {
  const abspath = yield* absolutePath(p, path);
  const { task } = child;
  const { argv } = what;
  const env = [...what.env].map(([name, value]) => `${name}=${value}`);
  const state = sigstateSelf();
  const mask = state.blocked;
  state.blocked = ALL_SIGNALS;
  const err = yield* fileExec({
    ...{ task, file, path, abspath, argv, env, ints, flags: traceFlag(p) },
    dtable: pruned(Array.from(child.dtable, (d) => d?.cell.port ?? MACH_PORT_NULL)),
    ports: child.cells.map((c) => c.port),
  });
  state.blocked = mask;
  yield* deliverUnblocked(p, state);
  yield* deallocate(file);
  return err;
}
