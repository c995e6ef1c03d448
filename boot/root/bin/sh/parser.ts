/**
 * The shell's grammar by recursive descent (POSIX, "Shell Grammar Rules"). `Parser.next` gives one complete command after the other, so
 * that what stands before an error is executed, and a definition of an alias holds from the next line on.
 */
import type { Assignment, CaseItem, Command, CompoundCommand, Item, List, Redirection, SimpleCommand, Word } from "./ast.ts";
import { literal } from "./ast.ts";
import { Lexer, ShellSyntaxError, Source, type Aliases, type Operator, type PendingHere, type Token } from "./lexer.ts";

const reserved = new Set(["!", "{", "}", "case", "do", "done", "elif", "else", "esac", "fi", "for", "if", "in", "then", "until", "while"]);
/** Reserved words that end a list. */
const closing = new Set(["}", "do", "done", "elif", "else", "esac", "fi", "then"]);
const isName = (s: string): boolean => /^[A-Za-z_]\w*$/.test(s);

/** All of `text`. Throws ShellSyntaxError. */
export function parseText(text: string, aliases: Aliases = new Map(), line = 1): List {
  const parser = new Parser(new Source(text, 0, line), aliases);
  const items: Item[] = [];
  for (let list = parser.next(); list; list = parser.next()) items.push(...list);
  return items;
}

/** The commands of `$(…)`, from after the parenthesis to behind the closing one. */
export function parseSubstitution(source: Source, aliases: Aliases): List {
  return new Parser(source, aliases).substitution();
}

export class Parser {
  readonly #lexer: Lexer;
  constructor(source: Source, aliases: Aliases) {
    this.#lexer = new Lexer(source, aliases);
  }

  /** The commands of the next line that has any; undefined at the end. Throws ShellSyntaxError. */
  next(): List | undefined {
    this.#newlines();
    if (this.#peek().kind === "eof") return undefined;
    const items = this.#line();
    const token = this.#peek();
    if (token.kind !== "newline" && token.kind !== "eof") throw this.#unexpected(token);
    this.#lexer.next();
    return items;
  }
  /** A here-document was ended by the end of the text. */
  get unfinished(): boolean {
    return this.#lexer.unfinishedHere || this.#lexer.hereDocumentsPending;
  }
  substitution(): List {
    const body = this.#list(false);
    this.#operator(")");
    return body;
  }

  #line(): List {
    const items: Item[] = [];
    do items.push(this.#item());
    while (this.#startsCommand());
    return items;
  }

  /** A compound list: to a word or operator that cannot begin a command. */
  #list(required = true): List {
    const items: Item[] = [];
    this.#newlines();
    while (this.#startsCommand()) {
      items.push(this.#item());
      this.#newlines();
    }
    if (required && items.length === 0) throw this.#unexpected(this.#peek());
    return items;
  }

  #startsCommand(): boolean {
    const token = this.#peek();
    switch (token.kind) {
      case "word":
        return !closing.has(token.raw);
      case "io-number":
        return true;
      case "operator":
        return token.op === "(" || token.op.startsWith("<") || token.op.startsWith(">");
      case "newline":
      case "eof":
        return false;
    }
  }

  #item(): Item {
    const { start } = this.#peek();
    const command = this.#andOr();
    const end = this.#peek();
    const text = this.#lexer.source.text.slice(start, end.start).trim();
    const background = end.kind === "operator" && end.op === "&";
    if (background || (end.kind === "operator" && end.op === ";")) this.#lexer.next();
    else if (this.#startsCommand()) throw this.#unexpected(end);
    return { command, background, text };
  }

  #andOr(): Command {
    let left = this.#pipeline();
    for (;;) {
      const token = this.#peek();
      if (token.kind !== "operator" || (token.op !== "&&" && token.op !== "||")) return left;
      this.#lexer.next();
      this.#newlines();
      left = { kind: token.op === "&&" ? "and" : "or", left, right: this.#pipeline() };
    }
  }

  #pipeline(): Command {
    let negated = false;
    while (this.#isWord("!")) {
      this.#lexer.next();
      negated = !negated;
    }
    const commands = [this.#command()];
    while (this.#isOperator("|")) {
      this.#lexer.next();
      this.#newlines();
      commands.push(this.#command());
    }
    const [only] = commands;
    return !negated && commands.length === 1 && only ? only : { kind: "pipeline", negated, commands };
  }

  #command(): Command {
    while (this.#lexer.alias());
    const token = this.#peek();
    if (token.kind === "operator" && token.op === "(") return this.#redirected(this.#subshell());
    if (token.kind === "word") {
      const compound = this.#compound(token.raw);
      if (compound) return this.#redirected(compound);
      if (reserved.has(token.raw)) throw this.#unexpected(token);
    } else if (!this.#startsCommand()) throw this.#unexpected(token);
    return this.#simple();
  }

  #compound(word: string): CompoundCommand | undefined {
    switch (word) {
      case "{":
        return this.#braces();
      case "if":
        return this.#if();
      case "while":
      case "until":
        return this.#loop(word);
      case "for":
        return this.#for();
      case "case":
        return this.#case();
      default:
        return undefined;
    }
  }

  #subshell(): CompoundCommand {
    this.#operator("(");
    const body = this.#list();
    this.#operator(")");
    return { kind: "subshell", body, redirections: [] };
  }
  #braces(): CompoundCommand {
    this.#reserved("{");
    const body = this.#list();
    this.#reserved("}");
    return { kind: "group", body, redirections: [] };
  }
  #if(): CompoundCommand {
    this.#lexer.next();
    const condition = this.#list();
    this.#reserved("then");
    const then = this.#list();
    const { line } = this.#peek();
    if (this.#isWord("elif")) {
      const command = this.#if();
      return { kind: "if", condition, then, otherwise: [{ command, background: false, text: `elif at ${line}` }], redirections: [] };
    }
    let otherwise: List = [];
    if (this.#isWord("else")) {
      this.#lexer.next();
      otherwise = this.#list();
    }
    this.#reserved("fi");
    return { kind: "if", condition, then, otherwise, redirections: [] };
  }
  #loop(kind: "while" | "until"): CompoundCommand {
    this.#lexer.next();
    const condition = this.#list();
    return { kind, condition, body: this.#doGroup(), redirections: [] };
  }
  #doGroup(): List {
    this.#reserved("do");
    const body = this.#list();
    this.#reserved("done");
    return body;
  }
  #for(): CompoundCommand {
    const { line } = this.#lexer.next();
    const variable = this.#lexer.next();
    if (variable.kind !== "word" || !isName(variable.raw)) throw new ShellSyntaxError("Bad for loop variable", variable.line, variable.kind === "eof");
    this.#newlines();
    let words: Word[] | undefined;
    if (this.#isWord("in")) {
      this.#lexer.next();
      words = [];
      for (let token = this.#peek(); token.kind === "word"; token = this.#peek()) {
        words.push(token.word);
        this.#lexer.next();
      }
      const end = this.#lexer.next();
      if (end.kind !== "newline" && !(end.kind === "operator" && end.op === ";")) throw this.#unexpected(end);
    } else if (this.#isOperator(";")) this.#lexer.next();
    this.#newlines();
    return { kind: "for", name: variable.raw, words, body: this.#doGroup(), line, redirections: [] };
  }
  #case(): CompoundCommand {
    const { line } = this.#lexer.next();
    const subject = this.#lexer.next();
    if (subject.kind !== "word") throw this.#unexpected(subject);
    this.#newlines();
    this.#reserved("in");
    this.#newlines();
    const items: CaseItem[] = [];
    while (!this.#isWord("esac")) items.push(this.#caseItem());
    this.#lexer.next();
    return { kind: "case", word: subject.word, items, line, redirections: [] };
  }
  #caseItem(): CaseItem {
    if (this.#isOperator("(")) this.#lexer.next();
    const patterns: Word[] = [];
    for (;;) {
      const token = this.#lexer.next();
      if (token.kind !== "word") throw this.#unexpected(token);
      patterns.push(token.word);
      if (!this.#isOperator("|")) break;
      this.#lexer.next();
    }
    this.#operator(")");
    const body = this.#list(false);
    if (this.#isOperator(";;")) this.#lexer.next();
    else if (!this.#isWord("esac")) throw this.#unexpected(this.#peek());
    this.#newlines();
    return { patterns, body };
  }

  #redirected(command: CompoundCommand): CompoundCommand {
    const redirections: Redirection[] = [];
    for (let r = this.#redirection(); r; r = this.#redirection()) redirections.push(r);
    return redirections.length === 0 ? command : { ...command, redirections };
  }

  #simple(): Command {
    const { line } = this.#peek();
    const parts = { assignments: [] as Assignment[], words: [] as Word[], redirections: [] as Redirection[] };
    for (;;) {
      const redirection = this.#redirection();
      if (redirection) {
        parts.redirections.push(redirection);
        continue;
      }
      if (this.#lexer.followsBlankAlias()) while (this.#lexer.alias());
      const token = this.#peek();
      if (token.kind !== "word") break;
      this.#lexer.next();
      const assignment = parts.words.length === 0 ? assignmentOf(token.word) : undefined;
      if (assignment) parts.assignments.push(assignment);
      else parts.words.push(token.word);
      if (this.#isFunction(parts)) return this.#function(token.raw, token.line);
    }
    return { kind: "simple", line, ...parts };
  }

  #isFunction({ assignments, words, redirections }: Omit<SimpleCommand, "kind" | "line">): boolean {
    return words.length === 1 && assignments.length === 0 && redirections.length === 0 && this.#isOperator("(");
  }
  #function(name: string, line: number): Command {
    this.#lexer.next();
    this.#operator(")");
    if (!isName(name)) throw new ShellSyntaxError("Bad function name", line);
    this.#newlines();
    const token = this.#peek();
    const body = this.#command();
    if (!("redirections" in body) || body.kind === "simple") throw this.#unexpected(token);
    return { kind: "function", name, body };
  }

  #redirection(): Redirection | undefined {
    const first = this.#peek();
    let fd: number | undefined;
    if (first.kind === "io-number") {
      fd = first.fd;
      this.#lexer.next();
    }
    const token = this.#peek();
    if (token.kind !== "operator" || !(token.op.startsWith("<") || token.op.startsWith(">"))) return undefined;
    this.#lexer.next();
    const op = token.op as Redirection["op"];
    const target = this.#lexer.next();
    if (target.kind !== "word") throw this.#unexpected(target);
    if (op !== "<<" && op !== "<<-") return { op, fd, target: target.word };
    const here = hereOf(op, target.word);
    this.#lexer.awaitHere(here);
    return {
      op,
      fd,
      get target() {
        return here.body;
      },
    };
  }

  #peek(): Token {
    return this.#lexer.peek();
  }
  #newlines(): void {
    while (this.#peek().kind === "newline") this.#lexer.next();
  }
  #isWord(raw: string): boolean {
    const token = this.#peek();
    return token.kind === "word" && token.raw === raw;
  }
  #isOperator(op: Operator): boolean {
    const token = this.#peek();
    return token.kind === "operator" && token.op === op;
  }
  #reserved(word: string): void {
    const token = this.#lexer.next();
    if (token.kind !== "word" || token.raw !== word) throw this.#unexpected(token, word);
  }
  #operator(op: Operator): void {
    const token = this.#lexer.next();
    if (token.kind !== "operator" || token.op !== op) throw this.#unexpected(token, op);
  }
  #unexpected(token: Token, expected?: string): ShellSyntaxError {
    const wanted = expected === undefined ? "" : ` (expecting "${expected}")`;
    return new ShellSyntaxError(`${describe(token)} unexpected${wanted}`, token.line, token.kind === "eof");
  }
}

function describe(token: Token): string {
  switch (token.kind) {
    case "word":
      return reserved.has(token.raw) ? `"${token.raw}"` : "word";
    case "operator":
      return /^[<>]/.test(token.op) ? "redirection" : `"${token.op}"`;
    case "io-number":
      return "redirection";
    case "newline":
      return "newline";
    case "eof":
      return "end of file";
  }
}

/** `name=value`, when the name and the sign are unquoted. */
function assignmentOf(word: Word): Assignment | undefined {
  const [first, ...rest] = word.parts;
  if (first?.kind !== "text") return undefined;
  const m = /^([A-Za-z_]\w*)=/.exec(first.text);
  if (!m) return undefined;
  const value = first.text.slice(m[0].length);
  return { name: m[1] ?? "", value: { parts: value === "" ? rest : [{ kind: "text", text: value }, ...rest] } };
}

function hereOf(op: "<<" | "<<-", word: Word): PendingHere {
  const plain = literal(word);
  const flat = (parts: Word["parts"]): string => parts.map((p) => (p.kind === "double" ? flat(p.parts) : "text" in p ? p.text : p.kind === "parameter" ? `$${p.name}` : "")).join("");
  return { delimiter: plain ?? flat(word.parts), quoted: word.parts.some((p) => p.kind === "quoted" || p.kind === "double"), stripTabs: op === "<<-", body: { parts: [] } };
}
