/** A row of tokens and a place in it, with the words that MIG's grammar keeps for itself. */
import type { Token } from "./lexer.ts";
import { DefsError, MAX_DEPTH, type Place } from "./place.ts";

/** MIG's keywords, in any case of letters; none of them can be a name. */
const KEYWORDS: ReadonlySet<string> = new Set(
  (
    "routine simpleroutine subsystem msgoption msgseqno waittime nowaittime in out inout requestport replyport ureplyport sreplyport array of " +
    "serverprefix userprefix serverdemux rcsid import uimport simport type kernelserver kerneluser skip struct intran intranpayload outtran " +
    "destructor ctype cusertype cservertype c_string islong isnotlong dealloc notdealloc servercopy countinout retcode polymorphic"
  ).split(" "),
);

/** Reads tokens one after another. Whatever does not fit throws `DefsError`. */
export class Cursor {
  readonly #tokens: readonly Token[];
  readonly #end: Place;
  #at = 0;
  #depth = 0;

  /** `end` is where an error at the end of the text is reported. */
  constructor(tokens: readonly Token[], end: Place) {
    this.#tokens = tokens;
    this.#end = tokens.at(-1)?.place ?? end;
  }

  get place(): Place {
    return this.#tokens[this.#at]?.place ?? this.#end;
  }

  get atEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  fail(wanted: string): never {
    const t = this.#tokens[this.#at];
    throw new DefsError(this.place, `expected ${wanted}, found ${t === undefined ? "the end" : t.text}`);
  }

  /** The text of the next token, or of one behind it, without taking it. */
  peek(behind = 0): string {
    return this.#tokens[this.#at + behind]?.text ?? "";
  }

  /** The keyword that comes next, in lower case; undefined when it is something else. */
  keyword(): string | undefined {
    const t = this.#tokens[this.#at];
    const word = t?.kind === "name" ? t.text.toLowerCase() : "";
    return KEYWORDS.has(word) ? word : undefined;
  }

  /** Takes the next token whatever it is. */
  take(): Token {
    const t = this.#tokens[this.#at];
    if (t === undefined) this.fail("more");
    this.#at++;
    return t;
  }

  /** Takes the mark or keyword `text` if it is next. */
  accept(text: string): boolean {
    if (this.atEnd || (this.peek() !== text && this.keyword() !== text)) return false;
    this.#at++;
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) this.fail(text);
  }

  /** Takes a name that is no keyword. */
  name(what: string): string {
    if (this.#tokens[this.#at]?.kind !== "name" || this.keyword() !== undefined) this.fail(what);
    return this.take().text;
  }

  /** Takes a decimal number below 2^32. */
  number(): number {
    const t = this.#tokens[this.#at];
    if (t === undefined || !/^[0-9]+$/.test(t.text)) this.fail("a number");
    const value = Number(t.text);
    if (value > 0xffff_ffff) throw new DefsError(this.place, `${t.text} is too large`);
    this.#at++;
    return value;
  }

  /** Runs `body` one level deeper, and refuses to go deeper than a file of people does. */
  nested<T>(body: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw new DefsError(this.place, "nested too deep");
    const result = body();
    this.#depth--;
    return result;
  }
}
