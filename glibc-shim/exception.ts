/** Machine exceptions of our threads, which come to the message port, as signals (signals-fork.md §4.5). */
import { exc } from "../mach/interfaces/exc.ts";
import { Kern } from "../mach/kern/kern-return.ts";
import { type Demuxer, serve } from "../mach/mig/server.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { SIGABRT, SIGBUS, SIGEMT, SIGFPE, SIGILL, SIGSEGV, SIGTRAP } from "../servers/interfaces/signals.ts";
import { postSignal } from "./post-signal.ts";
import type { Process } from "./process.ts";
import { deallocate, taskSelf } from "./rights.ts";

/** `mach/exception.h`. */
const Exc = { BAD_ACCESS: 1, BAD_INSTRUCTION: 2, ARITHMETIC: 3, EMULATION: 4, SOFTWARE: 5, BREAKPOINT: 6 } as const;
/** `si_code`s of SIGSEGV: no such address, and not allowed. */
const SEGV_MAPERR = 1;
const SEGV_ACCERR = 2;
/** The x86 bound trap, as EXC_SOFTWARE's code. */
const BOUND_TRAP = 5;

/** The signal and `si_code` of an exception. */
export function exceptionSignal(exception: number, code: number): readonly [number, number] {
  switch (exception) {
    case Exc.BAD_ACCESS:
      if (code === Kern.INVALID_ADDRESS || code === Kern.MEMORY_FAILURE) return [SIGSEGV, SEGV_MAPERR];
      if (code === Kern.PROTECTION_FAILURE || code === Kern.WRITE_PROTECTION_FAILURE) return [SIGSEGV, SEGV_ACCERR];
      return [SIGBUS, code];
    case Exc.BAD_INSTRUCTION:
      return [SIGILL, code];
    case Exc.ARITHMETIC:
      return [SIGFPE, code];
    case Exc.EMULATION:
      return [SIGEMT, code];
    case Exc.SOFTWARE:
      return [code === BOUND_TRAP ? SIGFPE : SIGEMT, code];
    case Exc.BREAKPOINT:
      return [SIGTRAP, code];
    default:
      return [SIGABRT, code];
  }
}

/** Serves `exception_raise`. Whoever sends it must have our task port (EPERM); an unknown thread is EINVAL. */
export const exceptionDemuxer = (p: Process): Demuxer =>
  serve(exc, () => p, {
    *exception_raise(_, { thread, task, exception, code, subcode }) {
      if (task !== (yield* taskSelf())) return { err: Errno.EPERM };
      const to = p.sigstates.find((s) => s.thread === thread);
      const [signo, sigcode] = exceptionSignal(exception, code);
      yield* deallocate(thread);
      yield* deallocate(task);
      yield* postSignal(p, to ?? p.sigstates[0], { signo, code: sigcode, untraced: false, fault: true, detail: { exception, code, subcode }, reply: nothing });
      return { err: 0 };
    },
  });

const nothing = function* () {
  // the reply to the kernel is the handler's own
};
