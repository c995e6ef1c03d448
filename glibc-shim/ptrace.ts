/**
 * ptrace (signals-fork.md §10): no call of the kernel's, but what any holder of a task port can do: memory and registers are asked of the kernel, stops and
 * signals of the message port. Who traces is nowhere written down; TRACEME alone makes the parent hear of stops without asking.
 *
 * Known traps: SETREGS reads registers as GETREGS does. CONT sets the pc unless its address is 1. After an exec of a traced program there is no message port to
 * continue it by: CONT and DETACH wait for one, and the program for them; a debugger resumes its thread (gdb does).
 */
import { machCall } from "../mach/interfaces/mach.ts";
import { MACH_PORT_NULL, type MachPort } from "../mach/ipc/names.ts";
import { Mig, Msg } from "../mach/kern/kern-return.ts";
import { THREAD_STATE_COUNT, THREAD_STATE_FLAVOR, ThreadStateWord, type Syscall } from "../mach/kern/syscall.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { INIT_PORT_PROC, INIT_TRACEMASK, PAGE_SIZE } from "../servers/interfaces/hurd-types.ts";
import { SIGKILL, SIGSTOP } from "../servers/interfaces/signals.ts";
import { hurdFail, UnixError } from "./errno.ts";
import { kill } from "./kill.ts";
import type { Process } from "./process.ts";
import { deallocate } from "./rights.ts";
import { ALL_SIGNALS } from "./signo.ts";
import { msgCall, procCall } from "./stubs.ts";

/** The address with which CONT leaves the pc alone. */
export const PTRACE_CONT_HERE = 1;
const WORD = 4;

/** The requests. All throw UnixError; of a process whose task one may not have EPERM, of one that is not there, or a zombie, ESRCH. */
export interface Ptrace {
  /** The caller's signals stop it from now on and its parent hears of it, SIGKILL by `kill` apart; its next exec stops it too. */
  traceme(): Syscall<void>;
  /** Sets the trace mask and stops the process. Its parent hears of that as of any stop; we do not. */
  attach(pid: number): Syscall<void>;
  /** Clears the mask and continues. */
  detach(pid: number): Syscall<void>;
  /** Continues, and has signal `signo` taken as if nobody traced (0: none). At `address`, unless that is PTRACE_CONT_HERE. */
  cont(pid: number, address: number, signo: number): Syscall<void>;
  kill(pid: number): Syscall<void>;
  /** EOPNOTSUPP, as this is the kernel's business. */
  singlestep(): Syscall<never>;
  /** PEEKTEXT and PEEKDATA are one: a word of 32 bits, unsigned. */
  peek(pid: number, address: number): Syscall<number>;
  poke(pid: number, address: number, word: number): Syscall<void>;
  /** PEEKUSER and POKEUSER: EOPNOTSUPP, there is no such area. */
  user(): Syscall<never>;
  /** The first thread's registers, as thread_get_state has them. */
  getregs(pid: number): Syscall<readonly number[]>;
  /** Answers the registers, and sets none. */
  setregs(pid: number): Syscall<readonly number[]>;
  /** READTEXT and READDATA. */
  read(pid: number, address: number, size: number): Syscall<Uint8Array>;
  /** WRITETEXT and WRITEDATA. */
  write(pid: number, address: number, data: Uint8Array): Syscall<void>;
}

const fail = (err: number): UnixError => new UnixError("ptrace", hurdFail(err));
function check(answer: { readonly err: number }): void {
  if (answer.err !== 0) throw fail(answer.err);
}

/** Runs `body` with the task of process `pid`, borrowed. */
function* withTask<T>(p: Process, pid: number, body: (task: MachPort) => Syscall<T>): Syscall<T> {
  const got = yield* procCall.proc_pid2task(p.port(INIT_PORT_PROC), { pid });
  if (got.err) throw fail(got.err);
  if (got.task === MACH_PORT_NULL) throw fail(Errno.ESRCH);
  try {
    return yield* body(got.task);
  } finally {
    yield* deallocate(got.task);
  }
}

/** Runs `body` with the first thread's port, borrowed: it is taken for the user's. */
function* withThread<T>(task: MachPort, body: (thread: MachPort) => Syscall<T>): Syscall<T> {
  const got = yield* machCall.task_threads(task, {});
  if (got.err) throw fail(got.err);
  const [first, ...others] = got.thread_list;
  for (const thread of others) yield* deallocate(thread);
  if (first === undefined) throw fail(Errno.EINVAL);
  try {
    return yield* body(first);
  } finally {
    yield* deallocate(first);
  }
}

/** One call on a process's message port; its code. */
function* onMsgport(p: Process, pid: number, call: (msgport: MachPort) => Syscall<number>): Syscall<number> {
  const got = yield* procCall.proc_getmsgport(p.port(INIT_PORT_PROC), { pid });
  if (got.err) return got.err;
  const err = yield* call(got.msgport);
  yield* deallocate(got.msgport);
  return err;
}

function* setTraced(p: Process, pid: number, on: boolean): Syscall<void> {
  yield* withTask(p, pid, function* (refport) {
    const err = yield* onMsgport(p, pid, function* (msgport) {
      const set = yield* msgCall.msg_set_init_int(msgport, { refport, which: INIT_TRACEMASK, value: on ? ALL_SIGNALS | 0 : 0 });
      if (set.err) return set.err;
      const post = { sigcode: 0, refport };
      return (on ? yield* msgCall.msg_sig_post(msgport, { signal: SIGSTOP, ...post }) : yield* msgCall.msg_sig_post_untraced(msgport, { signal: 0, ...post })).err;
    });
    if (err !== 0) throw fail(err);
  });
}

/** Again with the next message port when one has died: the process has exec'd. Whoever never had one cannot be asked (the real library asks for ever). */
function* continueBy(p: Process, pid: number, signal: number, refport: MachPort): Syscall<void> {
  for (;;) {
    let had = false;
    const err = yield* onMsgport(p, pid, function* (msgport) {
      had = msgport !== MACH_PORT_NULL;
      return (yield* msgCall.msg_sig_post_untraced(msgport, { signal, sigcode: 0, refport })).err;
    });
    if (err === 0) return;
    if (!had || (err !== Msg.SEND_INVALID_DEST && err !== Mig.SERVER_DIED)) throw fail(err);
  }
}

function* registers(thread: MachPort): Syscall<readonly number[]> {
  const got = yield* machCall.thread_get_state(thread, { flavor: THREAD_STATE_FLAVOR, old_stateCnt: THREAD_STATE_COUNT });
  if (got.err) throw fail(got.err);
  return got.old_state;
}

function* setPc(thread: MachPort, pc: number): Syscall<void> {
  const new_state = (yield* registers(thread)).with(ThreadStateWord.pc, pc);
  check(yield* machCall.thread_set_state(thread, { flavor: THREAD_STATE_FLAVOR, new_state }));
}

function* cont(p: Process, pid: number, address: number, signal: number): Syscall<void> {
  yield* withTask(p, pid, function* (refport) {
    if (signal === SIGKILL) return check(yield* machCall.task_terminate(refport, {}));
    if (address !== PTRACE_CONT_HERE) yield* withThread(refport, (thread) => setPc(thread, address));
    yield* continueBy(p, pid, signal, refport);
  });
}

/** The whole pages around `size` bytes at `address`, and where in them those bytes are. */
function* pages(task: MachPort, address: number, size: number): Syscall<{ readonly from: number; readonly at: number; readonly data: Uint8Array }> {
  const from = address - (address % PAGE_SIZE);
  const got = yield* machCall.vm_read(task, { address: from, size: Math.ceil((address - from + size) / PAGE_SIZE) * PAGE_SIZE });
  if (got.err) throw fail(got.err);
  return { from, at: address - from, data: got.data.slice() };
}

const read = (p: Process, pid: number, address: number, size: number): Syscall<Uint8Array> =>
  withTask(p, pid, function* (task) {
    const { at, data } = yield* pages(task, address, size);
    return data.subarray(at, at + size);
  });

const write = (p: Process, pid: number, address: number, bytes: Uint8Array): Syscall<void> =>
  withTask(p, pid, function* (task) {
    const { from, at, data } = yield* pages(task, address, bytes.length);
    data.set(bytes, at);
    check(yield* machCall.vm_write(task, { address: from, data }));
  });

function* refuse(): Syscall<never> {
  throw fail(Errno.EOPNOTSUPP);
}

/** The requests of process `p`. */
export function makePtrace(p: Process): Ptrace {
  const getregs = (pid: number): Syscall<readonly number[]> => withTask(p, pid, (task) => withThread(task, registers));
  return {
    *traceme() {
      p.traceMask = ALL_SIGNALS;
      yield* procCall.proc_mark_traced(p.port(INIT_PORT_PROC), {});
    },
    attach: (pid) => setTraced(p, pid, true),
    detach: (pid) => setTraced(p, pid, false),
    cont: (pid, address, signo) => cont(p, pid, address, signo),
    kill: (pid) => kill(p, pid, SIGKILL),
    singlestep: refuse,
    *peek(pid, address) {
      const word = yield* read(p, pid, address, WORD);
      return new DataView(word.buffer, word.byteOffset).getUint32(0, true);
    },
    *poke(pid, address, word) {
      const bytes = new Uint8Array(WORD);
      new DataView(bytes.buffer).setUint32(0, word >>> 0, true);
      yield* write(p, pid, address, bytes);
    },
    user: refuse,
    getregs,
    setregs: getregs,
    read: (pid, address, size) => read(p, pid, address, size),
    write: (pid, address, data) => write(p, pid, address, data),
  };
}
