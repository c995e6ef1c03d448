/**
 * What the signal thread does with a signal: choose a thread, then ignore, keep pending, stop, continue, kill, or set up the handler
 * (signals-fork.md §4.3). All of this runs in the signal thread, one signal at a time; between two traps nothing else of the task runs.
 */
import { machCall } from "../mach/interfaces/mach.ts";
import { MachMsg, MsgOption } from "../mach/ipc/message.ts";
import { MACH_PORT_NULL, type MachPort, MsgType } from "../mach/ipc/names.ts";
import { code as codeAddress, type Syscall } from "../mach/kern/syscall.ts";
import { INIT_PORT_PROC } from "../servers/interfaces/hurd-types.ts";
import { defaultAction, type DefaultAction, SA_NODEFER, SA_RESETHAND, SA_RESTART, SIGCONT, SIGILL, sigismember, SIGKILL, sigmask, SIGTRAP, STOP_SIGNALS, UNBLOCKABLE } from "../servers/interfaces/signals.ts";
import { W_EXITCODE, WCOREFLAG } from "../servers/interfaces/wait-status.ts";
import { abortRpc, interruptRpcs } from "./abort-rpc.ts";
import { dumpCore, type ExceptionDetail } from "./core-dump.ts";
import { hurdExit } from "./exit.ts";
import { handlerEntries } from "./handler.ts";
import type { SigAction } from "./libc.ts";
import { DEFAULT_ACTION, type Process, type Sigstate } from "./process.ts";
import { deallocate, taskSelf } from "./rights.ts";
import { siginfoHandler } from "./siginfo.ts";
import { JOB_STOPS } from "./signo.ts";
import { procCall } from "./stubs.ts";
import { setEntry } from "./thread.ts";

/** A signal that has come. */
export interface Post {
  readonly signo: number;
  readonly code: number;
  /** By a debugger: the trace mask does not apply. */
  readonly untraced: boolean;
  /** An exception of this thread: it cannot be blocked or ignored. */
  readonly fault: boolean;
  /** That exception, for the crash server. */
  readonly detail?: ExceptionDetail;
  /** Answers the sender; called once, when the signal counts as delivered. */
  readonly reply: () => Syscall<void>;
}

type Act = Exclude<DefaultAction, "info"> | "handle";

/** Delivers `post` to `to`, or to any thread that does not block it; then whatever was pending and can be delivered now. An untraced 0 only continues (PTRACE_CONT). */
export function* postSignal(p: Process, to: Sigstate | undefined, given: Post): Syscall<void> {
  const reply = once(given.reply);
  const post = { ...given, reply };
  if (post.signo !== 0) yield* postOne(p, to, post);
  else if (post.untraced) yield* resume(p);
  yield* postPending(p, reply);
  // a poll is answered when all that can be delivered has been
  if (post.signo === 0) yield* reply();
}

/** The sender has one answer, from whatever comes first: one of the pending signals may be the last that we do. */
function once(reply: () => Syscall<void>): () => Syscall<void> {
  let given = false;
  return function* () {
    if (given) return;
    given = true;
    yield* reply();
  };
}

/** Delivers pending signals of each thread, lowest first, until none is left that is not blocked. A poll waits for them, unless one of them ends or stops us. */
function* postPending(p: Process, reply: () => Syscall<void>): Syscall<void> {
  for (let found = nextPending(p); found !== undefined; found = nextPending(p)) {
    yield* postOne(p, found.to, { signo: found.signo, code: found.code, untraced: false, fault: false, reply });
  }
}

function nextPending(p: Process): { to: Sigstate; signo: number; code: number } | undefined {
  if (p.stopped) return undefined;
  for (const to of p.sigstates) {
    if (to.critical > 0) continue;
    const ready = ((to.pending | p.pending) & ~to.blocked) >>> 0;
    if (ready === 0) continue;
    const signo = 32 - Math.clz32(ready & -ready);
    const holder = sigismember(to.pending, signo) ? to : p;
    holder.pending = (holder.pending & ~sigmask(signo)) >>> 0;
    return { to, signo, code: holder.codes[signo] ?? 0 };
  }
  return undefined;
}

function* postOne(p: Process, to: Sigstate | undefined, post: Post): Syscall<void> {
  const { signo } = post;
  const thread = to ?? p.sigstates.find((s) => !sigismember(s.blocked, signo));
  // a debugger hears of it before anything else is done about it, SIGCONT included
  if (!post.untraced && sigismember(p.traceMask, signo)) return p.stopped ? yield* keep(thread ?? p, post) : yield* stop(p, post);
  const action = actionOf(p, signo);
  const act = thread && decide(p, thread, post, action);
  dropOpposites(p, signo);
  const goesOn = p.stopped && (post.untraced || signo === SIGCONT) && !stopsByDefault(action, signo);
  // the thread that will run a handler does nothing else before
  const held = goesOn && act === "handle" ? thread : undefined;
  if (goesOn) yield* resume(p, held?.thread);
  if (thread === undefined || act === undefined || (!post.fault && mustWait(p, thread, signo))) {
    yield* keep(thread ?? p, post);
    if (held !== undefined) yield* machCall.thread_resume(held.thread, {});
    return;
  }
  switch (act) {
    case "ignore":
      return yield* post.reply();
    case "stop":
      return yield* stop(p, post);
    case "terminate":
    case "core":
      return yield* die(p, post, act);
    case "handle":
      if (held === undefined) yield* machCall.thread_suspend(thread.thread, {});
      return yield* handle(p, thread, post, action);
  }
}

/** SIGINFO is handled by default, if the process leads its group. */
function actionOf(p: Process, signo: number): SigAction {
  const action = p.actions[signo] ?? DEFAULT_ACTION;
  if (action.handler !== "SIG_DFL" || defaultAction(signo) !== "info" || p.pgrp !== p.pid) return action;
  return { flags: SA_RESTART, ...action, handler: siginfoHandler(p) };
}

const stopsByDefault = ({ handler }: SigAction, signo: number): boolean => handler === "SIG_DFL" && defaultAction(signo) === "stop";

/** A stop takes back a pending CONT, and CONT all pending stops. */
function dropOpposites(p: Process, signo: number): void {
  const drop = signo === SIGCONT ? STOP_SIGNALS : sigismember(STOP_SIGNALS, signo) ? sigmask(SIGCONT) : 0;
  p.pending = (p.pending & ~drop) >>> 0;
  for (const s of p.sigstates) s.pending = (s.pending & ~drop) >>> 0;
}

const orphanStop = (p: Process, signo: number): boolean => p.orphaned && sigismember(JOB_STOPS, signo);

function decide(p: Process, thread: Sigstate, post: Post, { handler }: SigAction): Act {
  const known = defaultAction(post.signo);
  const byDefault = known === "info" ? "ignore" : known;
  if (sigismember(UNBLOCKABLE, post.signo)) return byDefault;
  if (post.fault && (handler === "SIG_IGN" || sigismember(thread.blocked, post.signo))) return byDefault;
  if (handler === "SIG_IGN") return "ignore";
  if (handler !== "SIG_DFL") return "handle";
  return byDefault === "stop" && orphanStop(p, post.signo) ? "terminate" : byDefault;
}

function mustWait(p: Process, thread: Sigstate, signo: number): boolean {
  if (signo === SIGKILL) return false;
  return p.stopped || (sigismember(thread.blocked, signo) && !sigismember(UNBLOCKABLE, signo));
}

/** Keeps the signal for later. To its sender that is as good as delivered. */
function* keep(where: { pending: number; readonly codes: number[] }, post: Post): Syscall<void> {
  where.pending = (where.pending | sigmask(post.signo)) >>> 0;
  where.codes[post.signo] = post.code;
  yield* post.reply();
}

/** All threads but this one stand still; the task itself is not suspended, so that the message port keeps being served. */
function* stopOthers(p: Process): Syscall<void> {
  yield* procCall.proc_dostop(p.port(INIT_PORT_PROC), { contthread: p.signalThread });
}

function* stop(p: Process, post: Post): Syscall<void> {
  if (!p.stopped) {
    p.stopped = true;
    yield* stopOthers(p);
    yield* interruptRpcs(p, true);
  }
  yield* post.reply();
  yield* procCall.proc_mark_stop(p.port(INIT_PORT_PROC), { signo: post.signo, sigcode: post.code });
}

/** Ends a stop: tells proc, and lets every other thread go on, but for one that stays suspended. */
function* resume(p: Process, held?: MachPort): Syscall<void> {
  if (!p.stopped) return;
  p.stopped = false;
  yield* procCall.proc_mark_cont(p.port(INIT_PORT_PROC), {});
  yield* resumeOthers(p.signalThread, held);
}

/** One `thread_resume` for every thread of the task but one or two: what proc_dostop did is undone. */
export function* resumeOthers(except: MachPort, held = except): Syscall<void> {
  const threads = yield* machCall.task_threads(yield* taskSelf(), {});
  if (threads.err) return;
  for (const thread of threads.thread_list) {
    if (thread !== except && thread !== held) yield* machCall.thread_resume(thread, {});
    yield* deallocate(thread);
  }
}

/** The sender has its answer before a crash server is asked, which may keep the task as long as it likes. */
function* die(p: Process, post: Post, act: "terminate" | "core"): Syscall<void> {
  yield* stopOthers(p);
  yield* post.reply();
  yield* interruptRpcs(p, false);
  const core = act === "core" && (yield* dumpCore(p, post));
  yield* hurdExit(p, W_EXITCODE(0, orphanStop(p, post.signo) ? SIGKILL : post.signo) | (core ? WCOREFLAG : 0));
}

/** Puts a frame with the handler on top of what the thread, which is suspended, is doing. In a critical section it only breaks off what the thread waits for. */
function* handle(p: Process, to: Sigstate, post: Post, action: SigAction): Syscall<void> {
  if (to.critical > 0 && !post.fault) {
    yield* abortRpc(p, to, false);
    yield* keep(to, post);
    yield* machCall.thread_resume(to.thread, {});
    return;
  }
  const flags = action.flags ?? 0;
  const oldMask = to.blocked;
  const own = flags & (SA_NODEFER | SA_RESETHAND) ? 0 : sigmask(post.signo);
  to.deliveries.push({ signo: post.signo, code: post.code, address: post.detail?.subcode ?? 0, action, oldMask });
  to.blocked = ((oldMask | (action.mask ?? 0) | own) & ~UNBLOCKABLE) >>> 0;
  if (flags & SA_RESETHAND && post.signo !== SIGILL && post.signo !== SIGTRAP) p.actions[post.signo] = DEFAULT_ACTION;
  if (!post.fault) yield* abortRpc(p, to, (flags & SA_RESTART) !== 0);
  if (!to.framed) {
    to.framed = true;
    yield* setEntry(to.thread, yield* codeAddress(handlerEntries[to.depth % 2 === 0 ? 0 : 1]));
  }
  yield* wakeSuspended(to);
  yield* machCall.thread_resume(to.thread, {});
  yield* post.reply();
}

/** A thread in sigsuspend is told, for the case that it had not begun to wait. */
function* wakeSuspended(to: Sigstate): Syscall<void> {
  const port: MachPort = to.suspended;
  if (port === MACH_PORT_NULL) return;
  to.suspended = MACH_PORT_NULL;
  const msg = new MachMsg();
  msg.header(port, MsgType.MAKE_SEND, MACH_PORT_NULL, 0, 0, []);
  msg.option = MsgOption.SEND;
  yield msg;
}
