/** date [-u] [-d WHEN] [-r FILE] [-I] [-R] [+FORMAT]: virtual time, zone UTC. */
import { UsageError } from "../lib/options.ts";
import { parseDate, strftime } from "../lib/calendar.ts";
import { tool } from "../lib/tool.ts";

const long = { utc: "u", universal: "u", date: "d", reference: "r", "iso-8601": "I", "rfc-email": "R" };

export const main = tool({ letters: "ud:r:IR", long, usage: "[-u] [-d STRING] [-r FILE] [-I] [-R] [+FORMAT]" }, function* (t) {
  const now = yield* t.libc.gettimeofday();
  const [operand, extra] = t.operands;
  if (extra !== undefined) throw new UsageError(`extra operand '${extra}'`);
  if (operand !== undefined && !operand.startsWith("+")) throw new UsageError(`invalid date '${operand}'`);
  const [text, file] = [t.value("d"), t.value("r")];
  let when: number | undefined = now.sec;
  if (text !== undefined) when = parseDate(text, now.sec);
  else if (file !== undefined) when = (yield* t.try(file, t.libc.stat(file)))?.mtime;
  if (when === undefined) {
    if (text !== undefined) yield* t.complain(`invalid date '${text}'`);
    return 1;
  }
  const format = operand?.slice(1) ?? (t.has("I") ? "%F" : t.has("R") ? "%a, %d %b %Y %H:%M:%S %z" : "%a %b %e %H:%M:%S %Z %Y");
  yield* t.out.line(strftime(format, when, text === undefined && file === undefined ? now.usec * 1000 : 0));
  return 0;
});
