/**
 * Reading and writing through a descriptor. On the controlling terminal a background process is stopped by a signal that it sends to its own group
 * (signals-fork.md §9); a write that nobody can read any more is SIGPIPE, raised here.
 */
import { MACH_PORT_NULL, type MachPort } from "../mach/ipc/names.ts";
import { type Failure, Mig, Msg } from "../mach/kern/kern-return.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { INIT_PORT_CTTYID } from "../servers/interfaces/hurd-types.ts";
import { SA_RESTART, sigismember, SIGLOST, SIGPIPE, SIGTTIN, SIGTTOU } from "../servers/interfaces/signals.ts";
import { descriptor } from "./dtable.ts";
import { UnixError } from "./errno.ts";
import { criticalSection } from "./handler.ts";
import { hurdSigPost } from "./kill.ts";
import { DEFAULT_ACTION, type Descriptor, type Process, sigstateSelf } from "./process.ts";
import { postToSelf } from "./signal-thread.ts";
import { ioCall } from "./stubs.ts";

type Answer = { readonly err: 0 } | { readonly err: Failure };

const blockedOrIgnored = (p: Process, signo: number): boolean =>
  sigismember(sigstateSelf().blocked, signo) || p.actions[signo]?.handler === "SIG_IGN";

/** A call on the terminal as one of its processes. In the background: `signo` to the own group, then again or EINTR as its action says; EIO if that cannot stop us. */
function* onTerminal<A extends Answer>(p: Process, d: Descriptor, signo: number, call: (port: MachPort) => Syscall<A>): Syscall<A | { readonly err: Failure }> {
  for (;;) {
    const answer = yield* d.ctty.use(call);
    if (answer.err !== Errno.EBACKGROUND) return answer;
    if (p.orphaned || blockedOrIgnored(p, signo)) return { err: Errno.EIO };
    const restart = p.actions[signo] === DEFAULT_ACTION || ((p.actions[signo]?.flags ?? 0) & SA_RESTART) !== 0;
    const sent = yield* criticalSection(p, sigstateSelf(), hurdSigPost(p, -p.pgrp, signo, p.port(INIT_PORT_CTTYID)));
    if (sent !== 0) return { err: Errno.EIO };
    if (!restart) return { err: Errno.EINTR };
  }
}

/** An input call: by the ctty port when there is one. */
export function* input<A extends Answer>(p: Process, d: Descriptor, call: (port: MachPort) => Syscall<A>): Syscall<A | { readonly err: Failure }> {
  if (d.ctty.port === MACH_PORT_NULL) return yield* d.port.use(call);
  return yield* onTerminal(p, d, SIGTTIN, call);
}

/** An output call: by the ctty port, unless SIGTTOU is blocked or ignored. */
export function* output<A extends Answer>(p: Process, d: Descriptor, call: (port: MachPort) => Syscall<A>): Syscall<A | { readonly err: Failure }> {
  if (d.ctty.port === MACH_PORT_NULL || blockedOrIgnored(p, SIGTTOU)) return yield* d.port.use(call);
  return yield* onTerminal(p, d, SIGTTOU, call);
}

/** The signal that an error on a descriptor brings, if any: nobody reads (SIGPIPE), or the server has died (SIGLOST). Then the error. */
export function* failDescriptor(p: Process, call: string, err: Failure): Syscall<never> {
  const lost = err === Msg.SEND_INVALID_DEST || err === Mig.SERVER_DIED;
  const signo = err === Errno.EPIPE ? SIGPIPE : lost ? SIGLOST : 0;
  if (signo !== 0 && p.msgport !== MACH_PORT_NULL) yield* postToSelf(p, signo);
  throw new UnixError(call, err);
}

export function* pread(p: Process, fd: number, amount: number, offset: number, call = "pread"): Syscall<Uint8Array> {
  const d = descriptor(p, fd, call);
  const got = yield* input(p, d, (port) => ioCall.io_read(port, { offset, amount }));
  return got.err ? yield* failDescriptor(p, call, got.err) : got.data;
}

export const read = (p: Process, fd: number, amount: number): Syscall<Uint8Array> => pread(p, fd, amount, -1, "read");

export function* pwrite(p: Process, fd: number, data: Uint8Array, offset: number, call = "pwrite"): Syscall<number> {
  const d = descriptor(p, fd, call);
  const put = yield* output(p, d, (port) => ioCall.io_write(port, { data, offset }));
  return put.err ? yield* failDescriptor(p, call, put.err) : put.amount;
}

export const write = (p: Process, fd: number, data: Uint8Array): Syscall<number> => pwrite(p, fd, data, -1, "write");

/** All of `data`, in as many writes as it takes. */
export function* writeAll(p: Process, fd: number, data: Uint8Array): Syscall<void> {
  for (let rest = data; rest.length > 0; ) rest = rest.subarray(yield* write(p, fd, rest));
}
