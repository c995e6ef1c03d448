/**
 * Ports of the kernel itself: their receive right is the kernel's, a message to one is a call of the object behind it. And rights that the kernel
 * holds (special ports, registered ports, pagers): each counts as a send right.
 */
import type { IpcHost, KObject } from "./host.ts";
import { DEAD, isPort, type PortRef } from "./kmsg.ts";
import { MsgType } from "./names.ts";
import { Port } from "./port.ts";
import { copyout } from "./right.ts";
import type { Space } from "./space.ts";

/** A port whose receiver is the kernel. Nobody can make or receive from it. */
export function kernelPortCreate(host: Pick<IpcHost, "ids">, object: KObject): Port {
  const port = new Port(host.ids.nextPort++, host.ids);
  port.kobject = object;
  return port;
}

/** The object is gone: senders find a dead name. */
export function kernelPortDestroy(port: Port): void {
  if (port.dead) return;
  port.kobject = null;
  port.destroy();
}

/** A new send right for a kernel port, or for any live one; DEAD for a dead one, null for none. */
export function makeSendRight(port: Port | null): PortRef {
  if (port === null) return null;
  return port.dead ? DEAD : port.copySend();
}

/** Drops a right that the kernel held. */
export function releaseSendRight(ref: PortRef): void {
  if (!isPort(ref)) return;
  if (ref.dead) ref.srights--;
  else ref.releaseSend();
}

/** Gives a new send right for `port` to a space; answers its name there. */
export const insertSendRight = (space: Space, port: Port | null): number => copyout(space, makeSendRight(port), MsgType.MOVE_SEND);

/** The port that a name in `space` stands for, without taking a right; null for none. */
export function portOf(space: Space, name: number): Port | null {
  const object = space.lookup(name)?.object;
  return object instanceof Port ? object : null;
}
