/** Auth handles: a port that is an identity (auth-proc.md §1.1, §1.3). The auth server has them, and fakeauth, which plays one. */
import type { MachPort } from "../../mach/ipc/names.ts";

/** Four lists of ids. Effective ids decide access; available ones may be made effective. Order and duplicates are kept. */
export interface Ids {
  readonly euids: readonly number[];
  readonly auids: readonly number[];
  readonly egids: readonly number[];
  readonly agids: readonly number[];
}

/** The first handle: root. */
export const ROOT_IDS: Ids = { euids: [0], auids: [0, 0], egids: [0], agids: [0, 0] };

/** May whoever holds all of `held` have a handle with the ids `wanted`? Root among any of their user ids may have anything. */
export function mayMake(held: readonly Ids[], wanted: Ids): boolean {
  const uids = new Set(held.flatMap((h) => [...h.euids, ...h.auids]));
  if (uids.has(0)) return true;
  const gids = new Set(held.flatMap((h) => [...h.egids, ...h.agids]));
  const uidsHeld = [...wanted.euids, ...wanted.auids].every((uid) => uids.has(uid));
  return uidsHeld && [...wanted.egids, ...wanted.agids].every((gid) => gids.has(gid));
}

/** A handle's object. Ids never change. */
export interface Handle {
  readonly ids: Ids;
}

/** A port by its name, null and dead ones left out. */
export type Named = (name: MachPort) => Handle | undefined;
