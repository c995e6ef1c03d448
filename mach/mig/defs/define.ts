/**
 * An interface file to a definition object, the same that our own interfaces are written as: `client(sub)` gives stubs by name, `serve(sub, …)`
 * a server, and whoever prints messages the routines' names.
 */
import { MsgType } from "../../ipc/names.ts";
import { kindOf, t, type AnyKind, type Count, type Shape } from "../kind.ts";
import { routine, simpleroutine, subsystem, type Fields, type Routine, type Subsystem } from "../subsystem.ts";
import { DefsError } from "./place.ts";
import type { ReadOptions } from "./preprocess.ts";
import { readDefs } from "./read.ts";
import { carriesRight, type Argument, type Interface, type ResolvedRoutine } from "./resolve.ts";
import { POLYMORPHIC } from "./wire-names.ts";

function countOf({ type, countInOut }: Argument): Count {
  const inOut = countInOut ? { inOut: true } : {};
  if (!type.inline) return { kind: "outOfLine" };
  if (!type.variable) return { kind: "fixed", n: type.number };
  return type.indefinite ? { kind: "indefinite", ...inOut } : { kind: "bounded", max: type.number, ...inOut };
}

function shapeOf(a: Argument): Shape {
  const { type } = a;
  const polymorphic = type.sent.value === POLYMORPHIC.value;
  const receivedAs = type.received.value === POLYMORPHIC.value ? "any" : type.received.value;
  return {
    // Of a right that the caller chooses, the usual.
    type: polymorphic ? MsgType.COPY_SEND : type.sent.value,
    bits: type.bits,
    count: countOf(a),
    polymorphic,
    receivedAs: carriesRight(a) || polymorphic ? receivedAs : undefined,
    dealloc: a.dealloc,
    cString: type.cString,
    longform: a.longForm,
  };
}

function kind(a: Argument): AnyKind {
  const found = kindOf(shapeOf(a));
  if (found === undefined) throw new DefsError(a.place, `${a.name}: elements of ${a.type.bits} bits cannot be sent here`);
  return found;
}

/** The request's arguments. Where an array that comes back says how much room there is for it, its count goes in its place. */
const requestFields = (r: ResolvedRoutine): Fields =>
  Object.fromEntries(
    r.arguments.flatMap((a): readonly (readonly [string, AnyKind])[] => {
      if (a.direction === "in" || a.direction === "inout") return [[a.name, kind(a)]];
      return a.countInOut ? [[`${a.name}Cnt`, t.int]] : [];
    }),
  );

const replyFields = (r: ResolvedRoutine): Fields =>
  Object.fromEntries(r.arguments.filter((a) => a.direction === "out" || a.direction === "inout").map((a) => [a.name, kind(a)]));

function defineRoutine(r: ResolvedRoutine): Routine {
  const sent = r.arguments.find((a) => a.direction === "requestport")?.type.sent.value;
  const options = sent === undefined || sent === POLYMORPHIC.value ? {} : { requestPort: sent };
  return r.kind === "simpleroutine" ? simpleroutine(r.id, requestFields(r), options) : routine(r.id, requestFields(r), replyFields(r), options);
}

/** The definition of an interface. Throws `DefsError` for an argument that no item of our messages can carry. */
export const define = (i: Interface): Subsystem => subsystem(i.name, i.base, Object.fromEntries(i.routines.map((r) => [r.name, defineRoutine(r)])));

/** Reads an interface file and defines it. Throws `DefsError`. */
export const defineFrom = (file: string, text: string, options: ReadOptions = {}): Subsystem => define(readDefs(file, text, options));

/** Names for the ids of `subs`, as rpctrace would know them from their lists: a reply is `NAME-reply`. */
export function routineNames(subs: readonly Subsystem[]): (id: number) => string | undefined {
  const names = new Map(subs.flatMap((s) => Object.entries(s.routines).map(([name, r]) => [r.id, name] as const)));
  return (id) => {
    const request = names.get(id - 100);
    return names.get(id) ?? (request === undefined ? undefined : `${request}-reply`);
  };
}
