/**
 * The wait status word of `proc_wait`, and the options of wait (`bits/waitstatus.h`, `bits/waitflags.h`).
 * An exit is `code << 8`; a death `signo`, with 0x80 for a core; a stop `signo << 8 | 0x7f`; a continuation 0xffff.
 */
export const WNOHANG = 1;
export const WUNTRACED = 2;
export const WCONTINUED = 4;
/** waitid only: leave the child to be waited for again. */
export const WNOWAIT = 8;
/** waitid only: children that ended. */
export const WEXITED = 16;
/** Beside a signal's number: it left a core image. */
export const WCOREFLAG = 0x80;
const CONTINUED = 0xffff;

export const WEXITSTATUS = (status: number): number => (status >> 8) & 0xff;
export const WTERMSIG = (status: number): number => status & 0x7f;
export const WSTOPSIG = WEXITSTATUS;
export const WIFEXITED = (status: number): boolean => WTERMSIG(status) === 0;
export const WIFSIGNALED = (status: number): boolean => WTERMSIG(status) !== 0 && WTERMSIG(status) !== 0x7f;
export const WIFSTOPPED = (status: number): boolean => (status & 0xff) === 0x7f;
export const WIFCONTINUED = (status: number): boolean => status === CONTINUED;
export const WCOREDUMP = (status: number): boolean => (status & WCOREFLAG) !== 0;

/** The status of a process that exited with `code` (only its low byte survives). */
export const W_EXITCODE = (code: number, signo = 0): number => ((code & 0xff) << 8) | signo;
/** The status of a process that a signal stopped. */
export const W_STOPCODE = (signo: number): number => (signo << 8) | 0x7f;
/** The status of a process that goes on after a stop. */
export const W_CONTINUED = CONTINUED;
