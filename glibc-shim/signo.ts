/** Sets of signals that the library distinguishes; numbers, names and default actions are in servers/interfaces/signals.ts. */
import { SIGHUP, SIGINFO, SIGINT, sigmask, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH } from "../servers/interfaces/signals.ts";

/** Every signal. */
export const ALL_SIGNALS = 0xffffffff;
/** Stops that job control causes: they kill a process of an orphaned group. */
export const JOB_STOPS = sigmask(SIGTTIN, SIGTTOU, SIGTSTP);
/** Signals that the holder of the controlling terminal's id port may send. */
export const CTTY_SIGNALS = sigmask(SIGINT, SIGQUIT, SIGTSTP, SIGHUP, SIGINFO, SIGTTIN, SIGTTOU, SIGWINCH);
