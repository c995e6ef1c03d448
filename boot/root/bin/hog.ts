/**
 * hog [-l LIMIT] [-s STEP] descriptors|data|memory: takes of something until it is refused, and says how much that was and why there is no more. -l lowers this
 * process's limit first (RLIMIT_NOFILE, RLIMIT_DATA, RLIMIT_AS; a number, bytes); -s: bytes taken at a time. Exit: 0.
 */
import { attempt, orThrow } from "../../../glibc-shim/errno.ts";
import { STDIN, type Libc } from "../../../glibc-shim/libc.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { mach_task_self, type Syscall } from "../../../mach/kern/syscall.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { RLIMIT_AS, RLIMIT_DATA, RLIMIT_NOFILE } from "../../../servers/interfaces/resource.ts";
import { UsageError } from "../lib/options.ts";
import { tool, wholeNumber } from "../lib/tool.ts";

interface Taking {
  readonly limit: number;
  /** Takes `step` bytes, or one. Throws the refusal. */
  readonly take: (libc: Libc, step: number) => Syscall<unknown>;
  readonly counted: "one" | "step";
}

const KINDS = new Map<string, Taking>([
  ["descriptors", { limit: RLIMIT_NOFILE, take: (libc) => libc.dup(STDIN), counted: "one" }],
  ["data", { limit: RLIMIT_DATA, take: (libc, step) => libc.sbrk(step), counted: "step" }],
  ["memory", { limit: RLIMIT_AS, take: (_libc, step) => allocate(step), counted: "step" }],
]);

function* allocate(size: number): Syscall<void> {
  orThrow("vm_allocate", yield* machCall.vm_allocate(yield* mach_task_self(), { address: 0, size, anywhere: true }));
}

export const main = tool({ letters: "+l:s:", usage: `[-l LIMIT] [-s STEP] ${[...KINDS.keys()].join("|")}` }, function* (t) {
  const [name = "", more] = t.operands;
  const kind = KINDS.get(name);
  if (kind === undefined || more !== undefined) throw new UsageError("one kind of thing is needed");
  const step = wholeNumber(t.value("s") ?? "65536", "step");
  if (step === 0) throw new UsageError("a step of nothing never ends");
  const limit = t.value("l");
  if (limit !== undefined) yield* t.libc.setrlimit(kind.limit, { current: wholeNumber(limit, "limit"), maximum: (yield* t.libc.getrlimit(kind.limit)).maximum });
  let taken = 0;
  for (;;) {
    const { err } = yield* attempt(kind.take(t.libc, step));
    if (err !== 0) return yield* t.out.line(`${taken} ${kind.counted === "one" ? name : "bytes"}, then: ${strerror(err)}`);
    taken += kind.counted === "one" ? 1 : step;
  }
});
