/**
 * Types: what a declaration comes to, by MIG's rules for a 32-bit machine. A word has 32 bits, nothing is aligned to more than 4 bytes, and a
 * struct goes as an array of the widest element that it is aligned to.
 */
import { MsgType, isPortType } from "../../ipc/names.ts";
import { DefsError, type Place } from "./place.ts";
import type { Flag, PlacedSpec, Translation, TypeDecl, WireName } from "./syntax.ts";
import { POLYMORPHIC, primitives } from "./wire-names.ts";

/** A type as messages need it. */
export interface IpcType {
  /** Undefined while it is part of another's declaration. */
  readonly name: string | undefined;
  /** What it was made of: an array's element, or the type that it is another name of. */
  readonly element: IpcType | undefined;
  readonly sent: WireName;
  readonly received: WireName;
  /** Width of one wire element (`msgt_size`). */
  readonly bits: number;
  /** How many wire elements; the most in line when `variable`. Out of line: 0. */
  readonly number: number;
  readonly inline: boolean;
  readonly variable: boolean;
  /** In line when it fits in 2048 bytes, else out of line. */
  readonly indefinite: boolean;
  readonly cString: boolean;
  readonly longForm: boolean;
  readonly dealloc: "no" | "yes" | "maybe";
  readonly flags: ReadonlySet<Flag>;
  /** In bytes. */
  readonly alignment: number;
  readonly bytes: number;
  /** C types on the two sides. */
  readonly userType: string | undefined;
  readonly serverType: string | undefined;
}

/** Finds a type by name; throws `DefsError` at `place` when there is none. */
export type Lookup = (name: string, place: Place) => IpcType;

const WORD = 4;
/** The most bytes of an indefinite array in line. */
const MAX_INLINE = 2048;

/** Rights, by what either side sees. */
export const isPort = (t: IpcType): boolean =>
  (t.sent.value === POLYMORPHIC.value && t.received.value === POLYMORPHIC.value) || isPortType(t.sent.value) || isPortType(t.received.value);

/** The size in bytes follows from the rest. */
function sized(t: Omit<IpcType, "bytes">, place: Place): IpcType {
  const bits = t.number * t.bits;
  if (t.inline && bits > 0xffff_ffff) throw new DefsError(place, "the type is too large");
  if (t.inline && bits % 8 !== 0) throw new DefsError(place, "the size of a type must be a multiple of 8 bits");
  if (t.inline && bits === 0 && !t.variable) throw new DefsError(place, "the type has no size");
  return { ...t, bytes: t.inline ? bits / 8 : WORD };
}

const bare = { userType: undefined, serverType: undefined } as const;
const copy = (t: IpcType): IpcType => ({ ...t, name: undefined, element: t });

function basicType(sent: WireName, received: WireName, bits: number, flags: readonly Flag[], place: Place): IpcType {
  return sized(
    {
      ...bare,
      ...{ name: undefined, element: undefined, sent, received, bits, number: 1, inline: true, variable: false, indefinite: false },
      ...{ cString: sent.value === MsgType.STRING_C, longForm: false, dealloc: "no", flags: new Set(flags) },
      alignment: Math.max(1, Math.min(WORD, Math.floor(bits / 8))),
    },
    place,
  );
}

const START: Place = { file: "MIG", line: 1 };

/** Types that are there before any declaration. */
export const builtinTypes: ReadonlyMap<string, IpcType> = new Map(
  (
    [
      ["char", "CHAR"],
      ["short", "INTEGER_16"],
      ["int", "INTEGER_32"],
      ["int64", "INTEGER_64"],
      ["uintptr_t", "INTEGER_32"],
      ["intptr_t", "INTEGER_32"],
    ] as const
  ).flatMap(([name, wire]): readonly (readonly [string, IpcType])[] => {
    const p = primitives.get(`MACH_MSG_TYPE_${wire}`);
    return p === undefined ? [] : [[name, { ...basicType(p.sent, p.received, p.bits, [], START), name, userType: name, serverType: name }]];
  }),
);

function checkSimple(t: IpcType, place: Place): void {
  if (!t.inline || t.variable) throw new DefsError(place, "MIG has no such type: an array's element is of fixed size and in line");
}

function arrayOf(n: number, of: IpcType, place: Place): IpcType {
  checkSimple(of, place);
  return sized({ ...copy(of), ...bare, number: of.number * n, cString: false }, place);
}

function variableOf(max: number, of: IpcType, place: Place): IpcType {
  checkSimple(of, place);
  const number = max === 0 ? Math.floor(MAX_INLINE / of.bytes) * of.number : of.number * max;
  return sized({ ...copy(of), ...bare, number, variable: true, indefinite: max === 0, cString: false }, place);
}

function pointerTo(t: IpcType, place: Place): IpcType {
  if (!t.inline || (t.variable && !t.indefinite)) throw new DefsError(place, "MIG has no such type: ^ is for arrays without limit and types of fixed size");
  return sized({ ...t, number: 0, indefinite: false, inline: false, cString: false, alignment: WORD }, place);
}

const align = (bytes: number, to: number): number => Math.ceil(bytes / to) * to;

function structOf(spec: PlacedSpec & { readonly kind: "struct" }, lookup: Lookup): IpcType {
  let bytes = 0;
  let alignment = 1;
  for (const { type, name, place } of spec.members) {
    const t = lookup(type, place);
    checkSimple(t, place);
    if (t.bytes === 0) throw new DefsError(place, `the member ${name} has no size`);
    bytes = align(bytes, t.alignment) + t.bytes;
    alignment = Math.max(alignment, t.alignment);
  }
  const element = alignment === 4 ? builtinTypes.get("int") : alignment === 2 ? builtinTypes.get("short") : undefined;
  const number = align(bytes, alignment) / alignment;
  return sized({ ...copy(element ?? BYTE), ...bare, number, alignment, cString: false }, spec.place);
}

const BYTE_NAME: WireName = { text: "MACH_MSG_TYPE_BYTE", value: MsgType.BYTE };
const BYTE: IpcType = { ...basicType(BYTE_NAME, BYTE_NAME, 8, [], START), name: "unsigned char", userType: "unsigned char", serverType: "unsigned char" };
const STRING_NAME: WireName = { text: "MACH_MSG_TYPE_STRING_C", value: MsgType.STRING_C };
const CHAR: IpcType = { ...basicType(STRING_NAME, STRING_NAME, 8, [], START), name: "char", userType: "char", serverType: "char" };

/** The type that `spec` describes, still without a name. */
function build(spec: PlacedSpec, lookup: Lookup): IpcType {
  const { place } = spec;
  switch (spec.kind) {
    case "basic":
      return basicType(spec.sent, spec.received, spec.bits, spec.flags, place);
    case "named":
      return copy(lookup(spec.name, place));
    case "array":
    case "structArray":
      return arrayOf(spec.n, build(spec.of, lookup), place);
    case "variable":
      return variableOf(spec.max, build(spec.of, lookup), place);
    case "pointer":
      return pointerTo(build(spec.of, lookup), place);
    case "struct":
      return structOf(spec, lookup);
    case "cString":
      return sized({ ...copy(CHAR), ...bare, number: spec.n, variable: spec.varying, cString: true }, place);
  }
}

/** Whether the type must, should or may not have a long descriptor; throws when no descriptor can hold it. */
function longByNature(t: IpcType, name: string, place: Place): boolean {
  if (t.bits >= 1 << 16) throw new DefsError(place, `${name}: one element of ${t.bits} bits fits in no descriptor`);
  for (const { value } of [t.sent, t.received]) if (value !== POLYMORPHIC.value && value > 255) throw new DefsError(place, `${name}: no msgt_name is ${value}`);
  return t.bits >= 256 || t.number >= 4096 || (t.variable && !t.inline) || t.indefinite;
}

/** `flags` over what was: the dealloc flag of a type or of an argument. Two that contradict each other cancel out. */
export function deallocBy(flags: ReadonlySet<Flag>, before: IpcType["dealloc"]): IpcType["dealloc"] {
  if (flags.has("maybedealloc")) return "maybe";
  if (flags.has("dealloc") === flags.has("notdealloc")) return before;
  return flags.has("dealloc") ? "yes" : "no";
}

/** The same for the form of the descriptor. */
export const longBy = (flags: ReadonlySet<Flag>, before: boolean): boolean =>
  flags.has("islong") === flags.has("isnotlong") ? before : flags.has("islong");

const last = (translations: readonly Translation[], ...kinds: readonly Translation["kind"][]): string | undefined =>
  translations.filter((t) => kinds.includes(t.kind)).at(-1)?.type;

/** A declared type with its name. Throws `DefsError` for what MIG refuses. */
export function declareType({ name, spec, translations, place }: TypeDecl, lookup: Lookup): IpcType {
  const t = build(spec, lookup);
  const translated = translations.find((x) => ["intran", "intranpayload", "outtran", "destructor"].includes(x.kind));
  if (t.variable && translated !== undefined) throw new DefsError(place, `${name}: a variable array can have no ${translated.kind}`);
  if (t.variable && t.inline && t.element?.userType === undefined) throw new DefsError(place, `${name}: the elements of a variable array in line must be of a named type`);
  const long = longByNature(t, name, place);
  return {
    ...t,
    name,
    userType: last(translations, "ctype", "cusertype") ?? name,
    serverType: last(translations, "ctype", "cservertype", "outtran") ?? name,
    dealloc: deallocBy(t.flags, "no"),
    longForm: longBy(t.flags, long),
  };
}
