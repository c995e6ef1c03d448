/** Tokens of the shell (POSIX, "Token Recognition"), with here-documents and aliases. Words are parsed by words.ts. */
import type { Redirection, Word } from "./ast.ts";
import { WordParser } from "./words.ts";

/** The text is no shell program. `incomplete` says that more text could make it one. */
export class ShellSyntaxError extends Error {
  override readonly name = "ShellSyntaxError";
  readonly line: number;
  readonly incomplete: boolean;
  constructor(message: string, line: number, incomplete = false) {
    super(message);
    this.line = line;
    this.incomplete = incomplete;
  }
}

export type Operator = "&&" | "||" | ";;" | ";" | "&" | "|" | "(" | ")" | Redirection["op"];
const operators: readonly Operator[] = ["<<-", "&&", "||", ";;", "<<", ">>", "<&", ">&", "<>", ">|", ";", "&", "|", "(", ")", "<", ">"];

export type Token = { readonly start: number; readonly end: number; readonly line: number } & (
  | { readonly kind: "word"; readonly word: Word; readonly raw: string }
  | { readonly kind: "operator"; readonly op: Operator }
  | { readonly kind: "io-number"; readonly fd: number }
  | { readonly kind: "newline" | "eof" }
);

/** A here-document whose body is read after the next newline. */
export interface PendingHere {
  readonly delimiter: string;
  readonly quoted: boolean;
  readonly stripTabs: boolean;
  body: Word;
}

/** The text of a shell program and how far it was read. */
export class Source {
  text: string;
  at: number;
  line: number;
  constructor(text: string, at = 0, line = 1) {
    this.text = text;
    this.at = at;
    this.line = line;
  }
  peek(ahead = 0): string {
    return this.text.charAt(this.at + ahead);
  }
  /** Takes one character, counting lines. */
  take(): string {
    const c = this.text.charAt(this.at++);
    if (c === "\n") this.line++;
    return c;
  }
  startsWith(s: string): boolean {
    return this.text.startsWith(s, this.at);
  }
  get done(): boolean {
    return this.at >= this.text.length;
  }
}

export type Aliases = ReadonlyMap<string, string>;

export class Lexer {
  readonly source: Source;
  readonly #aliases: Aliases;
  readonly #words: WordParser;
  #pending: PendingHere[] = [];
  #token: Token | undefined;
  /** Ends of alias texts that are being read: an alias is not replaced inside its own text. */
  #active: { readonly name: string; end: number }[] = [];
  constructor(source: Source, aliases: Aliases) {
    this.source = source;
    this.#aliases = aliases;
    this.#words = new WordParser(source, aliases);
  }

  /** The next token, not taken. */
  peek(): Token {
    this.#token ??= this.#read();
    return this.#token;
  }
  /** Takes the next token. */
  next(): Token {
    const token = this.peek();
    this.#token = undefined;
    return token;
  }
  /** Here-documents begin after the line in which they are named. */
  awaitHere(here: PendingHere): void {
    this.#pending.push(here);
  }
  /** Replaces the next token by an alias' text, if it is one. To be asked where a command's name may stand. */
  alias(): boolean {
    const token = this.peek();
    if (token.kind !== "word") return false;
    const text = this.#aliases.get(token.raw);
    this.#active = this.#active.filter((a) => token.start < a.end);
    if (text === undefined || this.#active.some((a) => a.name === token.raw)) return false;
    const { source } = this;
    const grown = text.length - (token.end - token.start);
    for (const a of this.#active) a.end += grown;
    this.#active.push({ name: token.raw, end: token.start + text.length + 1 });
    source.text = source.text.slice(0, token.start) + text + source.text.slice(token.end);
    source.at = token.start;
    this.#token = undefined;
    if (/[ \t]$/.test(text)) this.#blankEnd = token.start + text.length;
    return true;
  }
  /** Is the next token the one after an alias that ends in a blank? It may be an alias too. */
  followsBlankAlias(): boolean {
    if (this.#blankEnd === undefined || this.peek().start < this.#blankEnd) return false;
    this.#blankEnd = undefined;
    return true;
  }
  #blankEnd: number | undefined;

  #read(): Token {
    this.#skipBlank();
    const { source } = this;
    const { at: start, line } = source;
    if (source.done) return { kind: "eof", start, end: start, line };
    if (source.peek() === "\n") {
      source.take();
      this.#readHere();
      return { kind: "newline", start, end: start, line };
    }
    const op = operators.find((o) => source.startsWith(o));
    if (op) {
      source.at += op.length;
      return { kind: "operator", op, start, end: source.at, line };
    }
    const io = /^\d+(?=[<>])/.exec(source.text.slice(start, start + 8));
    if (io) {
      source.at += io[0].length;
      return { kind: "io-number", fd: Number(io[0]), start, end: source.at, line };
    }
    const word = this.#words.word();
    return { kind: "word", word, raw: source.text.slice(start, source.at), start, end: source.at, line };
  }

  #skipBlank(): void {
    const { source } = this;
    for (;;) {
      const c = source.peek();
      if (c === " " || c === "\t" || c === "\r") source.at++;
      else if (c === "\\" && source.peek(1) === "\n") {
        source.at++;
        source.take();
      } else if (c === "#") {
        while (!source.done && source.peek() !== "\n") source.at++;
      } else return;
    }
  }

  #readHere(): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const here of pending) {
      const { line } = this.source;
      const text = this.#hereText(here);
      here.body = here.quoted ? { parts: [{ kind: "quoted", text }] } : new WordParser(new Source(text, 0, line), this.#aliases).hereDocument();
    }
  }

  /** The lines up to the delimiter. The end of the text ends it too, as in other shells. */
  #hereText({ delimiter, stripTabs, quoted }: PendingHere): string {
    let text = "";
    while (!this.source.done) {
      let line = this.#line();
      while (!quoted && /(^|[^\\])(\\\\)*\\$/.test(line) && !this.source.done) line = line.slice(0, -1) + this.#line();
      if (stripTabs) line = line.replace(/^\t+/, "");
      if (line === delimiter) return text;
      text += `${line}\n`;
    }
    this.unfinishedHere = true;
    return text;
  }
  /** A here-document ended with the text: whoever can read more should. */
  unfinishedHere = false;

  #line(): string {
    let line = "";
    while (!this.source.done) {
      const c = this.source.take();
      if (c === "\n") break;
      line += c;
    }
    return line;
  }
  get hereDocumentsPending(): boolean {
    return this.#pending.length > 0;
  }
}
