/** Messages that the kernel sends as a client: to exception ports, memory managers, the proc server. */
import { Kmsg, type PortRef } from "../ipc/kmsg.ts";
import { HEADER_SIZE, isComplex, itemSize } from "../ipc/message.ts";
import { asPort, MsgType, type MachPort } from "../ipc/names.ts";
import type { Port } from "../ipc/port.ts";
import { packFields } from "../mig/client.ts";
import type { Give } from "../mig/kind.ts";
import type { Routine } from "../mig/subsystem.ts";
import { kernelItem } from "./kernel-call.ts";

/** The rights of a message in the making: arguments name them by number, as in a kernel call. */
export class Rights {
  private readonly refs: PortRef[] = [];

  /** Puts `ref` into the message, whose it becomes. */
  give(ref: PortRef): MachPort {
    return asPort(this.refs.push(ref));
  }

  at(handle: MachPort): PortRef {
    return this.refs[handle - 1] ?? null;
  }
}

/** A request of `routine` to `to`, of which it makes a send right; `reply`: a send-once right, which the message takes. */
export function kernelRequest<R extends Routine>(
  routine: R,
  to: Port,
  rights: Rights,
  args: { readonly [K in keyof R["in"]]: Give<R["in"][K]> },
  reply: Port | null = null,
): Kmsg {
  return assemble(routine, to.copySend(), MsgType.MOVE_SEND, rights, args, reply);
}

/** A one-way message on a right that a task gave for it, and that the message takes. */
export function kernelReply<R extends Routine>(
  routine: R,
  to: Port,
  toType: number,
  rights: Rights,
  args: { readonly [K in keyof R["in"]]: Give<R["in"][K]> },
): Kmsg {
  return assemble(routine, to, toType, rights, args, null);
}

function assemble(routine: Routine, to: Port, toType: number, rights: Rights, args: Readonly<Record<string, unknown>>, reply: Port | null): Kmsg {
  const items = packFields(routine.in, args);
  let size = HEADER_SIZE;
  for (const item of items) size += itemSize(item);
  const wrapped = items.map((i) => kernelItem(i, (h) => rights.at(h)));
  return new Kmsg(to, toType, reply, reply === null ? 0 : MsgType.MOVE_SEND_ONCE, routine.id, wrapped, size, isComplex(items));
}
