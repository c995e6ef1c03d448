/** Signal numbers, sets of signals, and what each does by default (signals-fork.md §4.3). A set has bit (signo - 1). */
export const Sig = {
  HUP: 1, INT: 2, QUIT: 3, ILL: 4, TRAP: 5, ABRT: 6, EMT: 7, FPE: 8, KILL: 9, BUS: 10, SEGV: 11, SYS: 12, PIPE: 13, ALRM: 14, TERM: 15, URG: 16,
  STOP: 17, TSTP: 18, CONT: 19, CHLD: 20, TTIN: 21, TTOU: 22, IO: 23, XCPU: 24, XFSZ: 25, VTALRM: 26, PROF: 27, WINCH: 28, INFO: 29, USR1: 30,
  USR2: 31, LOST: 32,
} as const;
/** One more than the highest signal. */
export const NSIG = 33;

/** The set with `signo` alone. */
export const sigmask = (signo: number): number => (1 << (signo - 1)) >>> 0;
const setOf = (...signos: readonly number[]): number => signos.reduce((set, s) => (set | sigmask(s)) >>> 0, 0);
export const ALL_SIGNALS = 0xffffffff;
export const sigismember = (set: number, signo: number): boolean => (set & sigmask(signo)) !== 0;

/** Signals that stop by default. */
export const STOP_SIGNALS = setOf(Sig.TTIN, Sig.TTOU, Sig.STOP, Sig.TSTP);
/** Stops that job control causes: they kill a process of an orphaned group. */
export const JOB_STOPS = setOf(Sig.TTIN, Sig.TTOU, Sig.TSTP);
/** Signals that the holder of the controlling terminal's id port may send. */
export const CTTY_SIGNALS = setOf(Sig.INT, Sig.QUIT, Sig.TSTP, Sig.HUP, Sig.INFO, Sig.TTIN, Sig.TTOU, Sig.WINCH);
const IGNORED = setOf(Sig.CONT, Sig.IO, Sig.URG, Sig.CHLD, Sig.WINCH);
const CORE = setOf(Sig.QUIT, Sig.ILL, Sig.TRAP, Sig.ABRT, Sig.EMT, Sig.FPE, Sig.BUS, Sig.SEGV, Sig.SYS);
/** Signals that can be neither caught, blocked nor ignored. */
export const UNBLOCKABLE = setOf(Sig.KILL, Sig.STOP);

export type DefaultAction = "stop" | "ignore" | "core" | "term" | "info";

/** What `signo` does when its action is SIG_DFL. */
export function defaultAction(signo: number): DefaultAction {
  if (signo === 0 || sigismember(IGNORED, signo)) return "ignore";
  if (sigismember(STOP_SIGNALS, signo)) return "stop";
  if (sigismember(CORE, signo)) return "core";
  return signo === Sig.INFO ? "info" : "term";
}

/** `sa_flags`. */
export const SA = { RESTART: 2, RESETHAND: 4, NOCLDSTOP: 8, NODEFER: 16 } as const;
/** `si_code` of kill(), and of the children's news. */
export const SI_USER = 0;
/** Status words for `proc_mark_exit`: an exit, a death by signal, and the bit that says a core was made. */
export const W_EXITCODE = (status: number, signo: number): number => ((status & 0xff) << 8) | signo;
