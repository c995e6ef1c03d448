/** Regular expressions of POSIX, basic and extended, as those of JavaScript (flag u). */
import { bracket, quoteForRegExp } from "./fnmatch.ts";

/** The pattern is none. */
export class RegexError extends Error {
  override readonly name = "RegexError";
}

/** How a pattern is read: -G, -E, -F. */
export type RegexKind = "basic" | "extended" | "fixed";

/** The source of a RegExp for `pattern`. Throws RegexError. */
export function regexSource(pattern: string, kind: RegexKind): string {
  if (kind === "fixed") return [...pattern].map(quoteForRegExp).join("");
  return new Translation(pattern, kind === "extended").all();
}

/** Throws RegexError. */
export function regex(pattern: string, kind: RegexKind, flags = ""): RegExp {
  try {
    return new RegExp(regexSource(pattern, kind), `u${flags}`);
  } catch (e) {
    if (e instanceof RegexError) throw e;
    throw new RegexError("Invalid regular expression");
  }
}

class Translation {
  readonly #text: string;
  readonly #extended: boolean;
  #at = 0;
  #out = "";
  /** Where the open groups begin in the output. */
  readonly #open: number[] = [];
  #groups = 0;
  /** Where the last atom begins in the output, and whether it is repeated. */
  #start = 0;
  #repeated = false;
  /** Nothing to repeat stands before: at the start, after ( and |. */
  #fresh = true;
  constructor(text: string, extended: boolean) {
    this.#text = text;
    this.#extended = extended;
  }
  all(): string {
    while (this.#at < this.#text.length) this.#one();
    if (this.#open.length > 0) throw new RegexError("Unmatched ( or \\(");
    return this.#out;
  }
  #one(): void {
    const c = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0);
    if (c === "[") return this.#bracket();
    this.#at += c.length;
    if (c === "\\") return this.#escape();
    if (c === ".") this.#atom("[^]");
    else if (c === "*") this.#star();
    else if (c === "^") this.#caret();
    else if (c === "$") this.#dollar();
    else if (this.#extended && "+?{|()".includes(c)) this.#special(c);
    else this.#atom(quoteForRegExp(c));
  }
  #atom(source: string, start = this.#out.length): void {
    this.#start = start;
    this.#repeated = false;
    this.#out += source;
    this.#fresh = false;
  }
  #star(): void {
    if (this.#fresh) this.#atom("\\*");
    else this.#repeat("*");
  }
  /** Repeating what is repeated already is allowed in POSIX. */
  #repeat(source: string): void {
    if (this.#repeated) this.#out = `${this.#out.slice(0, this.#start)}(?:${this.#out.slice(this.#start)})`;
    this.#out += source;
    this.#repeated = true;
  }
  #caret(): void {
    if (this.#extended || this.#fresh) this.#out += "^";
    else this.#atom("\\^");
  }
  #dollar(): void {
    const rest = this.#text.slice(this.#at);
    if (this.#extended || rest === "" || rest.startsWith("\\)") || rest.startsWith("\\|")) this.#out += "$";
    else this.#atom("\\$");
  }
  #escape(): void {
    if (this.#at >= this.#text.length) throw new RegexError("Trailing backslash");
    const c = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0);
    this.#at += c.length;
    if (/[1-9]/.test(c)) {
      if (Number(c) > this.#groups) throw new RegexError("Invalid back reference");
      this.#atom(`(?:\\${c})`);
    } else if ("wWsSbB".includes(c)) this.#atom(`\\${c}`);
    else if (c === "<") this.#out += "\\b(?=\\w)";
    else if (c === ">") this.#out += "\\b(?<=\\w)";
    else if (!this.#extended && "+?{|()".includes(c)) this.#special(c);
    else this.#atom(quoteForRegExp(c));
  }
  #special(c: string): void {
    if (c === "(") {
      this.#open.push(this.#out.length);
      this.#groups++;
      this.#out += "(";
      this.#fresh = true;
    } else if (c === ")") this.#close();
    else if (c === "|") {
      this.#out += "|";
      this.#fresh = true;
    } else if (this.#fresh) this.#atom(quoteForRegExp(c));
    else if (c === "{") this.#interval();
    else this.#repeat(c);
  }
  #close(): void {
    const start = this.#open.pop();
    if (start === undefined) {
      if (!this.#extended) throw new RegexError("Unmatched ) or \\)");
      return this.#atom("\\)");
    }
    this.#atom(")", start);
  }
  #interval(): void {
    const m = (this.#extended ? /^(\d*)(,?)(\d*)\}/ : /^(\d*)(,?)(\d*)\\\}/).exec(this.#text.slice(this.#at));
    if (!m || (m[1] === "" && m[2] === "")) {
      if (!this.#extended) throw new RegexError("Invalid content of \\{\\}");
      return this.#atom("\\{");
    }
    this.#at += m[0].length;
    if (m[3] !== "" && Number(m[3]) < Number(m[1])) throw new RegexError("Invalid content of \\{\\}");
    this.#repeat(`{${m[1] === "" ? "0" : m[1]}${m[2]}${m[3]}}`);
  }
  #bracket(): void {
    const found = bracket(this.#text, this.#at, "^", false);
    if (!found) throw new RegexError("Unmatched [, [^, [:, [., or [=");
    this.#at = found.end;
    this.#atom(found.source);
  }
}
