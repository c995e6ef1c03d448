/** What ps asks: proc_getprocinfo, arguments, environment (auth-proc.md §2.4, §2.14). */
import { portValid, type MachPort } from "../../mach/ipc/names.ts";
import type { Failure } from "../../mach/kern/kern-return.ts";
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
import { relay } from "./namespace.ts";
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

/** Asking for a part asks for what it is part of. */
function closure(flags: number): number {
  let all = flags;
  if (all & pi.PI_FETCH_THREAD_WAITS) all |= pi.PI_FETCH_THREADS;
  if (all & (pi.PI_FETCH_THREAD_BASIC | pi.PI_FETCH_THREAD_SCHED)) all |= pi.PI_FETCH_THREADS;
  if (all & pi.PI_FETCH_THREADS) all |= pi.PI_FETCH_TASKINFO;
  return all;
}

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

function* oneThread(thread: MachPort, flags: number, rpcBlock: number): Syscall<pi.ThreadInfo> {
  const basic = flags & pi.PI_FETCH_THREAD_BASIC ? yield* threadInfo(thread, pi.THREAD_BASIC_INFO, pi.THREAD_BASIC_WORDS) : [];
  const sched = flags & pi.PI_FETCH_THREAD_SCHED ? yield* threadInfo(thread, pi.THREAD_SCHED_INFO, pi.THREAD_SCHED_WORDS) : [];
  const died = basic === undefined || sched === undefined;
  return { died, rpcBlock, basic: died ? NO_BASIC : pi.decodeThreadBasic(basic), sched: died ? [] : sched };
}

interface Fetched {
  readonly err: 0;
  readonly flags: number;
  readonly procinfo: readonly number[];
  readonly threadwaits: Uint8Array;
}

/** The task's threads, with what was asked of each. The lock is given up: a process that is asked for its waits may take its time. */
function* fetchThreads(table: ProcessTable, proc: Proc, flags: number): Syscall<{ readonly threads: readonly pi.ThreadInfo[]; readonly waits: Uint8Array }> {
  const { task, msgport } = proc;
  yield* table.lock.unlock();
  const list = yield* machCall.task_threads(task, {});
  const threads: pi.ThreadInfo[] = [];
  let waits = "";
  for (const thread of list.err ? [] : list.thread_list) {
    const wait = flags & pi.PI_FETCH_THREAD_WAITS ? yield* threadWait(msgport, thread) : { description: "", rpc: 0 };
    waits += `${wait.description}\0`;
    threads.push(yield* oneThread(thread, flags, wait.rpc));
    yield* deallocate(thread);
  }
  yield* table.lock.lock();
  return { threads, waits: new TextEncoder().encode(flags & pi.PI_FETCH_THREAD_WAITS ? waits : "") };
}

function* fetch(table: ProcessTable, proc: Proc, asked: number): Syscall<Fetched> {
  const flags = closure(asked);
  yield* dropDeadMsgport(proc);
  const state = stateOf(proc);
  const { pgrp, task } = proc;
  const basic = flags & pi.PI_FETCH_TASKINFO ? yield* taskInfo(task, pi.TASK_BASIC_INFO, pi.TASK_BASIC_WORDS) : [];
  const events = flags & pi.PI_FETCH_TASKEVENTS ? yield* taskInfo(task, pi.TASK_EVENTS_INFO, pi.TASK_EVENTS_WORDS) : [];
  const head = {
    state,
    owner: proc.ids[0] ?? 0,
    ppid: proc.parent.pid,
    pgrp: pgrp?.pgid ?? 0,
    session: pgrp?.session.sid ?? 0,
    logincollection: loginLeaderOf(proc).pid,
    exitstatus: proc.stopped ? proc.status : 0,
    sigcode: proc.stopped ? proc.sigcode : 0,
    task: pi.decodeTaskBasic(basic),
    events,
  };
  const { threads, waits } = flags & pi.PI_FETCH_THREADS ? yield* fetchThreads(table, proc, flags) : { threads: [], waits: new Uint8Array(0) };
  return { err: 0, flags, procinfo: pi.encodeProcInfo({ ...head, nthreads: threads.length, threads }), threadwaits: waits };
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
      const there = yield* relay(table, proc, (ns, pid) => procCall.proc_getprocinfo(ns, { which: pid, flags }));
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
