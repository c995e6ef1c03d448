/** Words of the shell: quoting and the expansions that stand in them (POSIX, "Quoting", "Word Expansions"). */
import type { List, ParameterOp, Part, Word } from "./ast.ts";
import type { Source} from "./lexer.ts";
import { ShellSyntaxError, type Aliases } from "./lexer.ts";
import { parseSubstitution, parseText } from "./parser.ts";

/**
 * Where characters stand: in a plain word · in "…" · in a here-document · in the word of ${x-…} · in that of "${x-…}" · in $((…)).
 */
type Mode = "word" | "double" | "here" | "brace" | "quoted-brace" | "arithmetic";

const META = " \t\r\n;&|()<>";
const name = /[A-Za-z_][A-Za-z_0-9]*/y;

export class WordParser {
  readonly #source: Source;
  readonly #aliases: Aliases;
  constructor(source: Source, aliases: Aliases) {
    this.#source = source;
    this.#aliases = aliases;
  }
  /** The word that begins here. */
  word(): Word {
    return { parts: this.#parts("word") };
  }
  /** All of the text as the body of a here-document. */
  hereDocument(): Word {
    return { parts: this.#parts("here") };
  }

  #parts(mode: Mode): readonly Part[] {
    const collected = new Collected();
    let depth = 0;
    for (;;) {
      const c = this.#source.peek();
      if (this.#ends(mode, c, depth)) return collected.finish();
      if (mode === "arithmetic") depth += c === "(" ? 1 : c === ")" ? -1 : 0;
      this.#one(mode, c, collected);
    }
  }

  #ends(mode: Mode, c: string, depth: number): boolean {
    if (c === "") {
      if (mode === "word" || mode === "here") return true;
      throw this.#error(mode === "double" ? "Unterminated quoted string" : mode === "arithmetic" ? "Missing '))'" : "Missing '}'", true);
    }
    switch (mode) {
      case "word":
        return META.includes(c);
      case "double":
        return c === '"';
      case "here":
        return false;
      case "brace":
      case "quoted-brace":
        return c === "}";
      case "arithmetic":
        return c === ")" && depth === 0;
    }
  }

  #one(mode: Mode, c: string, to: Collected): void {
    const source = this.#source;
    const quoting = mode === "word" || mode === "brace";
    if (c === "\\") this.#backslash(mode, to);
    else if (c === "'" && quoting) to.push({ kind: "quoted", text: this.#single() });
    else if (c === '"' && (quoting || mode === "quoted-brace")) {
      source.take();
      const parts = this.#parts("double");
      source.take();
      to.push({ kind: "double", parts });
    } else if (c === "$") this.#dollar(mode, to);
    else if (c === "`") to.push({ kind: "command", body: this.#backquoted(mode) });
    else to.text(source.take());
  }

  #backslash(mode: Mode, to: Collected): void {
    const source = this.#source;
    source.take();
    const next = source.peek();
    if (next === "\n") {
      source.take();
      return;
    }
    const special = mode === "here" || mode === "arithmetic" ? "$`\\" : mode === "double" ? '$`"\\' : mode === "quoted-brace" ? '$`"\\}' : undefined;
    if (next === "") to.quoted("\\");
    else if (special !== undefined && !special.includes(next)) to.text("\\");
    else to.quoted(source.take());
  }

  #single(): string {
    const source = this.#source;
    source.take();
    let text = "";
    while (source.peek() !== "'") {
      if (source.done) throw this.#error("Unterminated quoted string", true);
      text += source.take();
    }
    source.take();
    return text;
  }

  #dollar(mode: Mode, to: Collected): void {
    const source = this.#source;
    const next = source.peek(1);
    if (next === "{") return this.#braced(mode, to);
    if (next === "(") return this.#parenthesised(to);
    name.lastIndex = source.at + 1;
    const found = name.exec(source.text)?.[0] ?? (/^[0-9@*#?$!-]$/.test(next) ? next : undefined);
    source.at += 1 + (found?.length ?? 0);
    if (found === undefined) to.text("$");
    else to.push(parameter(found));
  }

  #parenthesised(to: Collected): void {
    const source = this.#source;
    const { at, line } = source;
    if (source.peek(2) === "(") {
      source.at += 3;
      const parts = this.#arithmetic();
      if (parts) {
        to.push({ kind: "arithmetic", parts });
        return;
      }
      source.at = at;
      source.line = line;
    }
    source.at += 2;
    to.push({ kind: "command", body: parseSubstitution(source, this.#aliases) });
  }

  /** The parts up to "))"; undefined when it turns out to be a command substitution that begins with a subshell. */
  #arithmetic(): readonly Part[] | undefined {
    const source = this.#source;
    const parts = this.#parts("arithmetic");
    if (source.peek(1) === "") throw this.#error("Missing '))'", true);
    if (source.peek(1) !== ")") return undefined;
    source.at += 2;
    return parts;
  }

  #braced(mode: Mode, to: Collected): void {
    const source = this.#source;
    source.at += 2;
    const length = source.peek() === "#" && /^#(?:[A-Za-z_]\w*|[0-9]+|[@*#?$!-])\}/.test(source.text.slice(source.at, source.at + 200));
    if (length) source.at++;
    const m = /^(?:[A-Za-z_]\w*|[0-9]+|[@*#?$!-])/.exec(source.text.slice(source.at, source.at + 200));
    if (!m) throw this.#error(source.done ? "Missing '}'" : "Bad substitution", source.done);
    source.at += m[0].length;
    if (length) {
      source.at++;
      to.push(parameter(m[0], "length"));
      return;
    }
    const op = this.#operator();
    const trimming = op.startsWith("%") || op.startsWith("#");
    const inner: Mode = (mode === "double" || mode === "here" || mode === "quoted-brace") && !trimming ? "quoted-brace" : "brace";
    const parts = this.#parts(inner);
    if (op === "" && parts.length > 0) throw this.#error("Bad substitution");
    source.take();
    to.push(parameter(m[0], op, { parts }));
  }

  #operator(): ParameterOp {
    const m = /^(?::?[-=?+]|%%?|##?)/.exec(this.#source.text.slice(this.#source.at, this.#source.at + 2));
    this.#source.at += m?.[0].length ?? 0;
    return (m?.[0] ?? "") as ParameterOp;
  }

  #backquoted(mode: Mode): List {
    const source = this.#source;
    const { line } = source;
    source.take();
    let text = "";
    for (let c = source.take(); c !== "`"; c = source.take()) {
      if (c === "") throw this.#error("EOF in backquote substitution", true);
      const next = source.peek();
      if (c === "\\" && ("$`\\".includes(next) || (mode === "double" && next === '"')) && next !== "") text += source.take();
      else text += c;
    }
    return parseText(text, this.#aliases, line);
  }

  #error(message: string, incomplete = false): ShellSyntaxError {
    return new ShellSyntaxError(message, this.#source.line, incomplete);
  }
}

const nothing: Word = { parts: [] };
const parameter = (n: string, op: ParameterOp = "", word = nothing): Part => ({ kind: "parameter", name: n, op, word });

/** Parts, with neighbouring characters of one kind joined. */
class Collected {
  readonly #parts: Part[] = [];
  push(part: Part): void {
    this.#parts.push(part);
  }
  text(text: string): void {
    this.#join("text", text);
  }
  quoted(text: string): void {
    this.#join("quoted", text);
  }
  #join(kind: "text" | "quoted", text: string): void {
    const last = this.#parts.at(-1);
    if (last?.kind === kind) this.#parts[this.#parts.length - 1] = { kind, text: last.text + text };
    else this.#parts.push({ kind, text });
  }
  finish(): readonly Part[] {
    return this.#parts;
  }
}
