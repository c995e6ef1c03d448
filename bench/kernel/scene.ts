/** Tasks with programs and ports, without a system around them: what the kernel's own speed is measured on. */
import { portOf } from "../../mach/ipc/kernel-port.ts";
import { asPort, MsgType, type MachPort } from "../../mach/ipc/names.ts";
import { copyout } from "../../mach/ipc/right.ts";
import { Machine } from "../../mach/kern/machine.ts";
import { replyPort } from "../../mach/kern/special-ports.ts";
import { threadState, type Syscall } from "../../mach/kern/syscall.ts";
import type { Task } from "../../mach/kern/task.ts";

/** A machine with nothing in it. */
export const emptyMachine = (): Machine => new Machine({ instructions: new Map() });

/** A task without memory. */
export const newTask = (machine: Machine, name: string): Task => machine.createTask(machine.kernelTask, name, false);

/** A fresh receive right in `task`. */
export const receiveRight = (machine: Machine, task: Task): MachPort => asPort(replyPort(machine, task.space));

/** A send right in `to` for the port that `owner` receives from under `name`. */
export function sendRight(owner: Task, name: MachPort, to: Task): MachPort {
  const port = portOf(owner.space, name);
  if (port === null) throw new Error("no such port");
  return asPort(copyout(to.space, port.makeSend(), MsgType.MOVE_SEND));
}

/** Starts a thread of `task` that runs `body`. */
export function start(machine: Machine, task: Task, body: () => Syscall<void>): void {
  const thread = machine.createThread(task);
  thread.setState(threadState({ pc: task.text.add(body), sp: 0, arg: 0 }));
  thread.suspendCount = 0;
  machine.makeRunnable(thread);
}

/** Work for `rate`: `traps` traps of a machine that never ends, as so many operations of `each` traps. */
export const operations = (machine: Machine, traps: number, each: number) => (): number => {
  machine.run({ steps: traps });
  return traps / each;
};
