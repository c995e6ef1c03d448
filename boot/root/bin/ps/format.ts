/**
 * Format strings of ps: "%^%?user %-5{vsize:Vmem}" as GNU writes them, "pid,args=COMMAND" as POSIX does (libps/fmt.c).
 *
 * Between "%" and the name may stand modifiers (`^` titles in capitals, `!` keep and `?` drop the column when it says nothing, `@` no leading zeroes, `:` a dash for
 * small times), a width, `-` to turn its side, and `.` with a precision. Modifiers without a name hold for all fields that follow.
 */
import { NotThere } from "../../lib/options.ts";
import { Line } from "./table.ts";

/** What a format needs to know of a field. `needs` says what must be known of an entry to show it. */
export interface FieldSpec {
  readonly name: string;
  readonly title?: string;
  /** Negative: at the right. 0: as wide as it is. */
  readonly width: number;
  readonly precision?: number;
  /** Stays also when it says nothing. */
  readonly keep?: boolean;
}

/** A column, and the text in front of it. Without a spec it is the text at the end. */
export interface Field<S extends FieldSpec> {
  readonly prefix: string;
  readonly spec: S | undefined;
  readonly title: string;
  readonly width: number;
  readonly precision: number;
  readonly keep: boolean;
  readonly upper: boolean;
  readonly noZeroes: boolean;
  readonly dashes: boolean;
}

type Find<S> = (name: string) => S | undefined;

const UNKNOWN_SPEC = 4;

interface Modifiers {
  readonly keep: boolean | undefined;
  readonly upper: boolean;
  readonly noZeroes: boolean;
  readonly dashes: boolean;
}

const PLAIN: Modifiers = { keep: undefined, upper: false, noZeroes: false, dashes: false };

function modified(by: Modifiers, letters: string): Modifiers {
  let { keep, upper, noZeroes, dashes } = by;
  for (const letter of letters) {
    if (letter === "^") upper = !upper;
    else if (letter === "@") noZeroes = !noZeroes;
    else if (letter === ":") dashes = !dashes;
    else keep = letter === "!";
  }
  return { keep, upper, noZeroes, dashes };
}

/** Modifiers, side, width and precision of a field. */
const HEAD = /^([@:!?^]*)(-?)(\d*)(?:\.(\d*))?/;

function made<S extends FieldSpec>(prefix: string, spec: S, head: RegExpExecArray, by: Modifiers, title: string | undefined): Field<S> {
  const [, , minus, digits = "", precision = ""] = head;
  const shown = title ?? spec.title ?? spec.name;
  const plain = digits === "" ? spec.width : Number(digits);
  const width = minus === "-" ? -plain : plain;
  const wide = width !== 0 && shown.length > Math.abs(width) ? Math.sign(width) * shown.length : width;
  return { prefix, spec, title: shown, width: wide, precision: precision === "" ? (spec.precision ?? -1) : Number(precision), ...by, keep: by.keep ?? spec.keep ?? false };
}

const unknown = (name: string): never => {
  throw new NotThere(`${name}: Unknown format spec`, UNKNOWN_SPEC);
};

/** Reads a format in GNU's style. */
export function gnuFormat<S extends FieldSpec>(source: string, find: Find<S>): readonly Field<S>[] {
  const fields: Field<S>[] = [];
  let global = PLAIN;
  for (let rest = source; rest !== ""; ) {
    const percent = rest.indexOf("%");
    const prefix = percent < 0 ? rest : rest.slice(0, percent);
    if (percent < 0) return [...fields, { prefix, spec: undefined, title: "", width: 0, precision: -1, ...PLAIN, keep: true }];
    rest = rest.slice(percent + 1);
    const head = HEAD.exec(rest) as RegExpExecArray;
    const by = modified(global, head[1] ?? "");
    rest = rest.slice(head[0].length);
    const name = /^\{([^:}]*)(?::([^}]*))?\}?/.exec(rest) ?? /^(\w+)/.exec(rest);
    if (name === null) {
      global = by;
      continue;
    }
    fields.push(made(prefix, find(name[1] ?? "") ?? unknown(name[1] ?? ""), head, by, name[2]));
    rest = rest.slice(name[0].length);
  }
  return fields;
}

/** Reads a format in POSIX's style: names with commas between them, each with an "=TITLE" if wanted. A blank is in front of each. */
export function posixFormat<S extends FieldSpec>(source: string, find: Find<S>): readonly Field<S>[] {
  const fields: Field<S>[] = [];
  for (let rest = source; rest !== ""; ) {
    const head = HEAD.exec(rest) as RegExpExecArray;
    const named = /^(\{[^}]*\}?|[A-Za-z0-9_][^,]*),?\s*/.exec(rest.slice(head[0].length));
    if (named === null) return unknown(rest);
    const [name = "", title] = splitAt((named[1] ?? "").replace(/^\{|\}$/g, ""), "=");
    fields.push(made(" ", find(name) ?? unknown(name), head, modified(PLAIN, head[1] ?? ""), title));
    rest = rest.slice(head[0].length + named[0].length);
  }
  return fields;
}

function splitAt(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** The format without the fields of which `drop` is true; what stood in front of the first stays at the beginning. */
export function squashed<S extends FieldSpec>(fields: readonly Field<S>[], drop: (field: Field<S>) => boolean): readonly Field<S>[] {
  const kept = fields.filter((field) => field.spec === undefined || !drop(field));
  const [first, ...others] = kept;
  const beginning = fields[0]?.prefix ?? "";
  return first === undefined || first === fields[0] ? kept : [{ ...first, prefix: first.spec === undefined ? beginning + first.prefix : beginning }, ...others];
}

/** The last field, if it is as wide as it is, gets what the others leave of `width` columns, one of them for the end of the line. */
export function fitted<S extends FieldSpec>(fields: readonly Field<S>[], width: number): readonly Field<S>[] {
  const last = fields.at(-1);
  const left = fields.slice(0, -1).reduce((rest, field) => rest - field.prefix.length - Math.abs(field.width), width);
  if (last === undefined || last.width !== 0 || left <= 0) return fields;
  return [...fields.slice(0, -1), { ...last, width: left - last.prefix.length - 1 }];
}

/** The line of titles. */
export function titles<S extends FieldSpec>(fields: readonly Field<S>[]): string {
  const line = new Line();
  for (const field of fields) {
    line.write(field.prefix);
    if (field.spec !== undefined) line.field(field.upper ? field.title.toUpperCase() : field.title, field.width);
  }
  return line.text;
}
