/** Operations of thread.json (`FORMAT.md` §5.6). */
import { machCall } from "../../mach/interfaces/mach.ts";
import { THREAD_STATE_COUNT, THREAD_STATE_FLAVOR } from "../../mach/kern/syscall.ts";
import { Name, NameList } from "./compare.ts";
import { answer, rc, type Operation } from "./operations.ts";

/** Places in the words of `i386_thread_state`. */
const Word = { ebx: 8, eax: 11, eip: 12, esp: 15 } as const;
/** `TASK_BASIC_INFO`, `THREAD_BASIC_INFO`. */
const BASIC_INFO = 1;
const MAX_INFO = 1024;

export const threadOperations: Readonly<Record<string, Operation>> = {
  *thread_create(c) {
    return answer(yield* machCall.thread_create(c.task, {}), (r) => ({ name: new Name("T0", r.child_thread) }));
  },
  *thread_suspend(c) {
    return answer(yield* machCall.thread_suspend(c.right("thread"), {}));
  },
  *thread_resume(c) {
    return answer(yield* machCall.thread_resume(c.right("thread"), {}));
  },
  *thread_abort(c) {
    return answer(yield* machCall.thread_abort(c.right("thread"), {}));
  },
  *thread_terminate(c) {
    return answer(yield* machCall.thread_terminate(c.right("thread"), {}));
  },
  *thread_info(c) {
    const r = yield* machCall.thread_info(c.right("thread"), { flavor: BASIC_INFO, thread_info_outCnt: MAX_INFO });
    // user_time 2, system_time 2, cpu_usage, base_priority, cur_priority, run_state, flags, suspend_count
    return answer(r, ({ thread_info_out: words }) => ({ suspend_count: words[9] ?? -1, base_priority: words[5] ?? -1 }));
  },
  *task_suspend(c) {
    return answer(yield* machCall.task_suspend(c.task, {}));
  },
  *task_resume(c) {
    return answer(yield* machCall.task_resume(c.task, {}));
  },
  *task_info(c) {
    const r = yield* machCall.task_info(c.task, { flavor: BASIC_INFO, task_info_outCnt: MAX_INFO });
    // suspend_count, base_priority, virtual_size
    return answer(r, ({ task_info_out: words }) => ({ suspend_count: words[0] ?? -1, virtual_size: words[2] ?? -1 }));
  },
  *task_threads(c) {
    return answer(yield* machCall.task_threads(c.task, {}), (r) => ({ ports: new NameList("T0", r.thread_list, true) }));
  },
  *thread_set_regs(c) {
    const thread = c.right("thread");
    const r = yield* machCall.thread_get_state(thread, { flavor: THREAD_STATE_FLAVOR, old_stateCnt: THREAD_STATE_COUNT });
    if (r.err) return { rc: rc(r.err) };
    const words = [...r.old_state];
    const value = c.int("value");
    words[Word.eax] = value;
    words[Word.ebx] = value + 1;
    words[Word.eip] = value + 2;
    words[Word.esp] = value + 3;
    return answer(yield* machCall.thread_set_state(thread, { flavor: THREAD_STATE_FLAVOR, new_state: words }));
  },
  *thread_get_regs(c) {
    const r = yield* machCall.thread_get_state(c.right("thread"), { flavor: THREAD_STATE_FLAVOR, old_stateCnt: THREAD_STATE_COUNT });
    return answer(r, ({ old_state: w }) => ({ eax: w[Word.eax] ?? 0, ebx: w[Word.ebx] ?? 0, eip: w[Word.eip] ?? 0, esp: w[Word.esp] ?? 0 }));
  },
  *thread_get_special_port(c) {
    const r = yield* machCall.thread_get_special_port(c.right("thread"), { which_port: c.int("which") });
    return answer(r, ({ special_port }) => ({ name: new Name("T0", special_port) }));
  },
  *thread_set_special_port(c) {
    return answer(yield* machCall.thread_set_special_port(c.right("thread"), { which_port: c.int("which"), special_port: c.right("port") }));
  },
};
