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

/** The first id; without any: EGRATUITOUS. */
function first(call: string, ids: readonly number[]): number {
  const [id] = ids;
  if (id === undefined) throw new UnixError(call, Errno.EGRATUITOUS);
  return id;
}

/** The real id is an available one, never an effective one: those may be a set-uid program's. */
export function* getuid(p: Process): Syscall<number> {
  return first("getuid", (yield* idsOf(p, "getuid")).auids);
}
export function* getgid(p: Process): Syscall<number> {
  return first("getgid", (yield* idsOf(p, "getgid")).agids);
}
/** Without an effective id it is the real one. */
export function* geteuid(p: Process): Syscall<number> {
  const { auids, euids } = yield* idsOf(p, "geteuid");
  return first("geteuid", [...euids, ...auids]);
}
export function* getegid(p: Process): Syscall<number> {
  const { agids, egids } = yield* idsOf(p, "getegid");
  return first("getegid", [...egids, ...agids]);
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

/** A list with `id` as the first one. */
const withFirst = (list: readonly number[], id: number): number[] => [id, ...list.slice(1)];
/** Available ids with `id` as real and saved one. */
const withReal = (list: readonly number[], id: number): number[] => [id, id, ...list.slice(2)];

export function* setuid(p: Process, uid: number): Syscall<void> {
  const ids = yield* idsOf(p, "setuid");
  const root = ids.euids[0] === 0;
  yield* become(p, "setuid", { ...ids, euids: withFirst(ids.euids, uid), auids: root ? withReal(ids.auids, uid) : ids.auids });
}
export function* setgid(p: Process, gid: number): Syscall<void> {
  const ids = yield* idsOf(p, "setgid");
  const root = ids.euids[0] === 0;
  yield* become(p, "setgid", { ...ids, egids: withFirst(ids.egids, gid), agids: root ? withReal(ids.agids, gid) : ids.agids });
}
export function* seteuid(p: Process, uid: number): Syscall<void> {
  const ids = yield* idsOf(p, "seteuid");
  yield* become(p, "seteuid", { ...ids, euids: withFirst(ids.euids, uid) });
}
export function* setegid(p: Process, gid: number): Syscall<void> {
  const ids = yield* idsOf(p, "setegid");
  yield* become(p, "setegid", { ...ids, egids: withFirst(ids.egids, gid) });
}

/** -1 leaves an id as it is, and the saved one stays. */
export function* setreuid(p: Process, ruid: number, euid: number): Syscall<void> {
  const ids = yield* idsOf(p, "setreuid");
  const euids = euid === -1 ? ids.euids : withFirst(ids.euids, euid);
  const auids = ruid === -1 ? ids.auids : withFirst(ids.auids, ruid);
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
