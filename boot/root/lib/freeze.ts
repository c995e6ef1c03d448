/**
 * Holding another process still while something is done to its task that no exec must come between. Exec locks no task: two that meet in one task make it a
 * mixture, which ends it. So a process is left alone while it is suspended by somebody (exec does that), or while one of its threads has asked for an exec.
 */
import { machCall } from "../../../mach/interfaces/mach.ts";
import { MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import { Mig, Msg } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { fs } from "../../../servers/interfaces/fs.ts";
import { msgCall } from "../../../servers/interfaces/msg.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { decodeProcInfo, decodeTaskBasic, PI_FETCH_TASKINFO, PI_NOMSG, TASK_BASIC_INFO, TASK_BASIC_WORDS } from "../../../servers/interfaces/procinfo.ts";
import { dropRight } from "./rights.ts";

/** Microseconds between two tries, and how many: an exec in an idle system takes a few milliseconds. */
const PAUSE = 10_000;
const TRIES = 100;

const EXECS: ReadonlySet<number> = new Set([fs.routines.file_exec.id, fs.routines.file_exec_paths.id]);

/** A process that stands still: its task is suspended once, and its threads are (but the signal thread), by us. */
export interface Frozen {
  readonly task: MachPort;
  readonly threads: readonly MachPort[];
}

/** Holds process `pid`, whose task is `task` (borrowed). Undefined: it is busy, and has been for a second. */
export function* freeze(libc: Libc, pid: number, task: MachPort): Syscall<Frozen | undefined> {
  for (let i = 0; i < TRIES; i++) {
    const frozen = yield* tryFreeze(libc, pid, task);
    if (frozen !== undefined) return frozen;
    yield* libc.usleep(PAUSE);
  }
  return undefined;
}

/** Lets it go on. Threads and task may be gone: what was done has replaced them. */
export function* thaw({ task, threads }: Frozen): Syscall<void> {
  yield* release(threads);
  yield* machCall.task_resume(task, {});
}

function* release(threads: readonly MachPort[]): Syscall<void> {
  for (const thread of threads) {
    yield* machCall.thread_resume(thread, {});
    yield* dropRight(thread);
  }
}

function* tryFreeze(libc: Libc, pid: number, task: MachPort): Syscall<Frozen | undefined> {
  if ((yield* suspensions(task)) > 0) return undefined;
  const msgport = yield* msgportOf(libc, pid);
  const threads: MachPort[] = [];
  const still = yield* holdThreads(task, msgport, threads);
  yield* dropRight(msgport);
  if (still) {
    yield* machCall.task_suspend(task, {});
    if ((yield* suspensions(task)) === 1) return { task, threads };
    yield* machCall.task_resume(task, {});
  }
  yield* release(threads);
  return undefined;
}

/** Suspends the threads one by one, into `held`, but for the signal thread. False: one of them waits for an exec, or the process has just had one. */
function* holdThreads(task: MachPort, msgport: MachPort, held: MachPort[]): Syscall<boolean> {
  const got = yield* machCall.task_threads(task, {});
  if (got.err) return false;
  let still = true;
  for (const thread of got.thread_list) {
    const before = yield* waitOf(msgport, thread);
    if (before === "msgport") {
      yield* dropRight(thread);
      continue;
    }
    yield* machCall.thread_suspend(thread, {});
    held.push(thread);
    const after = yield* waitOf(msgport, thread);
    if (before === "gone" || after === "gone" || after === "exec") still = false;
  }
  return still;
}

/** What the process says that a thread waits in, as far as it matters here. Servers that answer no such question have no exec under way. */
function* waitOf(msgport: MachPort, thread: MachPort): Syscall<"msgport" | "exec" | "gone" | "other"> {
  if (msgport === MACH_PORT_NULL) return "other";
  const wait = yield* msgCall.msg_report_wait(msgport, { thread });
  if (wait.err === Mig.SERVER_DIED || wait.err === Msg.SEND_INVALID_DEST) return "gone";
  if (wait.err) return "other";
  if (EXECS.has(wait.wait_rpc)) return "exec";
  return wait.wait_desc === "msgport" ? "msgport" : "other";
}

/** Null for a process that has none now: it has no signal thread that could be asked, and is starting. */
function* msgportOf(libc: Libc, pid: number): Syscall<MachPort> {
  const { proc } = libc.ports;
  const info = yield* procCall.proc_getprocinfo(proc, { which: pid, flags: PI_FETCH_TASKINFO });
  if (info.err || (decodeProcInfo(info.procinfo).state & PI_NOMSG) !== 0) return MACH_PORT_NULL;
  const got = yield* procCall.proc_getmsgport(proc, { pid });
  return got.err ? MACH_PORT_NULL : got.msgport;
}

function* suspensions(task: MachPort): Syscall<number> {
  const info = yield* machCall.task_info(task, { flavor: TASK_BASIC_INFO, task_info_outCnt: TASK_BASIC_WORDS });
  return info.err ? 0 : decodeTaskBasic(info.task_info_out).suspendCount;
}
