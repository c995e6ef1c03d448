/** echo and printf's language (POSIX, "printf", "echo"). */
import { concat, encode } from "./output.ts";

const simple: Readonly<Record<string, string>> = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "\\": "\\", e: "\x1b", '"': '"', "'": "'" };

/** The result of replacing escapes. `stop`: a `\c` ended the output. */
interface Unescaped {
  readonly bytes: Uint8Array;
  readonly stop: boolean;
}

/** Replaces backslash escapes. `zero`: octal numbers begin with \0 (echo, %b); without it \ddd counts. */
function unescape(text: string, zero: boolean): Unescaped {
  const parts: Uint8Array[] = [];
  const escape = /\\(?:(c)|x([0-9a-fA-F]{1,2})|(0[0-7]{1,3}|[0-7]{1,3})|([^]))/g;
  let at = 0;
  for (const m of text.matchAll(escape)) {
    parts.push(encode(text.slice(at, m.index)));
    at = m.index + m[0].length;
    const [, cut, hex, octal, letter] = m;
    if (cut !== undefined) return { bytes: concat(parts), stop: true };
    if (hex !== undefined) parts.push(Uint8Array.of(Number.parseInt(hex, 16)));
    else if (octal !== undefined) {
      const digits = zero || !octal.startsWith("0") ? octal : octal.slice(0, 3);
      parts.push(Uint8Array.of(Number.parseInt(digits, 8) & 0xff), encode(octal.slice(digits.length)));
    } else parts.push(encode(simple[letter ?? ""] ?? m[0]));
  }
  parts.push(encode(text.slice(at)));
  return { bytes: concat(parts), stop: false };
}

/** echo: `-n` first leaves out the newline, escapes count (as in dash). */
export function echoText(args: readonly string[]): Uint8Array {
  const newline = args[0] !== "-n";
  const { bytes, stop } = unescape((newline ? args : args.slice(1)).join(" "), true);
  return newline && !stop ? concat([bytes, encode("\n")]) : bytes;
}

/** What printf prints, and what was wrong with arguments. */
export interface Formatted {
  readonly output: Uint8Array;
  readonly errors: readonly string[];
}

/** printf: the format is used again while arguments are left. */
export function formatAll(format: string, args: readonly string[]): Formatted {
  const run = new Formatting(args);
  do run.once(format);
  while (run.more());
  return { output: concat(run.parts), errors: run.errors };
}

class Formatting {
  readonly parts: Uint8Array[] = [];
  readonly errors: string[] = [];
  readonly #args: readonly string[];
  #at = 0;
  #used = false;
  #stopped = false;
  constructor(args: readonly string[]) {
    this.#args = args;
  }
  more(): boolean {
    return this.#used && !this.#stopped && this.#at < this.#args.length;
  }
  #next(): string | undefined {
    this.#used = true;
    return this.#args[this.#at++];
  }
  once(format: string): void {
    const directive = /%(?:%|([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?([a-zA-Z]))/g;
    let at = 0;
    for (const m of format.matchAll(directive)) {
      if (!this.#text(format.slice(at, m.index))) return;
      at = m.index + m[0].length;
      if (m[0] === "%%") this.parts.push(encode("%"));
      else this.#directive(m[1] ?? "", m[2], m[3], m[4] ?? "");
      if (this.#stopped) return;
    }
    this.#text(format.slice(at));
  }
  #text(text: string): boolean {
    if (/%$/.test(text)) this.errors.push(`${text.slice(-1)}: invalid directive`);
    const { bytes, stop } = unescape(text, false);
    this.parts.push(bytes);
    if (stop) this.#stopped = true;
    return !stop;
  }
  #directive(flags: string, width: string | undefined, precision: string | undefined, conversion: string): void {
    let w = width === "*" ? this.#integer(this.#next() ?? "0") : BigInt(width ?? "0");
    const p = precision === undefined ? undefined : Number(precision === "*" ? this.#integer(this.#next() ?? "0") : precision || "0");
    const left = flags.includes("-") || w < 0n;
    if (w < 0n) w = -w;
    const body = this.#convert(flags, p, conversion);
    if (body === undefined) return;
    const missing = Number(w) - (typeof body === "string" ? [...body].length : body.length);
    const zero = flags.includes("0") && !left && /[diouxXeEfFgG]/.test(conversion) && !(p !== undefined && /[diouxX]/.test(conversion)) && typeof body === "string";
    if (zero && missing > 0) this.parts.push(encode(body.replace(/^([-+ ]?(?:0[xX])?)/, `$1${"0".repeat(missing)}`)));
    else {
      const pad = encode(" ".repeat(Math.max(0, missing)));
      const bytes = typeof body === "string" ? encode(body) : body;
      this.parts.push(...(left ? [bytes, pad] : [pad, bytes]));
    }
  }
  #convert(flags: string, precision: number | undefined, conversion: string): string | Uint8Array | undefined {
    switch (conversion) {
      case "s":
        return [...(this.#next() ?? "")].slice(0, precision).join("");
      case "c":
        return [...(this.#next() ?? "")].slice(0, 1).join("");
      case "b": {
        const { bytes, stop } = unescape(this.#next() ?? "", true);
        if (stop) this.#stopped = true;
        return precision === undefined ? bytes : bytes.slice(0, precision);
      }
      case "d":
      case "i":
      case "o":
      case "u":
      case "x":
      case "X":
        return integer(this.#integer(this.#next() ?? "0"), flags, precision, conversion);
      case "e":
      case "E":
      case "f":
      case "F":
      case "g":
      case "G":
        return this.#float(flags, precision ?? 6, conversion);
      default:
        this.errors.push(`%${conversion}: invalid directive`);
        this.#stopped = true;
        return undefined;
    }
  }
  #integer(text: string): bigint {
    const quoted = /^["']([^])/u.exec(text);
    if (quoted) return BigInt(quoted[1]?.codePointAt(0) ?? 0);
    const m = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|\d+)/.exec(text);
    if (!m) {
      if (text !== "") this.errors.push(`${text}: expected numeric value`);
      return 0n;
    }
    if (m[0].length < text.length) this.errors.push(`${text}: not completely converted`);
    const digits = m[2] ?? "0";
    const value = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits}`) : /^0\d/.test(digits) ? 0n : BigInt(digits);
    return m[1] === "-" ? -value : value;
  }
  #float(flags: string, precision: number, conversion: string): string {
    const text = this.#next() ?? "0";
    const value = Number(text === "" ? "0" : text);
    if (Number.isNaN(value)) this.errors.push(`${text}: expected numeric value`);
    return signed(flags, floating(Number.isNaN(value) ? 0 : value, precision, conversion));
  }
}

const signed = (flags: string, text: string): string => (text.startsWith("-") ? text : flags.includes("+") ? `+${text}` : flags.includes(" ") ? ` ${text}` : text);

function integer(value: bigint, flags: string, precision: number | undefined, conversion: string): string {
  const decimal = conversion === "d" || conversion === "i";
  const unsigned = decimal ? (value < 0n ? -value : value) : BigInt.asUintN(64, value);
  const base = conversion === "o" ? 8 : conversion.toLowerCase() === "x" ? 16 : 10;
  let digits = unsigned.toString(base);
  if (precision !== undefined) digits = precision === 0 && unsigned === 0n ? "" : digits.padStart(precision, "0");
  if (flags.includes("#") && unsigned !== 0n) digits = base === 16 ? `0x${digits}` : base === 8 && !digits.startsWith("0") ? `0${digits}` : digits;
  if (conversion === "X") digits = digits.toUpperCase();
  return decimal ? signed(flags, value < 0n ? `-${digits}` : digits) : digits;
}

function floating(value: number, precision: number, conversion: string): string {
  const upper = conversion !== conversion.toLowerCase();
  let text: string;
  if (!Number.isFinite(value)) text = value < 0 ? "-inf" : "inf";
  else if (conversion.toLowerCase() === "f") text = value.toFixed(Math.min(precision, 100));
  else if (conversion.toLowerCase() === "e") text = exponent(value, precision);
  else text = general(value, precision === 0 ? 1 : precision);
  return upper ? text.toUpperCase() : text;
}
const exponent = (value: number, precision: number): string => value.toExponential(Math.min(precision, 100)).replace(/e([+-])(\d)$/, "e$10$2");
function general(value: number, precision: number): string {
  const power = value === 0 ? 0 : Number(value.toExponential(precision - 1).split("e")[1]);
  const text = power < -4 || power >= precision ? exponent(value, precision - 1) : value.toFixed(Math.max(0, precision - 1 - power));
  return text.includes(".") ? text.replace(/\.?0+(?=e|$)/, "") : text;
}
