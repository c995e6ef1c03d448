/** The grammar of interface files: tokens to statements. */
import { Cursor } from "./cursor.ts";
import type { Token } from "./lexer.ts";
import { DefsError, type Place } from "./place.ts";
import type { ArgumentDecl, Direction, RoutineDecl, Statement } from "./syntax.ts";
import { parseFlags, parseTypeDecl } from "./type-parser.ts";

const DIRECTIONS: ReadonlySet<string> = new Set<Direction>([
  ...(["in", "out", "inout", "requestport", "replyport", "sreplyport", "ureplyport", "waittime", "msgoption", "msgseqno"] as const),
]);

/** Statements about the C that MIG writes. What follows the word is a file's name or a string of C, in which anything but `;` may stand. */
const ABOUT_C: ReadonlySet<string> = new Set(["import", "uimport", "simport", "rcsid", "waittime", "msgoption", "serverdemux"]);

/** Apple's words for the same: they begin a statement where no other does. */
const APPLES_ABOUT_C: ReadonlySet<string> = new Set([
  ...["dimport", "iimport", "suimport", "sdimport", "skuimport", "usertypelimit", "onstacklimit", "error", "consumeonsenderror"],
]);

/** Arguments that Apple's kernel puts behind a message, in a trailer. */
const TOKENS: ReadonlySet<string> = new Set([
  ...["serveraudittoken", "useraudittoken", "serversectoken", "usersectoken", "servercontexttoken", "serverimpl", "userimpl"],
]);

/** MIG had these once. Their messages are those of a routine, but their stubs give no error back. */
const FORMER: ReadonlySet<string> = new Set(["procedure", "simpleprocedure", "function"]);

function subsystem(c: Cursor, place: Place): Statement {
  let kernelUser = false;
  let kernelServer = false;
  for (;;) {
    if (c.accept("kerneluser")) kernelUser = true;
    else if (c.accept("kernelserver")) kernelServer = true;
    else break;
  }
  return { kind: "subsystem", name: c.name("the subsystem's name"), base: c.number(), kernelUser, kernelServer, place };
}

function argument(c: Cursor): ArgumentDecl {
  const place = c.place;
  const word = c.keyword();
  const token = TOKENS.has(c.peek().toLowerCase()) && c.peek(1) !== ":";
  const direction = token ? "token" : word !== undefined && DIRECTIONS.has(word) ? (word as Direction) : undefined;
  if (direction !== undefined) c.take();
  const name = c.name("an argument's name");
  c.expect(":");
  const typePlace = c.place;
  const typeName = c.name("a type's name");
  const type = c.peek() === "=" ? ({ kind: "here", decl: parseTypeDecl(c, typeName, typePlace) } as const) : ({ kind: "named", name: typeName } as const);
  return { direction, name, type, flags: parseFlags(c), place };
}

function routine(c: Cursor, kind: RoutineDecl["kind"], place: Place): RoutineDecl {
  const name = c.name("the routine's name");
  c.expect("(");
  const args: ArgumentDecl[] = [];
  if (!c.accept(")")) {
    do args.push(argument(c));
    while (c.accept(";"));
    c.expect(")");
  }
  return { kind, name, arguments: args, place };
}

function aboutC(c: Cursor, word: string): undefined {
  if (c.peek() === ";") c.fail(`something after ${word}`);
  while (!c.atEnd && c.peek() !== ";") c.take();
}

/** One statement without its semicolon; undefined when it says nothing about messages. */
function statement(c: Cursor): Statement | undefined {
  const place = c.place;
  const word = c.keyword();
  if (word === undefined && FORMER.has(c.peek().toLowerCase())) throw new DefsError(place, `MIG has no ${c.peek().toLowerCase()} any more: write routine`);
  if (word === undefined && APPLES_ABOUT_C.has(c.peek().toLowerCase())) return aboutC(c, c.take().text);
  if (word === undefined) c.fail("a statement");
  c.take();
  switch (word) {
    case "subsystem":
      return subsystem(c, place);
    case "type":
      return { kind: "type", decl: parseTypeDecl(c, c.name("the type's name"), place), place };
    case "routine":
    case "simpleroutine":
      return { kind: "routine", decl: routine(c, word, place), place };
    case "skip":
      return { kind: "skip", n: c.peek() === ";" ? 1 : c.number(), place };
    case "serverprefix":
    case "userprefix":
      return { kind: word, name: c.name("a prefix"), place };
    case "nowaittime":
      return undefined;
    default:
      if (!ABOUT_C.has(word)) throw new DefsError(place, `no statement begins with ${word}`);
      return aboutC(c, word);
  }
}

/** All statements. Throws `DefsError` at the first that is none. */
export function parse(tokens: readonly Token[], end: Place): readonly Statement[] {
  const c = new Cursor(tokens, end);
  const found: Statement[] = [];
  while (!c.atEnd) {
    if (c.accept(";")) continue;
    const s = statement(c);
    if (s !== undefined) found.push(s);
    c.expect(";");
  }
  return found;
}
