/**
 * What a process answers on its message port (auth-proc.md part 4). Who may ask what is decided here, by comparing the reference port with
 * ports of our own: names in one space are equal exactly when the ports are.
 */
import type { MachMsg } from "../mach/ipc/message.ts";
import { MACH_PORT_NULL, type MachPort } from "../mach/ipc/names.ts";
import { type Failure, Mig } from "../mach/kern/kern-return.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { type Demuxer, replyTo, serve } from "../mach/mig/server.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { INIT_PORT_CTTYID, INIT_PORT_PROC } from "../servers/interfaces/hurd-types.ts";
import { msg } from "../servers/interfaces/msg.ts";
import { NSIG, SIGCONT, SIGIO, sigismember, SIGURG } from "../servers/interfaces/signals.ts";
import { reopenAllCtty } from "./ctty.ts";
import { forOwner } from "./msg-owner.ts";
import { stateHandlers } from "./msg-state.ts";
import { postSignal } from "./post-signal.ts";
import type { Process } from "./process.ts";
import { reportWait } from "./report-wait.ts";
import { deallocate, taskSelf } from "./rights.ts";
import { addAuth, delAuth } from "./setauth.ts";
import { CTTY_SIGNALS } from "./signo.ts";
import { ioCall, procCall } from "./stubs.ts";

const replies = replyTo(msg);
const ok = { err: 0 } as const;
const refused = { err: Errno.EPERM } as const;

/** Whether `refport` lets its holder send `signo`. */
function* maySignal(p: Process, signo: number, refport: MachPort): Syscall<boolean> {
  if (refport === MACH_PORT_NULL) return false;
  if (refport === (yield* taskSelf())) return true;
  if (signo === 0) return false;
  if (refport === p.port(INIT_PORT_CTTYID) && sigismember(CTTY_SIGNALS, signo)) return true;
  if (signo === SIGCONT) {
    const session = yield* procCall.proc_getsidport(p.port(INIT_PORT_PROC), {});
    if (session.err) return false;
    yield* deallocate(session.sessport);
    return refport === session.sessport;
  }
  return (signo === SIGIO || signo === SIGURG) && (yield* isAsyncId(p, refport));
}

/** True when `refport` is the async id of an open descriptor. */
function* isAsyncId(p: Process, refport: MachPort): Syscall<boolean> {
  for (const d of p.dtable) {
    if (d === undefined) continue;
    const id = yield* d.port.use((port) => ioCall.io_get_icky_async_id(port, {}));
    if (id.err) continue;
    yield* deallocate(id.icky_async_id_port);
    if (id.icky_async_id_port === refport) return true;
  }
  return false;
}

type SigArgs = { readonly signal: number; readonly sigcode: number; readonly refport: MachPort };

/** `msg_sig_post` and its untraced form. The answer goes out when the signal counts as delivered. */
function sigPost(routine: "msg_sig_post" | "msg_sig_post_untraced") {
  return function* (p: Process, { signal, sigcode, refport }: SigArgs, request: MachMsg): Syscall<{ readonly err: Failure }> {
    if (signal < 0 || signal >= NSIG) return { err: Errno.EINVAL };
    if (!(yield* maySignal(p, signal, refport))) return refused;
    yield* deallocate(refport);
    const { remotePort: to, remoteType } = request;
    request.remotePort = MACH_PORT_NULL;
    yield* postSignal(p, undefined, {
      signo: signal,
      code: sigcode,
      untraced: routine === "msg_sig_post_untraced",
      fault: false,
      *reply() {
        if (to !== MACH_PORT_NULL) yield* replies[routine](to, ok, remoteType);
      },
    });
    return { err: Mig.NO_REPLY };
  };
}

export const msgDemuxer = (p: Process): Demuxer =>
  serve(msg, () => p, {
    msg_sig_post: sigPost("msg_sig_post"),
    msg_sig_post_untraced: sigPost("msg_sig_post_untraced"),
    *msg_proc_newids(_, { task, ppid, pgrp, orphaned }) {
      if (task !== (yield* taskSelf())) return refused;
      yield* deallocate(task);
      p.ppid = ppid;
      p.orphaned = orphaned !== 0;
      // The terminal first: whoever sees the new group must be in it there too.
      if (pgrp !== p.pgrp) yield* reopenAllCtty(p, pgrp);
      p.pgrp = pgrp;
      p.idsGeneration++;
      return ok;
    },
    *msg_add_auth(_, { auth }) {
      const err = yield* addAuth(p, auth);
      if (err === 0) yield* deallocate(auth);
      return err === 0 ? ok : { err: err as Failure };
    },
    *msg_del_auth(_, { task, uids, gids }) {
      return yield* forOwner(p, task, () => delAuth(p, uids, gids));
    },
    ...stateHandlers,
    *msg_report_wait(_, { thread }) {
      const report = yield* reportWait(p, thread);
      if (!report.err) yield* deallocate(thread);
      return report;
    },
    *msg_describe_ports() {
      return refused;
    },
  });
