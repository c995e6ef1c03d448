/** The C preprocessor, as far as interface files go: includes, macros, conditionals. What comes out is one row of tokens. */
import { isTrue } from "./condition.ts";
import { builtinHeaders, MACHINE, PREDEFINED } from "./headers.ts";
import { lines, type Line, type Token } from "./lexer.ts";
import { expand, parseDefine, type Macro } from "./macros.ts";
import { DefsError, type Place } from "./place.ts";

/** Finds an included file. The kernel reads no files: whoever calls gives this. */
export interface Files {
  /** `name` as written in `#include`; `from` is the including file's name, given for the form with quotes. Undefined: there is none. */
  find(name: string, from: string | undefined): { readonly file: string; readonly text: string } | undefined;
}

/** How a `.defs` file is to be read. */
export interface ReadOptions {
  readonly files?: Files;
  /** `-D NAME[=VALUE]`: the value is 1 when none is given. */
  readonly defines?: ReadonlyMap<string, string>;
}

/** Includes nested deeper than this are a circle; and more of them in all come of no honest file. */
const MAX_NESTED = 64;
const MAX_INCLUDES = 2000;

/** A conditional that is open: whether its text counts, whether a branch has been taken, and whether `#else` has come. */
interface Open {
  readonly place: Place;
  readonly outer: boolean;
  live: boolean;
  taken: boolean;
  last: boolean;
}

class Preprocessor {
  readonly macros = new Map<string, Macro>();
  readonly out: Token[] = [];
  readonly #files: Files;
  #text: Token[] = [];
  #depth = 0;
  #included = 0;
  constructor(files: Files) {
    this.#files = files;
  }

  define(name: string, value: string): void {
    this.macros.set(name, { params: undefined, body: lines("command line", value).flatMap((l) => l.tokens) });
  }

  file(file: string, text: string): void {
    const open: Open[] = [];
    for (const line of lines(file, text)) {
      const live = open.at(-1)?.live ?? true;
      if (line.directive) {
        this.#flush();
        this.#directive(line, open, live);
      } else if (live) for (const t of line.tokens) this.#text.push(t);
    }
    this.#flush();
    const left = open.at(-1);
    if (left !== undefined) throw new DefsError(left.place, "this conditional has no #endif");
  }

  #flush(): void {
    for (const t of expand(this.#text, this.macros)) this.out.push(t);
    this.#text = [];
  }

  #directive({ tokens, place }: Line, open: Open[], live: boolean): void {
    const [word, ...rest] = tokens;
    if (word === undefined) return;
    if (this.#conditional(word.text, rest, place, open, live) || !live) return;
    switch (word.text) {
      case "define": {
        const [name, macro] = parseDefine(rest, word);
        this.macros.set(name, macro);
        return;
      }
      case "undef":
        this.macros.delete(rest[0]?.text ?? "");
        return;
      case "include":
        this.#include(rest, place);
        return;
      case "error":
        throw new DefsError(place, `#error ${rest.map((t) => (t.spaced ? " " : "") + t.text).join("").trim()}`);
      case "warning":
      case "pragma":
      case "ident":
      case "line":
        return;
      default:
        // `# 12 "file"`: what another preprocessor leaves.
        if (word.kind !== "number") throw new DefsError(place, `unknown directive #${word.text}`);
    }
  }

  /** True when the directive was one of the conditionals. */
  #conditional(word: string, rest: readonly Token[], place: Place, open: Open[], outer: boolean): boolean {
    switch (word) {
      case "if":
      case "ifdef":
      case "ifndef": {
        const live = outer && this.#test(word, rest, place);
        open.push({ place, outer, live, taken: live, last: false });
        return true;
      }
      case "elif":
      case "else": {
        const top = open.at(-1);
        if (top === undefined || top.last) throw new DefsError(place, `#${word} without #if`);
        top.live = top.outer && !top.taken && (word === "else" || isTrue(rest, this.macros, place));
        top.taken ||= top.live;
        top.last = word === "else";
        return true;
      }
      case "endif":
        if (open.pop() === undefined) throw new DefsError(place, "#endif without #if");
        return true;
      default:
        return false;
    }
  }

  #test(word: string, rest: readonly Token[], place: Place): boolean {
    if (word === "if") return isTrue(rest, this.macros, place);
    const name = rest[0];
    if (name?.kind !== "name") throw new DefsError(place, `#${word} wants a name`);
    return this.macros.has(name.text) === (word === "ifdef");
  }

  #include(rest: readonly Token[], place: Place): void {
    const written = rest[0]?.kind === "string" || rest[0]?.text === "<" ? rest : expand(rest, this.macros);
    const [first] = written;
    const quoted = first?.kind === "string";
    const end = written.findIndex((t) => t.text === ">");
    if (!quoted && (first?.text !== "<" || end < 2)) throw new DefsError(place, '#include wants "FILE" or <FILE>');
    const name = quoted ? first.text.slice(1, -1) : written.slice(1, end).map((t) => t.text).join("");
    const found = this.#find(name, quoted ? place.file : undefined);
    if (found === undefined) throw new DefsError(place, `cannot find ${name}`);
    if (++this.#depth > MAX_NESTED || ++this.#included > MAX_INCLUDES) throw new DefsError(place, `${name} includes itself`);
    this.file(found.file, found.text);
    this.#depth--;
  }

  #find(name: string, from: string | undefined): ReturnType<Files["find"]> {
    const machine = name.replace(/(^|\/)machine\//, `$1${MACHINE}/`);
    const found = this.#files.find(name, from) ?? (machine === name ? undefined : this.#files.find(machine, from));
    const text = found === undefined ? builtinHeaders.get(name) : undefined;
    return text === undefined ? found : { file: name, text };
  }
}

/** The tokens of a file after inclusion, replacement and conditionals. Throws `DefsError`. */
export function preprocess(file: string, text: string, options: ReadOptions = {}): readonly Token[] {
  const cpp = new Preprocessor(options.files ?? { find: () => undefined });
  for (const [name, value] of [...PREDEFINED, ...(options.defines ?? [])]) cpp.define(name, value);
  cpp.file(file, text);
  return cpp.out;
}
