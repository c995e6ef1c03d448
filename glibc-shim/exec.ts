/**
 * Running a program in place of this one: what goes to the file's server (exec.md §2).
 *
 * Everything that the new program is to have goes as copies; the exec server then takes our own references away (`deallocnames`) and destroys
 * every other name of the task (`destroynames`). A return means failure.
 */
import { machPortCall } from "../mach/interfaces/mach-port.ts";
import { copySends, MACH_PORT_NULL, type MachPort } from "../mach/ipc/names.ts";
import { type Failure, Mig, Msg } from "../mach/kern/kern-return.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { encodeArgz } from "../servers/interfaces/argz.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { EXEC_SIGTRAP, INIT_PORT_AUTH, INIT_PORT_CRDIR, INIT_PORT_CWDIR, O_EXEC } from "../servers/interfaces/hurd-types.ts";
import { sigismember, SIGKILL } from "../servers/interfaces/signals.ts";
import { PortCell } from "./cell.ts";
import { descriptor } from "./dtable.ts";
import { attempt, hurdFail, UnixError } from "./errno.ts";
import { getcwd } from "./getcwd.ts";
import { criticalSection } from "./handler.ts";
import type { ExecRequest, Fd } from "./libc.ts";
import { ignoredSignals } from "./msg-state.ts";
import { lookupPort } from "./names.ts";
import type { Process} from "./process.ts";
import { sigstateSelf } from "./process.ts";
import { reauthCell, reauthDescriptor } from "./reauth.ts";
import { deallocate, taskSelf } from "./rights.ts";
import { checkIds, makeAuth } from "./setauth.ts";
import { ALL_SIGNALS } from "./signo.ts";
import { fsCall } from "./stubs.ts";

/** Sends `file_exec_paths`; a server that does not know it gets the old `file_exec`. The code. */
export function* fileExec(request: ExecRequest & Required<Pick<ExecRequest, "dtable" | "ports" | "ints">>): Syscall<number> {
  const { path, abspath } = request;
  const args = {
    exec_task: request.task,
    flags: request.flags ?? 0,
    argv: encodeArgz(request.argv),
    envp: encodeArgz(request.env),
    fdarray: copySends(request.dtable),
    portarray: copySends(request.ports),
    intarray: request.ints,
    deallocnames: request.deallocnames ?? [],
    destroynames: request.destroynames ?? [],
    path,
    abspath,
  };
  const { err } = yield* fsCall.file_exec_paths(request.file, args);
  return err === Mig.BAD_ID ? (yield* fsCall.file_exec(request.file, args)).err : err;
}

/** Runs a file with this process's ports, descriptors and ints, where `request` gives no others. The code. */
export function* hurdExec(p: Process, request: ExecRequest): Syscall<number> {
  return yield* fileExec({
    ...request,
    dtable: request.dtable ?? passedDtable(p),
    ports: request.ports ?? p.ports.map((c) => c.port),
    ints: request.ints ?? execInts(p),
  });
}

/** What the new program gets as descriptors: FD_CLOEXEC ones are missing, and so are nulls at the end. */
export function passedDtable(p: Process): MachPort[] {
  return pruned(Array.from(p.dtable, (d) => (d === undefined || d.cloexec ? MACH_PORT_NULL : d.port.port)));
}

/** Without nulls at the end. */
export function pruned(ports: readonly MachPort[]): MachPort[] {
  return ports.slice(0, ports.findLastIndex((port) => port !== MACH_PORT_NULL) + 1);
}

/** The five init ints as they are now in the calling thread. */
export function execInts(p: Process): number[] {
  const { blocked, pending } = sigstateSelf();
  return [p.umask, blocked, ignoredSignals(p), (pending | p.pending) >>> 0, p.traceMask].map((word) => word | 0);
}

/** EXEC_SIGTRAP for a program that is traced: it stops before its first instruction. */
export const traceFlag = (p: Process): number => (sigismember(p.traceMask, SIGKILL) ? EXEC_SIGTRAP : 0);

/** The absolute name that the new program is told: not normalised. */
export function* absolutePath(p: Process, path: string): Syscall<string> {
  return path.startsWith("/") ? path : `${(yield* getcwd(p)).replace(/\/$/, "")}/${path}`;
}

const strings = (env: ReadonlyMap<string, string>): string[] => [...env].map(([name, value]) => `${name}=${value}`);

/** The errno of an exec's code. A dead server stays a dead server, of either kind, where the real library makes EIEIO of both. */
export const execFailure = (err: number): Failure => (err === Mig.SERVER_DIED || err === Msg.SEND_INVALID_DEST ? err : hurdFail(err));

export function* execve(p: Process, path: string, argv: readonly string[], env: ReadonlyMap<string, string>): Syscall<never> {
  const file = yield* lookupPort(p, path, O_EXEC, 0, undefined, `exec ${path}`);
  const err = yield* execSelf(p, file, path, yield* absolutePath(p, path), argv, strings(env));
  yield* deallocate(file);
  throw new UnixError(`exec ${path}`, execFailure(err));
}

export function* fexecve(p: Process, fd: Fd, argv: readonly string[], env: ReadonlyMap<string, string>): Syscall<never> {
  const path = `/dev/fd/${fd}`;
  const err = yield* descriptor(p, fd, "fexecve").port.use((file) => execSelf(p, file, path, path, argv, strings(env)));
  throw new UnixError("fexecve", execFailure(err));
}

/** The search of execvp and posix_spawnp: each directory of $PATH in turn. Errors after which the next directory is tried. */
const TRY_NEXT = new Set<number>([Errno.EACCES, Errno.ENOENT, Errno.ESTALE, Errno.ENOTDIR, Errno.ENODEV, Errno.ETIMEDOUT]);
export const triesNext = (err: number): boolean => TRY_NEXT.has(err);
/** Where `file` may be; a name with a slash is only where it says. */
export function candidates(p: Process, file: string): readonly string[] {
  if (file.includes("/")) return [file];
  return (p.environ.get("PATH") ?? "/bin:/usr/bin").split(":").map((dir) => (dir === "" ? file : `${dir}/${file}`));
}

/** A file that is no program is a script for /bin/sh. EACCES is remembered: of all failures it is the one worth telling. */
export function* execvp(p: Process, file: string, argv: readonly string[]): Syscall<never> {
  if (file === "") throw new UnixError(`exec ${file}`, Errno.ENOENT);
  let told: Failure = Errno.ENOENT;
  for (const path of candidates(p, file)) {
    const tried = yield* attempt(execve(p, path, argv, p.environ));
    if (tried.err === 0) continue;
    if (tried.err === Errno.ENOEXEC) yield* execve(p, "/bin/sh", ["sh", path, ...argv.slice(1)], p.environ);
    if (!triesNext(tried.err)) throw new UnixError(`exec ${file}`, tried.err);
    if (tried.err === Errno.EACCES) told = tried.err;
  }
  throw new UnixError(`exec ${file}`, told);
}

/** `_hurd_exec_paths` on the own task. EINTR: the handler runs, and all is tried again. */
function* execSelf(p: Process, file: MachPort, path: string, abspath: string, argv: readonly string[], env: readonly string[]): Syscall<number> {
  for (;;) {
    const err = yield* criticalSection(p, sigstateSelf(), execOnce(p, { file, path, abspath, argv, env }));
    if (err !== Errno.EINTR) return err;
  }
}

type Program = Pick<ExecRequest, "file" | "path" | "abspath" | "argv" | "env">;

function* execOnce(p: Process, what: Program): Syscall<number> {
  const ints = execInts(p);
  const fixed = yield* fixSavedIds(p);
  if (fixed !== 0) return fixed;
  const cells = [...p.ports, ...p.dtable.flatMap((d) => d?.port ?? [])];
  return yield* PortCell.useAll(cells, () => sendOwn(p, what, ints, passedDtable(p), p.ports.map((c) => c.port)));
}

/** The request, with what is passed on and what is not. Other threads may close what is passed, but its name stays. */
function* sendOwn(p: Process, what: Program, ints: readonly number[], dtable: readonly MachPort[], ports: readonly MachPort[]): Syscall<number> {
  const task = yield* taskSelf();
  const names = yield* machPortCall.mach_port_names(task, {});
  if (names.err) return names.err;
  const passed = [...ports, ...dtable].filter((port) => port !== MACH_PORT_NULL);
  const handed = new Set(passed);
  const state = sigstateSelf();
  const mask = state.blocked;
  state.blocked = ALL_SIGNALS;
  const err = yield* fileExec({
    ...what,
    ...{ task, dtable, ports, ints, flags: traceFlag(p) },
    deallocnames: [...closedNames(p), ...passed],
    destroynames: names.names.filter((name) => !handed.has(name)),
  });
  state.blocked = mask;
  return err;
}

/** Names that the new program does not get, one for each reference: FD_CLOEXEC ports, and all ctty ports. */
function closedNames(p: Process): MachPort[] {
  const names: MachPort[] = [];
  for (const d of p.dtable) {
    if (d === undefined) continue;
    if (d.cloexec) names.push(d.port.port);
    if (d.ctty.port !== MACH_PORT_NULL) names.push(d.ctty.port);
  }
  return names;
}

const differ = (effective: readonly number[], available: readonly number[]): boolean =>
  available.length >= 2 && effective.length >= 1 && available[1] !== effective[0];
const withSaved = (effective: readonly number[], available: readonly number[]): number[] =>
  available.length >= 2 && effective.length >= 1 ? [available[0] ?? 0, effective[0] ?? 0, ...available.slice(2)] : [...available];

/** Saved ids become the effective ones; then the directories and descriptors must be had under the new handle. The code: any failure ends the exec. */
function* fixSavedIds(p: Process): Syscall<number> {
  const got = yield* checkIds(p);
  if (got.err) return got.err;
  const { euids, auids, egids, agids } = got.value;
  yield* deallocate(p.ridAuth);
  p.ridAuth = MACH_PORT_NULL;
  if (!differ(euids, auids) && !differ(egids, agids)) return 0;
  const made = yield* makeAuth(p, { euids, auids: withSaved(euids, auids), egids, agids: withSaved(egids, agids) });
  if (made.err) return made.err;
  p.ids = undefined;
  yield* p.cell(INIT_PORT_AUTH).set(made.value);
  const root = yield* reauthCell(p.cell(INIT_PORT_CRDIR), made.value);
  const cwd = yield* reauthCell(p.cell(INIT_PORT_CWDIR), made.value);
  if (!root || !cwd) return Errno.EPERM;
  for (const d of p.dtable) if (d !== undefined && !(yield* reauthDescriptor(d, made.value))) return Errno.EPERM;
  return 0;
}
