/** Sets of user and group ids as the identity tools handle them (libshouldbeinlibc's `ugids`): two effective lists, two available ones. */
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { MachPort } from "../../../mach/ipc/names.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import type { Owners } from "./owners.ts";

export interface Ugids {
  readonly euids: readonly number[];
  readonly egids: readonly number[];
  readonly auids: readonly number[];
  readonly agids: readonly number[];
}
type Rule = (ours: readonly number[], theirs: readonly number[]) => readonly number[];

export const NO_IDS: Ugids = { euids: [], egids: [], auids: [], agids: [] };

/** `rule` on each of the four lists. */
const pairwise = (a: Ugids, b: Ugids, rule: Rule): Ugids => ({ euids: rule(a.euids, b.euids), egids: rule(a.egids, b.egids), auids: rule(a.auids, b.auids), agids: rule(a.agids, b.agids) });
const union: Rule = (ours, theirs) => [...ours, ...theirs.filter((id) => !ours.includes(id))];
const difference: Rule = (ours, theirs) => ours.filter((id) => !theirs.includes(id));

/** Those of `a`, then those of `b` that are new. */
export const merged = (a: Ugids, b: Ugids): Ugids => pairwise(a, b, union);
/** Those of `a` that are not in the same list of `b`. */
export const without = (a: Ugids, b: Ugids): Ugids => pairwise(a, b, difference);
/** The effective ids made available ones, beside those that were. */
export const saved = (a: Ugids): Ugids => ({ euids: [], egids: [], auids: union(a.auids, a.euids), agids: union(a.agids, a.egids) });

/** `idvec_insert_only`: `id` at `at`, and nowhere behind. */
const insertOnly = (list: readonly number[], at: number, id: number): readonly number[] =>
  list[at] === id ? list : [...list.slice(0, at), id, ...list.slice(at).filter((other) => other !== id)];
/** The real id, in the first place: put before what is there unless that has a real id already. */
const withReal = ([first, ...rest]: readonly number[], id: number): readonly number[] =>
  first === undefined ? [id] : rest.includes(first) ? [id, ...rest] : [id, first, ...rest];

/** `ugids_set_posix_user`: `uid` becomes the first effective, the real and the saved id, and so does the first of his groups; his other groups are added. */
export function posixUser(ids: Ugids, uid: number, groups: readonly number[]): Ugids {
  const users = { euids: insertOnly(ids.euids, 0, uid), auids: insertOnly(withReal(ids.auids, uid), 1, uid) };
  const [gid] = groups;
  if (gid === undefined) return { ...ids, ...users };
  return { ...users, egids: union(insertOnly(ids.egids, 0, gid), groups), agids: insertOnly(withReal(ids.agids, gid), 1, gid) };
}

export const sameIds = (a: Ugids, b: Ugids): boolean => {
  const text = (u: Ugids): string => [u.euids, u.egids, u.auids, u.agids].map((l) => l.join(",")).join(";");
  return text(a) === text(b);
};

/** The ids behind a handle. */
export function* idsOf(auth: MachPort): Syscall<{ readonly err: 0; readonly ids: Ugids } | { readonly err: Failure }> {
  const got = yield* authCall.auth_getids(auth, {});
  if (got.err !== 0) return { err: got.err };
  const unsigned = (list: readonly number[]): number[] => list.map((id) => id >>> 0);
  return { err: 0, ids: { euids: unsigned(got.euids), egids: unsigned(got.egids), auids: unsigned(got.auids), agids: unsigned(got.agids) } };
}

/** "euids: 0(root), egids: 0(root),100(users)": the lists that have members (`ugids_rep`). */
export function* show(ids: Ugids, owners: Owners): Syscall<string> {
  const parts: string[] = [];
  for (const kind of ["euids", "egids", "auids", "agids"] as const) {
    const texts: string[] = [];
    for (const id of ids[kind]) {
      const name = kind.endsWith("uids") ? yield* owners.user(id) : yield* owners.group(id);
      texts.push(name === String(id) ? name : `${id}(${name})`);
    }
    if (texts.length > 0) parts.push(`${kind}: ${texts.join(",")}`);
  }
  return parts.join(", ");
}
