/**
 * /hurd/password: an identity for a password. Whoever proves to be a user gets an auth handle in which that user's ids are available, and makes of
 * it what he likes; so su and login need no privilege. It sits on `/servers/password` and runs as root.
 */
import { copySends, moveSend, type MachPort, type PolyRight } from "../../mach/ipc/names.ts";
import type { Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { serve } from "../../mach/mig/server.ts";
import type { Libc, Main, Program } from "../../glibc-shim/libc.ts";
import { authCall } from "../../glibc-shim/stubs.ts";
import { Errno } from "../interfaces/errno.ts";
import { password } from "../interfaces/password.ts";
import { nothing, Trivfs, whileUnused } from "../lib/trivfs/trivfs.ts";
import { checkGroup, checkUser } from "./check.ts";

type Granted = { readonly err: 0; readonly auth: PolyRight } | { readonly err: Failure };

export const main: Main = function* (libc, argv): Program {
  const trivfs = yield* Trivfs.create<undefined>(libc, argv, {
    allowOpen: 0,
    open: nothing,
    goaway: whileUnused,
    demuxers: (t) => [
      serve(password, (request) => t.protidOf(request.localPort), {
        password_check_user: (_self, { user, pw }) => grantUser(libc, user, pw),
        password_check_group: (_self, { group, pw }) => grantGroup(libc, group, pw),
      }),
    ],
  });
  return yield* trivfs.run();
};

function* grantUser(libc: Libc, uid: number, pw: string): Syscall<Granted> {
  const gids = yield* checkUser(libc, uid, pw);
  return gids === undefined ? { err: Errno.EACCES } : yield* grant(libc.ports.auth, [uid], gids);
}

function* grantGroup(libc: Libc, gid: number, pw: string): Syscall<Granted> {
  return (yield* checkGroup(libc, gid, pw)) ? yield* grant(libc.ports.auth, [], [gid]) : { err: Errno.EACCES };
}

/** A handle with these ids, available only. */
function* grant(auth: MachPort, auids: readonly number[], agids: readonly number[]): Syscall<Granted> {
  const made = yield* authCall.auth_makeauth(auth, { other_handles: copySends([]), euids: [], auids, egids: [], agids });
  return made.err ? made : { err: 0, auth: moveSend(made.newhandle) };
}
