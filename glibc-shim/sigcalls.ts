/** Masks, actions, and waiting for signals. */
import { MachMsg, MsgOption } from "../mach/ipc/message.ts";
import { MACH_PORT_NULL } from "../mach/ipc/names.ts";
import { mach_reply_port, type Syscall } from "../mach/kern/syscall.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { INIT_PORT_PROC } from "../servers/interfaces/hurd-types.ts";
import { defaultAction, NSIG, SA_NOCLDSTOP, SI_USER, SIGCHLD, sigismember, sigmask, UNBLOCKABLE } from "../servers/interfaces/signals.ts";
import { UnixError } from "./errno.ts";
import { deliverUnblocked } from "./handler.ts";
import type { SigAction } from "./libc.ts";
import { DEFAULT_ACTION, type Process, sigstateSelf } from "./process.ts";
import { destroyReceive } from "./rights.ts";
import { procCall } from "./stubs.ts";

const valid = (signo: number): boolean => Number.isInteger(signo) && signo > 0 && signo < NSIG;

/**
 * Throws EINVAL for a number out of range, and for KILL and STOP. A signal that is pending and will be ignored from now on is forgotten (POSIX); SA_NOCLDSTOP on
 * SIGCHLD is proc's business.
 */
export function* sigaction(p: Process, signo: number, action: SigAction): Syscall<SigAction> {
  if (!valid(signo) || (sigismember(UNBLOCKABLE, signo) && action.handler !== "SIG_DFL")) throw new UnixError("sigaction", Errno.EINVAL);
  const old = p.actions[signo] ?? DEFAULT_ACTION;
  p.actions[signo] = action.handler === "SIG_DFL" && action.flags === undefined ? DEFAULT_ACTION : action;
  const ignored = action.handler === "SIG_IGN" || (action.handler === "SIG_DFL" && defaultAction(signo) === "ignore");
  if (ignored) for (const holder of [p, ...p.sigstates]) holder.pending = (holder.pending & ~sigmask(signo)) >>> 0;
  if (signo === SIGCHLD && noStops(old) !== noStops(action)) {
    yield* procCall.proc_mod_stopchild(p.port(INIT_PORT_PROC), { doit: noStops(action) ? 0 : 1 });
  }
  return old;
}

const noStops = ({ flags = 0 }: SigAction): boolean => (flags & SA_NOCLDSTOP) !== 0;

/** Changes the calling thread's mask; what that lets through is handled before this returns. */
export function* sigprocmask(p: Process, how: "block" | "unblock" | "set", mask: number): Syscall<number> {
  const state = sigstateSelf();
  const old = state.blocked;
  const next = how === "block" ? old | mask : how === "unblock" ? old & ~mask : mask;
  state.blocked = (next & ~UNBLOCKABLE) >>> 0;
  yield* deliverUnblocked(p, state);
  return old;
}

 
export function* sigpending(p: Process): Syscall<number> {
  return (sigstateSelf().pending | p.pending) >>> 0;
}

/** Sets the mask, waits until a handler has run, sets the mask back. */
export function* sigsuspend(p: Process, mask: number): Syscall<never> {
  const state = sigstateSelf();
  const old = state.blocked;
  const port = yield* mach_reply_port();
  state.suspended = port;
  state.blocked = (mask & ~UNBLOCKABLE) >>> 0;
  yield* deliverUnblocked(p, state);
  const msg = new MachMsg();
  msg.option = MsgOption.RCV;
  msg.rcvName = port;
  yield msg;
  state.suspended = MACH_PORT_NULL;
  yield* destroyReceive(port);
  state.blocked = old;
  yield* deliverUnblocked(p, state);
  throw new UnixError("sigsuspend", Errno.EINTR);
}

export const pause = (p: Process): Syscall<never> => sigsuspend(p, sigstateSelf().blocked);

/** A signal to the calling thread, handled before this returns if it is not blocked: it is made pending, and the signal thread is asked to look. Throws EINVAL. */
export function* raise(p: Process, signo: number): Syscall<void> {
  if (!valid(signo)) throw new UnixError("raise", Errno.EINVAL);
  const state = sigstateSelf();
  state.pending = (state.pending | sigmask(signo)) >>> 0;
  state.codes[signo] = SI_USER;
  yield* deliverUnblocked(p, state);
}
