/** The debugged task: what its port gives. Threads are numbered from 1 in the order of the kernel's list. */
import { machCall } from "../../../../mach/interfaces/mach.ts";
import { machPortCall } from "../../../../mach/interfaces/mach-port.ts";
import type { MachPort } from "../../../../mach/ipc/names.ts";
import { THREAD_STATE_COUNT, THREAD_STATE_FLAVOR, type Syscall } from "../../../../mach/kern/syscall.ts";
import { orThrow } from "../../../../glibc-shim/errno.ts";
import { PAGE_SIZE } from "../../../../servers/interfaces/hurd-types.ts";
import { decodeTaskBasic, decodeThreadBasic, TASK_BASIC_INFO, TASK_BASIC_WORDS, THREAD_BASIC_INFO, THREAD_BASIC_WORDS, type TaskBasicInfo, type ThreadBasicInfo } from "../../../../servers/interfaces/procinfo.ts";
import { UsageError } from "../../lib/options.ts";
import { dropRight } from "../../lib/rights.ts";

export interface Region {
  readonly address: number;
  readonly size: number;
  readonly protection: number;
  readonly max_protection: number;
  readonly inheritance: number;
  readonly is_shared: boolean;
}

export class Target {
  readonly task: MachPort;
  /** How often we have suspended it: undone when we leave. */
  suspended = 0;
  /** The process has ended, and has been waited for. */
  ended = false;
  constructor(task: MachPort) {
    this.task = task;
  }

  *info(): Syscall<TaskBasicInfo> {
    const r = orThrow("task_info", yield* machCall.task_info(this.task, { flavor: TASK_BASIC_INFO, task_info_outCnt: TASK_BASIC_WORDS }));
    return decodeTaskBasic(r.task_info_out);
  }

  /** Runs `body` with each thread's port, borrowed. */
  *eachThread(body: (thread: MachPort, number: number) => Syscall<void>): Syscall<void> {
    const { thread_list } = orThrow("task_threads", yield* machCall.task_threads(this.task, {}));
    for (const [i, thread] of thread_list.entries()) {
      yield* body(thread, i + 1);
      yield* dropRight(thread);
    }
  }

  /** Runs `body` with the port of thread `number`, borrowed. Throws UsageError when there is none. */
  *withThread<T>(number: number, body: (thread: MachPort) => Syscall<T>): Syscall<T> {
    const { thread_list } = orThrow("task_threads", yield* machCall.task_threads(this.task, {}));
    const thread = thread_list[number - 1];
    try {
      if (thread === undefined) throw new UsageError(`no thread ${number}`);
      return yield* body(thread);
    } finally {
      for (const port of thread_list) yield* dropRight(port);
    }
  }

  /** The number of a thread, by its name in our space; 0: it is gone. */
  *numberOf(thread: MachPort): Syscall<number> {
    let found = 0;
    yield* this.eachThread(function* (port, number) {
      if (port === thread) found = number;
    });
    return found;
  }

  *suspend(): Syscall<void> {
    orThrow("task_suspend", yield* machCall.task_suspend(this.task, {}));
    this.suspended++;
  }

  *resume(): Syscall<void> {
    orThrow("task_resume", yield* machCall.task_resume(this.task, {}));
    if (this.suspended > 0) this.suspended--;
  }

  *regions(): Syscall<readonly Region[]> {
    const regions: Region[] = [];
    for (let address = 0; ; ) {
      const r = yield* machCall.vm_region(this.task, { address });
      if (r.err) return regions;
      yield* dropRight(r.object_name);
      regions.push(r);
      address = r.address + r.size;
    }
  }

  /** Memory, from any address: the kernel reads whole pages. */
  *read(address: number, size: number): Syscall<Uint8Array> {
    const { from, span } = pagesOf(address, size);
    const r = orThrow("vm_read", yield* machCall.vm_read(this.task, { address: from, size: span }));
    return r.data.slice(address - from, address - from + size);
  }

  /** Writes into whole pages, so reads them first. */
  *write(address: number, bytes: Uint8Array): Syscall<void> {
    const { from, span } = pagesOf(address, bytes.length);
    const data = (yield* this.read(from, span)).slice();
    data.set(bytes, address - from);
    orThrow("vm_write", yield* machCall.vm_write(this.task, { address: from, data }));
  }

  /** The names in its space and the type bits of each. */
  *names(): Syscall<readonly (readonly [name: number, type: number])[]> {
    const r = orThrow("mach_port_names", yield* machPortCall.mach_port_names(this.task, {}));
    return r.names.map((name, i) => [name, r.types[i] ?? 0] as const).sort(([a], [b]) => a - b);
  }

  /** Leaves it as it was found. */
  *release(): Syscall<void> {
    for (; this.suspended > 0; this.suspended--) yield* machCall.task_resume(this.task, {});
    yield* dropRight(this.task);
  }
}

function pagesOf(address: number, size: number): { readonly from: number; readonly span: number } {
  const from = address - (address % PAGE_SIZE);
  return { from, span: Math.ceil((address - from + size) / PAGE_SIZE) * PAGE_SIZE };
}

export function* threadState(thread: MachPort): Syscall<readonly number[]> {
  return orThrow("thread_get_state", yield* machCall.thread_get_state(thread, { flavor: THREAD_STATE_FLAVOR, old_stateCnt: THREAD_STATE_COUNT })).old_state;
}

/** Sets the registers of a flavor. */
export function* setThreadState(thread: MachPort, flavor: number, new_state: readonly number[]): Syscall<void> {
  orThrow("thread_set_state", yield* machCall.thread_set_state(thread, { flavor, new_state }));
}

export function* threadInfo(thread: MachPort): Syscall<ThreadBasicInfo> {
  const r = orThrow("thread_info", yield* machCall.thread_info(thread, { flavor: THREAD_BASIC_INFO, thread_info_outCnt: THREAD_BASIC_WORDS }));
  return decodeThreadBasic(r.thread_info_out);
}
