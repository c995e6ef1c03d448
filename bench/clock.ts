/**
 * The clocks of the bench. A figure of one thread is taken by the time that the thread has had on a processor: on a quiet machine that is the wall's time, and on a busy one what others do does not count.
 * The C yardsticks do the same. What waits for other threads or processes is taken by the wall's clock.
 */
import { openSync, readSync } from "node:fs";
import { performance } from "node:perf_hooks";

/** Milliseconds from some moment on. */
export type Clock = () => number;

export const wall: Clock = () => performance.now();

/** A file of Linux whose first number is the nanoseconds that this process's first thread has run. */
function threadTime(): Clock | undefined {
  try {
    const file = openSync(`/proc/self/task/${process.pid}/schedstat`, "r");
    const bytes = Buffer.alloc(64);
    const clock = (): number => {
      readSync(file, bytes, 0, bytes.length, 0);
      return Number(bytes.toString("latin1", 0, bytes.indexOf(0x20))) / 1e6;
    };
    return Number.isFinite(clock()) && clock() > 0 ? clock : undefined;
  } catch {
    return undefined;
  }
}

const ofThread = threadTime();

/** Time of this thread on a processor; the wall's where the system does not tell. */
export const processor: Clock = ofThread ?? wall;

/** What `processor` is, in words. */
export const clockWords = ofThread === undefined ? "the wall's clock" : "time of the thread on a processor";
