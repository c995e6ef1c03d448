/** What `-t` puts before a request: once HH:MM:SS, twice with microseconds, three times seconds since the epoch. */
import type { Libc } from "../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";

const two = (n: number): string => String(n).padStart(2, "0");

/** The stamp of now, or undefined when `-t` was given no time. Local time is UTC. */
export function* stampOf(libc: Libc, times: number): Syscall<string | undefined> {
  if (times === 0) return undefined;
  const { sec, usec } = yield* libc.gettimeofday();
  const fraction = `.${String(usec).padStart(6, "0")}`;
  if (times > 2) return `${sec}${fraction}`;
  const day = sec % 86400;
  const clock = `${two(Math.floor(day / 3600))}:${two(Math.floor(day / 60) % 60)}:${two(day % 60)}`;
  return times === 1 ? clock : `${clock}${fraction}`;
}
