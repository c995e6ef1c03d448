/** The tasks that are traced, and their threads: whose kernel ports are wrappers (rpctrace.md §2.4). */
import { deallocate } from "../../../../glibc-shim/rights.ts";
import { procCall } from "../../../../glibc-shim/stubs.ts";
import { machCall } from "../../../../mach/interfaces/mach.ts";
import type { MachPort } from "../../../../mach/ipc/names.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { UNTRACED, type Holder, type SendWrapper, type Wrappers } from "./wrappers.ts";

const TASK_KERNEL_PORT = 1;
const THREAD_KERNEL_PORT = 1;

interface Traced {
  readonly pid: number;
  threadsWrapped: boolean;
}

/** Traced tasks by their real ports. */
export class TracedTasks {
  private readonly proc: MachPort;
  private readonly tasks = new Map<Holder, Traced>();

  constructor(proc: MachPort) {
    this.proc = proc;
  }

  /** -1 for whoever is not traced. */
  pidOf(task: Holder): number {
    return this.tasks.get(task)?.pid ?? -1;
  }

  /** From now on `task` is traced: its kernel port is a wrapper. The real port is known already. */
  *add(task: MachPort, wrappers: Wrappers): Syscall<void> {
    const got = yield* procCall.proc_task2pid(this.proc, { task });
    this.tasks.set(task, { pid: got.err ? -1 : got.pid, threadsWrapped: false });
    const receiver = wrappers.receiverOf(task);
    if (receiver === undefined) return;
    const own = yield* wrappers.wrapperFor(receiver, task);
    own.name = `task${task}(pid${this.pidOf(task)})`;
    yield* wrappers.makeSend(own);
    yield* machCall.task_set_special_port(task, { which_port: TASK_KERNEL_PORT, special_port: own.port });
    yield* deallocate(own.port);
  }

  /** The first request of a task has come: the threads that it has by now get wrappers. */
  *firstRequest(task: Holder, wrappers: Wrappers): Syscall<void> {
    const traced = this.tasks.get(task);
    if (traced === undefined || traced.threadsWrapped) return;
    traced.threadsWrapped = true;
    const got = yield* machCall.task_threads(task, {});
    if (got.err) return;
    for (const thread of got.thread_list) {
      const known = wrappers.receiverOf(thread);
      const receiver = known ?? (yield* wrappers.add(thread, UNTRACED));
      yield* this.wrapThread(yield* wrappers.wrapperFor(receiver, task), wrappers);
      if (known !== undefined) yield* deallocate(thread);
    }
  }

  /** `wrapper` is what a task has for a thread: the thread itself gets it too. */
  *wrapThread(wrapper: SendWrapper, wrappers: Wrappers): Syscall<void> {
    const thread = wrapper.receiver.forward;
    yield* wrappers.makeSend(wrapper);
    yield* machCall.thread_set_special_port(thread, { which_port: THREAD_KERNEL_PORT, special_port: wrapper.port });
    yield* deallocate(wrapper.port);
    wrapper.name = `thread${thread}(pid${this.pidOf(wrapper.holder)})`;
  }

  /** `wrapper` is what its creator has for a new task. */
  *newTask(wrapper: SendWrapper, wrappers: Wrappers): Syscall<void> {
    const task = wrapper.receiver.forward;
    yield* this.add(task, wrappers);
    wrapper.name = `task${task}(pid${this.pidOf(wrapper.holder)})`;
  }

  /** Its kernel port and those of its threads are the real ones again. */
  *restore(task: MachPort): Syscall<void> {
    yield* machCall.task_set_special_port(task, { which_port: TASK_KERNEL_PORT, special_port: task });
    const got = yield* machCall.task_threads(task, {});
    if (got.err) return;
    for (const thread of got.thread_list) {
      yield* machCall.thread_set_special_port(thread, { which_port: THREAD_KERNEL_PORT, special_port: thread });
      yield* deallocate(thread);
    }
  }

  /** All that are traced now. */
  get all(): readonly Holder[] {
    return [...this.tasks.keys()];
  }

  /** The task is gone. */
  remove(task: MachPort): void {
    this.tasks.delete(task);
  }
}
