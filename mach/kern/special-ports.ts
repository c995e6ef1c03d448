/** Send rights that the kernel keeps for tasks and threads (special ports), and giving rights to a space. */
import { DEAD, isPort, type PortRef } from "../ipc/kmsg.ts";
import { MsgType, Right } from "../ipc/names.ts";
import { mach_port_allocate } from "../ipc/port-calls.ts";
import { copyout } from "../ipc/right.ts";
import type { Space } from "../ipc/space.ts";
import type { Machine } from "./machine.ts";

/** A new send right like `ref`; DEAD when its port has died. */
export function copyRight(ref: PortRef): PortRef {
  if (!isPort(ref)) return ref;
  return ref.dead ? DEAD : ref.copySend();
}

/** Gives a new send right like `ref` to a space. Answers its name there. */
export const insertRight = (space: Space, ref: PortRef): number => copyout(space, copyRight(ref), MsgType.MOVE_SEND);

/** A new receive right in `space` (`mach_reply_port`); null when it cannot have one. */
export function replyPort(machine: Machine, space: Space): number {
  const made = mach_port_allocate(machine, space, Right.RECEIVE);
  return made.err === 0 ? made.value : 0;
}
