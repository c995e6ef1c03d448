/** Error numbers of Linux, as its calls answer them: negative. */
export const Errno = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  EBADF: 9,
  EAGAIN: 11,
  EACCES: 13,
  EINVAL: 22,
  EMFILE: 24,
  EPIPE: 32,
  ENOTSOCK: 88,
  EPROTOTYPE: 91,
  EADDRINUSE: 98,
  ENOTCONN: 107,
  ETOOMANYREFS: 109,
  ECONNREFUSED: 111,
} as const;

/** The name of what a call answered: "ETOOMANYREFS" for -109; "ok" for what is no error. */
export function errorName(answer: number): string {
  if (answer >= 0) return "ok";
  return Object.entries(Errno).find(([, n]) => n === -answer)?.[0] ?? `error ${-answer}`;
}
