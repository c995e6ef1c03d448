/** The expressions of test (POSIX, "test"; -a, -o and parentheses as in XSI; < > as strings). */
import { attempt } from "../../../glibc-shim/errno.ts";
import { asFd, type Libc, type Stat } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from "./mode.ts";

/** The expression cannot be understood; exit status 2. */
export class TestError extends Error {
  override readonly name = "TestError";
}

const unary = new Set(["-b", "-c", "-d", "-e", "-f", "-g", "-G", "-h", "-k", "-L", "-n", "-O", "-p", "-r", "-s", "-S", "-t", "-u", "-w", "-x", "-z"]);
const binary = new Set(["=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"]);

/** The value of the words of `test`. Throws TestError. */
export function* evaluateTest(libc: Libc, args: readonly string[]): Syscall<boolean> {
  const [a = "", b = "", c = "", d = ""] = args;
  switch (args.length) {
    case 0:
      return false;
    case 1:
      return a !== "";
    case 2:
      if (a === "!") return b === "";
      if (unary.has(a)) return yield* primary(libc, a, b);
      throw new TestError(unary.has(b) || binary.has(b) ? `${b}: argument expected` : `${a}: unexpected operator`);
    case 3:
      if (binary.has(b)) return yield* compare(libc, a, b, c);
      if (a === "!") return !(yield* evaluateTest(libc, [b, c]));
      if (a === "(" && c === ")") return b !== "";
      break;
    case 4:
      if (a === "!") return !(yield* evaluateTest(libc, [b, c, d]));
      break;
  }
  const expression = new Expression(libc, args);
  const value = yield* expression.or();
  expression.end();
  return value;
}

class Expression {
  readonly #libc: Libc;
  readonly #args: readonly string[];
  #at = 0;
  constructor(libc: Libc, args: readonly string[]) {
    this.#libc = libc;
    this.#args = args;
  }
  end(): void {
    const rest = this.#args[this.#at];
    if (rest !== undefined) throw new TestError(`${rest}: unexpected operator`);
  }
  *or(): Syscall<boolean> {
    let value = yield* this.#and();
    while (this.#accept("-o")) value = (yield* this.#and()) || value;
    return value;
  }
  *#and(): Syscall<boolean> {
    let value = yield* this.#not();
    while (this.#accept("-a")) value = (yield* this.#not()) && value;
    return value;
  }
  *#not(): Syscall<boolean> {
    return this.#accept("!") ? !(yield* this.#not()) : yield* this.#primary();
  }
  *#primary(): Syscall<boolean> {
    const a = this.#args[this.#at];
    const op = this.#args[this.#at + 1];
    const b = this.#args[this.#at + 2];
    if (a === undefined) throw new TestError("argument expected");
    if (op !== undefined && b !== undefined && binary.has(op)) {
      this.#at += 3;
      return yield* compare(this.#libc, a, op, b);
    }
    if (a === "(") {
      this.#at++;
      const value = yield* this.or();
      if (!this.#accept(")")) throw new TestError("closing paren expected");
      return value;
    }
    if (unary.has(a) && op !== undefined) {
      this.#at += 2;
      return yield* primary(this.#libc, a, op);
    }
    this.#at++;
    return a !== "";
  }
  #accept(word: string): boolean {
    if (this.#args[this.#at] !== word) return false;
    this.#at++;
    return true;
  }
}

function number(text: string): bigint {
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw new TestError(`Illegal number: ${text}`);
  return BigInt(text.trim().replace(/^\+/, ""));
}

function* compare(libc: Libc, a: string, op: string, b: string): Syscall<boolean> {
  switch (op) {
    case "=":
    case "==":
      return a === b;
    case "!=":
      return a !== b;
    case "<":
      return a < b;
    case ">":
      return a > b;
    case "-eq":
      return number(a) === number(b);
    case "-ne":
      return number(a) !== number(b);
    case "-lt":
      return number(a) < number(b);
    case "-le":
      return number(a) <= number(b);
    case "-gt":
      return number(a) > number(b);
    case "-ge":
      return number(a) >= number(b);
    default:
      return yield* compareFiles(libc, a, op, b);
  }
}

function* compareFiles(libc: Libc, a: string, op: string, b: string): Syscall<boolean> {
  const [x, y] = [yield* attempt(libc.stat(a)), yield* attempt(libc.stat(b))];
  if (op === "-ef") return x.err === 0 && y.err === 0 && x.value.ino === y.value.ino && x.value.dev === y.value.dev;
  const [p, q] = op === "-nt" ? [x, y] : [y, x];
  return p.err === 0 && (q.err !== 0 || p.value.mtime > q.value.mtime);
}

const formats: ReadonlyMap<string, number> = new Map([
  ["-b", S_IFBLK],
  ["-c", S_IFCHR],
  ["-d", S_IFDIR],
  ["-f", S_IFREG],
  ["-p", S_IFIFO],
  ["-S", S_IFSOCK],
  ["-h", S_IFLNK],
  ["-L", S_IFLNK],
]);
const accesses: ReadonlyMap<string, number> = new Map([
  ["-r", 4],
  ["-w", 2],
  ["-x", 1],
]);

function* primary(libc: Libc, op: string, operand: string): Syscall<boolean> {
  if (op === "-n") return operand !== "";
  if (op === "-z") return operand === "";
  if (op === "-t") return yield* libc.isatty(asFd(Number(number(operand))));
  const access = accesses.get(op);
  if (access !== undefined) return (yield* attempt(libc.access(operand, access))).err === 0;
  const st = yield* attempt(op === "-h" || op === "-L" ? libc.lstat(operand) : libc.stat(operand));
  return st.err === 0 && (yield* property(libc, op, st.value));
}

function* property(libc: Libc, op: string, st: Stat): Syscall<boolean> {
  const format = formats.get(op);
  if (format !== undefined) return (st.mode & S_IFMT) === format;
  switch (op) {
    case "-s":
      return st.size > 0;
    case "-u":
      return (st.mode & 0o4000) !== 0;
    case "-g":
      return (st.mode & 0o2000) !== 0;
    case "-k":
      return (st.mode & 0o1000) !== 0;
    case "-O":
      return st.uid === (yield* libc.geteuid());
    case "-G":
      return st.gid === (yield* libc.getegid());
    default:
      return true;
  }
}
