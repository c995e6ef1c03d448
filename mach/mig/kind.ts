/**
 * Kinds of argument: how one argument of a routine becomes an item of a message and comes back out of it.
 *
 * A kind has two types: what the sender gives (`~give`) and what the receiver gets (`~got`); they differ for rights. Its `shape` says the
 * same as `reference/rpc-tables.json`, and a test compares the two. Rules are MIG's: fixed data in line; "indefinite" arrays in
 * line up to 2048 bytes and out of line above; an item that is not of the declared shape is MIG_BAD_ARGUMENTS (undefined here).
 */
import type { Item, ItemData } from "../ipc/message.ts";
import { asPort, MsgType, type Disposition, type MachPort, type PolyRight, type PolyRights } from "../ipc/names.ts";

/** How many elements, as MIG declares it. */
export type Count =
  | { readonly kind: "fixed"; readonly n: number }
  /** In line, up to `max`. `inOut`: the request carries the caller's buffer size. */
  | { readonly kind: "bounded"; readonly max: number; readonly inOut?: boolean }
  /** In line up to 2048 bytes, else out of line. */
  | { readonly kind: "indefinite"; readonly inOut?: boolean }
  /** Always out of line. */
  | { readonly kind: "outOfLine" };

/** The wire form of an argument. */
export interface Shape {
  /** `msgt_name` given by the sender; for polymorphic rights the default. */
  readonly type: number;
  readonly bits: number;
  readonly count: Count;
  readonly polymorphic: boolean;
  /** For rights: what the receiver must find (16, 17, 18), or "any". */
  readonly receivedAs: number | "any" | undefined;
  /** Out-of-line memory goes away at the sender: by declaration, or as the caller says ("maybe"). */
  readonly dealloc: "no" | "yes" | "maybe";
  readonly cString: boolean;
  readonly longform: boolean;
}

/** One kind of argument. `Give` is what a sender passes, `Got` what a receiver sees. */
export interface Kind<Give, Got = Give> {
  /** Phantoms, read by types only. */
  readonly "~give"?: (value: Give) => void;
  readonly "~got"?: () => Got;
  readonly shape: Shape;
  /** A single number in line, given and got as it is: its items are `numberItem`'s and `readNumber`'s. */
  readonly number: boolean;
  pack(value: Give): Item;
  /** Undefined when the item has another shape. */
  unpack(item: Item): Got | undefined;
}
/** Any kind, where argument types do not matter. */
export interface AnyKind {
  readonly shape: Shape;
  readonly number: boolean;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the record of a routine mixes kinds; Client and Handlers give the types back
  pack(value: any): Item;
  unpack(item: Item): unknown;
}
/** Type a sender gives for kind `K`. */
export type Give<K> = K extends Kind<infer G, infer _> ? G : never;
/** Type a receiver gets for kind `K`. */
export type Got<K> = K extends Kind<infer _, infer G> ? G : never;

/** MIG's largest in-line size of an indefinite array, in bytes. */
const MAX_INLINE = 2048;

const shape = (type: number, bits: number, count: Count, more: Partial<Shape> = {}): Shape => ({
  type,
  bits,
  count,
  polymorphic: false,
  receivedAs: undefined,
  dealloc: "no",
  cString: false,
  longform: count.kind === "indefinite" || count.kind === "outOfLine",
  ...more,
});

const one = (s: Shape, data: ItemData, type = s.type): Item => ({
  type,
  bits: s.bits,
  number: 1,
  inline: true,
  longform: s.longform,
  dealloc: false,
  data,
});

/** Whether a received item has the declared element type, width, count and place. */
function fits(s: Shape, item: Item): boolean {
  if (item.bits !== s.bits) return false;
  if (s.receivedAs === undefined ? item.type !== s.type : s.receivedAs !== "any" && item.type !== s.receivedAs) return false;
  switch (s.count.kind) {
    case "fixed":
      return item.inline && item.number === s.count.n;
    case "bounded":
      return item.inline && item.number <= s.count.max;
    case "indefinite":
      return true;
    case "outOfLine":
      return !item.inline;
  }
}

/** The item of a number. */
export const numberItem = (s: Shape, value: number): Item => ({
  type: s.type,
  bits: s.bits,
  number: 1,
  inline: true,
  longform: s.longform,
  dealloc: false,
  data: value,
});

/** The number in an item that should be as `s` says; undefined when it is not. */
export const readNumber = (s: Shape, item: Item): number | undefined =>
  item.bits === s.bits && item.type === (s.receivedAs ?? s.type) && item.inline && item.number === 1 && typeof item.data === "number" ? item.data : undefined;

/** A single number in line, of any width. */
const scalar = <T extends number>(s: Shape): Kind<T> => ({
  shape: s,
  number: true,
  pack: (value) => numberItem(s, value),
  unpack: (item) => readNumber(s, item) as T | undefined,
});

const inlineFor = (s: Shape, elements: number): boolean =>
  s.count.kind === "outOfLine" ? false : s.count.kind !== "indefinite" || (elements * s.bits) / 8 <= MAX_INLINE;

const array = (s: Shape, data: Uint8Array | readonly number[], type = s.type): Item => ({
  type,
  bits: s.bits,
  number: data.length,
  inline: inlineFor(s, data.length),
  longform: s.longform,
  // The kernel refuses the bit on data in line (MACH_SEND_INVALID_TYPE).
  dealloc: s.dealloc !== "no" && !inlineFor(s, data.length),
  data,
});

const asNumbers = (data: ItemData): readonly number[] | undefined =>
  typeof data === "number" ? [data] : Array.isArray(data) ? (data as readonly number[]) : undefined;

/** Several numbers: ints, ids, port names. */
function numbers<T extends number>(s: Shape): Kind<readonly T[]> {
  return {
    shape: s,
    number: false,
    pack: (value) => array(s, value),
    unpack: (item) => (fits(s, item) ? (asNumbers(item.data) as readonly T[] | undefined) : undefined),
  };
}

/** 8-bit elements. */
function octets(s: Shape): Kind<Uint8Array> {
  return {
    shape: s,
    number: false,
    pack: (value) => array(s, value),
    unpack: (item) => (fits(s, item) && item.data instanceof Uint8Array ? item.data : undefined),
  };
}

/** What arrives when a right is sent with `disposition`. */
export const receivedType = (disposition: number): number =>
  disposition === MsgType.COPY_SEND || disposition === MsgType.MAKE_SEND
    ? MsgType.MOVE_SEND
    : disposition === MsgType.MAKE_SEND_ONCE
      ? MsgType.MOVE_SEND_ONCE
      : disposition;

function right(disposition: Disposition): Kind<MachPort> {
  return scalar(shape(disposition, 32, { kind: "fixed", n: 1 }, { receivedAs: receivedType(disposition) }));
}

function rights(disposition: Disposition, count: Count, dealloc: Shape["dealloc"] = "no"): Kind<readonly MachPort[]> {
  return numbers(shape(disposition, 32, count, { receivedAs: receivedType(disposition), dealloc }));
}

const polyShape = (count: Count, receivedAs: Shape["receivedAs"], dealloc: Shape["dealloc"] = "no"): Shape =>
  shape(MsgType.COPY_SEND, 32, count, { polymorphic: true, receivedAs, dealloc });

const polyOne = (s: Shape): Kind<PolyRight, MachPort> => ({
  shape: s,
  number: false,
  pack: (value) => one(s, value.name, value.disposition),
  unpack: (item) => (fits(s, item) && typeof item.data === "number" ? asPort(item.data) : undefined),
});
const poly1 = (receivedAs: number): Kind<PolyRight, MachPort> => polyOne(polyShape({ kind: "fixed", n: 1 }, receivedAs));

const polyMany = (s: Shape): Kind<PolyRights, readonly MachPort[]> => ({
  shape: s,
  number: false,
  pack: (value) => array(s, value.names, value.disposition),
  unpack: (item) => (fits(s, item) ? (asNumbers(item.data) as readonly MachPort[] | undefined) : undefined),
});
const polyArray = (count: Count, dealloc: Shape["dealloc"]): Kind<PolyRights, readonly MachPort[]> =>
  polyMany(polyShape(count, MsgType.MOVE_SEND, dealloc));

const INDEFINITE: Count = { kind: "indefinite" };
const OUT_OF_LINE: Count = { kind: "outOfLine" };
const fixed = (n: number): Count => ({ kind: "fixed", n });

/** The kinds that interface definitions are made of. `…Moved` variants have MIG's `dealloc` flag. */
export const t = {
  /** `int`, `natural_t`, `mode_t`, addresses: INTEGER_32. Signedness is the reader's affair. */
  int: scalar<number>(shape(MsgType.INTEGER_32, 32, fixed(1))),
  boolean: {
    shape: shape(MsgType.BOOLEAN, 32, fixed(1)),
    number: false,
    pack: (value: boolean): Item => one(shape(MsgType.BOOLEAN, 32, fixed(1)), value ? 1 : 0),
    unpack: (item: Item): boolean | undefined =>
      item.type === MsgType.BOOLEAN && item.bits === 32 && item.inline && typeof item.data === "number" ? item.data !== 0 : undefined,
  } satisfies Kind<boolean> as Kind<boolean>,
  /** INTEGER_64, as a safe integer (`loff_t`). */
  int64: scalar<number>(shape(MsgType.INTEGER_64, 64, fixed(1))),
  /** A struct or array of exactly `n` 32-bit words (`io_statbuf_t` is 32). */
  ints: (n: number): Kind<readonly number[]> => numbers(shape(MsgType.INTEGER_32, 32, fixed(n))),
  shorts: (n: number): Kind<readonly number[]> => numbers(shape(MsgType.INTEGER_16, 16, fixed(n))),
  shortsUpTo: (max: number): Kind<readonly number[]> => numbers(shape(MsgType.INTEGER_16, 16, { kind: "bounded", max })),
  /** Up to `max` words in line; with `inOut` the request says how many the caller has room for. */
  intsUpTo: (max: number, inOut = false): Kind<readonly number[]> =>
    numbers(shape(MsgType.INTEGER_32, 32, { kind: "bounded", max, ...(inOut ? { inOut } : {}) })),
  /** `idarray_t`, `intarray_t`: indefinite. */
  intArray: numbers(shape(MsgType.INTEGER_32, 32, INDEFINITE)),
  intArrayMoved: numbers(shape(MsgType.INTEGER_32, 32, INDEFINITE, { dealloc: "yes" })),
  /** The same, and the request carries the caller's buffer size. */
  intArrayInOutMoved: numbers(shape(MsgType.INTEGER_32, 32, { kind: "indefinite", inOut: true }, { dealloc: "yes" })),
  intArrayOol: numbers(shape(MsgType.INTEGER_32, 32, OUT_OF_LINE)),
  int64Array: numbers(shape(MsgType.INTEGER_64, 64, INDEFINITE)),
  int64ArrayMoved: numbers(shape(MsgType.INTEGER_64, 64, INDEFINITE, { dealloc: "yes" })),
  /** `data_t`: characters, indefinite. */
  data: octets(shape(MsgType.CHAR, 8, INDEFINITE)),
  dataMoved: octets(shape(MsgType.CHAR, 8, INDEFINITE, { dealloc: "yes" })),
  dataMaybeMoved: octets(shape(MsgType.CHAR, 8, INDEFINITE, { dealloc: "maybe" })),
  /** Exactly `n` characters. */
  chars: (n: number, longform = n > 4095): Kind<Uint8Array> => octets(shape(MsgType.CHAR, 8, fixed(n), { longform })),
  charsUpTo: (max: number): Kind<Uint8Array> => octets(shape(MsgType.CHAR, 8, { kind: "bounded", max })),
  /** `pointer_t`: bytes, always out of line. */
  pages: octets(shape(MsgType.BYTE, 8, OUT_OF_LINE)),
  pagesMoved: octets(shape(MsgType.BYTE, 8, OUT_OF_LINE, { dealloc: "yes" })),
  pagesMaybeMoved: octets(shape(MsgType.BYTE, 8, OUT_OF_LINE, { dealloc: "maybe" })),
  /** `string_t` and friends: a C string in a field of `size` characters. Longer strings are cut as strncpy cuts them. */
  string: (size: number): Kind<string> => cString(shape(MsgType.STRING_C, 8, fixed(size), { cString: true })),
  /** The kernel's strings: one element of `size` characters (`dev_name_t`, `kernel_version_t`). */
  stringElement: (size: number): Kind<string> => cString(shape(MsgType.STRING_C, size * 8, fixed(1), { cString: true, longform: true })),
  portName: scalar<MachPort>(shape(MsgType.PORT_NAME, 32, fixed(1))),
  portNames: numbers<MachPort>(shape(MsgType.PORT_NAME, 32, INDEFINITE)),
  portNamesOol: numbers<MachPort>(shape(MsgType.PORT_NAME, 32, OUT_OF_LINE)),
  copySend: right(MsgType.COPY_SEND),
  makeSend: right(MsgType.MAKE_SEND),
  moveSend: right(MsgType.MOVE_SEND),
  makeSendOnce: right(MsgType.MAKE_SEND_ONCE),
  moveSendOnce: right(MsgType.MOVE_SEND_ONCE),
  moveReceive: right(MsgType.MOVE_RECEIVE),
  copySends: rights(MsgType.COPY_SEND, OUT_OF_LINE),
  /** The caller says how; the receiver gets a send right. */
  polySend: poly1(MsgType.MOVE_SEND),
  /** The caller says how; the receiver gets the receive right. */
  polyReceive: poly1(MsgType.MOVE_RECEIVE),
  /** The caller says how; the receiver gets a send-once right. */
  polySendOnce: poly1(MsgType.MOVE_SEND_ONCE),
  /** The caller says how, and the receiver learns what came (`mach_port_poly_t`). */
  poly: anyRight(),
  polySends: polyArray(INDEFINITE, "no"),
  polySendsMoved: polyArray(INDEFINITE, "yes"),
  polySendsUpTo: (max: number): Kind<PolyRights, readonly MachPort[]> => polyArray({ kind: "bounded", max }, "no"),
};

function anyRight(): Kind<PolyRight> {
  const s = polyShape(fixed(1), "any");
  return {
    shape: s,
    number: false,
    pack: (value) => one(s, value.name, value.disposition),
    unpack: (item) =>
      fits(s, item) && typeof item.data === "number"
        ? { name: asPort(item.data), disposition: item.type as Disposition }
        : undefined,
  };
}

/** A string of fixed size fills its field; one of variable size (`c_string[*:n]`) is as long as it is, with the NUL. */
function cString(s: Shape): Kind<string> {
  const element = s.count.kind === "fixed" && s.count.n === 1;
  const varying = s.count.kind === "bounded";
  const size = element ? s.bits / 8 : s.count.kind === "fixed" ? s.count.n : s.count.kind === "bounded" ? s.count.max : 0;
  return {
    shape: s,
    number: false,
    pack: (value) => ({
      type: s.type,
      bits: s.bits,
      number: element ? 1 : varying ? Math.min(value.length + 1, size) : size,
      inline: true,
      longform: s.longform,
      dealloc: false,
      data: value.length < size ? value : value.slice(0, size - 1),
    }),
    unpack: (item) => (fits(s, item) && typeof item.data === "string" ? item.data : undefined),
  };
}

/** The kind of any shape, for definitions that are made at run time; undefined when elements are of a width that no item has. */
export function kindOf(s: Shape): AnyKind | undefined {
  const single = s.count.kind === "fixed" && s.count.n === 1;
  if (s.cString) return cString(s);
  if (![8, 16, 32, 64].includes(s.bits)) return undefined;
  if (s.polymorphic) return !single ? polyMany(s) : s.receivedAs === "any" ? t.poly : polyOne(s);
  if (s.bits === 8) return octets(s);
  if (!single) return numbers(s);
  // `MAKE_SEND_ONCE | polymorphic`: the sender has no choice, the receiver still learns what came.
  if (s.receivedAs === "any") return { shape: s, number: false, pack: scalar(s).pack, unpack: t.poly.unpack };
  return s.type === MsgType.BOOLEAN && s.bits === 32 ? t.boolean : scalar(s);
}
