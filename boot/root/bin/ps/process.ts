/** What ps finds out of one process, by asking proc, the process itself and its terminal. */
import type { Libc } from "../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { Mig } from "../../../../mach/kern/kern-return.ts";
import { MACH_PORT_NULL, type MachPort } from "../../../../mach/ipc/names.ts";
import { Errno } from "../../../../servers/interfaces/errno.ts";
import { decodeArgz } from "../../../../servers/interfaces/argz.ts";
import { INIT_PORT_CTTYID } from "../../../../servers/interfaces/hurd-types.ts";
import { procCall } from "../../../../servers/interfaces/process.ts";
import { decodeProcInfo, PI_FETCH_TASKEVENTS, PI_FETCH_TASKINFO, PI_FETCH_THREAD_BASIC, PI_FETCH_THREAD_SCHED, PI_FETCH_THREAD_WAITS, PI_FETCH_THREADS, PI_NOMSG, type ProcInfo } from "../../../../servers/interfaces/procinfo.ts";
import { termCall } from "../../../../servers/interfaces/term.ts";
import { msgProbe } from "../../lib/port-probe.ts";
import { dropRight } from "../../lib/rights.ts";

/** The controlling terminal: its name; "none"; or "unknown" when the process will not say. */
export type Terminal = { readonly name: string } | "none" | "unknown";

export interface ProcessRow {
  readonly pid: number;
  readonly info: ProcInfo;
  /** What each thread waits for, by thread. */
  readonly waits: readonly string[];
  /** The command line with blanks between its words; "" for none. */
  readonly args: string;
  readonly terminal: Terminal;
  /** Undefined when they were not asked for, or not told. */
  readonly env?: string | undefined;
  readonly exe?: string | undefined;
  readonly ports?: number | undefined;
}

/** What the chosen columns need to know. Asking a process for its terminal or its waits needs its cooperation. */
export interface Wanted {
  readonly terminal: boolean;
  readonly waits: boolean;
  readonly messages: boolean;
  readonly env?: boolean;
  readonly exe?: boolean;
  readonly ports?: boolean;
}

/** Every pid, rising. */
export function* allPids(libc: Libc): Syscall<readonly number[]> {
  const r = yield* procCall.proc_getallpids(libc.ports.proc, {});
  return r.err === 0 ? [...r.pidarray].sort((a, b) => a - b) : [];
}

/** Undefined when there is no such process (any more). */
export function* readProcess(libc: Libc, pid: number, wanted: Wanted): Syscall<ProcessRow | undefined> {
  const { proc } = libc.ports;
  const flags = PI_FETCH_TASKINFO | PI_FETCH_THREADS | PI_FETCH_THREAD_BASIC | PI_FETCH_THREAD_SCHED | (wanted.messages ? PI_FETCH_TASKEVENTS : 0) | (wanted.waits ? PI_FETCH_THREAD_WAITS : 0);
  const got = yield* procCall.proc_getprocinfo(proc, { which: pid, flags });
  if (got.err !== 0) return undefined;
  const info = decodeProcInfo(got.procinfo);
  const args = yield* procCall.proc_getprocargs(proc, { which: pid });
  const terminal = wanted.terminal && !suspended(info) ? yield* terminalOf(libc, pid, info) : "unknown";
  const row = { pid, info, waits: decodeArgz(got.threadwaits), args: args.err === 0 ? decodeArgz(args.procargs).join(" ") : "", terminal };
  return { ...row, ...(yield* more(libc, pid, wanted)) };
}

/** A process that cannot answer is not asked. */
const suspended = ({ task, threads }: ProcInfo): boolean => task.suspendCount > 0 || threads.every((t) => t.basic.suspendCount > 0);

function* more(libc: Libc, which: number, wanted: Wanted): Syscall<Pick<ProcessRow, "env" | "exe" | "ports">> {
  const { proc } = libc.ports;
  const env = wanted.env === true ? yield* procCall.proc_getprocenv(proc, { which }) : undefined;
  const exe = wanted.exe === true ? yield* procCall.proc_get_exe(proc, { which }) : undefined;
  const ports = wanted.ports === true ? yield* procCall.proc_getnports(proc, { which }) : undefined;
  return {
    env: env?.err === 0 ? decodeArgz(env.procenv).join(" ") : undefined,
    exe: exe?.err === 0 ? exe.path : undefined,
    ports: ports?.err === 0 ? ports.nports : undefined,
  };
}

/** The terminal, by the process' own word: its message port tells its CTTYID port to whoever holds its task. One that does not answer soon is not waited for. */
function* terminalOf(libc: Libc, pid: number, info: ProcInfo): Syscall<Terminal> {
  if ((info.state & PI_NOMSG) !== 0) return "unknown";
  const { proc } = libc.ports;
  const task = yield* procCall.proc_pid2task(proc, { pid });
  if (task.err !== 0) return "unknown";
  const port = yield* procCall.proc_getmsgport(proc, { pid });
  if (port.err !== 0) {
    yield* dropRight(task.task);
    return "unknown";
  }
  const ctty = yield* msgProbe.msg_get_init_port(port.msgport, { refport: task.task, which: INIT_PORT_CTTYID });
  yield* dropRight(port.msgport);
  yield* dropRight(task.task);
  // A server that answers no such question has no terminal either (recorded: startup, pid 2).
  if (ctty.err === Mig.BAD_ID || ctty.err === Errno.EOPNOTSUPP) return "none";
  if (ctty.err !== 0) return "unknown";
  if (ctty.port === MACH_PORT_NULL) return "none";
  const name = yield* terminalName(libc, ctty.port);
  yield* dropRight(ctty.port);
  return name === undefined ? "unknown" : { name };
}

/** A terminal's name, from its id port; undefined when it will not say. */
export function* terminalName(libc: Libc, cttyid: MachPort): Syscall<string | undefined> {
  const opened = yield* termCall.termctty_open_terminal(cttyid, { flags: 0 });
  if (opened.err !== 0) return undefined;
  const fd = yield* libc.openport(opened.terminal, 0);
  const name = yield* termCall.term_get_nodename(yield* libc.fdPort(fd), {});
  yield* libc.close(fd);
  return name.err === 0 ? name.name : undefined;
}
