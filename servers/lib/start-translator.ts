/**
 * `fshelp_start_translator_long`: a new task that runs a translator, and the handshake with it (fs-io.md §6, steps 5–7).
 *
 * Filesystems call it for passive records, settrans for active ones. The order of the calls is that of the recorded `settrans -a`.
 */
import { MachMsg, MsgOption } from "../../mach/ipc/message.ts";
import { asPort, copySends, MACH_PORT_NULL, makeSendOnce, type MachPort, type PolyRight } from "../../mach/ipc/names.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import { machHostCall } from "../../mach/interfaces/mach-host.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import { asFailure, Mig, Msg, type Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { answerRequest, mach_msg_destroy, refuseRequest, serve, sendReply } from "../../mach/mig/server.ts";
import type { Result } from "../../glibc-shim/errno.ts";
import { allocateReceive, deallocate, insertSend, taskSelf } from "../../glibc-shim/rights.ts";
import { fsCall, procCall } from "../../glibc-shim/stubs.ts";
import { encodeArgz } from "../interfaces/argz.ts";
import { Errno } from "../interfaces/errno.ts";
import { fsys } from "../interfaces/fsys.ts";
import { EXEC_DEFAULTS, INIT_INT_MAX, INIT_PORT_BOOTSTRAP, INIT_PORT_PROC } from "../interfaces/hurd-types.ts";
import { reauthenticateProc } from "./reauth.ts";

const FSYS_STARTUP = 22000;
const NO_SENDERS = 70;
/** The priority that user programs start with. */
const BASEPRI_USER = 25;

/** What the translator is to be told, and how it is to run. Port names are borrowed: the caller keeps his references. */
export interface TranslatorStart {
  /** The program, open for execution. */
  readonly executable: MachPort;
  readonly argv: readonly string[];
  readonly fds: readonly MachPort[];
  /** CWDIR, CRDIR, AUTH, a place for PROC, CTTYID, a place for BOOTSTRAP. */
  readonly ports: readonly MachPort[];
  /** Our own process port; null while there is no proc server. */
  readonly proc: MachPort;
  /** Who will own the process; -1 is nobody. */
  readonly owner: number;
  /** An identity for the process port, if it is not ours. */
  readonly reauth: MachPort;
  /** Milliseconds to wait for the handshake; 0 is for ever. */
  readonly timeout: number;
  /** Opens the underlying node with the flags that the translator asked for. A right to send to him. */
  readonly underlying: (openflags: number) => Syscall<Result<PolyRight>>;
  /** Sees the new task before it runs anything. */
  readonly started?: (task: MachPort) => Syscall<void>;
}

/** Starts the translator and answers its control port, a send right. EDIED: it ended without a word; MACH_RCV_TIMED_OUT: it never spoke. */
export function* startTranslator(start: TranslatorStart): Syscall<Result<MachPort>> {
  const bootstrap = yield* allocateReceive();
  yield* insertSend(bootstrap);
  const self = yield* taskSelf();
  const made = yield* machCall.task_create(self, { inherit_memory: false });
  if (made.err) {
    yield* machPortCall.mach_port_destroy(self, { name: bootstrap });
    return { err: made.err };
  }
  const task = made.child_task;
  const control = yield* launch(start, task, bootstrap);
  if (control.err) yield* machCall.task_terminate(task, {});
  yield* machPortCall.mach_port_destroy(self, { name: bootstrap });
  yield* deallocate(task);
  return control;
}

function* launch(start: TranslatorStart, task: MachPort, bootstrap: MachPort): Syscall<Result<MachPort>> {
  yield* machHostCall.task_priority(task, { priority: BASEPRI_USER, change_threads: false });
  const proc = yield* childProcess(start, task);
  if (proc.err) return proc;
  const ports = [...start.ports];
  ports[INIT_PORT_PROC] = proc.value;
  ports[INIT_PORT_BOOTSTRAP] = bootstrap;
  if (start.started !== undefined) yield* start.started(task);
  const path = start.argv[0] ?? "";
  const { err } = yield* fsCall.file_exec_paths(start.executable, {
    exec_task: task,
    flags: EXEC_DEFAULTS,
    path,
    abspath: path,
    argv: encodeArgz(start.argv),
    envp: new Uint8Array(0),
    fdarray: copySends(start.fds),
    portarray: copySends(ports),
    intarray: new Array<number>(INIT_INT_MAX).fill(0),
    deallocnames: [],
    destroynames: [],
  });
  yield* deallocate(bootstrap);
  yield* deallocate(proc.value);
  return err ? { err } : yield* handshake(start, bootstrap);
}

/** The task's process: our child, owned by the node's owner, with the identity of `reauth`. Null without a proc server. */
function* childProcess(start: TranslatorStart, task: MachPort): Syscall<Result<MachPort>> {
  if (start.proc === MACH_PORT_NULL) return { err: 0, value: MACH_PORT_NULL };
  const child = yield* procCall.proc_child(start.proc, { child: task });
  if (child.err) return child;
  const found = yield* procCall.proc_task2proc(start.proc, { task });
  if (found.err) return found;
  const owned = yield* procCall.proc_setowner(found.proc, { owner: Math.max(start.owner, 0), clear: start.owner === -1 ? 1 : 0 });
  if (owned.err && owned.err !== Errno.EOPNOTSUPP) return owned;
  if (start.reauth === MACH_PORT_NULL) return { err: 0, value: found.proc };
  const made = yield* reauthenticateProc(start.reauth, found.proc);
  if (made.err) return { err: 0, value: found.proc };
  yield* deallocate(found.proc);
  return made;
}

/** Takes exactly one message: fsys_startup, or the news that nobody can send one any more. */
function* handshake(start: TranslatorStart, bootstrap: MachPort): Syscall<Result<MachPort>> {
  const self = yield* taskSelf();
  const asked = yield* machPortCall.mach_port_request_notification(self, { name: bootstrap, id: NO_SENDERS, sync: 0, notify: makeSendOnce(bootstrap) });
  if (!asked.err) yield* deallocate(asked.previous);
  const msg = new MachMsg();
  msg.option = MsgOption.RCV | (start.timeout > 0 ? MsgOption.RCV_TIMEOUT : 0);
  msg.timeout = start.timeout;
  msg.rcvName = bootstrap;
  msg.take = true;
  let code = yield msg;
  while (code === Msg.RCV_INTERRUPTED) code = yield msg;
  if (code !== Msg.SUCCESS) return { err: asFailure(code) };
  if (msg.id === NO_SENDERS) return { err: Errno.EDIED };
  return yield* answerStartup(start, msg);
}

function* answerStartup(start: TranslatorStart, msg: MachMsg): Syscall<Result<MachPort>> {
  let result: Result<MachPort> = { err: msg.id === FSYS_STARTUP ? Mig.BAD_ARGUMENTS : Mig.BAD_ID };
  const fail = (err: Failure): { readonly err: Failure } => {
    result = { err };
    return { err };
  };
  const demuxer = serve(fsys, () => start, {
    *fsys_startup(_start, { openflags, control_port }) {
      const node = yield* start.underlying(openflags);
      if (node.err) return fail(node.err);
      result = control_port === MACH_PORT_NULL || control_port === asPort(0xffffffff) ? { err: Errno.EDIED } : { err: 0, value: control_port };
      return { err: 0, realnode: node.value };
    },
  });
  if (msg.id !== FSYS_STARTUP) {
    if (yield* refuseRequest(msg, Mig.BAD_ID)) yield* sendReply(msg);
    return result;
  }
  if (yield* answerRequest(msg, demuxer)) yield* sendReply(msg);
  else if (result.err) yield* mach_msg_destroy(msg);
  return result;
}


