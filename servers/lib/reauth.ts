/** Both sides of the auth server's rendezvous, as servers use them (auth-proc.md part 1; fs-io.md §4, exec.md §4.2). */
import { copySend, makeSend, MACH_PORT_NULL, type MachPort, type PolyRight } from "../../mach/ipc/names.ts";
import { Kern } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Result } from "../../glibc-shim/errno.ts";
import { allocateReceive, deallocate, destroyReceive } from "../../glibc-shim/rights.ts";
import { authCall, ioCall, procCall } from "../../glibc-shim/stubs.ts";
import { Errno } from "../interfaces/errno.ts";
import { NOBODY, type IoUser } from "./iouser.ts";

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
 * The server's side (`iohelp_reauth`): hands `newport` to the user, answers who he is. A transaction that fails gives nobody: the port works, without
 * ids. Never ends early because of an interruption. Consumes `rendezvous`.
 */
export function* serverAuthenticate(auth: MachPort, rendezvous: MachPort, newport: PolyRight): Syscall<IoUser> {
  for (;;) {
    const met = yield* authCall.auth_server_authenticate(auth, { rendezvous: copySend(rendezvous), newport });
    if (met.err === Errno.EINTR) continue;
    yield* deallocate(rendezvous);
    return met.err ? NOBODY : { uids: met.euids, gids: met.egids };
  }
}
