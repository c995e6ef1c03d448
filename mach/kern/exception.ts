/**
 * Machine exceptions: the thread stops, and its exception port, then its task's, is asked (`exception_raise`, id 2400). An answer of 0 lets it go on at the same
 * instruction; when nobody takes care, the task is terminated.
 */
import { destroyKmsg, isPort, type Kmsg } from "../ipc/kmsg.ts";
import { exc } from "../interfaces/exc.ts";
import type { Port } from "../ipc/port.ts";
import { answerPort, closePort } from "./kernel-ports.ts";
import { kernelRequest, Rights } from "./kernel-send.ts";
import type { Machine } from "./machine.ts";
import type { Thread } from "./thread.ts";

/** `mach/exception.h`. */
export const EXC_BAD_ACCESS = 1;
export const EXC_BAD_INSTRUCTION = 2;

/** Stops `thread` and tells the exception servers. */
export function raiseException(machine: Machine, thread: Thread, exception: number, code: number, subcode: number): void {
  if (machine.tap.listening)
    machine.tap.emit({ kind: "exception", at: machine.clock.now, task: thread.task.id, thread: thread.id, exception, code, subcode });
  thread.stopped = "exception";
  const servers = [thread.exceptionPort, thread.task.exceptionPort].flatMap((ref) => (isPort(ref) && !ref.dead ? [ref] : []));
  ask(machine, thread, servers, [exception, code, subcode]);
}

/** Asks the first of `servers` that is alive; without one, the task dies. */
function ask(machine: Machine, thread: Thread, servers: readonly Port[], what: readonly [number, number, number]): void {
  const [server, ...others] = servers;
  if (server === undefined) return unhandled(machine, thread, what);
  if (server.dead) return ask(machine, thread, others, what);
  const reply = answerPort(machine, (message) => {
    const handled = answeredWell(message);
    destroyKmsg(message);
    closePort(machine, reply);
    if (!thread.alive) return;
    if (!handled) return ask(machine, thread, others, what);
    thread.stopped = null;
    machine.makeRunnable(thread);
  });
  const rights = new Rights();
  const [exception, code, subcode] = what;
  const args = { thread: rights.give(thread.port.makeSend()), task: rights.give(thread.task.port.makeSend()), exception, code, subcode };
  machine.send(kernelRequest(exc.routines.exception_raise, server, rights, args, reply.makeSendOnce()));
}

/** A reply of exception_raise with code 0; a send-once notification or any other message is a failure. */
function answeredWell(message: Kmsg): boolean {
  return message.id === exc.routines.exception_raise.id + 100 && message.items[0]?.data === 0;
}

/** Nobody handles it. An essential task takes the system down: the real kernel's debugger would stop here (boot.md §4). */
function unhandled(machine: Machine, thread: Thread, what: readonly [number, number, number]): void {
  const { task } = thread;
  if (task.essential) machine.halt({ kind: "panic", message: `essential task ${task.name} took a fatal exception (${what.join(", ")})` });
  machine.terminateTask(task);
}
