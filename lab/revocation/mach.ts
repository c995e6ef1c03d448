/** Mach: S holds receive rights, its clients send rights; to revoke is to destroy the receive right. */
import { portOf } from "../../mach/ipc/kernel-port.ts";
import { Right, type MachPort } from "../../mach/ipc/names.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import { Machine } from "../../mach/kern/machine.ts";
import { insertRight } from "../../mach/kern/special-ports.ts";
import { mach_reply_port, mach_task_self, threadState, type Syscall } from "../../mach/kern/syscall.ts";
import type { Task } from "../../mach/kern/task.ts";
import { heard, say } from "../hurd/plain-messages.ts";
import { cannotForge, type Revocable } from "./revocable.ts";

/** Runs `body` in a new thread of `task`, to its end. */
function inTask(machine: Machine, task: Task, body: () => Syscall<void>): void {
  const thread = machine.createThread(task);
  thread.setState(threadState({ pc: task.text.add(body), sp: 0, arg: 0 }));
  thread.suspendCount = 0;
  machine.makeRunnable(thread);
  machine.run();
}

/** A new receive right of `server`. */
function receiveRight(machine: Machine, server: Task): MachPort {
  const made: MachPort[] = [];
  inTask(machine, server, function* () {
    made.push(yield* mach_reply_port());
  });
  const [name] = made;
  if (name === undefined) throw new Error("S has no port");
  return name;
}

function scene(ports: "one" | "each"): Revocable {
  const machine = new Machine({ instructions: new Map() });
  const task = (name: string): Task => machine.createTask(machine.kernelTask, name, false);
  const [s, p, q] = [task("S"), task("P"), task("Q")];
  const forP = receiveRight(machine, s);
  const forQ = ports === "one" ? forP : receiveRight(machine, s);
  const give = (to: Task, name: MachPort): MachPort => insertRight(to.space, portOf(s.space, name)?.makeSend() ?? null) as MachPort;
  const names = { P: { task: p, at: give(p, forP), from: forP }, Q: { task: q, at: give(q, forQ), from: forQ } };
  return {
    use(by) {
      const { task: client, at, from } = names[by];
      let worked = false;
      inTask(machine, client, function* () {
        yield* say(at);
      });
      inTask(machine, s, function* () {
        worked = yield* heard(from);
      });
      return worked;
    },
    forge: cannotForge,
    revoke: () =>
      inTask(machine, s, function* () {
        yield* machPortCall.mach_port_mod_refs(yield* mach_task_self(), { name: forP, right: Right.RECEIVE, delta: -1 });
      }),
  };
}

/** Both clients have send rights for one port. */
export const sharedPort = (): Revocable => scene("one");
/** Each has a port of its own, as each open of a file has on the Hurd. */
export const portEach = (): Revocable => scene("each");
