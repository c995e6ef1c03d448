/** Failures of the calls, by name, as programs see them in `errno`. */
export type ErrorName =
  | "EPERM" | "ENOENT" | "ESRCH" | "EINTR" | "E2BIG" | "ENOEXEC" | "EBADF" | "ECHILD" | "EAGAIN" | "EACCES" | "EEXIST" | "ENOTDIR" | "EISDIR" | "EINVAL" | "ENFILE" | "EMFILE" | "ETXTBSY"
  | "EPIPE" | "ELOOP" | "ENOMEM" | "EBUSY"
  /** Capsicum: the call is not for capability mode. */
  | "ECAPMODE"
  /** Capsicum: the descriptor lacks the right. */
  | "ENOTCAPABLE";

/** What a call answers in the trap's number when it has failed; the name stands in the trap. (-1 and -2 are the kernel's: `BLOCKED` and `INTERRUPTED`.) */
export const FAILED = -3;

/** A number, or why there is none. */
export type Result = number | ErrorName;

/** The call has failed. */
export const failed = (result: Result): result is ErrorName => typeof result === "string";
