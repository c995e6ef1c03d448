/** fault [-c LIMIT] [-i] [-w SECONDS] KIND: does something that the machine does not allow, and dies of it. -c sets RLIMIT_CORE first, -i has the signal ignored (which helps nobody), -w waits. */
import { load, raise, store, type Syscall } from "../../../mach/kern/syscall.ts";
import { RLIM_INFINITY, RLIMIT_CORE } from "../../../servers/interfaces/resource.ts";
import { SIGABRT, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGTRAP } from "../../../servers/interfaces/signals.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { UsageError } from "../lib/options.ts";
import { tool, wholeNumber } from "../lib/tool.ts";

/** Exceptions and their codes on the i386 (`mach/exception.h`, `mach/i386/exception.h`). */
const EXC_BAD_INSTRUCTION = 2;
const EXC_ARITHMETIC = 3;
const EXC_BREAKPOINT = 6;
const EXC_I386_DIV = 1;
const EXC_I386_INVOP = 1;
const EXC_I386_BPT = 2;

interface Fault {
  readonly signo: number;
  readonly cause: (libc: Libc) => Syscall<unknown>;
}

const FAULTS = new Map<string, Fault>([
  ["segv", { signo: SIGSEGV, cause: () => load(0, 4) }],
  ["write", { signo: SIGSEGV, cause: () => store(0, new Uint8Array(4)) }],
  ["fpe", { signo: SIGFPE, cause: () => raise(EXC_ARITHMETIC, EXC_I386_DIV, 0) }],
  ["ill", { signo: SIGILL, cause: () => raise(EXC_BAD_INSTRUCTION, EXC_I386_INVOP, 0) }],
  ["trap", { signo: SIGTRAP, cause: () => raise(EXC_BREAKPOINT, EXC_I386_BPT, 0) }],
  ["abort", { signo: SIGABRT, cause: (libc) => libc.raise(SIGABRT) }],
  ["quit", { signo: SIGQUIT, cause: (libc) => libc.raise(SIGQUIT) }],
]);

export const main = tool({ letters: "+c:iw:", usage: `[-c LIMIT] [-i] [-w SECONDS] ${[...FAULTS.keys()].join("|")}` }, function* (t) {
  const fault = FAULTS.get(t.operands[0] ?? "");
  if (fault === undefined || t.operands.length > 1) throw new UsageError("one kind of fault is needed");
  const limit = t.value("c");
  if (limit !== undefined) yield* t.libc.setrlimit(RLIMIT_CORE, { current: limit === "unlimited" ? RLIM_INFINITY : wholeNumber(limit, "limit"), maximum: RLIM_INFINITY });
  if (t.has("i")) yield* t.libc.sigaction(fault.signo, { handler: "SIG_IGN" });
  const wait = t.value("w");
  if (wait !== undefined) yield* t.libc.sleep(wholeNumber(wait, "time"));
  yield* fault.cause(t.libc);
  yield* t.complain("still alive");
});
