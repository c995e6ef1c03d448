/**
 * Signals of the Hurd: BSD's numbers, plus SIGLOST (`bits/signum-arch.h`). A set is a mask with bit (signo - 1), as it travels in
 * INIT_SIGMASK and friends; 32 signals fill 32 bits, so masks are unsigned.
 */
export const SIGHUP = 1;
export const SIGINT = 2;
export const SIGQUIT = 3;
export const SIGILL = 4;
export const SIGTRAP = 5;
export const SIGABRT = 6;
export const SIGEMT = 7;
export const SIGFPE = 8;
export const SIGKILL = 9;
export const SIGBUS = 10;
export const SIGSEGV = 11;
export const SIGSYS = 12;
export const SIGPIPE = 13;
export const SIGALRM = 14;
export const SIGTERM = 15;
export const SIGURG = 16;
export const SIGSTOP = 17;
export const SIGTSTP = 18;
export const SIGCONT = 19;
export const SIGCHLD = 20;
export const SIGTTIN = 21;
export const SIGTTOU = 22;
export const SIGIO = 23;
export const SIGXCPU = 24;
export const SIGXFSZ = 25;
export const SIGVTALRM = 26;
export const SIGPROF = 27;
export const SIGWINCH = 28;
export const SIGINFO = 29;
export const SIGUSR1 = 30;
export const SIGUSR2 = 31;
export const SIGLOST = 32;
export const SIGIOT = SIGABRT;
export const SIGPOLL = SIGIO;
/** One more than the greatest signal. */
export const NSIG = 33;

/** What a signal does when nobody has said otherwise (signals-fork.md §4.3). `info`: status of a group leader, else nothing. */
export type DefaultAction = "terminate" | "core" | "stop" | "ignore" | "info";

/** One signal. */
export interface Signal {
  readonly signo: number;
  /** Without "SIG". */
  readonly name: string;
  /** What `strsignal` says. */
  readonly text: string;
  readonly action: DefaultAction;
}

const row = (signo: number, name: string, text: string, action: DefaultAction): Signal => ({ signo, name, text, action });

/** Every signal, by number: SIGNALS[0] is signal 1. */
export const SIGNALS: readonly Signal[] = [
  row(SIGHUP, "HUP", "Hangup", "terminate"),
  row(SIGINT, "INT", "Interrupt", "terminate"),
  row(SIGQUIT, "QUIT", "Quit", "core"),
  row(SIGILL, "ILL", "Illegal instruction", "core"),
  row(SIGTRAP, "TRAP", "Trace/breakpoint trap", "core"),
  row(SIGABRT, "ABRT", "Aborted", "core"),
  row(SIGEMT, "EMT", "EMT trap", "core"),
  row(SIGFPE, "FPE", "Floating point exception", "core"),
  row(SIGKILL, "KILL", "Killed", "terminate"),
  row(SIGBUS, "BUS", "Bus error", "core"),
  row(SIGSEGV, "SEGV", "Segmentation fault", "core"),
  row(SIGSYS, "SYS", "Bad system call", "core"),
  row(SIGPIPE, "PIPE", "Broken pipe", "terminate"),
  row(SIGALRM, "ALRM", "Alarm clock", "terminate"),
  row(SIGTERM, "TERM", "Terminated", "terminate"),
  row(SIGURG, "URG", "Urgent I/O condition", "ignore"),
  row(SIGSTOP, "STOP", "Stopped (signal)", "stop"),
  row(SIGTSTP, "TSTP", "Stopped", "stop"),
  row(SIGCONT, "CONT", "Continued", "ignore"),
  row(SIGCHLD, "CHLD", "Child exited", "ignore"),
  row(SIGTTIN, "TTIN", "Stopped (tty input)", "stop"),
  row(SIGTTOU, "TTOU", "Stopped (tty output)", "stop"),
  row(SIGIO, "IO", "I/O possible", "ignore"),
  row(SIGXCPU, "XCPU", "CPU time limit exceeded", "terminate"),
  row(SIGXFSZ, "XFSZ", "File size limit exceeded", "terminate"),
  row(SIGVTALRM, "VTALRM", "Virtual timer expired", "terminate"),
  row(SIGPROF, "PROF", "Profiling timer expired", "terminate"),
  row(SIGWINCH, "WINCH", "Window changed", "ignore"),
  row(SIGINFO, "INFO", "Information request", "info"),
  row(SIGUSR1, "USR1", "User defined signal 1", "terminate"),
  row(SIGUSR2, "USR2", "User defined signal 2", "terminate"),
  row(SIGLOST, "LOST", "Resource lost", "terminate"),
];

/** The signal of that number, if there is one. */
export const signalOf = (signo: number): Signal | undefined => SIGNALS[signo - 1];
/** The default action; unknown numbers terminate. */
export const defaultAction = (signo: number): DefaultAction => signalOf(signo)?.action ?? "terminate";
/** `strsignal`. */
export const strsignal = (signo: number): string => signalOf(signo)?.text ?? `Unknown signal ${signo}`;
/** The number of "INT", "SIGINT", "int" or "2"; also IOT and POLL. Undefined when there is no such signal. */
export function signalNumber(word: string): number | undefined {
  if (/^\d+$/.test(word)) return signalOf(Number(word))?.signo;
  const name = word.toUpperCase().replace(/^SIG/, "");
  if (name === "IOT") return SIGIOT;
  if (name === "POLL") return SIGPOLL;
  return SIGNALS.find((s) => s.name === name)?.signo;
}

/** The set of these signals. */
export const sigmask = (...signals: readonly number[]): number => signals.reduce((mask, signo) => (mask | (1 << (signo - 1))) >>> 0, 0);
export const sigismember = (mask: number, signo: number): boolean => ((mask >>> (signo - 1)) & 1) !== 0;
/** The members of a set, lowest first. */
export const sigmembers = (mask: number): readonly number[] => SIGNALS.filter((s) => sigismember(mask, s.signo)).map((s) => s.signo);
/** Signals that stop by default. */
export const STOP_SIGNALS = sigmask(SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU);
/** Signals that cannot be blocked, caught or ignored. */
export const UNBLOCKABLE = sigmask(SIGKILL, SIGSTOP);

// ---- `sigaction` flags
export const SA_ONSTACK = 1;
export const SA_RESTART = 2;
export const SA_RESETHAND = 4;
export const SA_NOCLDSTOP = 8;
export const SA_NODEFER = 16;
export const SA_SIGINFO = 64;

// ---- codes that a signal carries (`bits/siginfo-consts.h`)
/** From kill. */
export const SI_USER = 0;
// of exceptions (`_hurd_exception2signal`)
export const ILL_ILLOPC = 1;
export const ILL_BADSTK = 8;
export const FPE_INTDIV = 1;
export const FPE_INTOVF = 2;
export const FPE_FLTDIV = 3;
export const FPE_FLTOVF = 4;
export const FPE_FLTUND = 5;
export const FPE_FLTRES = 6;
export const FPE_FLTINV = 7;
export const FPE_FLTSUB = 8;
export const SEGV_MAPERR = 1;
export const SEGV_ACCERR = 2;
export const BUS_ADRERR = 2;
export const TRAP_BRKPT = 1;
export const TRAP_TRACE = 2;
// of SIGCHLD
export const CLD_EXITED = 1;
export const CLD_KILLED = 2;
export const CLD_DUMPED = 3;
export const CLD_TRAPPED = 4;
export const CLD_STOPPED = 5;
export const CLD_CONTINUED = 6;
