/** Text to tokens: comments and spliced lines go, and every token knows its line. The same tokens serve the directives and MIG's grammar. */
import { DefsError, type Place } from "./place.ts";

/** What a token is. `text` is as written, quotes included. */
export interface Token {
  readonly kind: "name" | "number" | "string" | "char" | "mark";
  readonly text: string;
  readonly place: Place;
  /** A blank stands before it: `#define F (x)` defines no function. */
  readonly spaced: boolean;
  /** Macros that this token came from, and that do not replace it again. */
  readonly hidden?: ReadonlySet<string>;
}

/** One line, spliced: its number, its tokens, and whether it is a directive (its first token is then what follows the `#`). */
export interface Line {
  readonly place: Place;
  readonly directive: boolean;
  readonly tokens: readonly Token[];
}

const TOKEN =
  /([A-Za-z_][A-Za-z_0-9]*)|([0-9][A-Za-z_0-9]*)|("(?:[^"\\\n]|\\.)*")|('(?:[^'\\\n]|\\.)+')|(<<|>>|<=|>=|==|!=|&&|\|\||##|[^\s])/y;

/** Replaces comments by a blank, keeping the ends of lines. */
function withoutComments(file: string, text: string): string {
  return text.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g, (found, at: number) => {
    if (!found.startsWith("/")) return found;
    if (found.startsWith("/*") && (found.length < 4 || !found.endsWith("*/")))
      throw new DefsError({ file, line: lineAt(text, at) }, "a comment has no end");
    return " " + found.replace(/[^\n]/g, "");
  });
}

const lineAt = (text: string, at: number): number => text.slice(0, at).split("\n").length;

function kindOf(m: RegExpExecArray): Token["kind"] {
  if (m[1] !== undefined) return "name";
  if (m[2] !== undefined) return "number";
  if (m[3] !== undefined) return "string";
  return m[4] !== undefined ? "char" : "mark";
}

/** The tokens of one line. */
function tokenize(text: string, place: Place): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let spaced = false;
  while (at < text.length) {
    if (/\s/.test(text[at] ?? "")) {
      at++;
      spaced = true;
      continue;
    }
    TOKEN.lastIndex = at;
    const m = TOKEN.exec(text);
    if (m === null) throw new DefsError(place, "this is no text");
    tokens.push({ kind: kindOf(m), text: m[0], place, spaced });
    at = TOKEN.lastIndex;
    spaced = false;
  }
  return tokens;
}

/** The lines of a file that are not empty. Throws `DefsError` when a comment has no end. */
export function lines(file: string, source: string): readonly Line[] {
  const raw = withoutComments(file, source.replace(/\r\n/g, "\n")).split("\n");
  const found: Line[] = [];
  for (let i = 0; i < raw.length; i++) {
    const place = { file, line: i + 1 };
    let text = raw[i] ?? "";
    while (text.endsWith("\\") && i + 1 < raw.length) text = text.slice(0, -1) + (raw[++i] ?? "");
    const tokens = tokenize(text, place);
    const directive = tokens[0]?.text === "#";
    if (tokens.length > 0) found.push({ place, directive, tokens: directive ? tokens.slice(1) : tokens });
  }
  return found;
}
