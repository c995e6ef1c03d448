/** The expression of `#if` and `#elif`: C's integer arithmetic in 64 bits. A name that is no macro is 0. */
import { DefsError, MAX_DEPTH, type Place } from "./place.ts";
import type { Token } from "./lexer.ts";
import { expand, type Macro } from "./macros.ts";

const flag = (b: boolean): bigint => (b ? 1n : 0n);

/** Two-sided operators by how tight they bind, the loosest first. */
const LEVELS: readonly Readonly<Record<string, (a: bigint, b: bigint) => bigint>>[] = [
  { "||": (a, b) => flag(a !== 0n || b !== 0n) },
  { "&&": (a, b) => flag(a !== 0n && b !== 0n) },
  { "|": (a, b) => a | b },
  { "^": (a, b) => a ^ b },
  { "&": (a, b) => a & b },
  { "==": (a, b) => flag(a === b), "!=": (a, b) => flag(a !== b) },
  { "<": (a, b) => flag(a < b), ">": (a, b) => flag(a > b), "<=": (a, b) => flag(a <= b), ">=": (a, b) => flag(a >= b) },
  { "<<": (a, b) => a << (b & 63n), ">>": (a, b) => a >> (b & 63n) },
  { "+": (a, b) => a + b, "-": (a, b) => a - b },
  { "*": (a, b) => a * b, "/": (a, b) => a / b, "%": (a, b) => a % b },
];

const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11, "0": 0 };

function charValue(text: string): bigint {
  const inner = text.slice(1, -1);
  return BigInt(inner.startsWith("\\") ? (ESCAPES[inner[1] ?? ""] ?? inner.charCodeAt(1)) : inner.charCodeAt(0));
}

/** The value of a number as C writes it; undefined when it is none. */
export function numberValue(text: string): bigint | undefined {
  const m = /^(0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]*$/.exec(text);
  const digits = m?.[1];
  if (digits === undefined) return undefined;
  if (!/^0[0-9]+$/.test(digits)) return BigInt(digits);
  return /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : undefined;
}

class Condition {
  readonly #tokens: readonly Token[];
  readonly #place: Place;
  #at = 0;
  #depth = 0;
  constructor(tokens: readonly Token[], place: Place) {
    this.#tokens = tokens;
    this.#place = place;
  }

  #fail(what: string): never {
    throw new DefsError(this.#place, `#if: ${what}`);
  }

  #accept(text: string): boolean {
    if (this.#tokens[this.#at]?.text !== text) return false;
    this.#at++;
    return true;
  }

  value(): bigint {
    const value = this.#choice();
    const rest = this.#tokens[this.#at];
    return rest === undefined ? value : this.#fail(`unexpected ${rest.text}`);
  }

  #choice(): bigint {
    if (++this.#depth > MAX_DEPTH) this.#fail("nested too deep");
    const test = this.#level(0);
    let value = test;
    if (this.#accept("?")) {
      const yes = this.#choice();
      if (!this.#accept(":")) this.#fail("? without :");
      const no = this.#choice();
      value = test !== 0n ? yes : no;
    }
    this.#depth--;
    return value;
  }

  #level(n: number): bigint {
    const operators = LEVELS[n];
    if (operators === undefined) return this.#unary();
    let left = this.#level(n + 1);
    for (;;) {
      const name = this.#tokens[this.#at]?.text ?? "";
      const operator = Object.hasOwn(operators, name) ? operators[name] : undefined;
      if (operator === undefined) return left;
      this.#at++;
      const right = this.#level(n + 1);
      if (right === 0n && (name === "/" || name === "%")) this.#fail("division by zero");
      left = BigInt.asIntN(64, operator(left, right));
    }
  }

  #unary(): bigint {
    const t = this.#tokens[this.#at++];
    if (t === undefined) this.#fail("an operand is missing");
    if (t.text === "(") {
      const value = this.#choice();
      return this.#accept(")") ? value : this.#fail(") is missing");
    }
    if ("!-+~".includes(t.text)) return this.#signed(t.text);
    if (t.kind === "name") return 0n;
    if (t.kind === "char") return charValue(t.text);
    return numberValue(t.text) ?? this.#fail(`unexpected ${t.text}`);
  }

  #signed(sign: string): bigint {
    if (++this.#depth > MAX_DEPTH) this.#fail("nested too deep");
    const value = this.#unary();
    this.#depth--;
    if (sign === "!") return flag(value === 0n);
    return sign === "-" ? -value : sign === "~" ? ~value : value;
  }
}

/** Replaces `defined X` and `defined (X)` by 1 or 0. */
function withDefined(tokens: readonly Token[], macros: ReadonlyMap<string, Macro>, place: Place): readonly Token[] {
  const out: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const t = tokens[i];
    if (t === undefined) break;
    if (t.text !== "defined") {
      out.push(t);
      continue;
    }
    const parenthesis = tokens[i + 1]?.text === "(";
    const name = tokens[i + (parenthesis ? 2 : 1)];
    if (name?.kind !== "name" || (parenthesis && tokens[i + 3]?.text !== ")")) throw new DefsError(place, "#if: defined wants a name");
    out.push({ ...t, kind: "number", text: macros.has(name.text) ? "1" : "0" });
    i += parenthesis ? 3 : 1;
  }
  return out;
}

/** Whether the expression after `#if` is true. Throws `DefsError` when it is none. */
export function isTrue(tokens: readonly Token[], macros: ReadonlyMap<string, Macro>, place: Place): boolean {
  return new Condition(expand(withDefined(tokens, macros, place), macros), place).value() !== 0n;
}
