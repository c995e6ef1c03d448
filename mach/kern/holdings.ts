/** Every right that the kernel itself holds, for the whole-machine rules of `ipc/invariants.ts`. */
import type { Kmsg, PortRef } from "../ipc/kmsg.ts";
import type { Holders } from "../ipc/invariants.ts";
import { MsgType } from "../ipc/names.ts";
import type { Machine } from "./machine.ts";

/** All holders of rights in a machine between two traps. */
export function holdings(machine: Machine): Holders {
  const tasks = [...machine.tasks];
  const threads = tasks.flatMap((task) => task.threads);
  const replies = [...machine.pendingCalls].map((call) => call.pendingReply);
  const repliesOf = (type: number): readonly PortRef[] => replies.filter((r) => r.type === type).map((r) => r.ref);
  return {
    spaces: tasks.map((task) => task.space),
    sends: [
      ...tasks.flatMap((t) => [t.selfPort, t.exceptionPort, t.bootstrapPort, ...t.registered]),
      ...threads.flatMap((t) => [t.selfPort, t.exceptionPort]),
      machine.newTaskNotification,
      ...machine.pagers.all.map((p) => p.port),
      ...[...machine.proxies].map((p) => p.object),
      ...repliesOf(MsgType.MOVE_SEND),
    ],
    sendOnces: repliesOf(MsgType.MOVE_SEND_ONCE),
    receives: machine.receives,
    waitedAt: threads.flatMap((t) => (t.wait?.port ? [t.wait.port] : [])),
    inHand: threads.flatMap((t): Kmsg[] => (t.wait?.inHand ? [t.wait.inHand] : [])),
  };
}
