/** Intervals and points of time in few characters, as the Hurd's own tools write them (libshouldbeinlibc/timefmt.c). */
import { fromSeconds, type CalendarTime } from "./calendar.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const MONTH = 31 * DAY;
const YEAR = 365 * DAY;

/** From when on a unit is used, the unit, from when on tenths of it are told, and its names, the longest first. */
const scales: readonly (readonly [from: number, unit: number, fraction: number, names: readonly string[]])[] = [
  [2 * YEAR, YEAR, MONTH, [" years", "years", "yrs", "y"]],
  [3 * MONTH, MONTH, WEEK, [" months", "months", "mo"]],
  [2 * WEEK, WEEK, DAY, [" weeks", "weeks", "wks", "w"]],
  [2 * DAY, DAY, HOUR, [" days", "days", "dys", "d"]],
  [2 * HOUR, HOUR, MINUTE, [" hours", "hours", "hrs", "h"]],
  [2 * MINUTE, MINUTE, 1, [" minutes", "min", "mi", "m"]],
  [2, 1, Infinity, [" seconds", "sec", "s"]],
  [1, 1, Infinity, [" second", "sec", "s"]],
];

/** `seconds` in the largest unit that fits, with a tenth below ten: "1.6 minutes", in narrow columns "1.6m". */
export function namedInterval(seconds: number, width = 19): string {
  for (const [from, unit, fraction, names] of scales) {
    if (seconds < from) continue;
    const whole = Math.floor(seconds / unit);
    const tenths = whole < 10 && seconds >= fraction ? Math.floor((seconds * 10) / unit) - whole * 10 : 0;
    for (const number of tenths > 0 ? [`${whole}.${tenths}`, `${whole}`] : [`${whole}`]) {
      const name = names.find((n) => number.length + n.length <= width);
      if (name !== undefined) return number + name;
    }
    return `${whole}${names.at(-1) ?? ""}`;
  }
  return "0";
}

/** Hours and minutes in five characters, more than a day in words; less than a minute is "-". */
export function idleTime(seconds: number): string {
  if (seconds < MINUTE) return "-";
  if (seconds > DAY) return namedInterval(seconds, 5);
  return `${String(Math.floor(seconds / HOUR)).padStart(2)}:${String(Math.floor(seconds / MINUTE) % 60).padStart(2, "0")}`;
}

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const half = ({ hour }: CalendarTime): string => (hour < 12 ? "AM" : "PM");
const hours = ({ hour }: CalendarTime): string => String(hour % 12 === 0 ? 12 : hour % 12);

/** "%r" with a blank for a leading zero: "12:01:40 AM". */
export function timeOfDay(seconds: number): string {
  const t = fromSeconds(seconds);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${hours(t).padStart(2)}:${two(t.minute)}:${two(t.second)} ${half(t)}`;
}

/** A time not after `now` in seven characters: today the time, this week the day and hour, then the date. */
export function pastTime(seconds: number, now: number): string {
  const t = fromSeconds(seconds);
  const ago = Math.abs(now - seconds);
  if (ago < DAY) return `${hours(t)}:${String(t.minute).padStart(2, "0")}${half(t)}`;
  const weekday = weekdays[t.weekday] ?? "";
  const month = months[t.month - 1] ?? "";
  if (ago < WEEK) return fitting([`${weekday}, ${hours(t)}${half(t)}`, `${weekday} ${hours(t)}${half(t)}`, `${weekday}${hours(t)}${half(t)}`]);
  if (ago < MONTH) return `${weekday} ${t.day}`;
  if (ago < YEAR) return `${t.day} ${month}`;
  return fitting([`${t.day} ${month} ${String(t.year % 100).padStart(2, "0")}`, `${t.day}${month}${String(t.year % 100).padStart(2, "0")}`]);
}

const fitting = (texts: readonly string[]): string => texts.find((text) => text.length <= 7) ?? texts.at(-1) ?? "";
