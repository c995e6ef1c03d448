/** The grammar of types: `array[*:10] of int`, `^ struct[3] of char`, `(MACH_MSG_TYPE_CHAR, 8, dealloc)`, and the translations after them. */
import type { Cursor } from "./cursor.ts";
import { DefsError } from "./place.ts";
import type { Flag, PlacedSpec, Translation, TypeDecl, TypeSpec } from "./syntax.ts";
import { polymorphic, primitives, type Primitive } from "./wire-names.ts";

const FLAGS: ReadonlySet<string> = new Set(["islong", "isnotlong", "dealloc", "notdealloc", "servercopy", "countinout", "retcode"]);
/** Apple's, of C or of messages that are not typed as ours are: what they say is left. */
const APPLES_FLAGS: ReadonlySet<string> = new Set(["const", "samecount", "overwrite", "physicalcopy", "auto"]);
const TRANSLATIONS: ReadonlySet<string> = new Set(["ctype", "cusertype", "cservertype", "intran", "intranpayload", "outtran", "destructor"]);

/** `, dealloc[], countinout`… Only dealloc can have the brackets. `retcode` says nothing any more. */
export function parseFlags(c: Cursor): readonly Flag[] {
  const flags: Flag[] = [];
  while (c.accept(",")) {
    if (APPLES_FLAGS.has(c.peek().toLowerCase())) {
      c.take();
      continue;
    }
    const word = c.keyword() ?? "";
    if (!FLAGS.has(word)) c.fail("a flag");
    c.take();
    const maybe = c.accept("[");
    if (maybe && word !== "dealloc") c.fail("no brackets: only dealloc has them");
    if (maybe) c.expect("]");
    if (word !== "retcode") flags.push(maybe ? "maybedealloc" : (word as Flag));
  }
  return flags;
}

/** A constant expression of + - * / and parentheses, in whole numbers from 0. */
export function parseNumber(c: Cursor): number {
  let value = product(c);
  for (;;) {
    const place = c.place;
    if (c.accept("+")) value += product(c);
    else if (c.accept("-")) value -= product(c);
    else return value;
    if (value < 0 || value > 0xffff_ffff) throw new DefsError(place, `the number ${value} is out of range`);
  }
}

function product(c: Cursor): number {
  let value = operand(c);
  for (;;) {
    const place = c.place;
    if (c.accept("*")) value *= operand(c);
    else if (c.accept("/")) {
      const by = operand(c);
      if (by === 0) throw new DefsError(place, "division by zero");
      value = Math.trunc(value / by);
    } else return value;
    if (value > 0xffff_ffff) throw new DefsError(place, `the number ${value} is out of range`);
  }
}

function operand(c: Cursor): number {
  if (!c.accept("(")) return c.number();
  const value = c.nested(() => parseNumber(c));
  c.expect(")");
  return value;
}

const isPrimitive = (c: Cursor): boolean => c.keyword() === "polymorphic" || primitives.has(c.peek()) || /^[0-9]/.test(c.peek());

function primitive(c: Cursor): Primitive {
  if (c.accept("polymorphic")) return polymorphic;
  const known = primitives.get(c.peek());
  if (known !== undefined) {
    c.take();
    return known;
  }
  const value = c.number();
  const name = { text: String(value), value };
  return { sent: name, received: name, bits: 0 };
}

/** `SENT | RECEIVED`, or one for both. */
function wireType(c: Cursor): Primitive {
  const first = primitive(c);
  const place = c.place;
  if (!c.accept("|")) return first;
  const second = primitive(c);
  if (first.bits !== 0 && second.bits !== 0 && first.bits !== second.bits)
    throw new DefsError(place, `${first.sent.text} has ${first.bits} bits and ${second.received.text} has ${second.bits}`);
  return { sent: first.sent, received: second.received, bits: first.bits || second.bits };
}

function basic(c: Cursor): TypeSpec {
  if (c.accept("(")) {
    const { sent, received } = wireType(c);
    c.expect(",");
    const bits = parseNumber(c);
    const flags = parseFlags(c);
    c.expect(")");
    return { kind: "basic", sent, received, bits, flags };
  }
  const place = c.place;
  const { sent, received, bits } = wireType(c);
  if (bits === 0) throw new DefsError(place, `${sent.text} has no width of its own: write (${sent.text}, BITS)`);
  return { kind: "basic", sent, received, bits, flags: [] };
}

/** What stands between `array` and the element's type; undefined is a variable number without limit. */
function array(c: Cursor): TypeSpec {
  c.expect("[");
  const variable = c.peek() === "]" || c.accept("*");
  const n = !variable || c.accept(":") ? parseNumber(c) : 0;
  c.expect("]");
  c.expect("of");
  const of = parseSpec(c);
  return variable ? { kind: "variable", max: n, of } : { kind: "array", n, of };
}

function struct(c: Cursor): TypeSpec {
  if (c.accept("[")) {
    const n = parseNumber(c);
    c.expect("]");
    c.expect("of");
    return { kind: "structArray", n, of: parseSpec(c) };
  }
  c.expect("{");
  const members: { readonly type: string; readonly name: string; readonly place: PlacedSpec["place"] }[] = [];
  do {
    const place = c.place;
    members.push({ place, type: c.name("a member's type"), name: c.name("a member's name") });
    c.expect(";");
  } while (!c.accept("}"));
  return { kind: "struct", members };
}

function cString(c: Cursor): TypeSpec {
  c.expect("[");
  const varying = c.accept("*");
  if (varying) c.expect(":");
  const n = parseNumber(c);
  c.expect("]");
  return { kind: "cString", n, varying };
}

function spec(c: Cursor): TypeSpec {
  if (c.accept("array")) return array(c);
  if (c.accept("struct")) return struct(c);
  if (c.accept("c_string")) return cString(c);
  if (c.accept("^")) return { kind: "pointer", of: parseSpec(c) };
  if (c.peek() === "(" || isPrimitive(c)) return basic(c);
  return { kind: "named", name: c.name("a type") };
}

/** A type, without its translations. */
export function parseSpec(c: Cursor): PlacedSpec {
  const place = c.place;
  return { ...c.nested(() => spec(c)), place };
}

/** `intran: TRANS f(SERVER)`: the type that each translation gives to C is the first name, except of a destructor, which has only its argument's. */
function translation(c: Cursor, kind: Translation["kind"]): Translation {
  c.expect(":");
  const first = c.name("a name");
  if (kind === "intranpayload") c.name("a function");
  else if (kind === "intran" || kind === "outtran") {
    c.name("a function");
    parameter(c);
  } else if (kind === "destructor") parameter(c);
  return { kind, type: first };
}

function parameter(c: Cursor): void {
  c.expect("(");
  c.name("a type");
  c.expect(")");
}

/** What follows `NAME =`, or follows `type`. */
export function parseTypeDecl(c: Cursor, name: string, place: TypeDecl["place"]): TypeDecl {
  c.expect("=");
  const found = parseSpec(c);
  const translations: Translation[] = [];
  for (let word = c.keyword() ?? ""; TRANSLATIONS.has(word); word = c.keyword() ?? "") {
    c.take();
    translations.push(translation(c, word as Translation["kind"]));
  }
  return { name, spec: found, translations, place };
}
