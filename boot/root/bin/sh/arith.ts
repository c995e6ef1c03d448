/** $((…)): C's integer expressions on 64 bits, with variables and assignment (POSIX, "Arithmetic Expansion"). */
import { ShellError } from "./control.ts";

/** The variables that an expression reads and sets. */
export interface ArithmeticVariables {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
}

const operators = ["<<=", ">>=", "&&", "||", "<<", ">>", "<=", ">=", "==", "!=", "+=", "-=", "*=", "/=", "%=", "&=", "^=", "|=", "+", "-", "*", "/", "%", "<", ">", "&", "^", "|", "~", "!", "?", ":", "=", "(", ")"];
/** Binary operators, the loosest first. */
const levels: readonly (readonly string[])[] = [["||"], ["&&"], ["|"], ["^"], ["&"], ["==", "!="], ["<", "<=", ">", ">="], ["<<", ">>"], ["+", "-"], ["*", "/", "%"]];
const assignments = new Set(["=", "+=", "-=", "*=", "/=", "%=", "&=", "^=", "|=", "<<=", ">>="]);

/** The value of `text`. Throws ShellError. */
export function arithmetic(text: string, variables: ArithmeticVariables): bigint {
  return new Evaluation(text, variables).all();
}

const wrap = (n: bigint): bigint => BigInt.asIntN(64, n);

class Evaluation {
  readonly #text: string;
  readonly #tokens: readonly string[];
  readonly #variables: ArithmeticVariables;
  #at = 0;
  /** Above 0, operands are read but nothing is set and no division fails: the branch not taken. */
  #skipping = 0;
  constructor(text: string, variables: ArithmeticVariables) {
    this.#text = text.trim();
    this.#tokens = tokens(text);
    this.#variables = variables;
  }
  all(): bigint {
    if (this.#tokens.length === 0) return 0n;
    const value = this.#assignment();
    if (this.#at < this.#tokens.length) throw this.#error("expecting EOF");
    return value;
  }

  #assignment(): bigint {
    const name = this.#tokens[this.#at];
    const op = this.#tokens[this.#at + 1];
    if (name === undefined || op === undefined || !/^[A-Za-z_]/.test(name) || !assignments.has(op)) return this.#conditional();
    this.#at += 2;
    const right = this.#assignment();
    const value = op === "=" ? right : this.#apply(op.slice(0, -1), this.#variable(name), right);
    if (this.#skipping === 0) this.#variables.set(name, String(value));
    return value;
  }
  #conditional(): bigint {
    const condition = this.#binary(0);
    if (!this.#accept("?")) return condition;
    const yes = this.#unless(condition === 0n, () => this.#assignment());
    if (!this.#accept(":")) throw this.#error("expecting ':'");
    const no = this.#unless(condition !== 0n, () => this.#conditional());
    return condition !== 0n ? yes : no;
  }
  #unless(skip: boolean, branch: () => bigint): bigint {
    if (skip) this.#skipping++;
    const value = branch();
    if (skip) this.#skipping--;
    return value;
  }
  #binary(level: number): bigint {
    const ops = levels[level];
    if (!ops) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const op = this.#tokens[this.#at];
      if (op === undefined || !ops.includes(op)) return left;
      this.#at++;
      const known = (op === "||" && left !== 0n) || (op === "&&" && left === 0n);
      const value = left;
      const right = this.#unless(known, () => this.#binary(level + 1));
      left = this.#apply(op, value, right);
    }
  }
  #unary(): bigint {
    if (this.#accept("-")) return wrap(-this.#unary());
    if (this.#accept("+")) return this.#unary();
    if (this.#accept("!")) return this.#unary() === 0n ? 1n : 0n;
    if (this.#accept("~")) return ~this.#unary();
    if (this.#accept("(")) {
      const value = this.#assignment();
      if (!this.#accept(")")) throw this.#error("expecting ')'");
      return value;
    }
    const token = this.#tokens[this.#at];
    if (token === undefined || !/^\w/.test(token)) throw this.#error("expecting primary");
    this.#at++;
    return /^[0-9]/.test(token) ? this.#number(token) : this.#variable(token);
  }
  #variable(name: string): bigint {
    const text = this.#variables.get(name)?.trim() ?? "";
    if (text === "") return 0n;
    const m = /^([+-]?)(\w+)$/.exec(text);
    if (!m) throw new ShellError(`Illegal number: ${text}`);
    const value = this.#number(m[2] ?? "");
    return m[1] === "-" ? wrap(-value) : value;
  }
  #number(text: string): bigint {
    if (/^0[xX][0-9a-fA-F]+$/.test(text)) return wrap(BigInt(text));
    if (/^0[0-7]*$/.test(text)) return wrap(BigInt(`0o${text}`));
    if (/^[1-9][0-9]*$/.test(text)) return wrap(BigInt(text));
    throw new ShellError(`Illegal number: ${text}`);
  }
  #apply(op: string, a: bigint, b: bigint): bigint {
    const truth = (x: boolean): bigint => (x ? 1n : 0n);
    switch (op) {
      case "||":
        return truth(a !== 0n || b !== 0n);
      case "&&":
        return truth(a !== 0n && b !== 0n);
      case "|":
        return a | b;
      case "^":
        return a ^ b;
      case "&":
        return a & b;
      case "==":
        return truth(a === b);
      case "!=":
        return truth(a !== b);
      case "<":
        return truth(a < b);
      case "<=":
        return truth(a <= b);
      case ">":
        return truth(a > b);
      case ">=":
        return truth(a >= b);
      case "<<":
        return wrap(a << (b & 63n));
      case ">>":
        return a >> (b & 63n);
      case "+":
        return wrap(a + b);
      case "-":
        return wrap(a - b);
      case "*":
        return wrap(a * b);
      default:
        return this.#divide(op, a, b);
    }
  }
  #divide(op: string, a: bigint, b: bigint): bigint {
    if (b === 0n) {
      if (this.#skipping > 0) return 0n;
      throw this.#error("division by zero");
    }
    return wrap(op === "/" ? a / b : a % b);
  }
  #accept(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }
  #error(what: string): ShellError {
    return new ShellError(`arithmetic expression: ${what}: "${this.#text}"`);
  }
}

function tokens(text: string): readonly string[] {
  const found: string[] = [];
  let rest = text.replaceAll('"', "").trim();
  while (rest !== "") {
    const token = /^\w+/.exec(rest)?.[0] ?? operators.find((o) => rest.startsWith(o));
    if (token === undefined) throw new ShellError(`arithmetic expression: expecting EOF: "${text.trim()}"`);
    found.push(token);
    rest = rest.slice(token.length).trimStart();
  }
  return found;
}
