/**
 * How a program learns of failure: `UnixError`, thrown by libc only. `attempt()` is for failures that are expected.
 */
import { kernName, asFailure, type Failure, Kern, Mig, Msg } from "../mach/kern/kern-return.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { Errno, strerror } from "../servers/interfaces/errno.ts";

/** A call of the C library failed. */
export class UnixError extends Error {
  override readonly name = "UnixError";
  readonly errno: Failure;
  readonly call: string;
  constructor(call: string, errno: Failure) {
    super(`${call}: ${strerror(errno)} (${kernName(errno)})`);
    this.call = call;
    this.errno = errno;
  }
}

/** The errno that the library makes of a code where a call has its own (`__hurd_fail`); most stay as they are. */
export function hurdFail(err: number): Failure {
  switch (err) {
    case Msg.SEND_INVALID_DEST:
    case Mig.SERVER_DIED:
      return Errno.EIEIO;
    case Kern.NO_SPACE:
      return Errno.ENOMEM;
    case Kern.INVALID_ADDRESS:
    case Kern.INVALID_ARGUMENT:
      return Errno.EINVAL;
    default:
      return asFailure(err);
  }
}

/** A result as a value. */
export type Result<T> = { readonly err: 0; readonly value: T } | { readonly err: Failure };

/** Runs `call` and turns a UnixError into a value. */
export function* attempt<T>(call: Syscall<T>): Syscall<Result<T>> {
  try {
    return { err: 0, value: yield* call };
  } catch (e) {
    if (e instanceof UnixError) return { err: e.errno };
    throw e;
  }
}

/** The crossing point from values to exceptions: throws when an RPC answered an error. */
export function orThrow<A extends { readonly err: number }>(call: string, answer: A): Extract<A, { readonly err: 0 }> {
  if (answer.err !== 0) throw new UnixError(call, asFailure(answer.err));
  return answer as Extract<A, { readonly err: 0 }>;
}
