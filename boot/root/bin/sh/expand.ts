/** Word expansion (POSIX, "Word Expansions"): parameters, commands, arithmetic, then field splitting, pathnames, quote removal. */
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { patternSource, quotePattern, unquotePattern, isPattern } from "../../lib/fnmatch.ts";
import { arithmetic } from "./arith.ts";
import type { ParameterOp, Part, Word } from "./ast.ts";
import { capture } from "./capture.ts";
import { ShellError } from "./control.ts";
import { Fields, type Field } from "./fields.ts";
import { glob } from "./glob.ts";
import type { Shell } from "./shell.ts";

/** A parameter part. */
type Parameter = Extract<Part, { kind: "parameter" }>;

/** The fields of a command's words. */
export function* expandWords(shell: Shell, words: readonly Word[]): Syscall<string[]> {
  const all: string[] = [];
  for (const word of words) {
    const fields = new Fields(shell.variables.get("IFS"));
    yield* new Expansion(shell, fields, true).parts(yield* tilde(shell, word.parts, false), false);
    for (const field of fields.finish()) all.push(...(yield* pathnames(shell, field)));
  }
  return all;
}

function* pathnames(shell: Shell, field: Field): Syscall<readonly string[]> {
  const pattern = patternOf(field);
  const plain = field.map((f) => f.text).join("");
  if (shell.option("f") || !isPattern(pattern)) return [plain];
  const found = yield* glob(shell.libc, pattern);
  return found.length > 0 ? found : [plain];
}

const patternOf = (field: Field): string => field.map((f) => (f.quoted ? quotePattern(f.text) : f.text)).join("");

/** A word that stays one string: an assignment's value, a redirection's name, a here-document. */
export function* expandString(shell: Shell, word: Word, assignment = false): Syscall<string> {
  const fields = new Fields("");
  yield* new Expansion(shell, fields, false).parts(yield* tilde(shell, word.parts, assignment), false);
  return fields.finish().map((f) => f.map((x) => x.text).join("")).join(" ");
}

/** A word as a pattern of `case`, `${x#…}`: what is quoted matches itself. */
export function* expandPattern(shell: Shell, word: Word): Syscall<string> {
  const fields = new Fields("");
  yield* new Expansion(shell, fields, false).parts(yield* tilde(shell, word.parts, false), false);
  return fields.finish().map(patternOf).join(" ");
}

/** Replaces `~` and `~user` at the start of a word, and after colons in assignments, by quoted text. */
function* tilde(shell: Shell, parts: readonly Part[], assignment: boolean): Syscall<readonly Part[]> {
  const found: Part[] = [];
  for (const [i, part] of parts.entries()) {
    if (part.kind !== "text" || !part.text.includes("~")) {
      found.push(part);
      continue;
    }
    const pieces = assignment ? part.text.split(/(?<=:)/) : [part.text];
    for (const [k, piece] of pieces.entries()) {
      const start = (i === 0 && k === 0) || k > 0;
      const m = start ? /^~([\w.-]*)/.exec(piece) : null;
      const closed = m && (m[0].length < piece.length ? (assignment ? /^[/:]/ : /^\//).test(piece.slice(m[0].length)) : k < pieces.length - 1 || i === parts.length - 1);
      const home = closed ? yield* homeOf(shell, m[1] ?? "") : undefined;
      if (m && home !== undefined) found.push({ kind: "quoted", text: home }, { kind: "text", text: piece.slice(m[0].length) });
      else found.push({ kind: "text", text: piece });
    }
  }
  return found;
}

function* homeOf(shell: Shell, user: string): Syscall<string | undefined> {
  return user === "" ? shell.variables.get("HOME") : (yield* shell.libc.getpwnam(user))?.dir;
}

class Expansion {
  readonly #shell: Shell;
  readonly #fields: Fields;
  readonly #splitting: boolean;
  constructor(shell: Shell, fields: Fields, splitting: boolean) {
    this.#shell = shell;
    this.#fields = fields;
    this.#splitting = splitting;
  }

  *parts(parts: readonly Part[], quoted: boolean, fromExpansion = false): Syscall<void> {
    for (const part of parts) yield* this.#part(part, quoted, fromExpansion);
  }

  *#part(part: Part, quoted: boolean, fromExpansion: boolean): Syscall<void> {
    switch (part.kind) {
      case "text":
        if (fromExpansion) this.#result(part.text, quoted);
        else this.#fields.add(part.text, quoted);
        return;
      case "quoted":
        this.#fields.add(part.text, true);
        return;
      case "double":
        return yield* this.#double(part.parts);
      case "parameter":
        return yield* this.#parameter(part, quoted);
      case "command":
        return this.#result(yield* capture(this.#shell, part.body), quoted);
      case "arithmetic":
        return this.#result(yield* this.#arithmetic(part.parts), quoted);
    }
  }

  /** "…" is a field, empty or not, unless it holds a "$@" without parameters and nothing else. */
  *#double(parts: readonly Part[]): Syscall<void> {
    const before = this.#fields.added;
    yield* this.parts(parts, true);
    const vanishing = this.#shell.positional.length === 0 && parts.some((p) => p.kind === "parameter" && p.name === "@");
    if (this.#fields.added === before && !vanishing) this.#fields.add("", true);
  }

  *#arithmetic(parts: readonly Part[]): Syscall<string> {
    const text = yield* expandString(this.#shell, { parts });
    const shell = this.#shell;
    return String(arithmetic(text, { get: (n) => this.#nounset(n, shell.parameter(n)), set: (n, v) => shell.assign(n, v) }));
  }

  #result(text: string, quoted: boolean): void {
    if (quoted || !this.#splitting) this.#fields.add(text, quoted);
    else this.#fields.split(text);
  }

  *#parameter(part: Parameter, quoted: boolean): Syscall<void> {
    const { name, op, word } = part;
    const list = name === "@" || name === "*";
    const value = list ? this.#listValue() : this.#shell.parameter(name);
    const present = value !== undefined && !(op.startsWith(":") && value === "");
    switch (op) {
      case "":
        return list ? this.#list(name, quoted) : this.#result(this.#nounset(name, value) ?? "", quoted);
      case "length":
        return this.#result(String(list ? this.#shell.positional.length : [...(this.#nounset(name, value) ?? "")].length), quoted);
      case "-":
      case ":-":
        if (present) return list ? this.#list(name, quoted) : this.#result(value, quoted);
        return yield* this.parts(yield* tilde(this.#shell, word.parts, false), quoted, true);
      case "+":
      case ":+":
        if (present) yield* this.parts(yield* tilde(this.#shell, word.parts, false), quoted, true);
        return;
      case "=":
      case ":=":
        return this.#result(present ? value : yield* this.#assign(name, word), quoted);
      case "?":
      case ":?":
        if (!present) throw new ShellError(`${name}: ${(yield* expandString(this.#shell, word)) || (op === "?" ? "parameter not set" : "parameter not set or null")}`);
        return list ? this.#list(name, quoted) : this.#result(value, quoted);
      case "%":
      case "%%":
      case "#":
      case "##":
        if (list) return yield* this.#trimmedList(name, op, word, quoted);
        return this.#result(trim(this.#nounset(name, value) ?? "", op, yield* expandPattern(this.#shell, word)), quoted);
    }
  }

  *#assign(name: string, word: Word): Syscall<string> {
    if (!/^[A-Za-z_]/.test(name)) throw new ShellError(`${name}: bad variable name`);
    const value = yield* expandString(this.#shell, word);
    this.#shell.assign(name, value);
    return value;
  }

  #listValue(): string | undefined {
    return this.#shell.positional.length === 0 ? undefined : this.#joined();
  }
  #joined(values = this.#shell.positional): string {
    const ifs = this.#shell.variables.get("IFS");
    return values.join(ifs === undefined ? " " : ifs.charAt(0));
  }
  *#trimmedList(name: string, op: ParameterOp, word: Word, quoted: boolean): Syscall<void> {
    const pattern = yield* expandPattern(this.#shell, word);
    this.#list(name, quoted, this.#shell.positional.map((value) => trim(value, op, pattern)));
  }
  #list(name: string, quoted: boolean, values = this.#shell.positional): void {
    if (name === "*" && (quoted || !this.#splitting)) return this.#fields.add(this.#joined(values), quoted, quoted && values.length > 0);
    for (const [i, value] of values.entries()) {
      if (i > 0) this.#fields.end(quoted || !this.#splitting);
      if (quoted) this.#fields.add(value, true);
      else this.#result(value, false);
    }
  }
  #nounset(name: string, value: string | undefined): string | undefined {
    if (value === undefined && this.#shell.option("u") && name !== "!") throw new ShellError(`${name}: parameter not set`);
    return value;
  }
}

/** ${x%p} and its kin: `value` without the smallest or largest suffix or prefix that matches. */
function trim(value: string, op: ParameterOp, pattern: string): string {
  if (!isPattern(pattern)) {
    const text = unquotePattern(pattern);
    if (op.startsWith("#")) return value.startsWith(text) ? value.slice(text.length) : value;
    return value.endsWith(text) ? value.slice(0, value.length - text.length) : value;
  }
  if (op.startsWith("#")) return value.replace(new RegExp(`^(?:${patternSource(pattern, op === "#")})`, "u"), "");
  const whole = new RegExp(`^(${op === "%" ? "[^]*" : "[^]*?"})(?:${patternSource(pattern)})$`, "u");
  return whole.exec(value)?.[1] ?? value;
}
