/** Masks, actions, and waiting for signals. */
import { MachMsg, MsgOption } from "../mach/ipc/message.ts";
import { MACH_PORT_NULL } from "../mach/ipc/names.ts";
import { mach_reply_port, type Syscall } from "../mach/kern/syscall.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { NSIG, sigismember, UNBLOCKABLE } from "../servers/interfaces/signals.ts";
import { UnixError } from "./errno.ts";
import { deliverUnblocked } from "./handler.ts";
import { kill } from "./kill.ts";
import type { SigAction } from "./libc.ts";
import type { Process} from "./process.ts";
import { DEFAULT_ACTION, sigstateSelf } from "./process.ts";
import { destroyReceive } from "./rights.ts";

const valid = (signo: number): boolean => Number.isInteger(signo) && signo > 0 && signo < NSIG;

/** Throws EINVAL for a number out of range, and for KILL and STOP. */
export function* sigaction(p: Process, signo: number, action: SigAction): Syscall<SigAction> {
  if (!valid(signo) || (sigismember(UNBLOCKABLE, signo) && action.handler !== "SIG_DFL")) throw new UnixError("sigaction", Errno.EINVAL);
  const old = p.actions[signo] ?? DEFAULT_ACTION;
  const state = sigstateSelf();
  p.actions[signo] = action.handler === "SIG_DFL" && action.flags === undefined ? DEFAULT_ACTION : action;
  yield* deliverUnblocked(p, state);
  return old;
}

/** What is ignored is not kept pending (POSIX): a pending signal goes when its action becomes to ignore it, which the signal thread finds out by looking. */
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

/** A signal to the calling thread's process, handled before this returns if it is not blocked. */
export const raise = (p: Process, signo: number): Syscall<void> => kill(p, p.pid, signo);
