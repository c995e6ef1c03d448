/** Machine exceptions of our threads, which come to the message port, as signals (signals-fork.md §4.5). */
import { exc } from "../mach/interfaces/exc.ts";
import { Kern } from "../mach/kern/kern-return.ts";
import { type Demuxer, serve } from "../mach/mig/server.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { BUS_ADRERR, FPE_FLTDIV, FPE_FLTINV, FPE_FLTOVF, FPE_FLTRES, FPE_FLTSUB, FPE_FLTUND, FPE_INTDIV, FPE_INTOVF, ILL_BADSTK, ILL_ILLOPC, SEGV_ACCERR, SEGV_MAPERR, SIGABRT, SIGBUS, SIGEMT, SIGFPE, SIGILL, SIGSEGV, SIGTRAP, TRAP_BRKPT } from "../servers/interfaces/signals.ts";
import { postSignal } from "./post-signal.ts";
import type { Process } from "./process.ts";
import { deallocate, taskSelf } from "./rights.ts";

/** `mach/exception.h`. */
const Exc = { BAD_ACCESS: 1, BAD_INSTRUCTION: 2, ARITHMETIC: 3, EMULATION: 4, SOFTWARE: 5, BREAKPOINT: 6 } as const;
/** The x86 bound trap: as a code of EXC_ARITHMETIC and of EXC_SOFTWARE. */
const BOUND = 7;

type Codes = ReadonlyMap<number, number>;
/** `si_code`s by the exception's code; 0 for all others. */
const OF_INSTRUCTION: Codes = new Map([
  [1, ILL_ILLOPC],
  [12, ILL_BADSTK],
]);
const OF_ARITHMETIC: Codes = new Map([
  [1, FPE_INTDIV],
  [2, FPE_INTOVF],
  [BOUND, FPE_FLTSUB],
]);
const OF_BREAKPOINT: Codes = new Map([
  [1, TRAP_BRKPT],
  [2, TRAP_BRKPT],
]);
/** The coprocessor's error: what its status word says, the lowest bit first. */
const EXTERR = 5;
const OF_COPROCESSOR = [FPE_FLTINV, FPE_FLTUND, FPE_FLTDIV, FPE_FLTOVF, FPE_FLTUND, FPE_FLTRES];

/** The signal and `si_code` of an exception (`_hurd_exception2signal`). */
export function exceptionSignal(exception: number, code: number, subcode = 0): readonly [number, number] {
  switch (exception) {
    case Exc.BAD_ACCESS:
      return badAccess(code);
    case Exc.BAD_INSTRUCTION:
      return [SIGILL, OF_INSTRUCTION.get(code) ?? 0];
    case Exc.ARITHMETIC:
      return [SIGFPE, (code === EXTERR ? OF_COPROCESSOR.find((_, bit) => (subcode & (1 << bit)) !== 0) : OF_ARITHMETIC.get(code)) ?? 0];
    case Exc.EMULATION:
      return [SIGEMT, 0];
    case Exc.SOFTWARE:
      return code === BOUND ? [SIGFPE, FPE_FLTSUB] : [SIGEMT, 0];
    case Exc.BREAKPOINT:
      return [SIGTRAP, OF_BREAKPOINT.get(code) ?? 0];
    default:
      return [SIGABRT, exception];
  }
}

function badAccess(code: number): readonly [number, number] {
  switch (code) {
    case Kern.INVALID_ADDRESS:
    case Kern.MEMORY_FAILURE:
      return [SIGSEGV, SEGV_MAPERR];
    case Kern.PROTECTION_FAILURE:
    case Kern.WRITE_PROTECTION_FAILURE:
      return [SIGSEGV, SEGV_ACCERR];
    default:
      return [SIGBUS, BUS_ADRERR];
  }
}

/** Serves `exception_raise`. Whoever sends it must have our task port (EPERM). A thread that the library has not started has no handlers of its own: the first one's are asked. */
export const exceptionDemuxer = (p: Process): Demuxer =>
  serve(exc, () => p, {
    *exception_raise(_, { thread, task, exception, code, subcode }) {
      if (task !== (yield* taskSelf())) return { err: Errno.EPERM };
      const to = p.sigstates.find((s) => s.thread === thread);
      const [signo, sigcode] = exceptionSignal(exception, code, subcode);
      yield* deallocate(thread);
      yield* deallocate(task);
      yield* postSignal(p, to ?? p.sigstates[0], { signo, code: sigcode, untraced: false, fault: true, detail: { exception, code, subcode }, reply: nothing });
      return { err: 0 };
    },
  });

const nothing = function* () {
  // the reply to the kernel is the handler's own
};
