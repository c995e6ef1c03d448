/** What ps asks: proc_getprocinfo, arguments, environment (auth-proc.md §2.4, §2.14). */
import { portValid, type MachPort } from "../../mach/ipc/names.ts";
import { Msg, type Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { Errno } from "../interfaces/errno.ts";
import { msgCall } from "../interfaces/msg.ts";
import { procCall } from "../interfaces/process.ts";
import * as pi from "../interfaces/procinfo.ts";
import type { ProcHandlers } from "./handlers.ts";
import { readStrings } from "./memory.ts";
import { dropDeadMsgport } from "./msgport.ts";
import { namespaceRoot, ourPids, relay } from "./namespace.ts";
import { loginLeaderOf, type Proc } from "./process.ts";
import type { ProcessTable } from "./table.ts";
import { taskInfo } from "./usage.ts";

/** The state bits of a live process. */
function stateOf(proc: Proc): number {
  const bits: readonly (readonly [boolean, number])[] = [
    [proc.stopped, pi.PI_STOPPED],
    [proc.exec, pi.PI_EXECED],
    [proc.waiting, pi.PI_WAITING],
    [proc.orphaned, pi.PI_ORPHAN],
    [!portValid(proc.msgport), pi.PI_NOMSG],
    [proc.pgrp?.session.sid === proc.pid, pi.PI_SESSLD],
    [proc.ids.length === 0, pi.PI_NOTOWNED],
    [!proc.parentSet, pi.PI_NOPARENT],
    [proc.traced, pi.PI_TRACED],
    [proc.msgportWait, pi.PI_GETMSG],
    [proc.loginLeader, pi.PI_LOGINLD],
  ];
  return bits.reduce((state, [on, bit]) => (on ? state | bit : state), 0);
}

/** What is told of each thread. Asking for any of it asks for the threads. */
const THREAD_DETAILS = pi.PI_FETCH_THREAD_BASIC | pi.PI_FETCH_THREAD_SCHED | pi.PI_FETCH_THREAD_WAITS;

function* threadInfo(thread: MachPort, flavor: number, room: number): Syscall<readonly number[] | undefined> {
  const info = yield* machCall.thread_info(thread, { flavor, thread_info_outCnt: room });
  return info.err ? undefined : info.thread_info_out;
}

const NO_BASIC = pi.decodeThreadBasic([]);

interface Wait {
  readonly description: string;
  readonly rpc: number;
}

/** What the thread's own library says that it waits for. Without a message port nobody can say. */
function* threadWait(msgport: MachPort, thread: MachPort): Syscall<Wait> {
  const said = portValid(msgport) ? yield* msgCall.msg_report_wait(msgport, { thread }) : undefined;
  return said === undefined || said.err ? { description: "", rpc: 0 } : { description: said.wait_desc, rpc: said.wait_rpc };
}

function* oneThread(thread: MachPort, flags: number): Syscall<pi.ThreadInfo> {
  const basic = flags & pi.PI_FETCH_THREAD_BASIC ? yield* threadInfo(thread, pi.THREAD_BASIC_INFO, pi.THREAD_BASIC_WORDS) : [];
  const sched = flags & pi.PI_FETCH_THREAD_SCHED ? yield* threadInfo(thread, pi.THREAD_SCHED_INFO, pi.THREAD_SCHED_WORDS) : [];
  const died = basic === undefined || sched === undefined;
  return { died, rpcBlock: 0, basic: died ? NO_BASIC : pi.decodeThreadBasic(basic), sched: died ? [] : sched };
}

interface Fetched {
  readonly err: 0;
  readonly flags: number;
  readonly procinfo: readonly number[];
  readonly threadwaits: Uint8Array;
}

/** What was asked of each thread, `details` at all. A thread that has died meanwhile is told of as dead, and waits for nothing. */
function* fetchThreads(threads: readonly MachPort[], msgport: MachPort, flags: number, details: boolean): Syscall<{ readonly infos: readonly pi.ThreadInfo[]; readonly waits: string }> {
  const infos: pi.ThreadInfo[] = [];
  let waits = "";
  for (const thread of threads) {
    const info = details ? yield* oneThread(thread, flags) : undefined;
    if (info !== undefined) {
      const wait = flags & pi.PI_FETCH_THREAD_WAITS && !info.died ? yield* threadWait(msgport, thread) : undefined;
      if (wait !== undefined) waits += `${wait.description}\0`;
      infos.push({ ...info, rpcBlock: wait?.rpc ?? 0 });
    }
    yield* deallocate(thread);
  }
  return { infos, waits };
}

/** The flags that are answered: without a message port nobody can say what a thread waits for, if there is a thread at all. */
function answered(asked: number, threads: number, msgport: MachPort): number {
  const flags = asked & THREAD_DETAILS ? asked | pi.PI_FETCH_THREADS : asked;
  return threads > 0 && !portValid(msgport) ? flags & ~pi.PI_FETCH_THREAD_WAITS : flags;
}

/** The lock is given up after what the record says: a process that is asked for its waits may take its time. */
function* fetch(table: ProcessTable, proc: Proc, asked: number): Syscall<Fetched | { readonly err: Failure }> {
  yield* dropDeadMsgport(proc);
  const { pgrp, task, msgport } = proc;
  const wantsThreads = (asked & (pi.PI_FETCH_THREADS | THREAD_DETAILS)) !== 0;
  const list = wantsThreads ? yield* machCall.task_threads(task, {}) : { err: 0 as const, thread_list: [] };
  if (list.err) return { err: list.err === Msg.SEND_INVALID_DEST ? Errno.ESRCH : list.err };
  const flags = answered(asked, list.thread_list.length, msgport);
  const head = {
    state: stateOf(proc),
    owner: proc.ids[0] ?? 0,
    ppid: proc.parent.pid,
    pgrp: pgrp?.pgid ?? 0,
    session: pgrp?.session.sid ?? 0,
    logincollection: loginLeaderOf(proc).pid,
    exitstatus: proc.stopped ? proc.status : 0,
    sigcode: proc.stopped ? proc.sigcode : 0,
  };
  yield* table.lock.unlock();
  const basic = flags & pi.PI_FETCH_TASKINFO ? yield* taskInfo(task, pi.TASK_BASIC_INFO, pi.TASK_BASIC_WORDS) : [];
  const events = flags & pi.PI_FETCH_TASKEVENTS ? yield* taskInfo(task, pi.TASK_EVENTS_INFO, pi.TASK_EVENTS_WORDS) : [];
  const { infos, waits } = yield* fetchThreads(list.thread_list, msgport, flags, (asked & THREAD_DETAILS) !== 0);
  yield* table.lock.lock();
  const procinfo = pi.encodeProcInfo({ ...head, task: pi.decodeTaskBasic(basic), events, nthreads: list.thread_list.length, threads: infos });
  return { err: 0, flags, procinfo, threadwaits: new TextEncoder().encode(waits) };
}

interface Elsewhere {
  readonly ns: MachPort;
  readonly pid: number;
  readonly flags: number;
}

/** What a namespace's server knows of a member, its numbers made ours. Who is nobody's child there is a child of the namespace's root. */
function* relayed(table: ProcessTable, proc: Proc, { ns, pid, flags }: Elsewhere): Syscall<Fetched | { readonly err: Failure }> {
  const got = yield* procCall.proc_getprocinfo(ns, { which: pid, flags });
  if (got.err) return got;
  const info = pi.decodeProcInfo(got.procinfo);
  const [ppid = -1, pgrp = -1, session = -1, logincollection = -1] = yield* ourPids(table, ns, [info.ppid, info.pgrp, info.session, info.logincollection]);
  const parent = info.ppid === pid || ppid === -1 ? namespaceRoot(proc).pid : ppid;
  return { ...got, procinfo: pi.encodeProcInfo({ ...info, ppid: parent, pgrp, session, logincollection }) };
}

type Block = { readonly err: 0; readonly block: Uint8Array } | { readonly err: Failure };

function* strings(table: ProcessTable, pid: number, address: (proc: Proc) => number, relayed: (ns: MachPort, pid: number) => Syscall<Block>): Syscall<Block> {
  const proc = table.find(pid);
  if (proc === undefined) return { err: Errno.ESRCH };
  const there = yield* relay(table, proc, relayed);
  if (there !== undefined) return there;
  const read = yield* readStrings(proc.task, address(proc));
  return read.err ? read : { err: 0, block: read.value };
}

export function infoHandlers(table: ProcessTable): ProcHandlers {
  return {
    *proc_getprocinfo(_caller, { which, flags }) {
      const proc = table.find(which);
      if (proc === undefined) return { err: Errno.ESRCH };
      const there = yield* relay(table, proc, (ns, pid) => relayed(table, proc, { ns, pid, flags }));
      return there ?? (yield* fetch(table, proc, flags));
    },
    *proc_getprocargs(_caller, { which }) {
      const got = yield* strings(table, which, (p) => p.argv, function* (ns, pid) {
        const r = yield* procCall.proc_getprocargs(ns, { which: pid });
        return r.err ? r : { err: 0, block: r.procargs };
      });
      return got.err ? got : { err: 0, procargs: got.block };
    },
    *proc_getprocenv(_caller, { which }) {
      const got = yield* strings(table, which, (p) => p.envp, function* (ns, pid) {
        const r = yield* procCall.proc_getprocenv(ns, { which: pid });
        return r.err ? r : { err: 0, block: r.procenv };
      });
      return got.err ? got : { err: 0, procenv: got.block };
    },
    *proc_getnports(_caller, { which }) {
      const proc = table.find(which);
      if (proc === undefined) return { err: Errno.ESRCH };
      const names = yield* machPortCall.mach_port_names(proc.task, {});
      return names.err ? { err: names.err } : { err: 0, nports: names.names.length };
    },
  };
}

/** Facts about the program a process runs: set by exec and the C library, shown by ps. */
export function imageHandlers(table: ProcessTable): ProcHandlers {
  return {
    *proc_set_arg_locations(proc, { argv, envp }) {
      proc.argv = argv >>> 0;
      proc.envp = envp >>> 0;
      return { err: 0 };
    },
    *proc_get_arg_locations(proc) {
      return { err: 0, argv: proc.argv, envp: proc.envp };
    },
    *proc_set_code(proc, { start_code, end_code }) {
      proc.startCode = start_code;
      proc.endCode = end_code;
      return { err: 0 };
    },
    *proc_get_code(proc) {
      return { err: 0, start_code: proc.startCode, end_code: proc.endCode };
    },
    *proc_set_exe(proc, { path }) {
      proc.exe = path;
      return { err: 0 };
    },
    *proc_get_exe(_caller, { which }) {
      const proc = table.find(which);
      return proc === undefined ? { err: Errno.ESRCH } : { err: 0, path: proc.exe };
    },
    *proc_set_entry(proc, { entry }) {
      proc.entry = entry;
      return { err: 0 };
    },
    *proc_get_entry(proc) {
      return { err: 0, entry: proc.entry };
    },
  };
}
