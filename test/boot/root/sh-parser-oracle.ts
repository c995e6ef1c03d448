/** mvdan-sh, another parser of the shell's language, and our own, brought to one form for comparison. */
import { createRequire } from "node:module";
import type { Command, List, Part, Redirection, Word } from "../../../boot/root/bin/sh/ast.ts";
import { ShellSyntaxError } from "../../../boot/root/bin/sh/lexer.ts";
import { parseText } from "../../../boot/root/bin/sh/parser.ts";

/** A command's skeleton: what both parsers say of it. Literal text and positions are left out. */
export type Skeleton = string | readonly Skeleton[];
/** The skeletons of a program's commands, or "error". */
export type Verdict = readonly Skeleton[] | "error";

export function ours(text: string): Verdict {
  try {
    return list(parseText(text));
  } catch (e) {
    if (e instanceof ShellSyntaxError) return "error";
    throw e;
  }
}

const list = (items: List): readonly Skeleton[] => items.map((i) => (i.background ? ["&", command(i.command)] : command(i.command)));

function command(c: Command): Skeleton {
  switch (c.kind) {
    case "simple":
      return ["simple", c.assignments.map((a) => [a.name, ...word(a.value)]), c.words.map(word), c.redirections.map(redirection)];
    case "pipeline": {
      const pipe = c.commands.length > 1 ? ["|", ...c.commands.map(command)] : c.commands.map(command)[0] ?? "";
      return c.negated ? ["!", pipe] : pipe;
    }
    case "and":
    case "or":
      return [c.kind, command(c.left), command(c.right)];
    case "function":
      return ["function", c.name, command(c.body)];
    default:
      return c.redirections.length > 0 ? [compound(c), c.redirections.map(redirection)] : compound(c);
  }
}
function compound(c: Exclude<Command, { kind: "simple" | "pipeline" | "and" | "or" | "function" }>): Skeleton {
  switch (c.kind) {
    case "group":
    case "subshell":
      return [c.kind, ...list(c.body)];
    case "if": {
      const [only, more] = c.otherwise;
      const elif = only && !more && only.command.kind === "if" && only.text.startsWith("elif at ");
      return ["if", list(c.condition), list(c.then), elif ? command(only.command) : c.otherwise.length > 0 ? ["else", ...list(c.otherwise)] : []];
    }
    case "while":
    case "until":
      return [c.kind, list(c.condition), list(c.body)];
    case "for":
      return ["for", c.name, (c.words ?? []).map(word), list(c.body)];
    case "case":
      return ["case", word(c.word), ...c.items.map((i) => [i.patterns.map(word), list(i.body)])];
  }
}
const redirection = (r: Redirection): Skeleton => [r.fd === undefined ? "" : String(r.fd), r.op, r.op.startsWith("<<") ? "" : word(r.target)];
const word = (w: Word): readonly Skeleton[] => w.parts.flatMap(part);
function part(p: Part): readonly Skeleton[] {
  switch (p.kind) {
    case "text":
      return [];
    case "quoted":
      return [];
    case "double":
      return [["double", ...p.parts.flatMap(part)]];
    case "parameter":
      return [["$", p.name, p.op === "length" ? "#" : p.op]];
    case "command":
      return [["$()", ...list(p.body)]];
    case "arithmetic":
      return ["$(())"];
  }
}

/** The nodes of mvdan-sh, as far as they are looked at. */
interface Node {
  readonly Cmd?: Node;
  readonly Negated?: boolean;
  readonly Background?: boolean;
  readonly Redirs?: readonly Node[];
  readonly Assigns?: readonly Node[];
  readonly Args?: readonly Node[];
  readonly Name?: Node;
  readonly Value: string & Node;
  readonly Parts?: readonly Node[];
  readonly Stmts: readonly Node[];
  readonly Op: number;
  readonly X: Node;
  readonly Y: Node;
  readonly N?: Node;
  readonly Word?: Node;
  readonly Body: Node;
  readonly Cond: readonly Node[];
  readonly Then: readonly Node[];
  readonly Else?: Node;
  readonly Until?: boolean;
  readonly Do: readonly Node[];
  readonly Loop: Node;
  readonly Items: readonly Node[];
  readonly Patterns: readonly Node[];
  readonly Param: Node;
  readonly Length?: boolean;
  readonly Exp?: Node;
}
interface Mvdan {
  readonly syntax: {
    NodeType(n: Node): string;
    NewParser(option: unknown): { Parse(text: string, name: string): Node };
    Variant(language: unknown): unknown;
    readonly LangPOSIX: unknown;
  };
}
const { syntax } = createRequire(import.meta.url)("mvdan-sh") as Mvdan;
const parser = syntax.NewParser(syntax.Variant(syntax.LangPOSIX));

export function theirs(text: string): Verdict {
  try {
    return stmts(parser.Parse(text, "text").Stmts);
  } catch (e) {
    if (typeof e === "object" && e !== null && "Error" in e) return "error";
    throw e;
  }
}

const AND = 10;
const PIPE = 12;
const redirections: Readonly<Record<number, string>> = { 54: ">", 55: ">>", 56: "<", 57: "<>", 58: "<&", 59: ">&", 60: ">|", 61: "<<", 62: "<<-" };
const expansions: Readonly<Record<number, string>> = { 68: "+", 69: ":+", 70: "-", 71: ":-", 72: "?", 73: ":?", 74: "=", 75: ":=", 76: "%", 77: "%%", 78: "#", 79: "##" };
const is = (n: Node, type: string): boolean => syntax.NodeType(n) === type;
const stmts = (nodes: readonly Node[]): readonly Skeleton[] => nodes.map((s) => (s.Background ? ["&", stmt(s)] : stmt(s)));

function stmt(s: Node): Skeleton {
  const redirs = (s.Redirs ?? []).map(theirRedirection);
  const plain = s.Cmd ? theirCommand(s.Cmd, redirs) : (["simple", [], [], redirs] as const);
  return s.Negated ? ["!", plain] : plain;
}
function theirCommand(c: Node, redirs: readonly Skeleton[]): Skeleton {
  const type = syntax.NodeType(c);
  if (type === "CallExpr") return ["simple", (c.Assigns ?? []).map((a) => [a.Name?.Value ?? "", ...(a.Value ? theirWord(a.Value) : [])]), (c.Args ?? []).map(theirWord), redirs];
  if (type === "BinaryCmd") return c.Op === PIPE ? pipes(c) : [c.Op === AND ? "and" : "or", stmt(c.X), stmt(c.Y)];
  if (type === "FuncDecl") return ["function", c.Name?.Value ?? "", stmt(c.Body)];
  const plain = theirCompound(c, type);
  return redirs.length > 0 ? [plain, redirs] : plain;
}
/** A negation that mvdan hangs on the first command belongs to the whole pipeline. */
function pipes(c: Node): Skeleton {
  const left = stmt({ ...fields(c.X), Negated: false });
  const flat = Array.isArray(left) && left[0] === "|" ? left.slice(1) : [left];
  const pipe = ["|", ...flat, stmt(c.Y)];
  return c.X.Negated ? ["!", pipe] : pipe;
}
const fields = (n: Node): Node => ({ Cmd: n.Cmd, Redirs: n.Redirs, Background: n.Background }) as Node;

function theirCompound(c: Node, type: string): Skeleton {
  switch (type) {
    case "Block":
      return ["group", ...stmts(c.Stmts)];
    case "Subshell":
      return ["subshell", ...stmts(c.Stmts)];
    case "IfClause":
      return ["if", stmts(c.Cond), stmts(c.Then), c.Else ? (c.Else.Cond.length > 0 ? theirCompound(c.Else, type) : ["else", ...stmts(c.Else.Then)]) : []];
    case "WhileClause":
      return [c.Until ? "until" : "while", stmts(c.Cond), stmts(c.Do)];
    case "ForClause":
      return ["for", c.Loop.Name?.Value ?? "", ((c.Loop.Items as readonly Node[] | null) ?? []).map(theirWord), stmts(c.Do)];
    case "CaseClause":
      return ["case", c.Word ? theirWord(c.Word) : [], ...c.Items.map((i) => [i.Patterns.map(theirWord), stmts(i.Stmts)])];
    default:
      return type;
  }
}
const theirRedirection = (r: Node): Skeleton => [r.N?.Value ?? "", redirections[r.Op] ?? String(r.Op), r.Op >= 61 || !r.Word ? "" : theirWord(r.Word)];
const theirWord = (w: Node): readonly Skeleton[] => (w.Parts ?? []).flatMap(theirPart);
function theirPart(p: Node): readonly Skeleton[] {
  if (is(p, "Lit") || is(p, "SglQuoted")) return [];
  if (is(p, "DblQuoted")) return [["double", ...(p.Parts ?? []).flatMap(theirPart)]];
  if (is(p, "ParamExp")) return [["$", p.Param.Value, p.Length ? "#" : p.Exp ? (expansions[p.Exp.Op] ?? String(p.Exp.Op)) : ""]];
  if (is(p, "CmdSubst")) return [["$()", ...stmts(p.Stmts)]];
  return is(p, "ArithmExp") ? ["$(())"] : [syntax.NodeType(p)];
}
