/** What the parser makes of a shell program (POSIX, "Shell Grammar"). Values only: a subshell may share them. */

/** One piece of a word. */
export type Part =
  /** Unquoted characters, special to globbing. */
  | { readonly kind: "text"; readonly text: string }
  /** Characters that are quoted by `'` or `\`. */
  | { readonly kind: "quoted"; readonly text: string }
  /** "…": its parts are expanded but not split. */
  | { readonly kind: "double"; readonly parts: readonly Part[] }
  | { readonly kind: "parameter"; readonly name: string; readonly op: ParameterOp; readonly word: Word }
  /** $(…) and `…` */
  | { readonly kind: "command"; readonly body: List }
  /** $((…)) */
  | { readonly kind: "arithmetic"; readonly parts: readonly Part[] };

/** "" is a plain parameter, "length" is ${#x}. */
export type ParameterOp = "" | "length" | "-" | ":-" | "=" | ":=" | "?" | ":?" | "+" | ":+" | "%" | "%%" | "#" | "##";

export interface Word {
  readonly parts: readonly Part[];
}

export type RedirectionOp = "<" | ">" | ">|" | ">>" | "<>" | "<&" | ">&" | "<<" | "<<-";

export interface Redirection {
  readonly op: RedirectionOp;
  /** The descriptor written before the operator. */
  readonly fd: number | undefined;
  /** The file's name; the body of a here-document. */
  readonly target: Word;
}

export interface Assignment {
  readonly name: string;
  readonly value: Word;
}

export interface SimpleCommand {
  readonly kind: "simple";
  readonly line: number;
  readonly assignments: readonly Assignment[];
  readonly words: readonly Word[];
  readonly redirections: readonly Redirection[];
}

export interface CaseItem {
  readonly patterns: readonly Word[];
  readonly body: List;
}

interface WithRedirections {
  readonly redirections: readonly Redirection[];
}

export type CompoundCommand = WithRedirections &
  (
    | { readonly kind: "group" | "subshell"; readonly body: List }
    | { readonly kind: "if"; readonly condition: List; readonly then: List; readonly otherwise: List }
    | { readonly kind: "while" | "until"; readonly condition: List; readonly body: List }
    /** Without `in`, `words` is undefined: the positional parameters. */
    | { readonly kind: "for"; readonly name: string; readonly words: readonly Word[] | undefined; readonly body: List; readonly line: number }
    | { readonly kind: "case"; readonly word: Word; readonly items: readonly CaseItem[]; readonly line: number }
  );

export type Command =
  | SimpleCommand
  | CompoundCommand
  | { readonly kind: "function"; readonly name: string; readonly body: CompoundCommand }
  | { readonly kind: "pipeline"; readonly negated: boolean; readonly commands: readonly Command[] }
  | { readonly kind: "and" | "or"; readonly left: Command; readonly right: Command };

/** One and-or list with its terminator. */
export interface Item {
  readonly command: Command;
  readonly background: boolean;
  /** Its source, for `jobs`. */
  readonly text: string;
}
export type List = readonly Item[];

/** The text of a word that is one unquoted literal; undefined for others. Reserved words and names are such. */
export function literal(word: Word): string | undefined {
  const [only, more] = word.parts;
  return only?.kind === "text" && more === undefined ? only.text : undefined;
}
