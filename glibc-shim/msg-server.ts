/**
 * What a process answers on its message port (auth-proc.md part 4). Who may ask what is decided here, by comparing the reference port with
 * ports of our own: names in one space are equal exactly when the ports are.
 */
import type { MachMsg } from "../mach/ipc/message.ts";
import { copySend, copySends, MACH_PORT_NULL, type MachPort, moveSend } from "../mach/ipc/names.ts";
import { type Failure, Mig } from "../mach/kern/kern-return.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { type Demuxer, replyTo, serve } from "../mach/mig/server.ts";
import { decodeEnvz, encodeEnvz } from "../servers/interfaces/argz.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { INIT_INT_MAX, INIT_PORT_AUTH, INIT_PORT_CTTYID, INIT_PORT_PROC, INIT_SIGIGN, INIT_SIGMASK, INIT_SIGPENDING, INIT_TRACEMASK, INIT_UMASK } from "../servers/interfaces/hurd-types.ts";
import { msg } from "../servers/interfaces/msg.ts";
import { NSIG, SIGCONT, SIGIO, sigismember, sigmask, SIGURG } from "../servers/interfaces/signals.ts";
import { reopenAllCtty } from "./ctty.ts";
import { newDescriptor, portToFd } from "./dtable.ts";
import { postSignal } from "./post-signal.ts";
import { DEFAULT_ACTION, type Process } from "./process.ts";
import { addSendRef, deallocate, taskSelf } from "./rights.ts";
import { addAuth, delAuth, setauth } from "./setauth.ts";
import { CTTY_SIGNALS } from "./signo.ts";
import { ioCall, procCall } from "./stubs.ts";
import { utf8 } from "./text.ts";

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

/** The owner's rights: the task port, or the port of our own identity. */
function* isOwner(p: Process, refport: MachPort): Syscall<boolean> {
  return refport !== MACH_PORT_NULL && (refport === (yield* taskSelf()) || refport === p.port(INIT_PORT_AUTH));
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

/** Runs `body` for an owner; others get EPERM, and their right back by the loop. */
function* forOwner<T extends { readonly err: number }>(p: Process, refport: MachPort, body: () => Syscall<T | { readonly err: Failure }>): Syscall<T | { readonly err: Failure }> {
  if (!(yield* isOwner(p, refport))) return refused;
  const answer = yield* body();
  if (answer.err === 0) yield* deallocate(refport);
  return answer;
}

function initInt(p: Process, which: number): number | undefined {
  switch (which) {
    case INIT_UMASK:
      return p.umask;
    case INIT_SIGMASK:
      return p.sigstates[0]?.blocked ?? 0;
    case INIT_SIGPENDING:
      return (p.pending | (p.sigstates[0]?.pending ?? 0)) >>> 0;
    case INIT_SIGIGN:
      return ignoredSignals(p);
    case INIT_TRACEMASK:
      return p.traceMask;
    default:
      return undefined;
  }
}

/** The set of signals that are ignored by choice. */
export function ignoredSignals(p: Process): number {
  let set = 0;
  for (let signo = 1; signo < NSIG; signo++) if (p.actions[signo]?.handler === "SIG_IGN") set = (set | sigmask(signo)) >>> 0;
  return set;
}

function setInitInt(p: Process, which: number, value: number): boolean {
  switch (which) {
    case INIT_UMASK:
      p.umask = value & 0o777;
      return true;
    case INIT_SIGMASK:
      if (p.sigstates[0] !== undefined) p.sigstates[0].blocked = value >>> 0;
      return true;
    case INIT_SIGPENDING:
      p.pending = value >>> 0;
      return true;
    case INIT_SIGIGN:
      setIgnored(p, value);
      return true;
    case INIT_TRACEMASK:
      p.traceMask = value >>> 0;
      return true;
    default:
      return false;
  }
}

/** Makes exactly the signals of `set` ignored, of those that are not caught. */
export function setIgnored(p: Process, set: number): void {
  for (let signo = 1; signo < NSIG; signo++) {
    if (sigismember(set, signo)) p.actions[signo] = { handler: "SIG_IGN" };
    else if (p.actions[signo]?.handler === "SIG_IGN") p.actions[signo] = DEFAULT_ACTION;
  }
}

/** Installs an init port. An identity brings every port of the process with it; a proc port registers us again. Takes the reference. */
export function* setInitPort(p: Process, which: number, port: MachPort): Syscall<void> {
  if (which === INIT_PORT_AUTH) {
    yield* setauth(p, port);
    yield* deallocate(port);
  } else yield* p.cell(which).set(port);
}

/** A descriptor's port for sending, which the message copies. */
const dtablePorts = (p: Process): MachPort[] => Array.from(p.dtable, (d) => d?.port.port ?? MACH_PORT_NULL);

export const msgDemuxer = (p: Process): Demuxer =>
  serve(msg, () => p, {
    msg_sig_post: sigPost("msg_sig_post"),
    msg_sig_post_untraced: sigPost("msg_sig_post_untraced"),
    *msg_proc_newids(_, { task, ppid, pgrp, orphaned }) {
      if (task !== (yield* taskSelf())) return refused;
      yield* deallocate(task);
      const moved = pgrp !== p.pgrp;
      p.ppid = ppid;
      p.pgrp = pgrp;
      p.orphaned = orphaned !== 0;
      if (moved) yield* reopenAllCtty(p);
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
    *msg_get_init_port(_, { refport, which }) {
      return yield* forOwner(p, refport, function* () {
        if (which < 0 || which >= p.ports.length) return { err: Errno.EINVAL };
        yield* addSendRef(p.port(which));
        return { err: 0, port: moveSend(p.port(which)) };
      });
    },
    *msg_set_init_port(_, { refport, which, port }) {
      return yield* forOwner(p, refport, function* () {
        if (which < 0 || which >= p.ports.length) return { err: Errno.EINVAL };
        yield* setInitPort(p, which, port);
        return ok;
      });
    },
    *msg_get_init_ports(_, { refport }) {
      return yield* forOwner(p, refport, function* () {
        return { err: 0, ports: copySends(p.ports.map((c) => c.port)) };
      });
    },
    *msg_set_init_ports(_, { refport, ports }) {
      return yield* forOwner(p, refport, function* () {
        for (const [which, port] of ports.entries()) yield* setInitPort(p, which, port);
        return ok;
      });
    },
    *msg_get_init_int(_, { refport, which }) {
      return yield* forOwner(p, refport, function* () {
        const value = initInt(p, which);
        return value === undefined ? { err: Errno.EINVAL } : { err: 0, value };
      });
    },
    *msg_set_init_int(_, { refport, which, value }) {
      return yield* forOwner(p, refport, function* () {
        return setInitInt(p, which, value) ? ok : { err: Errno.EINVAL };
      });
    },
    *msg_get_init_ints(_, { refport }) {
      return yield* forOwner(p, refport, function* () {
        return { err: 0, values: Array.from({ length: INIT_INT_MAX }, (__, i) => initInt(p, i) ?? 0) };
      });
    },
    *msg_set_init_ints(_, { refport, values }) {
      return yield* forOwner(p, refport, function* () {
        for (const [which, value] of values.entries()) setInitInt(p, which, value);
        return ok;
      });
    },
    *msg_get_dtable(_, { refport }) {
      return yield* forOwner(p, refport, function* () {
        return { err: 0, dtable: copySends(dtablePorts(p)) };
      });
    },
    *msg_get_fd(_, { refport, fd }) {
      return yield* forOwner(p, refport, function* () {
        const d = p.dtable[fd];
        return d === undefined ? { err: Errno.EBADF } : { err: 0, port: copySend(d.port.port) };
      });
    },
    *msg_set_fd(_, { refport, fd, port }) {
      return yield* forOwner(p, refport, function* () {
        if (fd < 0) return { err: Errno.EBADF };
        const d = (p.dtable[fd] ??= newDescriptor(MACH_PORT_NULL));
        yield* portToFd(p, d, port, 0);
        return ok;
      });
    },
    *msg_get_environment() {
      return { err: 0, value: encodeEnvz(p.environ) };
    },
    *msg_set_environment(_, { refport, value }) {
      return yield* forOwner(p, refport, function* () {
        p.environ.clear();
        for (const [name, text] of decodeEnvz(value)) p.environ.set(name, text);
        return ok;
      });
    },
    *msg_get_env_variable(_, { variable }) {
      const value = p.environ.get(variable);
      return value === undefined ? { err: Errno.ENOENT } : { err: 0, value: utf8(value) };
    },
    *msg_set_env_variable(_, { refport, variable, value, replace }) {
      return yield* forOwner(p, refport, function* () {
        if (replace || !p.environ.has(variable)) p.environ.set(variable, value);
        return ok;
      });
    },
    *msg_report_wait(_, { thread }) {
      yield* deallocate(thread);
      const rpc = p.sigstates.find((s) => s.thread === thread)?.rpc;
      return { err: 0, wait_desc: describePort(p, rpc?.port), wait_rpc: rpc?.id ?? 0 };
    },
    *msg_describe_ports() {
      return refused;
    },
  });

/** What a port is to us, in the words of `ps`. */
function describePort(p: Process, port: MachPort | undefined): string {
  if (port === undefined) return "";
  const names = ["cwdir", "crdir", "auth", "proc", "cttyid", "bootstrap"];
  const init = p.ports.findIndex((c) => c.port === port);
  if (init >= 0) return `init#${init}`.replace(/init#(\d)/, (text, i: string) => names[Number(i)] ?? text);
  const fd = p.dtable.findIndex((d) => d?.port.port === port);
  const bg = p.dtable.findIndex((d) => d !== undefined && d.ctty.port !== MACH_PORT_NULL && d.ctty.port === port);
  if (fd >= 0) return `fd#${fd}`;
  return bg >= 0 ? `bgfd#${bg}` : "port#" + String(port);
}
