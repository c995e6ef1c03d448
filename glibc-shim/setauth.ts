/** The identity of the process: the id cache, and installing a new handle everywhere (auth-proc.md §1.6, part 5). */
import { copySend, copySends, MACH_PORT_NULL, type MachPort, makeSend } from "../mach/ipc/names.ts";
import type { Failure } from "../mach/kern/kern-return.ts";
import { mach_reply_port, type Syscall } from "../mach/kern/syscall.ts";
import { INIT_PORT_AUTH, INIT_PORT_CRDIR, INIT_PORT_CWDIR, INIT_PORT_PROC } from "../servers/interfaces/hurd-types.ts";
import type { Result } from "./errno.ts";
import type { Ids, Process } from "./process.ts";
import { reauthCell, reauthDescriptor } from "./reauth.ts";
import { addSendRef, deallocate, destroyPort } from "./rights.ts";
import { authCall, procCall } from "./stubs.ts";

/** Ids of the own handle, asked for when not known (`_hurd_check_ids`). */
export function* checkIds(p: Process): Syscall<Result<Ids>> {
  if (p.ids !== undefined) return { err: 0, value: p.ids };
  const got = yield* p.cell(INIT_PORT_AUTH).use((auth) => authCall.auth_getids(auth, {}));
  if (got.err) return got;
  const { euids, auids, egids, agids } = got;
  p.ids = { euids, auids, egids, agids };
  return { err: 0, value: p.ids };
}

/** A handle with `ids`, made from the own handle and `others`. */
export function* makeAuth(p: Process, ids: Ids, others: readonly MachPort[] = []): Syscall<Result<MachPort>> {
  const made = yield* p.cell(INIT_PORT_AUTH).use((auth) => authCall.auth_makeauth(auth, { other_handles: copySends(others), ...ids }));
  return made.err ? made : { err: 0, value: made.newhandle };
}

/** `_hurd_setauth`: the handle, then CRDIR, CWDIR, each descriptor, and proc. Ports that fail stay with the old ids. Borrows `auth`; answers what made it no handle. */
export function* setauth(p: Process, auth: MachPort): Syscall<number> {
  const valid = yield* addSendRef(auth);
  if (valid !== 0) return valid;
  yield* p.cell(INIT_PORT_AUTH).set(auth);
  p.ids = undefined;
  const { ridAuth } = p;
  p.ridAuth = MACH_PORT_NULL;
  yield* deallocate(ridAuth);
  if (auth === MACH_PORT_NULL) return 0;
  yield* reauthCell(p.cell(INIT_PORT_CRDIR), auth);
  yield* reauthCell(p.cell(INIT_PORT_CWDIR), auth);
  for (const d of [...p.dtable]) if (d !== undefined) yield* reauthDescriptor(d, auth);
  if (p.hasProc) {
    const newproc = yield* reauthProc(p.port(INIT_PORT_PROC), auth);
    if (newproc !== MACH_PORT_NULL) yield* p.cell(INIT_PORT_PROC).set(newproc);
  }
  return 0;
}

/** The process port under a new identity; it must hear `proc_reauthenticate_complete` on the new port. Null when it failed, or from a proc that knows no new port. */
export function* reauthProc(proc: MachPort, auth: MachPort): Syscall<MachPort> {
  const rendezvous = yield* mach_reply_port();
  let newport = MACH_PORT_NULL;
  const asked = yield* procCall.proc_reauthenticate(proc, { rendezvous: makeSend(rendezvous) });
  if (!asked.err) {
    const met = yield* authCall.auth_user_authenticate(auth, { rendezvous: makeSend(rendezvous) });
    if (!met.err) newport = met.newport;
  }
  yield* destroyPort(rendezvous);
  if (newport !== MACH_PORT_NULL) yield* procCall.proc_reauthenticate_complete(newport, {});
  return newport;
}

/** Installs a handle that is ours, reference and all. */
export function* installAuth(p: Process, auth: MachPort): Syscall<number> {
  const err = yield* setauth(p, auth);
  yield* deallocate(auth);
  return err;
}

const union = (a: readonly number[], b: readonly number[]): number[] => [...a, ...b.filter((id) => !a.includes(id))];

/** `msg_add_auth`: adds all ids of `auth`. Our own stay first. */
export function* addAuth(p: Process, auth: MachPort): Syscall<number> {
  const own = yield* checkIds(p);
  if (own.err) return own.err;
  const more = yield* authCall.auth_getids(auth, {});
  if (more.err) return more.err;
  const ids: Ids = {
    euids: union(own.value.euids, more.euids),
    auids: union(own.value.auids, more.auids),
    egids: union(own.value.egids, more.egids),
    agids: union(own.value.agids, more.agids),
  };
  const made = yield* makeAuth(p, ids, [copySend(auth).name]);
  return made.err ? made.err : yield* installAuth(p, made.value);
}

/** Takes `drop` out of a list; the last element moves into the gap. */
function without(list: readonly number[], drop: readonly number[]): number[] {
  const rest = [...list];
  for (const id of drop) {
    const at = rest.indexOf(id);
    if (at < 0) continue;
    const last = rest.pop();
    if (last !== undefined && at < rest.length) rest[at] = last;
  }
  return rest;
}

/** `msg_del_auth`: takes ids out of the effective lists. */
export function* delAuth(p: Process, uids: readonly number[], gids: readonly number[]): Syscall<{ readonly err: 0 } | { readonly err: Failure }> {
  const own = yield* checkIds(p);
  if (own.err) return own;
  const made = yield* makeAuth(p, { ...own.value, euids: without(own.value.euids, uids), egids: without(own.value.egids, gids) });
  if (made.err) return made;
  yield* installAuth(p, made.value);
  return { err: 0 };
}
