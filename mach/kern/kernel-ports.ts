/**
 * Ports whose receive right the kernel holds: those of its objects, which a server answers at once (kernel-call.ts), and those on which it waits for an answer of a
 * task, such as an exception server's, or for the news that a pager has died. All of them are known, so that every right of a machine can be counted.
 */
import { consumeDestination } from "../ipc/copyout.ts";
import type { KObject, Realm } from "../ipc/host.ts";
import { kernelPortCreate, kernelPortDestroy } from "../ipc/kernel-port.ts";
import type { Kmsg } from "../ipc/kmsg.ts";
import type { Receiver } from "../ipc/message-source.ts";
import { Port } from "../ipc/port.ts";

/** Where the kernel's receive rights are kept. */
export interface PortOwner {
  readonly ids: Realm;
  readonly receives: Set<Port>;
}

/** The port of a kernel object. */
export function objectPort(owner: PortOwner, object: KObject): Port {
  const port = kernelPortCreate(owner, object);
  owner.receives.add(port);
  return port;
}

/** The port of a kernel object whose number has been taken before. */
export function numberedPort(owner: PortOwner, id: number, object: KObject): Port {
  const port = new Port(id, owner.ids);
  port.kobject = object;
  owner.receives.add(port);
  return port;
}

/** The port of an object that is no more dies; so does a port that waits for answers. */
export function closePort(owner: PortOwner, port: Port): void {
  owner.receives.delete(port);
  port.receivers = null;
  kernelPortDestroy(port);
}

/** The receive right of an object's port leaves the kernel in a message to `to`; the port is an ordinary one from now on. */
export function releasePort(owner: PortOwner, port: Port, to: Port): Port {
  owner.receives.delete(port);
  port.kobject = null;
  port.destination = to;
  return port;
}

/** A port that gives every message that comes to `receive`, which owns the message. */
export function answerPort(owner: PortOwner, receive: (message: Kmsg) => void): Port {
  const port = new Port(owner.ids.nextPort++, owner.ids);
  owner.receives.add(port);
  const receiver: Receiver = {
    below: null,
    accept(message: Kmsg): boolean {
      port.taken();
      consumeDestination(message, port);
      port.pushReceiver(receiver);
      receive(message);
      return true;
    },
    lost(): void {
      port.receivers = null;
    },
  };
  port.pushReceiver(receiver);
  return port;
}
