/** Sending signals (signals-fork.md §4.1, auth-proc.md §4.2). */
import { machCall } from "../mach/interfaces/mach.ts";
import { MACH_PORT_NULL, type MachPort } from "../mach/ipc/names.ts";
import { asFailure, Mig, Msg } from "../mach/kern/kern-return.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { INIT_PORT_PROC } from "../servers/interfaces/hurd-types.ts";
import { NSIG, SI_USER, SIGCONT, SIGINT, SIGKILL, SIGQUIT, SIGSTOP, SIGTERM, SIGTSTP } from "../servers/interfaces/signals.ts";
import { UnixError } from "./errno.ts";
import { _exit } from "./exit.ts";
import type { Process } from "./process.ts";
import { deallocate } from "./rights.ts";
import { msgCall, procCall } from "./stubs.ts";

/** The port died while we used it: the process has exec'd, and has another by now. */
const goneMeanwhile = (err: number): boolean => err === Msg.SEND_INVALID_DEST || err === Mig.SERVER_DIED;

/** One process at a time, or every process of a group: good if one got it; ESRCH if none was there. */
function* each(p: Process, pid: number, one: (pid: number) => Syscall<number>): Syscall<number> {
  if (pid > 0) return yield* one(pid);
  const group = yield* procCall.proc_getpgrppids(p.port(INIT_PORT_PROC), { pgrp: -pid });
  if (group.err) return group.err;
  let delivered = false;
  let last: number = Errno.ESRCH;
  for (const member of group.pidset) {
    const err = yield* one(member);
    if (err === 0) delivered = true;
    else if (err !== Errno.ESRCH) last = err;
  }
  return delivered ? 0 : last;
}

/** kill(2). Throws ESRCH, EPERM, EINVAL. */
export function* kill(p: Process, pid: number, signo: number): Syscall<void> {
  if (pid === p.pid && p.msgport === MACH_PORT_NULL) yield* _exit(p, 127);
  const err = yield* each(p, pid, (one) => (signo === SIGKILL ? killTask(p, one) : sendTo(p, one, signo)));
  if (err !== 0) throw new UnixError("kill", asFailure(err));
}

/** SIGKILL is no message: the task is terminated. A zombie has none. */
function* killTask(p: Process, pid: number): Syscall<number> {
  for (;;) {
    const got = yield* procCall.proc_pid2task(p.port(INIT_PORT_PROC), { pid });
    if (got.err) return got.err;
    if (got.task === MACH_PORT_NULL) return 0;
    const { err } = yield* machCall.task_terminate(got.task, {});
    yield* deallocate(got.task);
    if (!goneMeanwhile(err)) return err;
  }
}

function* sendTo(p: Process, pid: number, signo: number): Syscall<number> {
  if (signo < 0 || signo >= NSIG) return Errno.EINVAL;
  const proc = p.port(INIT_PORT_PROC);
  for (;;) {
    const got = yield* procCall.proc_getmsgport(proc, { pid });
    if (got.err) return got.err;
    const task = yield* procCall.proc_pid2task(proc, { pid });
    if (got.msgport === MACH_PORT_NULL) {
      if (task.err) return task.err;
      const err = yield* actOnTask(task.task, signo);
      yield* deallocate(task.task);
      return err;
    }
    const refport = task.err ? yield* sessionPort(p) : task.task;
    const { err } = yield* msgCall.msg_sig_post(got.msgport, { signal: signo, sigcode: SI_USER, refport });
    yield* deallocate(got.msgport);
    yield* deallocate(refport);
    if (!goneMeanwhile(err)) return err;
  }
}

function* sessionPort(p: Process): Syscall<MachPort> {
  const session = yield* procCall.proc_getsidport(p.port(INIT_PORT_PROC), {});
  return session.err ? MACH_PORT_NULL : session.sessport;
}

/** A process without a message port: what can be done with its task. Signal 0 cannot (recorded: EPERM, to root too). */
function* actOnTask(task: MachPort, signo: number): Syscall<number> {
  if (task === MACH_PORT_NULL) return 0;
  switch (signo) {
    case SIGSTOP:
    case SIGTSTP:
      return (yield* machCall.task_suspend(task, {})).err;
    case SIGCONT:
      return (yield* machCall.task_resume(task, {})).err;
    case SIGTERM:
    case SIGQUIT:
    case SIGINT:
      return (yield* machCall.task_terminate(task, {})).err;
    default:
      return Errno.EPERM;
  }
}

/** `hurd_sig_post`: on the authority of `refport` (borrowed), a signal to a process or, negative, a group. The code. */
export function* hurdSigPost(p: Process, pid: number, signo: number, refport: MachPort): Syscall<number> {
  return yield* each(p, pid, function* (one) {
    for (;;) {
      const got = yield* procCall.proc_getmsgport(p.port(INIT_PORT_PROC), { pid: one });
      if (got.err) return got.err;
      if (got.msgport === MACH_PORT_NULL) return Errno.ESRCH;
      const { err } = yield* msgCall.msg_sig_post(got.msgport, { signal: signo, sigcode: 0, refport });
      yield* deallocate(got.msgport);
      if (!goneMeanwhile(err)) return err;
    }
  });
}
