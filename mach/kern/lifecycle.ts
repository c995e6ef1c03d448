/**
 * How tasks and threads come and go.
 *
 * A task starts with its parent's special ports, as they are at that moment, and a copy of memory and text by inheritance, or nothing. A task that ends takes its threads, names and
 * memory along, and its port last (mach-ipc.md, "Task death").
 */
import { releaseSendRight } from "../ipc/kernel-port.ts";
import { isPort } from "../ipc/kmsg.ts";
import { spaceDestroy } from "../ipc/space-death.ts";
import { taskNotify } from "../interfaces/task-notify.ts";
import { copyRight } from "./special-ports.ts";
import { kernelRequest, Rights } from "./kernel-send.ts";
import type { Machine } from "./machine.ts";
import { NO_REGISTERED, Task } from "./task.ts";
import { Thread } from "./thread.ts";

/** A new task. `inherit`: whether it gets memory and text of `parent`. The proc server hears of it (`mach_notify_new_task`). */
export function createTask(machine: Machine, parent: Task | null, name: string, inherit: boolean): Task {
  const task = new Task(machine, machine.nextTaskId++, parent, name, inherit ? parent : null, machine.clock.now);
  if (parent !== null) inheritPorts(task, parent);
  machine.tasks.add(task);
  if (parent?.personality) {
    task.personality = parent.personality;
    parent.personality.taskCreated(task, parent);
  }
  if (machine.tap.listening)
    machine.tap.emit({ kind: "task-created", at: machine.clock.now, task: task.id, parent: parent?.id, name, port: task.portId });
  if (parent !== null) announce(machine, task, parent);
  return task;
}

function inheritPorts(task: Task, parent: Task): void {
  task.exceptionPort = copyRight(parent.exceptionPort);
  task.bootstrapPort = copyRight(parent.bootstrapPort);
  if (parent.registered !== NO_REGISTERED) task.registered = parent.registered.map(copyRight);
}

/** Tells whoever called `register_new_task_notification`. */
function announce(machine: Machine, task: Task, parent: Task): void {
  const to = machine.newTaskNotification;
  if (!isPort(to) || to.dead) return;
  const rights = new Rights();
  const args = { task: rights.give(task.port.makeSend()), parent: rights.give(parent.port.makeSend()) };
  machine.send(kernelRequest(taskNotify.routines.mach_notify_new_task, to, rights, args));
}

/** The task ends. Nothing happens to one that has ended. */
export function terminateTask(machine: Machine, task: Task): void {
  if (!task.alive) return;
  task.alive = false;
  for (const thread of [...task.threads]) terminateThread(machine, thread);
  machine.tasks.delete(task);
  task.personality?.taskEnded(task);
  task.releaseSelf();
  for (const ref of [task.exceptionPort, task.bootstrapPort, ...task.registered]) releaseSendRight(ref);
  task.exceptionPort = null;
  task.bootstrapPort = null;
  task.registered = NO_REGISTERED;
  spaceDestroy(task.space);
  task.map.destroy();
  task.endPort();
  if (machine.tap.listening) machine.tap.emit({ kind: "task-terminated", at: machine.clock.now, task: task.id });
}

/** A new thread, suspended once, without registers. */
export function createThread(machine: Machine, task: Task): Thread {
  const thread = new Thread(machine, machine.nextThreadId++, task, machine.clock.now);
  task.threads.push(thread);
  if (machine.tap.listening)
    machine.tap.emit({ kind: "thread-created", at: machine.clock.now, task: task.id, thread: thread.id, port: thread.portId });
  return thread;
}

/** The thread ends; its generators are left where they are and never resumed. */
export function terminateThread(machine: Machine, thread: Thread): void {
  if (!thread.alive) return;
  thread.alive = false;
  thread.interruptCall?.();
  thread.dropWait();
  thread.frames.length = 0;
  const { task } = thread;
  const i = task.threads.indexOf(thread);
  if (i >= 0) task.threads.splice(i, 1);
  task.deadThreadsTime += thread.cpuTime;
  thread.releaseSelf();
  releaseSendRight(thread.exceptionPort);
  thread.exceptionPort = null;
  thread.endPort();
  if (machine.tap.listening) machine.tap.emit({ kind: "thread-terminated", at: machine.clock.now, task: task.id, thread: thread.id });
}
