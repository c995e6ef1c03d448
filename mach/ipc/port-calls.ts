/**
 * The routines of `mach_port.defs` on a space, as the kernel's server calls them. Each checks in the real kernel's order (mach-ipc.md §3), so
 * that of several errors the right one comes out, and changes nothing when it fails; rights that came in a request are the caller's to
 * destroy when a call fails (§2 rule 7).
 */
import { Kern, type Failure, type KernReturn } from "../kern/kern-return.ts";
import type { IpcHost } from "./host.ts";
import { isPort, type PortRef } from "./kmsg.ts";
import { MsgType, PortType, Right } from "./names.ts";
import { Notify, notifyDeadName, notifyNoSenders } from "./notify.ts";
import { Port, QLIMIT_MAX } from "./port.ts";
import { PortSet } from "./port-set.ts";
import { copyin, copyinCheck, copyoutName, deallocate, destroyEntry, modifyReferences, references, requestDeadName } from "./right.ts";
import { Entry, MAX_UREFS, type Space } from "./space.ts";
import { receivedType } from "../mig/kind.ts";

/** A value, or the reason why there is none. */
export type Answer<T> = { readonly err: 0; readonly value: T } | { readonly err: Failure };
const ok = <T>(value: T): Answer<T> => ({ err: 0, value });
const valid = (name: number): boolean => name !== 0 && name !== 0xffffffff;

/** A new port whose receive right `space` holds. */
export function newPort(host: Pick<IpcHost, "ids">): Port {
  return new Port(host.ids.nextPort++, host.ids);
}

function newEntry(host: Pick<IpcHost, "ids">, right: number): Entry | undefined {
  switch (right) {
    case Right.RECEIVE:
      return new Entry(PortType.RECEIVE, newPort(host), 0);
    case Right.PORT_SET:
      return new Entry(PortType.PORT_SET, new PortSet(0), 0);
    case Right.DEAD_NAME:
      return new Entry(PortType.DEAD_NAME, null, 1);
    default:
      return undefined;
  }
}

function owned(space: Space, name: number, { object }: Entry): void {
  if (object instanceof Port) {
    object.receiver = space;
    object.receiverName = name;
  } else if (object instanceof PortSet) object.name = name;
  space.changed(name);
}

export function mach_port_allocate(host: Pick<IpcHost, "ids">, space: Space, right: number): Answer<number> {
  const entry = newEntry(host, right);
  if (!entry) return { err: Kern.INVALID_VALUE };
  const name = space.allocate(entry);
  owned(space, name, entry);
  return ok(name);
}

export function mach_port_allocate_name(host: Pick<IpcHost, "ids">, space: Space, right: number, name: number): KernReturn {
  const entry = newEntry(host, right);
  if (!valid(name) || !entry) return Kern.INVALID_VALUE;
  if (space.lookup(name)) return Kern.NAME_EXISTS;
  space.allocateNamed(name, entry);
  owned(space, name, entry);
  return Kern.SUCCESS;
}

export function mach_port_destroy(space: Space, name: number): KernReturn {
  const entry = space.lookup(name);
  if (!entry) return Kern.INVALID_NAME;
  destroyEntry(space, name, entry);
  return Kern.SUCCESS;
}

export function mach_port_deallocate(space: Space, name: number): KernReturn {
  const entry = space.lookup(name);
  return entry ? deallocate(space, name, entry) : Kern.INVALID_NAME;
}

export function mach_port_get_refs(space: Space, name: number, right: number): Answer<number> {
  if (right < 0 || right > 4) return { err: Kern.INVALID_VALUE };
  const entry = space.lookup(name);
  return entry ? ok(references(entry, right as Right)) : { err: Kern.INVALID_NAME };
}

export function mach_port_mod_refs(space: Space, name: number, right: number, delta: number): KernReturn {
  if (right < 0 || right > 4) return Kern.INVALID_VALUE;
  const entry = space.lookup(name);
  return entry ? modifyReferences(space, name, entry, right as Right, delta) : Kern.INVALID_NAME;
}

/** The type bits of an entry, requests included. */
export function typeBits(space: Space, entry: Entry): number {
  return (entry.type | (entry.request !== 0 ? PortType.DNREQUEST : 0) | (space.accepting(entry) !== undefined ? PortType.MAREQUEST : 0)) >>> 0;
}

export function mach_port_type(space: Space, name: number): Answer<number> {
  const entry = space.lookup(name);
  return entry ? ok(typeBits(space, entry)) : { err: Kern.INVALID_NAME };
}

/** All names, ascending, and their types. */
export function mach_port_names(space: Space): { readonly names: readonly number[]; readonly types: readonly number[] } {
  const names: number[] = [];
  const types: number[] = [];
  for (const name of space.names()) {
    const entry = space.lookup(name);
    if (!entry) continue;
    names.push(name);
    types.push(typeBits(space, entry));
  }
  return { names, types };
}

/** A failed rename to an unused number leaves it on the list of freed names. */
export function mach_port_rename(space: Space, from: number, to: number): KernReturn {
  if (!valid(to)) return Kern.INVALID_VALUE;
  if (space.lookup(to)) return Kern.NAME_EXISTS;
  const entry = space.lookup(from);
  if (!entry) {
    space.allocateNamed(to, new Entry(0, null, 0));
    space.free(to);
    return Kern.INVALID_NAME;
  }
  space.rename(from, to, entry);
  renamed(space, entry, to);
  return Kern.SUCCESS;
}

function renamed(space: Space, entry: Entry, to: number): void {
  const { object } = entry;
  if (object instanceof PortSet) object.name = to;
  if (!(object instanceof Port)) return;
  if (entry.type & PortType.RECEIVE) object.receiverName = to;
  else if (entry.type === PortType.SEND) space.rememberSend(object, to);
  const told = space.accepting(entry);
  if (told !== undefined) told.name = to;
  const request = object.deadNames?.get(entry.request);
  if (request) request.name = to;
}

const isRightType = (type: number): boolean => type >= MsgType.MOVE_RECEIVE && type <= MsgType.MAKE_SEND_ONCE;

/** `right` came in the request as `type` (16, 17, 18). On success the space has it. */
export function mach_port_insert_right(space: Space, name: number, right: PortRef, type: number): KernReturn {
  if (!valid(name) || !isRightType(type)) return Kern.INVALID_VALUE;
  if (!isPort(right) || right.dead) return Kern.INVALID_CAPABILITY;
  return copyoutName(space, name, right, type);
}

/** Takes a right out; the answer owns its count. `type` in the answer is the received form. */
export function mach_port_extract_right(space: Space, name: number, disposition: number): Answer<{ readonly right: PortRef; readonly type: number }> {
  if (!isRightType(disposition)) return { err: Kern.INVALID_VALUE };
  const entry = space.lookup(name);
  if (!entry) return { err: Kern.INVALID_NAME };
  if (!copyinCheck(entry, disposition)) return { err: Kern.INVALID_RIGHT };
  return ok({ right: copyin(space, name, entry, disposition), type: receivedType(disposition) });
}

/** The receive right under `name`, or why there is none. */
function receiveRight(space: Space, name: number): Port | Failure {
  const entry = space.lookup(name);
  if (!entry) return Kern.INVALID_NAME;
  return entry.type & PortType.RECEIVE ? entry.port : Kern.INVALID_RIGHT;
}

export function mach_port_move_member(space: Space, member: number, after: number): KernReturn {
  const port = receiveRight(space, member);
  if (typeof port === "number") return port;
  if (after === 0) {
    if (!port.set) return Kern.NOT_IN_SET;
    port.set.leave(port);
    return Kern.SUCCESS;
  }
  const set = space.lookup(after);
  if (!set) return Kern.INVALID_NAME;
  if (!(set.object instanceof PortSet)) return Kern.INVALID_RIGHT;
  if (port.set !== set.object) set.object.add(port);
  return Kern.SUCCESS;
}

export function mach_port_get_set_status(space: Space, name: number): Answer<readonly number[]> {
  const entry = space.lookup(name);
  if (!entry) return { err: Kern.INVALID_NAME };
  if (!(entry.object instanceof PortSet)) return { err: Kern.INVALID_RIGHT };
  return ok([...entry.object.members].map((port) => port.receiverName));
}

/** `mach_port_status_t`: pset, seqno, mscount, qlimit, msgcount, sorights, srights, pdrequest, nsrequest. */
export function mach_port_get_receive_status(space: Space, name: number): Answer<readonly number[]> {
  const port = receiveRight(space, name);
  if (typeof port === "number") return { err: port };
  return ok([
    port.set?.name ?? 0,
    port.seqno,
    port.mscount,
    port.qlimit,
    port.msgcount,
    port.sorights,
    port.srights > 0 ? 1 : 0,
    port.portDestroyed ? 1 : 0,
    port.noSenders ? 1 : 0,
  ]);
}

/** Raising the limit gives the new slots to waiting senders. */
export function mach_port_set_qlimit(space: Space, name: number, qlimit: number): KernReturn {
  if (qlimit >>> 0 > QLIMIT_MAX) return Kern.INVALID_VALUE;
  const port = receiveRight(space, name);
  if (typeof port === "number") return port;
  port.setQlimit(qlimit);
  return Kern.SUCCESS;
}

function setOn(space: Space, name: number, change: (port: Port) => void): KernReturn {
  const port = receiveRight(space, name);
  if (typeof port === "number") return port;
  change(port);
  return Kern.SUCCESS;
}

export const mach_port_set_mscount = (space: Space, name: number, mscount: number): KernReturn => setOn(space, name, (p) => (p.mscount = mscount >>> 0));
export const mach_port_set_seqno = (space: Space, name: number, seqno: number): KernReturn => setOn(space, name, (p) => (p.seqno = seqno >>> 0));
export const mach_port_set_protected_payload = (space: Space, name: number, payload: number): KernReturn => setOn(space, name, (p) => (p.payload = payload >>> 0));
export const mach_port_clear_protected_payload = (space: Space, name: number): KernReturn => setOn(space, name, (p) => (p.payload = null));

/**
 * `notify` is a send-once right of the request, or null. On success it is kept, used or, for null, there was none; the answer is the right
 * of the request that is replaced. On failure it is the caller's to destroy.
 */
export function mach_port_request_notification(space: Space, name: number, id: number, sync: number, notify: PortRef): Answer<Port | null> {
  if (notify !== null && (!isPort(notify) || notify.dead)) return { err: Kern.INVALID_CAPABILITY };
  switch (id) {
    case Notify.PORT_DESTROYED:
      return sync === 0 ? requestPortDestroyed(space, name, notify) : { err: Kern.INVALID_VALUE };
    case Notify.NO_SENDERS:
      return requestNoSenders(space, name, sync, notify);
    case Notify.DEAD_NAME:
      return requestDead(space, name, sync, notify);
    default:
      return { err: Kern.INVALID_VALUE };
  }
}

function requestPortDestroyed(space: Space, name: number, notify: Port | null): Answer<Port | null> {
  const port = receiveRight(space, name);
  if (typeof port === "number") return { err: port };
  const old = port.portDestroyed;
  port.portDestroyed = notify;
  return ok(old);
}

/** Fires now if there are no senders and `sync` is not beyond the make-send count; later whatever the count is (rule 5). */
function requestNoSenders(space: Space, name: number, sync: number, notify: Port | null): Answer<Port | null> {
  const port = receiveRight(space, name);
  if (typeof port === "number") return { err: port };
  const old = port.noSenders;
  port.noSenders = notify;
  if (notify && port.srights === 0 && sync >>> 0 <= port.mscount) {
    port.noSenders = null;
    notifyNoSenders(notify, port.mscount);
  }
  return ok(old);
}

function requestDead(space: Space, name: number, sync: number, notify: Port | null): Answer<Port | null> {
  const entry = space.lookup(name);
  if (!entry) return { err: Kern.INVALID_NAME };
  if (entry.type === PortType.DEAD_NAME) {
    if (sync === 0 || notify === null) return { err: Kern.INVALID_ARGUMENT };
    if (entry.urefs > MAX_UREFS) return { err: Kern.UREFS_OVERFLOW };
    entry.urefs++;
    space.changed(name);
    notifyDeadName(notify, name);
    return ok(null);
  }
  if (!(entry.object instanceof Port)) return { err: Kern.INVALID_RIGHT };
  if (notify !== null) return ok(requestDeadName(entry, name, notify));
  const old = entry.request === 0 ? null : (entry.object.deadNames?.remove(entry.request)?.notify ?? null);
  entry.request = 0;
  return ok(old);
}
