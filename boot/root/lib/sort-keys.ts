/** sort's keys: which part of a line, and how it is compared. */
import { UsageError } from "./options.ts";

export interface SortKey {
  readonly from: Position;
  /** undefined: to the end of the line. */
  readonly to: Position | undefined;
  /** Of n f b d h V g M r. */
  readonly manner: string;
}
/** Field and character, from 1; character 0 at an end is the field's last. */
interface Position {
  readonly field: number;
  readonly character: number;
  readonly skipBlanks: boolean;
}

/** "F[.C][OPTS][,F[.C][OPTS]]"; without letters of its own it has those of the command. Throws UsageError. */
export function parseKey(text: string, manner: string): SortKey {
  const m = /^(\d+)(?:\.(\d+))?([a-zA-Z]*)(?:,(\d+)(?:\.(\d+))?([a-zA-Z]*))?$/.exec(text);
  if (!m || m[1] === "0" || m[4] === "0" || m[2] === "0") throw new UsageError(`invalid field specification '${text}'`);
  const own = (m[3] ?? "") + (m[6] ?? "");
  const letters = own === "" ? manner : own;
  const skip = (part: string | undefined): boolean => (own === "" ? manner : (part ?? "")).includes("b");
  const from = { field: Number(m[1]), character: Number(m[2] ?? "1"), skipBlanks: skip(m[3]) || /[nhgM]/.test(letters) };
  const to = m[4] === undefined ? undefined : { field: Number(m[4]), character: Number(m[5] ?? "0"), skipBlanks: skip(m[6]) };
  return { from, to, manner: letters };
}

/** Fields as [start, end): by the separator, or each with the blanks before it. */
function fields(line: string, separator: string | undefined): readonly (readonly [number, number])[] {
  if (separator === undefined) return [...line.matchAll(/[ \t]*[^ \t]+|[ \t]+$/g)].map((m) => [m.index, m.index + m[0].length] as const);
  const found: (readonly [number, number])[] = [];
  let at = 0;
  for (const part of line.split(separator)) {
    found.push([at, at + part.length]);
    at += part.length + separator.length;
  }
  return found;
}

function place(line: string, all: readonly (readonly [number, number])[], p: Position, end: boolean): number {
  const field = all[p.field - 1];
  if (!field) return line.length;
  let start = field[0];
  if (p.skipBlanks) while (start < field[1] && /[ \t]/.test(line.charAt(start))) start++;
  if (end) return p.character === 0 ? field[1] : Math.min(start + p.character, field[1]);
  return Math.min(start + p.character - 1, field[1]);
}

function keyOf(line: string, key: SortKey, separator: string | undefined): string {
  if (key.from.field === 1 && key.from.character === 1 && !key.to) return line;
  const all = fields(line, separator);
  return line.slice(place(line, all, key.from, false), key.to ? place(line, all, key.to, true) : undefined);
}

/** Below, equal or above 0. */
export function compareKeys(a: string, b: string, key: SortKey, separator: string | undefined): number {
  const order = compareText(keyOf(a, key, separator), keyOf(b, key, separator), key.manner);
  return key.manner.includes("r") ? -order : order;
}

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const order = <T extends string | number>(a: T, b: T): number => (a === b ? 0 : a < b ? -1 : 1);

function compareText(a: string, b: string, manner: string): number {
  if (/[ng]/.test(manner)) return order(numeric(a), numeric(b));
  if (manner.includes("h")) return order(human(a), human(b));
  if (manner.includes("M")) return order(months.indexOf(a.trim().slice(0, 3).toUpperCase()), months.indexOf(b.trim().slice(0, 3).toUpperCase()));
  if (manner.includes("V")) return compareVersions(a, b);
  const fold = (s: string): string => {
    let text = manner.includes("b") ? s.replace(/^[ \t]+/, "") : s;
    if (manner.includes("d")) text = text.replace(/[^\p{L}\p{N} \t]/gu, "");
    return manner.includes("f") ? text.toUpperCase() : text;
  };
  return order(fold(a), fold(b));
}

const numeric = (text: string): number => Number(/^\s*(-?\d*\.?\d*)/.exec(text)?.[1] ?? "0") || 0;
function human(text: string): number {
  const m = /^\s*(-?\d*\.?\d*)([KMGTPE]?)/i.exec(text);
  return (Number(m?.[1] ?? "0") || 0) * 1024 ** ("KMGTPE".indexOf((m?.[2] ?? "").toUpperCase()) + (m?.[2] ? 1 : 0));
}
function compareVersions(a: string, b: string): number {
  const parts = (s: string): readonly string[] => s.match(/\d+|\D+/g) ?? [];
  const [p, q] = [parts(a), parts(b)];
  for (let i = 0; i < Math.max(p.length, q.length); i++) {
    const [x, y] = [p[i] ?? "", q[i] ?? ""];
    const both = /^\d/.test(x) && /^\d/.test(y);
    const result = both ? order(Number(x), Number(y)) : order(x, y);
    if (result !== 0) return result;
  }
  return 0;
}
