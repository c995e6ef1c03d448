/**
 * What the signal thread does with a signal: choose a thread, then ignore, keep pending, stop, continue, kill, or set up the handler
 * (signals-fork.md §4.3). All of this runs in the signal thread, one signal at a time; between two traps nothing else of the task runs.
 */
import { machCall } from "../mach/interfaces/mach.ts";
import { MachMsg, MsgOption } from "../mach/ipc/message.ts";
import { MACH_PORT_NULL, type MachPort, MsgType } from "../mach/ipc/names.ts";
import { code as codeAddress, type Syscall } from "../mach/kern/syscall.ts";
import { INIT_PORT_PROC } from "../servers/interfaces/hurd-types.ts";
import { defaultAction, type DefaultAction, SA_NODEFER, SA_RESETHAND, SA_RESTART, SIGCONT, sigismember, SIGKILL, sigmask, STOP_SIGNALS, UNBLOCKABLE } from "../servers/interfaces/signals.ts";
import { W_EXITCODE, WCOREFLAG } from "../servers/interfaces/wait-status.ts";
import { abortRpc, interruptRpcs } from "./abort-rpc.ts";
import { dumpCore, type ExceptionDetail } from "./core-dump.ts";
import { hurdExit } from "./exit.ts";
import { handlerEntries } from "./handler.ts";
import type { SigAction } from "./libc.ts";
import { DEFAULT_ACTION, type Process, type Sigstate } from "./process.ts";
import { deallocate, taskSelf } from "./rights.ts";
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

type Act = DefaultAction | "handle";

const noReply = function* (): Syscall<void> {
  // a signal that was pending: its sender has had its answer
};

/** Delivers `post` to `to`, or to any thread that does not block it; then whatever was pending and can be delivered now. */
export function* postSignal(p: Process, to: Sigstate | undefined, post: Post): Syscall<void> {
  if (post.signo !== 0) yield* postOne(p, to, post);
  yield* postPending(p);
  // a poll is answered when all that can be delivered has been
  if (post.signo === 0) yield* post.reply();
}

/** Delivers pending signals of each thread, lowest first, until none is left that is not blocked. */
function* postPending(p: Process): Syscall<void> {
  for (let found = nextPending(p); found !== undefined; found = nextPending(p)) {
    yield* postOne(p, found.to, { signo: found.signo, code: found.code, untraced: false, fault: false, reply: noReply });
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
  dropOpposites(p, signo);
  if (signo === SIGCONT) yield* resume(p);
  const thread = to ?? p.sigstates.find((s) => !sigismember(s.blocked, signo));
  if (thread === undefined) return yield* keep(p, post);
  if (sigismember(p.traceMask, signo) && !post.untraced && signo !== SIGKILL) {
    return p.stopped ? yield* keep(thread, post) : yield* stop(p, post);
  }
  const action = p.actions[signo] ?? DEFAULT_ACTION;
  const act = decide(p, thread, post, action);
  if (act !== "ignore" && !post.fault && mustWait(p, thread, signo)) return yield* keep(thread, post);
  if (act !== "ignore" && act !== "stop" && thread.critical > 0 && !post.fault) {
    yield* keep(thread, post);
    return yield* abortRpc(p, thread, false);
  }
  switch (act) {
    case "ignore":
    case "info":
      return yield* post.reply();
    case "stop":
      return yield* stop(p, post);
    case "terminate":
    case "core":
      return yield* die(p, post, act);
    case "handle":
      return yield* handle(p, thread, post, action);
  }
}

/** A stop takes back a pending CONT, and CONT all pending stops. */
function dropOpposites(p: Process, signo: number): void {
  const drop = signo === SIGCONT ? STOP_SIGNALS : sigismember(STOP_SIGNALS, signo) ? sigmask(SIGCONT) : 0;
  p.pending = (p.pending & ~drop) >>> 0;
  for (const s of p.sigstates) s.pending = (s.pending & ~drop) >>> 0;
}

const orphanStop = (p: Process, signo: number): boolean => p.orphaned && sigismember(JOB_STOPS, signo);

function decide(p: Process, thread: Sigstate, post: Post, { handler }: SigAction): Act {
  const byDefault = defaultAction(post.signo);
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

/** Ends a stop: tells proc, and lets every other thread go on. */
function* resume(p: Process): Syscall<void> {
  if (!p.stopped) return;
  p.stopped = false;
  yield* procCall.proc_mark_cont(p.port(INIT_PORT_PROC), {});
  yield* resumeOthers(p.signalThread);
}

/** One `thread_resume` for every thread of the task but one: what proc_dostop did is undone. */
export function* resumeOthers(except: MachPort): Syscall<void> {
  const threads = yield* machCall.task_threads(yield* taskSelf(), {});
  if (threads.err) return;
  for (const thread of threads.thread_list) {
    if (thread !== except) yield* machCall.thread_resume(thread, {});
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

/** Puts a frame with the handler on top of what the thread is doing. */
function* handle(p: Process, to: Sigstate, post: Post, action: SigAction): Syscall<void> {
  const flags = action.flags ?? 0;
  const oldMask = to.blocked;
  const own = flags & SA_NODEFER ? 0 : sigmask(post.signo);
  to.deliveries.push({ signo: post.signo, action, oldMask });
  to.blocked = ((oldMask | (action.mask ?? 0) | own) & ~UNBLOCKABLE) >>> 0;
  if (flags & SA_RESETHAND) p.actions[post.signo] = DEFAULT_ACTION;
  yield* machCall.thread_suspend(to.thread, {});
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
