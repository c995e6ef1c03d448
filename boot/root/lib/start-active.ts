/** Starting a translator from a program (`fshelp_start_translator`): it runs with the caller's own ids, directories and standard error. */
import { attempt, UnixError, type Result } from "../../../glibc-shim/errno.ts";
import { STDERR, type Libc } from "../../../glibc-shim/libc.ts";
import { deallocate } from "../../../glibc-shim/rights.ts";
import { authCall, fsysCall, procCall } from "../../../glibc-shim/stubs.ts";
import { copySend, MACH_PORT_NULL, moveSend, type MachPort, type PolyRight } from "../../../mach/ipc/names.ts";
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { FS_RETRY_REAUTH, INIT_PORT_CRDIR, O_EXEC } from "../../../servers/interfaces/hurd-types.ts";
import { WEXITSTATUS, WIFSIGNALED, WTERMSIG } from "../../../servers/interfaces/wait-status.ts";
import { startTranslator } from "../../../servers/lib/start-translator.ts";

/** The translator did not start. `what` is whose fault it was: the program's or the node's. */
export class StartError extends Error {
  override readonly name = "StartError";
  readonly what: string;
  readonly errno: Failure;
  constructor(what: string, errno: Failure) {
    super(what);
    this.what = what;
    this.errno = errno;
  }
}

/** The underlying node; `keep`: the port stays ours too. */
export interface Underlying {
  readonly port: MachPort;
  readonly keep: boolean;
}

/**
 * Starts `argv` and answers its control port. `underlying` opens the node it sits on when it asks (throws UnixError); `started` sees its pid before it
 * runs. Milliseconds; 0 waits for ever. Throws StartError.
 */
export function* startActive(
  libc: Libc, argv: readonly string[], timeout: number, started: ((pid: number) => Syscall<void>) | undefined, node: string, underlying: (flags: number) => Syscall<Underlying>,
): Syscall<MachPort> {
  const program = argv[0] ?? "";
  const owner = yield* attempt(libc.geteuid());
  const executable = yield* attempt(libc.file_name_lookup(program, O_EXEC, 0));
  if (executable.err) throw new StartError(program, executable.err);
  const stderr = yield* attempt(libc.fdPort(STDERR));
  let nodeFailed = false;
  const open = function* (flags: number): Syscall<Result<PolyRight>> {
    const got = yield* attempt(underlying(flags));
    nodeFailed = got.err !== 0;
    if (got.err) return got;
    return { err: 0, value: got.value.keep ? copySend(got.value.port) : moveSend(got.value.port) };
  };
  const { cwdir, crdir, auth, proc } = libc.ports;
  const control = yield* startTranslator({
    executable: executable.value,
    argv,
    fds: [MACH_PORT_NULL, MACH_PORT_NULL, stderr.err ? MACH_PORT_NULL : stderr.value],
    ports: [cwdir, crdir, auth, MACH_PORT_NULL, MACH_PORT_NULL, MACH_PORT_NULL],
    proc,
    owner: owner.err ? -1 : owner.value,
    reauth: MACH_PORT_NULL,
    timeout,
    underlying: open,
    ...(started === undefined ? {} : { started: (task: MachPort) => tellPid(proc, task, started) }),
  });
  yield* deallocate(executable.value);
  if (control.err) throw new StartError(nodeFailed ? node : program, control.err);
  return control.value;
}

function* tellPid(proc: MachPort, task: MachPort, started: (pid: number) => Syscall<void>): Syscall<void> {
  const got = yield* procCall.proc_task2pid(proc, { task });
  yield* started(got.err ? 0 : got.pid);
}

/** Exit statuses of the steps of --chroot. */
const GETROOT_FAILED = 6;
const RUN_FAILED = 8;

/** `settrans --chroot`: runs `command` with the translator's root as its root directory, then sends the translator away. The exit status. */
export function* runChrooted(
  libc: Libc, control: MachPort, command: readonly string[], directory: string | undefined, complain: (what: string, err: Failure) => Syscall<void>,
): Syscall<number> {
  const root = yield* rootOf(libc, control);
  if (root.err) {
    yield* complain("fsys_getroot", root.err);
    return GETROOT_FAILED;
  }
  const pid = yield* libc.fork(function* (child) {
    yield* child.setInitPort(INIT_PORT_CRDIR, root.value);
    yield* child.chdir(directory ?? "/");
    const failed = yield* attempt(child.execvp(command[0] ?? "", command));
    if (failed.err) yield* child.warn(command[0] ?? "", new UnixError("exec", failed.err));
    return RUN_FAILED;
  });
  const { status } = yield* libc.waitpid(pid);
  yield* fsysCall.fsys_goaway(control, { flags: 0 });
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

function* rootOf(libc: Libc, control: MachPort): Syscall<Result<MachPort>> {
  const ids = yield* authCall.auth_getids(libc.ports.auth, {});
  if (ids.err) return { err: ids.err };
  const got = yield* fsysCall.fsys_getroot(control, { dotdot_node: copySend(MACH_PORT_NULL), gen_uids: ids.euids, gen_gids: ids.egids, flags: 0 });
  if (got.err) return { err: got.err };
  if (got.do_retry !== FS_RETRY_REAUTH) return { err: 0, value: got.file };
  return { err: 0, value: yield* libc.reauthenticate(got.file, libc.ports.auth) };
}
