/** `rusage_t`: the 18 words of `proc_wait` and `proc_getchildren_rusage` (`bits/types/struct_rusage.h`). */

/** What a process has used. Times in seconds and microseconds. */
export interface Rusage {
  readonly utime: { readonly sec: number; readonly usec: number };
  readonly stime: { readonly sec: number; readonly usec: number };
  readonly minflt: number;
  readonly majflt: number;
  readonly msgsnd: number;
  readonly msgrcv: number;
}
export const RUSAGE_WORDS = 18;
/** Nothing used. */
export const NO_RUSAGE: readonly number[] = Array.from({ length: RUSAGE_WORDS }, () => 0);

/** Word order: utime, stime, maxrss, ixrss, idrss, isrss, minflt, majflt, nswap, inblock, oublock, msgsnd, msgrcv, nsignals, nvcsw, nivcsw. */
export const encodeRusage = (r: Rusage): readonly number[] => [
  ...[r.utime.sec, r.utime.usec, r.stime.sec, r.stime.usec, 0, 0, 0, 0, r.minflt, r.majflt, 0, 0, 0, r.msgsnd, r.msgrcv, 0, 0, 0],
];
export const decodeRusage = (w: readonly number[]): Rusage => ({
  utime: { sec: w[0] ?? 0, usec: w[1] ?? 0 },
  stime: { sec: w[2] ?? 0, usec: w[3] ?? 0 },
  minflt: w[8] ?? 0,
  majflt: w[9] ?? 0,
  msgsnd: w[13] ?? 0,
  msgrcv: w[14] ?? 0,
});
