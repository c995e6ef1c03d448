/** Statements to an interface: types looked up, message ids counted, arguments given their directions, and MIG's rules about them checked. */
import { MsgType } from "../../ipc/names.ts";
import { DefsError, type Place } from "./place.ts";
import type { ArgumentDecl, Direction, Flag, RoutineDecl, Statement } from "./syntax.ts";
import { builtinTypes, declareType, deallocBy, isPort, longBy, type IpcType, type Lookup } from "./ipc-type.ts";
import { POLYMORPHIC } from "./wire-names.ts";

/** One argument of a routine, with what its flags make of its type. */
export interface Argument {
  readonly name: string;
  readonly direction: Direction;
  readonly type: IpcType;
  readonly dealloc: IpcType["dealloc"];
  readonly longForm: boolean;
  readonly serverCopy: boolean;
  readonly countInOut: boolean;
  readonly place: Place;
}

/** One routine and its message id. */
export interface ResolvedRoutine {
  readonly name: string;
  readonly kind: "routine" | "simpleroutine";
  readonly id: number;
  readonly arguments: readonly Argument[];
}

/** What a `.defs` file defines. */
export interface Interface {
  readonly name: string;
  readonly base: number;
  readonly serverPrefix: string;
  readonly userPrefix: string;
  readonly routines: readonly ResolvedRoutine[];
}

const RECEIVABLE: ReadonlySet<number> = new Set([MsgType.MOVE_SEND, MsgType.MOVE_SEND_ONCE, POLYMORPHIC.value]);

const isOut = (d: Direction): boolean => d === "out" || d === "inout";
const isSent = (d: Direction): boolean => d === "in" || d === "inout";

/** The request port, reply ports and the numbers of a call must be plain. */
function checkKind({ name, direction, type, place }: Argument): void {
  const single = type.number === 1 && type.bits === 32 && type.inline && !type.variable && type.dealloc === "no";
  switch (direction) {
    case "requestport":
    case "replyport":
    case "sreplyport":
    case "ureplyport":
      if (!single || !RECEIVABLE.has(type.received.value)) throw new DefsError(place, `${name} is no port that can be a ${direction}`);
      return;
    case "waittime":
    case "msgoption":
    case "msgseqno":
      if (!single || type.sent.value !== MsgType.INTEGER_32) throw new DefsError(place, `${name} is no integer that can be a ${direction}`);
      return;
    case "in":
    case "out":
    case "token":
      return;
    case "inout":
      if (type.variable && type.inline) throw new DefsError(place, `${name}: a variable array in line cannot be inout`);
  }
}

/** What the text so far has said. */
class Resolver {
  #subsystem: (Statement & { readonly kind: "subsystem" }) | undefined;
  readonly #types = new Map<string, IpcType>();
  readonly #routines: ResolvedRoutine[] = [];
  readonly #names = new Set<string>();
  #serverPrefix = "";
  #userPrefix = "";
  #number = 0;

  readonly #lookup: Lookup = (name, place) => {
    const found = this.#types.get(name) ?? builtinTypes.get(name);
    if (found === undefined) throw new DefsError(place, `there is no type ${name}`);
    return found;
  };

  /** The interface; throws at `end` when no statement named it. */
  result(end: Place): Interface {
    if (this.#subsystem === undefined) throw new DefsError(end, "there is no subsystem statement");
    const { name, base } = this.#subsystem;
    return { name, base, serverPrefix: this.#serverPrefix, userPrefix: this.#userPrefix, routines: this.#routines };
  }

  add(s: Statement): void {
    switch (s.kind) {
      case "subsystem":
        // MIG warns of a second one, and forgets the first.
        this.#subsystem = s;
        return;
      case "type":
        // Of two types of one name the later counts from there on: Darwin's own files say some twice.
        this.#types.set(s.decl.name, declareType(s.decl, this.#lookup));
        return;
      case "routine":
        this.#routines.push(this.#routine(s.decl));
        return;
      case "skip":
        this.#number += s.n;
        return;
      case "serverprefix":
        this.#serverPrefix = s.name;
        return;
      case "userprefix":
        this.#userPrefix = s.name;
        return;
    }
  }

  #routine({ kind, name, arguments: declared, place }: RoutineDecl): ResolvedRoutine {
    if (this.#subsystem === undefined) throw new DefsError(place, "the subsystem statement comes before all routines");
    if (this.#names.has(name)) throw new DefsError(place, `there is a routine ${name} already`);
    this.#names.add(name);
    const id = this.#subsystem.base + this.#number++;
    let hasRequestPort = false;
    const found = declared.map((a) => {
      const direction = a.direction ?? (hasRequestPort ? "in" : "requestport");
      if (direction === "requestport" && hasRequestPort) throw new DefsError(a.place, `${name} has a second request port, ${a.name}`);
      hasRequestPort ||= direction === "requestport";
      return this.#argument(a, direction);
    });
    if (!hasRequestPort) throw new DefsError(place, `${name} has no request port`);
    const out = kind === "simpleroutine" ? declared[found.findIndex((a) => isOut(a.direction))] : undefined;
    if (out !== undefined) throw new DefsError(out.place, `${name} has no reply that ${out.name} could come back in`);
    const twice = declared.find((a, i) => declared.findIndex((b) => b.name === a.name) !== i);
    if (twice !== undefined) throw new DefsError(twice.place, `${name} has two arguments ${twice.name}`);
    return { name, kind, id, arguments: found };
  }

  #argument(a: ArgumentDecl, direction: Direction): Argument {
    const type = a.type.kind === "named" ? this.#lookup(a.type.name, a.place) : declareType(a.type.decl, this.#lookup);
    const flags: ReadonlySet<Flag> = new Set(a.flags);
    const kernel = (this.#subsystem?.kernelServer === true && isOut(direction)) || (this.#subsystem?.kernelUser === true && isSent(direction));
    const found: Argument = {
      name: a.name,
      direction,
      type,
      dealloc: kernel && flags.has("dealloc") && type.dealloc === "no" ? "yes" : deallocBy(flags, type.dealloc),
      longForm: longBy(flags, type.longForm),
      serverCopy: flags.has("servercopy") && type.indefinite && isSent(direction),
      countInOut: flags.has("countinout") && type.variable && type.inline && isOut(direction),
      place: a.place,
    };
    checkKind(found);
    return found;
  }
}

/** The interface that the statements define. Throws `DefsError`; `end` is the place of what is missing altogether. */
export function resolve(statements: readonly Statement[], end: Place): Interface {
  const resolver = new Resolver();
  for (const s of statements) resolver.add(s);
  return resolver.result(end);
}

/** Whether an argument is a right (and not the name of one). */
export const carriesRight = (a: Argument): boolean => isPort(a.type);
