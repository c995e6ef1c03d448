/** What a `.defs` file says, as written: the statements of MIG's grammar. Names are not looked up here. */
import type { Place } from "./place.ts";

/** Flags of a type or an argument. */
export type Flag = "islong" | "isnotlong" | "dealloc" | "notdealloc" | "maybedealloc" | "servercopy" | "countinout";

/** A `msgt_name`: how it is called, its number, and its usual width in bits (0: it has none). */
export interface WireName {
  readonly text: string;
  readonly value: number;
}

/** A type as written. Numbers are counts of what follows `of`. */
export type TypeSpec =
  | { readonly kind: "basic"; readonly sent: WireName; readonly received: WireName; readonly bits: number; readonly flags: readonly Flag[] }
  | { readonly kind: "named"; readonly name: string }
  | { readonly kind: "array" | "structArray"; readonly n: number; readonly of: PlacedSpec }
  /** `max` 0: `array[]` or `array[*]`. */
  | { readonly kind: "variable"; readonly max: number; readonly of: PlacedSpec }
  | { readonly kind: "pointer"; readonly of: PlacedSpec }
  | { readonly kind: "struct"; readonly members: readonly { readonly type: string; readonly name: string; readonly place: Place }[] }
  | { readonly kind: "cString"; readonly n: number; readonly varying: boolean };
export type PlacedSpec = TypeSpec & { readonly place: Place };

/** `ctype: T` and its like. `from` and `function` are what translations have. */
export interface Translation {
  readonly kind: "ctype" | "cusertype" | "cservertype" | "intran" | "intranpayload" | "outtran" | "destructor";
  readonly type: string;
}

/** `NAME = SPEC TRANSLATION…`. */
export interface TypeDecl {
  readonly name: string;
  readonly spec: PlacedSpec;
  readonly translations: readonly Translation[];
  readonly place: Place;
}

/** How an argument goes; undefined: as its position says. */
export type Direction =
  | "in"
  | "out"
  | "inout"
  | "requestport"
  | "replyport"
  | "sreplyport"
  | "ureplyport"
  | "waittime"
  /** Apple's: it is in no message's body. */
  | "token"
  | "msgoption"
  | "msgseqno";

/** One argument of a routine. */
export interface ArgumentDecl {
  readonly direction: Direction | undefined;
  readonly name: string;
  readonly type: { readonly kind: "named"; readonly name: string } | { readonly kind: "here"; readonly decl: TypeDecl };
  readonly flags: readonly Flag[];
  readonly place: Place;
}

export interface RoutineDecl {
  readonly kind: "routine" | "simpleroutine";
  readonly name: string;
  readonly arguments: readonly ArgumentDecl[];
  readonly place: Place;
}

/** A statement. Imports, rcsid, waittime, msgoption and serverdemux concern the C that MIG writes and no message: they are read and left. */
export type Statement =
  | { readonly kind: "subsystem"; readonly name: string; readonly base: number; readonly kernelUser: boolean; readonly kernelServer: boolean; readonly place: Place }
  | { readonly kind: "type"; readonly decl: TypeDecl; readonly place: Place }
  | { readonly kind: "routine"; readonly decl: RoutineDecl; readonly place: Place }
  | { readonly kind: "skip"; readonly n: number; readonly place: Place }
  | { readonly kind: "serverprefix" | "userprefix"; readonly name: string; readonly place: Place };
