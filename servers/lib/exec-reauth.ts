/** `fshelp_exec_reauth` and `exec_reauth`: a set-id program's new identity, and its ports as that identity has them (exec.md §4.1, §4.2). */
import { copySends, MACH_PORT_NULL, portValid, type MachPort } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Result } from "../../glibc-shim/errno.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { authCall, procCall } from "../../glibc-shim/stubs.ts";
import { Errno } from "../interfaces/errno.ts";
import { NO_HOLES, type Holes } from "../interfaces/holes.ts";
import { INIT_PORT_AUTH, INIT_PORT_CRDIR, INIT_PORT_CWDIR, INIT_PORT_PROC } from "../interfaces/hurd-types.ts";
import type { IoUser } from "./iouser.ts";
import { reauthenticate, reauthenticateProc } from "./reauth.ts";

/** The file's ids, as far as its mode gives them away. */
export interface SetIds {
  readonly suid: number | undefined;
  readonly sgid: number | undefined;
}

interface Ids {
  readonly euids: number[];
  readonly auids: number[];
  readonly egids: number[];
  readonly agids: number[];
}

/** `idvec_setid`: makes `id` effective and saved; true when it was in neither list. */
export function setId(effective: number[], available: number[], id: number): boolean {
  const gained = !effective.includes(id) && !available.includes(id);
  const [old] = effective;
  if (old !== undefined && !available.includes(old)) available.push(old);
  effective[0] = id;
  if (available.length > 0 && available[1] !== id) {
    const kept = available.filter((other, i) => i === 0 || other !== id);
    kept.splice(1, 0, id);
    available.splice(0, available.length, ...kept);
  }
  return gained;
}

/**
 * Gives the arrays of an exec the identity of a set-id file, in place. The answer says whether the exec is secure: an id was gained by somebody
 * who is not root. Any failure of auth or proc fails the exec.
 */
export function* execReauth(
  fsAuth: MachPort, { suid, sgid }: SetIds, user: IoUser, ports: MachPort[], fds: MachPort[], holes: Holes = NO_HOLES,
): Syscall<Result<boolean>> {
  const auth = ports[INIT_PORT_AUTH] ?? MACH_PORT_NULL;
  const claimed = yield* authCall.auth_getids(auth, {});
  if (claimed.err) return { err: claimed.err };
  let root = claimed.euids.includes(0) || claimed.auids.includes(0);
  let gained = false;
  const apply = (ids: Ids): Ids => {
    const byUid = suid !== undefined && setId(ids.euids, ids.auids, suid);
    const byGid = sgid !== undefined && setId(ids.egids, ids.agids, sgid);
    gained ||= byUid || byGid;
    return ids;
  };
  let ids = apply({ euids: [...claimed.euids], auids: [...claimed.auids], egids: [...claimed.egids], agids: [...claimed.agids] });
  let made = yield* authCall.auth_makeauth(fsAuth, { ...ids, other_handles: copySends([auth]) });
  // The handle is none: what it said of root and of ids counts no more, only that an id was gained by it does.
  if (made.err === Errno.EINVAL) {
    root = user.uids.includes(0);
    ids = apply({ euids: [...user.uids], auids: [], egids: [...user.gids], agids: [] });
    made = yield* authCall.auth_makeauth(fsAuth, { ...ids, other_handles: copySends([]) });
  }
  if (made.err) return { err: made.err };
  const secure = gained && !root;
  yield* reauthPorts(made.newhandle, secure, false, ports, fds, { proc: !secure || holes.has("2021-43411"), root: !secure || holes.has("secure-root"), auth: !secure || !holes.has("secure-auth") });
  const owner = yield* procCall.proc_setowner(ports[INIT_PORT_PROC] ?? MACH_PORT_NULL, { owner: ids.euids[0] ?? 0, clear: ids.euids.length === 0 ? 1 : 0 });
  if (owner.err && owner.err !== Errno.EOPNOTSUPP) return { err: owner.err };
  return { err: 0, value: secure };
}

/** What of the arrays is to be the new identity's, beside descriptors and working directory. A root that is not becomes null. */
interface Parts {
  readonly proc: boolean;
  readonly root: boolean;
  readonly auth: boolean;
}

/**
 * `exec_reauth`: every port in turn as `auth` (consumed) has it: the descriptors, root (none when secure), proc (only when not), cwd, at last auth itself. With
 * `must` the first failure stops, and AUTH stays as it was; without, a port that fails stays. False after a stop, which no caller looks at in the real system.
 * `parts.proc` for a secure exec is CVE-2021-43411: the process has the new ids while its old task still runs. Today the exec server does both in one step.
 */
export function* reauthPorts(auth: MachPort, secure: boolean, must: boolean, ports: MachPort[], fds: MachPort[], parts: Parts = { proc: !secure, root: !secure, auth: true }): Syscall<boolean> {
  const swap = function* (array: MachPort[], i: number, kind: "io" | "proc"): Syscall<boolean> {
    const old = array[i] ?? MACH_PORT_NULL;
    if (!portValid(old)) return true;
    const made = kind === "io" ? yield* reauthenticate(auth, old) : yield* reauthenticateProc(auth, old);
    if (made.err) return !must;
    array[i] = made.value;
    yield* deallocate(old);
    return true;
  };
  for (let i = 0; i < fds.length; i++) if (!(yield* swap(fds, i, "io"))) return false;
  if (!parts.root) {
    yield* deallocate(ports[INIT_PORT_CRDIR] ?? MACH_PORT_NULL);
    ports[INIT_PORT_CRDIR] = MACH_PORT_NULL;
  } else if (!(yield* swap(ports, INIT_PORT_CRDIR, "io"))) return false;
  if (parts.proc && !(yield* swap(ports, INIT_PORT_PROC, "proc"))) return false;
  if (!(yield* swap(ports, INIT_PORT_CWDIR, "io"))) return false;
  yield* deallocate(parts.auth ? (ports[INIT_PORT_AUTH] ?? MACH_PORT_NULL) : auth);
  if (parts.auth) ports[INIT_PORT_AUTH] = auth;
  return true;
}
