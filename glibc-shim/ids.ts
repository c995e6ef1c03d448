/** Whose process this is: reading and changing ids (auth-proc.md part 5, signals-fork.md §8). Changes make a new handle and install it everywhere. */
import type { MachPort } from "../mach/ipc/names.ts";
import { asFailure } from "../mach/kern/kern-return.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { UnixError } from "./errno.ts";
import type { Process } from "./process.ts";
import { type Ids } from "./process.ts";
import { checkIds, installAuth, makeAuth, setauth } from "./setauth.ts";

function* idsOf(p: Process, call: string): Syscall<Ids> {
  const got = yield* checkIds(p);
  if (got.err) throw new UnixError(call, got.err);
  return got.value;
}

/** The first of the available ids, else the first of the effective; a process with neither fails EGRATUITOUS. */
function real(call: string, available: readonly number[], effective: readonly number[]): number {
  const id = available[0] ?? effective[0];
  if (id === undefined) throw new UnixError(call, Errno.EGRATUITOUS);
  return id;
}

export function* getuid(p: Process): Syscall<number> {
  const { auids, euids } = yield* idsOf(p, "getuid");
  return real("getuid", auids, euids);
}
export function* getgid(p: Process): Syscall<number> {
  const { agids, egids } = yield* idsOf(p, "getgid");
  return real("getgid", agids, egids);
}
export function* geteuid(p: Process): Syscall<number> {
  const { auids, euids } = yield* idsOf(p, "geteuid");
  return euids[0] ?? real("geteuid", auids, euids);
}
export function* getegid(p: Process): Syscall<number> {
  const { agids, egids } = yield* idsOf(p, "getegid");
  return egids[0] ?? real("getegid", agids, egids);
}
export function* getgroups(p: Process): Syscall<readonly number[]> {
  return (yield* idsOf(p, "getgroups")).egids;
}

/** Makes a handle with `ids` and installs it. Throws EPERM when they are not ours to have. */
function* become(p: Process, call: string, ids: Ids): Syscall<void> {
  const made = yield* makeAuth(p, ids);
  if (made.err) throw new UnixError(call, made.err);
  yield* installAuth(p, made.value);
}

/** Lists with `id` as the first effective one. */
const withEffective = (list: readonly number[], id: number): number[] => [id, ...list.slice(1)];
/** Available ids with `id` as real and saved one. */
const withReal = (list: readonly number[], id: number): number[] => [id, id, ...list.slice(2)];

export function* setuid(p: Process, uid: number): Syscall<void> {
  const ids = yield* idsOf(p, "setuid");
  const root = ids.euids[0] === 0;
  yield* become(p, "setuid", { ...ids, euids: withEffective(ids.euids, uid), auids: root ? withReal(ids.auids, uid) : ids.auids });
}
export function* setgid(p: Process, gid: number): Syscall<void> {
  const ids = yield* idsOf(p, "setgid");
  const root = ids.euids[0] === 0;
  yield* become(p, "setgid", { ...ids, egids: withEffective(ids.egids, gid), agids: root ? withReal(ids.agids, gid) : ids.agids });
}
export function* seteuid(p: Process, uid: number): Syscall<void> {
  const ids = yield* idsOf(p, "seteuid");
  yield* become(p, "seteuid", { ...ids, euids: withEffective(ids.euids, uid) });
}
export function* setegid(p: Process, gid: number): Syscall<void> {
  const ids = yield* idsOf(p, "setegid");
  yield* become(p, "setegid", { ...ids, egids: withEffective(ids.egids, gid) });
}

/** -1 leaves an id as it is. A new real id also saves the effective one. */
export function* setreuid(p: Process, ruid: number, euid: number): Syscall<void> {
  const ids = yield* idsOf(p, "setreuid");
  const euids = euid === -1 ? ids.euids : withEffective(ids.euids, euid);
  const auids = ruid === -1 ? ids.auids : [ruid, ...(euids[0] === undefined ? ids.auids.slice(1) : [euids[0], ...ids.auids.slice(2)])];
  yield* become(p, "setreuid", { ...ids, euids, auids });
}

export function* setgroups(p: Process, gids: readonly number[]): Syscall<void> {
  const ids = yield* idsOf(p, "setgroups");
  yield* become(p, "setgroups", { ...ids, egids: gids });
}

/** Installs a handle (borrowed). Throws what makes it none. */
export function* setauthHandle(p: Process, auth: MachPort): Syscall<void> {
  const err = yield* setauth(p, auth);
  if (err !== 0) throw new UnixError("setauth", asFailure(err));
}
