/** touch [-a] [-m] [-c] [-d WHEN] [-r FILE] [-t STAMP] FILE … */
import { attempt } from "../../../glibc-shim/errno.ts";
import { Errno, strerror } from "../../../servers/interfaces/errno.ts";
import { O_CREAT, O_NONBLOCK, O_WRONLY } from "../../../servers/interfaces/hurd-types.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { fromSeconds, parseDate, toSeconds } from "../lib/calendar.ts";
import { UsageError } from "../lib/options.ts";
import { tool, type Tool } from "../lib/tool.ts";

const long = { "no-create": "c", date: "d", reference: "r" };
type When = number | "now";

export const main = tool({ letters: "amcd:r:t:fh", long, usage: "[OPTION]... FILE..." }, function* (t) {
  if (t.operands.length === 0) throw new UsageError("missing file operand");
  const [atime, mtime] = yield* times(t);
  for (const path of t.operands) {
    const set = t.libc.utimes(path, t.has("m") && !t.has("a") ? "omit" : atime, t.has("a") && !t.has("m") ? "omit" : mtime);
    let done = yield* attempt(set);
    if (done.err === Errno.ENOENT) {
      if (t.has("c")) continue;
      done = yield* attempt(create(t, path));
      if (done.err === 0 && (atime !== "now" || mtime !== "now")) done = yield* attempt(t.libc.utimes(path, atime, mtime));
    }
    if (done.err !== 0) yield* t.complain(`${path}: ${strerror(done.err)}`);
  }
});

function* create(t: Tool, path: string): Syscall<void> {
  yield* t.libc.close(yield* t.libc.open(path, O_WRONLY | O_CREAT | O_NONBLOCK, 0o666));
}

function* times(t: Tool): Syscall<readonly [When, When]> {
  const [date, file, stamp] = [t.value("d"), t.value("r"), t.value("t")];
  const now = (yield* t.libc.gettimeofday()).sec;
  if (file !== undefined) {
    const st = yield* t.libc.stat(file);
    return [st.atime, st.mtime];
  }
  if (date === undefined && stamp === undefined) return ["now", "now"];
  const when = date !== undefined ? parseDate(date, now) : parseStamp(stamp ?? "", now);
  if (when === undefined) throw new UsageError(`invalid date format '${date ?? stamp ?? ""}'`);
  return [when, when];
}

/** [[CC]YY]MMDDhhmm[.ss] */
function parseStamp(text: string, now: number): number | undefined {
  const m = /^(\d\d)?(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?$/.exec(text);
  if (!m) return undefined;
  const [, first, second, month, day, hour, minute, seconds] = m;
  const short = second ?? first;
  const year = short === undefined ? fromSeconds(now).year : second !== undefined ? Number(first) * 100 + Number(second) : Number(short) + (Number(short) < 69 ? 2000 : 1900);
  return toSeconds({ year, month: Number(month), day: Number(day), hour: Number(hour), minute: Number(minute), second: Number(seconds ?? 0) });
}
