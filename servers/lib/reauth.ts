/** Both sides of the auth server's rendezvous, as servers use them (auth-proc.md part 1; fs-io.md §4, exec.md §4.2). */
import { copySend, makeSend, MACH_PORT_NULL, type MachPort, type PolyRight } from "../../mach/ipc/names.ts";
import { Kern } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Result } from "../../glibc-shim/errno.ts";
import { allocateReceive, deallocate, destroyReceive } from "../../glibc-shim/rights.ts";
import { authCall, ioCall, procCall } from "../../glibc-shim/stubs.ts";
import { Errno } from "../interfaces/errno.ts";
import { NOBODY, type IoUser } from "./iouser.ts";
import type { Bucket, PortInfo } from "./ports.ts";

/**
 * The user's side: `port` as `auth` is entitled to it, a new send right, or a dead name where the server gave one. KERN_INVALID_ARGUMENT: it gave nothing.
 * `port` itself is not consumed.
 */
export function* reauthenticate(auth: MachPort, port: MachPort, kind: "io" | "proc" = "io"): Syscall<Result<MachPort>> {
  const rendezvous = yield* allocateReceive();
  const ask = kind === "io" ? ioCall.io_reauthenticate(port, { rendezvous2: makeSend(rendezvous) }) : procCall.proc_reauthenticate(port, { rendezvous: makeSend(rendezvous) });
  const { err } = yield* ask;
  let result: Result<MachPort> = err ? { err } : { err: 0, value: port };
  if (!err) {
    const met = yield* authCall.auth_user_authenticate(auth, { rendezvous: makeSend(rendezvous) });
    if (met.err) result = { err: met.err };
    else result = met.newport === MACH_PORT_NULL ? { err: Kern.INVALID_ARGUMENT } : { err: 0, value: met.newport };
  }
  yield* destroyReceive(rendezvous);
  return result;
}

/** `proc_reauthenticate_complete` after the rendezvous, as every client of proc must. */
export function* reauthenticateProc(auth: MachPort, port: MachPort): Syscall<Result<MachPort>> {
  const made = yield* reauthenticate(auth, port, "proc");
  if (made.err) return made;
  const completed = yield* procCall.proc_reauthenticate_complete(made.value, {});
  if (!completed.err) return made;
  yield* deallocate(made.value);
  return { err: completed.err };
}

/**
 * The server's side (`iohelp_reauth`): hands a port of `createOutside` to the user, tells `known` who he is, and lets his requests be served. A transaction
 * that fails gives nobody: the port works, without ids. Never ends early because of an interruption. Consumes `rendezvous`.
 *
 * The port may be taken away meanwhile (io_revoke): then the user gets none.
 */
export function* serverAuthenticate<T>(bucket: Bucket, port: PortInfo<T>, { auth, rendezvous }: Meeting, known: (user: IoUser) => Syscall<void>): Syscall<void> {
  bucket.hold(port);
  yield* known(yield* meet(auth, rendezvous, () => bucket.getRight(port)));
  yield* bucket.serve(port);
  yield* bucket.release(port);
}

/** Where the user is met. */
export interface Meeting {
  readonly auth: MachPort;
  readonly rendezvous: MachPort;
}

/** Each time with a right that is made for it: a name that was one may be another's by now. */
function* meet(auth: MachPort, rendezvous: MachPort, newport: () => Syscall<PolyRight>): Syscall<IoUser> {
  for (;;) {
    const met = yield* authCall.auth_server_authenticate(auth, { rendezvous: copySend(rendezvous), newport: yield* newport() });
    if (met.err === Errno.EINTR) continue;
    yield* deallocate(rendezvous);
    return met.err ? NOBODY : { uids: met.euids, gids: met.egids };
  }
}
