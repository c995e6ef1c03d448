/**
 * What can happen to one entry: its right travels out, a right comes in, references go, it dies.
 *
 * Each function leaves space, entry and port consistent, and sends the notifications that follow, in the real kernel's order: no-senders
 * or send-once before port-deleted (mach-ipc.md rules 5, 7, 9). Checks come first and change nothing; what is past its check does not fail.
 */
import { invariant } from "../kern/invariant.ts";
import { Kern, type KernReturn } from "../kern/kern-return.ts";
import { DeadNameRequests } from "./dead-name-requests.ts";
import { DEAD, isPort, type PortRef } from "./kmsg.ts";
import { MsgType, PortType, Right } from "./names.ts";
import { notifyNoSenders, notifyPortDeleted } from "./notify.ts";
import { Port } from "./port.ts";
import type { PortSet } from "./port-set.ts";
import { transition, type Cell } from "./right-table.ts";
import { Entry, MAX_UREFS, type Space } from "./space.ts";

const { SEND, RECEIVE, SEND_ONCE, PORT_SET, DEAD_NAME } = PortType;
/** The type bits of a live send or receive right, together. */
export const SEND_RECEIVE = SEND | RECEIVE;

/** Installs a dead-name request; answers the right of the one that it replaces. */
export function requestDeadName(entry: Entry, name: number, notify: Port): Port | null {
  const { port } = entry;
  port.deadNames ??= new DeadNameRequests();
  if (entry.request !== 0) {
    const old = port.deadNames.get(entry.request);
    const right = old?.notify ?? null;
    if (old) old.notify = notify;
    return right;
  }
  entry.request = port.deadNames.add({ notify, name });
  return null;
}

/** Takes the dead-name request off an entry; answers who must be told that it is void. */
function cancelRequest(entry: Entry): Port | null {
  if (entry.request === 0) return null;
  const request = entry.port.deadNames?.remove(entry.request) ?? null;
  entry.request = 0;
  return request?.notify ?? null;
}

/** `quiet`: the port for which a void request goes without a notification (SEND_CANCEL). */
function tellDeleted(notify: Port | null, name: number, quiet: Port | null = null): void {
  if (notify === null) return;
  if (notify === quiet) notify.sorights--;
  else notifyPortDeleted(notify, name);
}

/** Whether the entry's right can travel by `disposition`. */
export const copyinCheck = (entry: Entry, disposition: number): boolean => transition(entry.type, disposition) !== "-";

/**
 * Takes a right out of an entry that passed `copyinCheck`. The answer owns its count at the port. `quiet`: the port of SEND_CANCEL.
 */
export function copyin(space: Space, name: number, entry: Entry, disposition: number, quiet: Port | null = null): PortRef {
  return takeOut(space, name, entry, transition(entry.type, disposition), quiet);
}

/** The same for a right that goes the way of `cell` in the table. */
export function takeOut(space: Space, name: number, entry: Entry, cell: Cell, quiet: Port | null): PortRef {
  switch (cell) {
    case "copied":
      return entry.port.copySend();
    case "moved":
      return takeSend(space, name, entry, quiet);
    case "made":
      return entry.port.makeSend();
    case "made-once":
      return entry.port.makeSendOnce();
    case "moved-once":
      return takeSendOnce(space, name, entry, quiet);
    case "receive":
      return takeReceive(space, name, entry);
    case "dead-moved":
      dropDeadReferences(space, name, entry, 1);
      return DEAD;
    case "dead-copied":
    case "-":
      return DEAD;
  }
}

function takeReceive(space: Space, name: number, entry: Entry): Port {
  const { port } = entry;
  let deleted: Port | null = null;
  if (entry.type & SEND) {
    entry.type = SEND;
    port.clearReceiver();
    space.rememberSend(port, name);
    space.changed(name);
  } else {
    deleted = cancelRequest(entry);
    port.clearReceiver();
    space.free(name);
  }
  tellDeleted(deleted, name);
  return port;
}

/** Takes a send reference; the last one takes the right itself along. */
function takeSend(space: Space, name: number, entry: Entry, quiet: Port | null): Port {
  const { port } = entry;
  invariant((entry.type & SEND) !== 0, "only a send right is moved as one", name);
  if (entry.urefs > 1) {
    entry.urefs--;
    space.changed(name);
    return port.copySend();
  }
  if (entry.type === SEND_RECEIVE) {
    entry.type = RECEIVE;
    entry.urefs = 0;
    space.changed(name);
    return port;
  }
  const deleted = cancelRequest(entry);
  space.forgetSend(port);
  space.free(name);
  tellDeleted(deleted, name, quiet);
  return port;
}

function takeSendOnce(space: Space, name: number, entry: Entry, quiet: Port | null): Port {
  const { port } = entry;
  invariant(entry.type === SEND_ONCE, "only a send-once right is moved as one", name);
  const deleted = entry.request === 0 ? null : cancelRequest(entry);
  space.free(name);
  space.reuse(entry);
  if (deleted !== null) tellDeleted(deleted, name, quiet);
  return port;
}

function dropDeadReferences(space: Space, name: number, entry: Entry, count: number): void {
  entry.urefs -= count;
  if (entry.urefs === 0) space.free(name);
  else space.changed(name);
}

/** The name that a right gets when it arrives in `space`, any name will do. Uses up the right. */
export function copyout(space: Space, ref: PortRef, type: number): number {
  if (ref === null) return 0;
  if (!isPort(ref)) return 0xffffffff;
  if (ref.dead) {
    dropCount(ref, type);
    return 0xffffffff;
  }
  if (type === MsgType.MOVE_SEND_ONCE) {
    const once = space.allocate(space.onceEntry(ref));
    space.changed(once);
    return once;
  }
  const known = space.nameOf(ref);
  if (known === undefined) {
    const entry = new Entry(0, ref, 0);
    const name = space.allocate(entry);
    enter(space, name, entry, type);
    return name;
  }
  const entry = space.lookup(known);
  if (entry) enter(space, known, entry, type);
  return known;
}

/** A right for a dead port is only uncounted. */
export function dropCount(port: Port, type: number): void {
  if (type === MsgType.MOVE_SEND) port.srights--;
  else if (type === MsgType.MOVE_SEND_ONCE) port.sorights--;
}

/** Adds a send or receive right to the entry for its port. At 65534 references another one is silently not counted (rule 13). */
function enter(space: Space, name: number, entry: Entry, type: number): void {
  add(space, name, entry, type);
  space.changed(name);
}

function add(space: Space, name: number, entry: Entry, type: number): void {
  const { port } = entry;
  if (type === MsgType.MOVE_RECEIVE) {
    if (entry.type & SEND) space.forgetSend(port);
    entry.type |= RECEIVE;
    port.receiver = space;
    port.receiverName = name;
    port.destination = null;
    return;
  }
  if (entry.type & SEND) {
    port.srights--;
    if (entry.urefs < MAX_UREFS) entry.urefs++;
    return;
  }
  if (!(entry.type & RECEIVE)) space.rememberSend(port, name);
  entry.type |= SEND;
  entry.urefs = 1;
}

/**
 * Puts a right under a chosen name (`mach_port_insert_right`). On any error the right is still the caller's; a failed RIGHT_EXISTS leaves an unused
 * number on the list of freed names (mach-ipc.md §1 rule 5).
 */
export function copyoutName(space: Space, name: number, port: Port, type: number): KernReturn {
  const entry = space.lookup(name);
  if (type === MsgType.MOVE_SEND_ONCE) {
    if (entry) return Kern.NAME_EXISTS;
    space.allocateNamed(name, new Entry(SEND_ONCE, port, 1));
    space.changed(name);
    return Kern.SUCCESS;
  }
  const known = space.nameOf(port);
  if (known !== undefined && known !== name) {
    if (!entry) {
      space.allocateNamed(name, new Entry(0, null, 0));
      space.free(name);
    }
    return Kern.RIGHT_EXISTS;
  }
  if (known === undefined) {
    if (entry) return Kern.NAME_EXISTS;
    const fresh = new Entry(0, port, 0);
    space.allocateNamed(name, fresh);
    enter(space, name, fresh, type);
    return Kern.SUCCESS;
  }
  if (!entry) return Kern.NAME_EXISTS;
  if (type === MsgType.MOVE_SEND && entry.type & SEND && entry.urefs >= MAX_UREFS) return Kern.UREFS_OVERFLOW;
  enter(space, name, entry, type);
  return Kern.SUCCESS;
}

/** Drops `count` references of a send right; with the last one the right goes. */
export function dropSend(space: Space, name: number, entry: Entry, count: number): void {
  if (entry.urefs > count) {
    entry.urefs -= count;
    space.changed(name);
    return;
  }
  const { port } = entry;
  let deleted: Port | null = null;
  if (entry.type & RECEIVE) {
    entry.type = RECEIVE;
    entry.urefs = 0;
    space.changed(name);
  } else {
    deleted = cancelRequest(entry);
    space.forgetSend(port);
    space.free(name);
  }
  port.releaseSend();
  tellDeleted(deleted, name);
}

/** A send-once right dies unused. */
export function dropSendOnce(space: Space, name: number, entry: Entry): void {
  const { port } = entry;
  const deleted = cancelRequest(entry);
  space.free(name);
  port.releaseSendOnce();
  tellDeleted(deleted, name);
}

/** The receive right dies, and the port with it. A send right under the same name becomes a dead name. */
export function dropReceive(space: Space, name: number, entry: Entry): void {
  const { port } = entry;
  let deleted: Port | null = null;
  if (entry.type & SEND) {
    entry.type = SEND;
    space.rememberSend(port, name);
    space.changed(name);
  } else {
    deleted = cancelRequest(entry);
    space.free(name);
  }
  port.clearReceiver();
  port.destroy();
  tellDeleted(deleted, name);
}

function dropPortSet(space: Space, name: number, set: PortSet): void {
  space.free(name);
  set.destroy();
}

/** `mach_port_destroy`: all that the entry holds goes, the send part first. */
export function destroyEntry(space: Space, name: number, entry: Entry): void {
  const { object } = entry;
  if (entry.type === DEAD_NAME || object === null) space.free(name);
  else if (!(object instanceof Port)) dropPortSet(space, name, object);
  else if (entry.type === SEND_ONCE) dropSendOnce(space, name, entry);
  else if (entry.type === SEND) dropSend(space, name, entry, entry.urefs);
  else destroyReceive(space, name, entry, object);
}

/** A receive right with or without send rights: what the last sender's going fires comes after the port's own death messages. */
function destroyReceive(space: Space, name: number, entry: Entry, port: Port): void {
  const deleted = cancelRequest(entry);
  const { mscount } = port;
  let noSenders: Port | null = null;
  if (entry.type & SEND && --port.srights === 0) {
    noSenders = port.noSenders;
    port.noSenders = null;
  }
  space.free(name);
  port.clearReceiver();
  port.destroy();
  if (noSenders) notifyNoSenders(noSenders, mscount);
  tellDeleted(deleted, name);
}

/** `mach_port_deallocate`: one reference. INVALID_RIGHT for receive-only and port sets. */
export function deallocate(space: Space, name: number, entry: Entry): KernReturn {
  if (entry.type === DEAD_NAME) dropDeadReferences(space, name, entry, 1);
  else if (entry.type === SEND_ONCE) dropSendOnce(space, name, entry);
  else if (entry.type & SEND) dropSend(space, name, entry, 1);
  else return Kern.INVALID_RIGHT;
  return Kern.SUCCESS;
}

const typeOf: { readonly [R in Right]: number } = {
  [Right.SEND]: SEND,
  [Right.RECEIVE]: RECEIVE,
  [Right.SEND_ONCE]: SEND_ONCE,
  [Right.PORT_SET]: PORT_SET,
  [Right.DEAD_NAME]: DEAD_NAME,
};

/** How many references of one kind an entry has; 0 of a kind that it does not hold. */
export function references(entry: Entry, right: Right): number {
  if (!(entry.type & typeOf[right])) return 0;
  return right === Right.SEND || right === Right.DEAD_NAME ? entry.urefs : 1;
}

/** `mach_port_mod_refs` on an entry. */
export function modifyReferences(space: Space, name: number, entry: Entry, right: Right, delta: number): KernReturn {
  if (!(entry.type & typeOf[right])) return Kern.INVALID_RIGHT;
  if (right === Right.SEND || right === Right.DEAD_NAME) return modifyCounted(space, name, entry, right, delta);
  if (delta === 0) return Kern.SUCCESS;
  if (delta !== -1) return Kern.INVALID_VALUE;
  if (right === Right.RECEIVE) dropReceive(space, name, entry);
  else if (right === Right.SEND_ONCE) dropSendOnce(space, name, entry);
  else destroyEntry(space, name, entry);
  return Kern.SUCCESS;
}

function modifyCounted(space: Space, name: number, entry: Entry, right: Right, delta: number): KernReturn {
  const urefs = entry.urefs + delta;
  if (urefs < 0) return Kern.INVALID_VALUE;
  if (urefs > (right === Right.SEND ? MAX_UREFS : MAX_UREFS + 1) && delta > 0) return Kern.UREFS_OVERFLOW;
  if (delta > 0) {
    entry.urefs = urefs;
    space.changed(name);
  } else if (delta < 0 && right === Right.SEND) dropSend(space, name, entry, -delta);
  else if (delta < 0) dropDeadReferences(space, name, entry, -delta);
  return Kern.SUCCESS;
}
