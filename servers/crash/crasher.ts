/**
 * A process that crashed and is held (`--action=suspend`): its task is suspended, and its message port is ours for that long. So whoever sends it a signal
 * asks us: TERM and KILL end it, CONT and QUIT let it die with a core, anything else finds it busy (signals-fork.md §5).
 */
import { machCall } from "../../mach/interfaces/mach.ts";
import { MACH_PORT_NULL, type MachPort } from "../../mach/ipc/names.ts";
import type { Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { replyTo, serve, type Demuxer } from "../../mach/mig/server.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { msgCall, procCall } from "../../glibc-shim/stubs.ts";
import { crash } from "../interfaces/crash.ts";
import { Errno } from "../interfaces/errno.ts";
import { msg } from "../interfaces/msg.ts";
import { SIGCONT, SIGKILL, SIGQUIT, SIGTERM, SIGTSTP } from "../interfaces/signals.ts";
import { W_EXITCODE } from "../interfaces/wait-status.ts";
import { PortClass, type Bucket } from "../lib/ports.ts";

const replies = replyTo(crash);

/** What a crash is about; every port is owned. */
export interface Crash {
  readonly task: MachPort;
  readonly proc: MachPort;
  readonly file: MachPort;
  readonly ctty: MachPort;
  readonly pid: number;
  readonly signo: number;
  readonly sigcode: number;
  readonly sigerror: number;
}

interface Held extends Crash {
  /** The core, when it comes to that. */
  readonly dump: () => Syscall<0 | Failure>;
  session: MachPort;
  originalMsgport: MachPort;
  /** Where crash_dump_task is to be answered; null when it has been. */
  replyPort: MachPort;
  readonly replyType: number;
}

type Answer = { readonly err: 0 } | { readonly err: Failure };
const ok = { err: 0 } as const;

export class Crashers {
  private readonly bucket: () => Bucket;
  private readonly class = new PortClass<Held>("crasher", function* ({ object }) {
    for (const port of [object.task, object.proc, object.file, object.ctty, object.session, object.originalMsgport, object.replyPort]) yield* deallocate(port);
  });

  constructor(bucket: () => Bucket) {
    this.bucket = bucket;
  }

  /** Processes that are held now. */
  get count(): number {
    return this.class.count;
  }

  /** Holds a process whose task has been suspended. Takes all of `what`, and the right to answer. The rest of its group stops first. */
  *hold(what: Crash, dump: () => Syscall<0 | Failure>, replyPort: MachPort, replyType: number): Syscall<void> {
    const held: Held = { ...what, dump, session: MACH_PORT_NULL, originalMsgport: MACH_PORT_NULL, replyPort, replyType };
    const port = yield* this.bucket().create(this.class, held);
    const right = yield* this.bucket().getSendRight(port);
    yield* stopGroup(what);
    const old = yield* procCall.proc_setmsgport(what.proc, { newmsgport: right });
    if (!old.err) held.originalMsgport = old.oldmsgport;
    yield* deallocate(right);
    const session = yield* procCall.proc_getsidport(what.proc, {});
    if (!session.err) held.session = session.sessport;
    yield* procCall.proc_mark_stop(what.proc, { signo: what.signo, sigcode: what.sigcode });
  }

  /** The message ports of the held. What is no signal is answered by nobody: EBUSY. */
  demuxer(): Demuxer {
    const find = (name: MachPort): Held | undefined => this.bucket().lookup(this.class, name)?.object;
    return serve(
      msg,
      (request) => find(request.localPort),
      {
        *msg_sig_post(held, { signal, sigcode, refport }) {
          return yield* consuming(refport, signalled(held, signal, sigcode, refport));
        },
        *msg_sig_post_untraced(held, { signal, sigcode, refport }) {
          const takesOver = signal === 0 || signal === held.signo;
          return yield* consuming(refport, takesOver ? handOver(held, refport) : signalled(held, signal, sigcode, refport));
        },
      },
      { missing: Errno.EBUSY },
    );
  }
}

/** Drops the reference port when the request was good. */
function* consuming(refport: MachPort, request: Syscall<Answer>): Syscall<Answer> {
  const answer = yield* request;
  if (!answer.err) yield* deallocate(refport);
  return answer;
}

/** A signal for a held process, on the authority of its task port or, for CONT, of its session. */
function* signalled(held: Held, signo: number, sigcode: number, refport: MachPort): Syscall<Answer> {
  const allowed = refport === held.task || (signo === SIGCONT && refport === held.session);
  if (refport === MACH_PORT_NULL || !allowed) return { err: Errno.EPERM };
  switch (signo) {
    case SIGTERM:
    case SIGKILL:
      yield* procCall.proc_mark_exit(held.proc, { status: W_EXITCODE(0, signo), sigcode });
      return yield* machCall.task_terminate(held.task, {});
    case SIGCONT:
    case SIGQUIT:
      return yield* letDie(held);
    default:
      return { err: Errno.EBUSY };
  }
}

/** A debugger goes on with the crash itself, or with nothing: the process is its business from here, and stopped by its signal as before. Its task stays suspended. */
function* handOver(held: Held, refport: MachPort): Syscall<Answer> {
  if (refport !== held.task) return { err: Errno.EPERM };
  yield* restore(held);
  yield* procCall.proc_mark_stop(held.proc, { signo: held.signo, sigcode: held.sigcode });
  return ok;
}

/** Seen from outside it is continued; then it ends by its own signal, with a core if that could be written. */
function* letDie(held: Held): Syscall<Answer> {
  yield* restore(held);
  yield* procCall.proc_mark_cont(held.proc, {});
  const err = yield* held.dump();
  const to = held.replyPort;
  held.replyPort = MACH_PORT_NULL;
  yield* replies.crash_dump_task(to, err === 0 ? ok : { err }, held.replyType);
  return yield* machCall.task_resume(held.task, {});
}

/** The process has its own message port again. */
function* restore(held: Held): Syscall<void> {
  const ours = yield* procCall.proc_setmsgport(held.proc, { newmsgport: held.originalMsgport });
  if (!ours.err) yield* deallocate(ours.oldmsgport);
}

/** The rest of its process group stops too, as for ^Z, on the authority of the terminal: so a shell sees that its job has stopped. An orphaned group is left alone. */
function* stopGroup({ proc, pid, ctty }: Crash): Syscall<void> {
  const own = yield* procCall.proc_getpids(proc, {});
  const group = yield* procCall.proc_getpgrp(proc, { pid });
  if (own.err || own.orphaned || group.err) return;
  const members = yield* procCall.proc_getpgrppids(proc, { pgrp: group.pgrp });
  if (members.err) return;
  for (const member of members.pidset) {
    if (member === pid) continue;
    const port = yield* procCall.proc_getmsgport(proc, { pid: member });
    if (port.err) continue;
    if (port.msgport !== MACH_PORT_NULL) yield* msgCall.msg_sig_post(port.msgport, { signal: SIGTSTP, sigcode: 0, refport: ctty });
    yield* deallocate(port.msgport);
  }
}
