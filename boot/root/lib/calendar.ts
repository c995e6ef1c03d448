/** Dates of the Gregorian calendar in UTC, from and to seconds since 1970, and strftime. */

export interface CalendarTime {
  readonly year: number;
  /** 1 … 12 */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 1 … 366 */
  readonly yearday: number;
}

const DAY = 86400;
const months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** Days from 1970-01-01 to a date: years begin in March, so that the leap day is the last. */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719468;
}

/** Seconds since 1970 of a time; fields out of range carry over. */
export function toSeconds(t: Pick<CalendarTime, "year" | "month" | "day" | "hour" | "minute" | "second">): number {
  const month = t.month - 1;
  const year = t.year + Math.floor(month / 12);
  return (daysFromCivil(year, (((month % 12) + 12) % 12) + 1, 1) + t.day - 1) * DAY + t.hour * 3600 + t.minute * 60 + t.second;
}

export function fromSeconds(seconds: number): CalendarTime {
  const number = Math.floor(seconds / DAY);
  const rest = seconds - number * DAY;
  const z = number + 719468;
  const era = Math.floor(z / 146097);
  const dayOfEra = z - era * 146097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const m = Math.floor((5 * dayOfYear + 2) / 153);
  const month = m < 10 ? m + 3 : m - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return {
    year,
    month,
    day: dayOfYear - Math.floor((153 * m + 2) / 5) + 1,
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: Math.floor(rest % 60),
    weekday: (((number + 4) % 7) + 7) % 7,
    yearday: number - daysFromCivil(year, 1, 1) + 1,
  };
}

const two = (n: number, fill = "0"): string => String(n).padStart(2, fill);

/** Week of the year, weeks beginning on Sunday (0) or Monday (1). */
const week = (t: CalendarTime, first: number): number => Math.floor((t.yearday - 1 + 7 - ((t.weekday - first + 7) % 7)) / 7);

/** strftime in the C locale, zone UTC. `nanoseconds` is for %N. */
export function strftime(format: string, seconds: number, nanoseconds = 0): string {
  const t = fromSeconds(seconds);
  return format.replace(/%([-_0]?)([A-Za-z%+:])/g, (all, flag: string, letter: string) => {
    const text = field(letter, t, seconds, nanoseconds);
    if (text === undefined) return all;
    if (flag === "-") return text.replace(/^[0 ]+(?=.)/, "");
    return flag === "_" ? text.replace(/^0+(?=.)/, (zeros) => " ".repeat(zeros.length)) : text;
  });
}

function field(letter: string, t: CalendarTime, seconds: number, nanoseconds: number): string | undefined {
  const compound: Readonly<Record<string, string>> = { c: "%a %b %e %H:%M:%S %Y", D: "%m/%d/%y", F: "%Y-%m-%d", r: "%I:%M:%S %p", R: "%H:%M", T: "%H:%M:%S", x: "%m/%d/%y", X: "%H:%M:%S", h: "%b" };
  const format = compound[letter];
  return format === undefined ? (name(letter, t) ?? numeral(letter, t, seconds, nanoseconds)) : strftime(format, seconds, nanoseconds);
}

function name(letter: string, t: CalendarTime): string | undefined {
  const month = months[t.month - 1] ?? "";
  const day = days[t.weekday] ?? "";
  const texts: Readonly<Record<string, string>> = {
    a: day.slice(0, 3),
    A: day,
    b: month.slice(0, 3),
    B: month,
    p: t.hour < 12 ? "AM" : "PM",
    P: t.hour < 12 ? "am" : "pm",
    Z: "UTC",
    z: "+0000",
    n: "\n",
    t: "\t",
    "%": "%",
  };
  return texts[letter];
}

function numeral(letter: string, t: CalendarTime, seconds: number, nanoseconds: number): string | undefined {
  const twelve = t.hour % 12 === 0 ? 12 : t.hour % 12;
  const texts: Readonly<Record<string, string>> = {
    C: two(Math.floor(t.year / 100)),
    d: two(t.day),
    e: two(t.day, " "),
    H: two(t.hour),
    I: two(twelve),
    j: String(t.yearday).padStart(3, "0"),
    k: two(t.hour, " "),
    l: two(twelve, " "),
    m: two(t.month),
    M: two(t.minute),
    N: String(nanoseconds).padStart(9, "0"),
    s: String(seconds),
    S: two(t.second),
    u: String(t.weekday === 0 ? 7 : t.weekday),
    U: two(week(t, 0)),
    w: String(t.weekday),
    W: two(week(t, 1)),
    y: two(t.year % 100),
    Y: String(t.year),
  };
  return texts[letter];
}

/** Seconds of a date as people write it: "2026-11-24 12:00", "24 Nov 2026", "@N", "now", "yesterday", "+1 day". Undefined if it is none. */
export function parseDate(text: string, now: number): number | undefined {
  const epoch = /^@(-?\d+)$/.exec(text.trim());
  if (epoch) return Number(epoch[1]);
  let rest = ` ${text.toLowerCase()} `;
  const today = fromSeconds(now);
  let { year, month, day, hour, minute, second } = today;
  const take = (pattern: RegExp, use: (m: readonly string[]) => void): boolean => {
    const m = pattern.exec(rest);
    if (!m) return false;
    rest = rest.replace(m[0], " ");
    use(m.map((g) => g ?? ""));
    return true;
  };
  const dated = take(/\s(\d{4})-(\d\d?)-(\d\d?)(?=[\st])/, (m) => ([year, month, day] = [Number(m[1]), Number(m[2]), Number(m[3])]));
  const named = !dated && take(/\s(?:[a-z]{3,9},?\s+)?(\d\d?)\s+([a-z]{3})[a-z]*\.?\s+(\d{4})\s/, (m) => ([year, month, day] = [Number(m[3]), monthNumber(m[2] ?? ""), Number(m[1])]));
  const timed = take(/[\st](\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?z?(?=\s)/, (m) => ([hour, minute, second] = [Number(m[1]), Number(m[2]), Number(m[3])]));
  if ((dated || named) && !timed) [hour, minute, second] = [0, 0, 0];
  let shift = 0;
  const unit: Readonly<Record<string, number>> = { sec: 1, second: 1, min: 60, minute: 60, hour: 3600, day: DAY, week: 7 * DAY };
  while (take(/\s([+-]?\d+)\s*(second|sec|minute|min|hour|day|week|month|year)s?(\s+ago)?(?=\s)/, (m) => {
    const n = Number(m[1]) * (m[3] ? -1 : 1);
    if (m[2] === "month") month += n;
    else if (m[2] === "year") year += n;
    else shift += n * (unit[m[2] ?? ""] ?? 0);
  }));
  while (take(/\s(now|today|yesterday|tomorrow|utc|gmt)(?=\s)/, (m) => (shift += m[1] === "yesterday" ? -DAY : m[1] === "tomorrow" ? DAY : 0)));
  if (rest.trim() !== "" || month < 1) return undefined;
  return toSeconds({ year, month, day, hour, minute, second }) + shift;
}

const monthNumber = (text: string): number => months.findIndex((m) => m.toLowerCase().startsWith(text)) + 1;
