/**
 * The kernel's notifications (`mach/notify.defs`): messages to send-once rights, never refused for a full queue. A right whose port is
 * dead is only used up.
 */
import { destroyKmsg, kitem, Kmsg, Rights, type KItem } from "./kmsg.ts";
import { MsgType } from "./names.ts";
import type { Port } from "./port.ts";

/** Message ids of notifications. */
export const Notify = { PORT_DELETED: 65, MSG_ACCEPTED: 66, PORT_DESTROYED: 69, NO_SENDERS: 70, SEND_ONCE: 71, DEAD_NAME: 72 } as const;

const item = (type: number, data: number | Rights): KItem => kitem(type, 32, 1, true, false, data);

/** Sends on a send-once right, which this uses up. */
function send(right: Port, id: number, items: KItem[]): void {
  const kmsg = new Kmsg(right, MsgType.MOVE_SEND_ONCE, null, 0, id, items, 24 + items.length * 8, id === Notify.PORT_DESTROYED);
  if (right.dead) {
    destroyKmsg(kmsg);
    return;
  }
  right.realm.observer?.sent(kmsg, undefined);
  right.msgcount++;
  right.deliver(kmsg);
}

/** A request on `name` will never fire: the right under it ended in another way. */
export const notifyPortDeleted = (right: Port, name: number): void => send(right, Notify.PORT_DELETED, [item(MsgType.PORT_NAME, name)]);
/** A message that was sent with SEND_NOTIFY has been received. */
export const notifyMsgAccepted = (right: Port, name: number): void => send(right, Notify.MSG_ACCEPTED, [item(MsgType.PORT_NAME, name)]);
/** The port under `name` has died. */
export const notifyDeadName = (right: Port, name: number): void => send(right, Notify.DEAD_NAME, [item(MsgType.PORT_NAME, name)]);
/** The last send right is gone; `mscount` send rights had been made. */
export const notifyNoSenders = (right: Port, mscount: number): void => send(right, Notify.NO_SENDERS, [item(MsgType.INTEGER_32, mscount)]);
/** `right` died unused. */
export const notifySendOnce = (right: Port): void => send(right, Notify.SEND_ONCE, []);

/** The receive right of `port` was destroyed, and goes to whoever asked for it. A loop of such rights dies. */
export function notifyPortDestroyed(right: Port, port: Port): void {
  if (reaches(right, port)) {
    right.sorights--;
    port.releaseReceive();
    return;
  }
  port.destination = right;
  send(right, Notify.PORT_DESTROYED, [item(MsgType.MOVE_RECEIVE, new Rights([port]))]);
}

/** True when a message to `destination` that carries the receive right of `port` would close a loop (rule 14). */
export function reaches(destination: Port, port: Port): boolean {
  for (let p: Port | null = destination; p; p = p.destination) if (p === port) return true;
  return false;
}
