/** Shell patterns: `*`, `?`, `[…]`, `\` (POSIX, "Pattern Matching Notation"). */

const classes: Readonly<Record<string, string>> = {
  alnum: "\\p{L}\\p{N}",
  alpha: "\\p{L}",
  blank: " \\t",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "\\x21-\\x7e\\p{L}\\p{N}",
  lower: "\\p{Ll}",
  print: "\\x20-\\x7e\\p{L}\\p{N}",
  punct: "!-\\/:-@\\[-`\\{-~",
  space: "\\s",
  upper: "\\p{Lu}",
  xdigit: "0-9A-Fa-f",
};

const special = new Set("\\^$.*+?()[]{}|/");
/** One character as the source of a regular expression that matches it (flag u). */
export const quoteForRegExp = (c: string): string => (special.has(c) ? `\\${c}` : c);
/** The same inside of brackets. */
const quoteInClass = (c: string): string => (c === "-" ? "\\-" : quoteForRegExp(c));

/** How a bracket expression reads: its source for RegExp (flag u), and where it ends. */
export interface Bracket {
  readonly source: string;
  readonly end: number;
}

/**
 * The bracket expression of POSIX that begins at `text[at] === "["`; undefined if it has no end. `escapes`: a backslash quotes, as in
 * shell patterns and not in regular expressions.
 */
export function bracket(text: string, at: number, negation: string, escapes: boolean): Bracket | undefined {
  let i = at + 1;
  const negated = negation.includes(text.charAt(i)) && i < text.length;
  if (negated) i++;
  let body = "";
  for (let first = true; i < text.length; first = false) {
    const c = text.charAt(i);
    if (c === "]" && !first) return { source: body === "" ? (negated ? "[^]" : "[]") : `[${negated ? "^" : ""}${body}]`, end: i + 1 };
    const named = /^\[:(\w+):\]/.exec(text.slice(i));
    const known = named && classes[named[1] ?? ""];
    if (named && known !== undefined) {
      body += known;
      i += named[0].length;
      continue;
    }
    const [low, after] = element(text, i, escapes);
    i = after;
    if (text.charAt(i) === "-" && i + 1 < text.length && text.charAt(i + 1) !== "]") {
      const [high, end] = element(text, i + 1, escapes);
      i = end;
      if (low <= high) body += `${quoteInClass(low)}-${quoteInClass(high)}`;
    } else body += quoteInClass(low);
  }
  return undefined;
}

function element(text: string, at: number, escapes: boolean): readonly [string, number] {
  const collating = /^\[([.=])(.)\1\]/.exec(text.slice(at));
  if (collating) return [collating[2] ?? "", at + collating[0].length];
  const i = escapes && text.charAt(at) === "\\" && at + 1 < text.length ? at + 1 : at;
  const c = String.fromCodePoint(text.codePointAt(i) ?? 0);
  return [c, i + c.length];
}

/** The source of a regular expression for `pattern`, unanchored. `lazy`: stars take as little as they can. */
export function patternSource(pattern: string, lazy = false): string {
  let source = "";
  for (let i = 0; i < pattern.length; ) {
    const c = String.fromCodePoint(pattern.codePointAt(i) ?? 0);
    const set = c === "[" ? bracket(pattern, i, "!^", true) : undefined;
    if (set) {
      source += set.source;
      i = set.end;
      continue;
    }
    i += c.length;
    if (c === "*") source += lazy ? "[^]*?" : "[^]*";
    else if (c === "?") source += "[^]";
    else if (c === "\\" && i < pattern.length) {
      const quoted = String.fromCodePoint(pattern.codePointAt(i) ?? 0);
      source += quoteForRegExp(quoted);
      i += quoted.length;
    } else source += quoteForRegExp(c);
  }
  return source;
}

/** A test for whole names. */
export function patternMatcher(pattern: string, ignoreCase = false): (name: string) => boolean {
  const expression = new RegExp(`^(?:${patternSource(pattern)})$`, ignoreCase ? "ui" : "u");
  return (name) => expression.test(name);
}

/** Does the whole of `name` match? */
export const fnmatch = (pattern: string, name: string): boolean => patternMatcher(pattern)(name);

/** Has `pattern` any of the characters that make it more than a name? */
export const isPattern = (pattern: string): boolean => /(^|[^\\])(\\\\)*[*?[]/.test(pattern);

/** `text` as a pattern that matches only itself. */
export const quotePattern = (text: string): string => text.replace(/[\\*?[\]!^-]/g, "\\$&");
/** The name that a pattern without special characters stands for. */
export const unquotePattern = (pattern: string): string => pattern.replace(/\\([^])/g, "$1");
