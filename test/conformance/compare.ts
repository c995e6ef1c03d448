/** Compares what the kernel answered with what a real one answered, binding new symbols on the way. */
import { isRecord, type Fields, type Value } from "./format.ts";
import { hex, pattern, type Decoded, type DecodedItem } from "./messages.ts";
import type { Names, Slot } from "./names.ts";

/** What the kernel answered: plain values; names as numbers, marked. */
export type Actual = Value | Name | NameList | Message | { readonly [key: string]: Actual };
export class Name {
  readonly slot: Slot;
  readonly number: number;
  constructor(slot: Slot, number: number) {
    this.slot = slot;
    this.number = number;
  }
}
export class NameList {
  readonly slot: Slot;
  readonly numbers: readonly number[];
  readonly ordered: boolean;
  constructor(slot: Slot, numbers: readonly number[], ordered: boolean) {
    this.slot = slot;
    this.numbers = numbers;
    this.ordered = ordered;
  }
}
export class Message {
  readonly decoded: Decoded;
  constructor(decoded: Decoded) {
    this.decoded = decoded;
  }
}

export class Comparison {
  readonly problems: string[] = [];
  private readonly names: Names;
  constructor(names: Names) {
    this.names = names;
  }

  private note(where: string, expected: unknown, got: unknown): void {
    this.problems.push(`${where}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`);
  }

  /** All expected fields, and no unexpected ones. `advisory` fields are not compared. */
  fields(expected: Fields, actual: Readonly<Record<string, Actual>>, where = "", advisory: ReadonlySet<string> = new Set()): void {
    for (const [key, value] of Object.entries(expected)) {
      if (!advisory.has(key)) this.value(value, actual[key], where ? `${where}.${key}` : key);
      if (key === "rc" && this.problems.length > 0) return;
    }
    for (const [key, value] of Object.entries(actual)) if (!(key in expected) && value !== undefined) this.note(where ? `${where}.${key}` : key, undefined, this.show(value));
  }

  private show(value: Actual | undefined): unknown {
    if (value instanceof Name) return this.names.show(value.number, value.slot);
    if (value instanceof NameList) return value.numbers.map((n) => this.names.show(n, value.slot));
    if (value instanceof Message) return { id: value.decoded.id, size: value.decoded.size, remote: value.decoded.remote, local: value.decoded.local };
    return value;
  }

  value(expected: Value, actual: Actual | undefined, where: string): void {
    if (actual instanceof Name) this.name(String(expected), actual.number, actual.slot, where);
    else if (actual instanceof NameList) this.nameList(expected, actual, where);
    else if (actual instanceof Message) this.message(expected, actual.decoded, where);
    else if (typeof expected === "number" && typeof actual === "number") {
      if (expected >>> 0 !== actual >>> 0) this.note(where, expected, actual);
    } else if (JSON.stringify(expected) !== JSON.stringify(actual)) this.note(where, expected, this.show(actual));
  }

  private name(expected: string, number: number, slot: Slot, where: string): void {
    const problem = this.names.match(expected, number, slot);
    if (problem !== undefined) this.problems.push(`${where}: ${problem}`);
  }

  private nameList(expected: Value, { slot, numbers, ordered }: NameList, where: string): void {
    const symbols = Array.isArray(expected) ? (expected as readonly Value[]).map(String) : [];
    if (symbols.length !== numbers.length) return this.note(where, expected, numbers.map((n) => this.names.show(n, slot)));
    if (ordered) symbols.forEach((s, i) => this.name(s, numbers[i] ?? 0, slot, where));
    else {
      const shown = (xs: readonly string[]): string => JSON.stringify([...xs].sort());
      const got = numbers.map((n) => this.names.show(n, slot));
      const plain = symbols.map((s) => s.replace(/^[a-d]?#(\d+)$/, (_, n: string) => `number ${n} of ${slot}`));
      if (shown(plain) !== shown(got)) this.note(where, expected, got);
    }
  }

  /** A message: `remote` first, as new names are numbered in the order reply, body. */
  private message(expected: Value, got: Decoded, where: string): void {
    if (!isRecord(expected)) return this.note(where, expected, "a message");
    for (const key of ["id", "size", "seqno"] as const) if (key in expected) this.value(expected[key] ?? null, got[key], `${where}.${key}`);
    if ("items" in expected || "complex" in expected) this.value(expected["complex"] ? true : false, got.complex, `${where}.complex`);
    this.headerName(expected["remote"], got.remote, `${where}.remote`);
    this.headerName(expected["local"], got.local, `${where}.local`);
    const items = (expected["items"] ?? []) as readonly Fields[];
    if (items.length !== got.items.length) return this.note(`${where}.items`, items.length, got.items.length);
    items.forEach((item, i) => {
      const g = got.items[i];
      if (g) this.item(item, g, `${where}.items[${i}]`);
    });
  }

  private headerName(expected: Value | undefined, [word, number]: readonly [Value, number], where: string): void {
    const [type, name] = (expected ?? []) as readonly Value[];
    if (type !== word) return this.note(where, expected, [word, this.names.show(number, "T0")]);
    if (word === "protected_payload") this.value(name ?? null, number, where);
    else this.name(String(name), number, "T0", where);
  }

  private item(expected: Fields, got: DecodedItem, where: string): void {
    const { item, t } = got;
    const same = (key: string, actual: number | boolean): void => {
      const e = expected[key];
      const wanted = typeof actual === "boolean" ? Boolean(e) : (e ?? 32);
      if (wanted !== actual) this.note(`${where}.${key}`, e, actual);
    };
    if (expected["t"] !== t) this.note(`${where}.t`, expected["t"], t);
    same("bits", item.bits);
    same("n", item.number);
    same("long", item.longform);
    same("ool", !item.inline);
    same("dealloc", item.dealloc);
    this.data(expected, got, where);
  }

  private data(expected: Fields, { words, bytes, empty }: DecodedItem, where: string): void {
    if ("addr" in expected) {
      if (!empty) this.note(where, "empty", "data");
    } else if ("ports" in expected) this.ports(expected["ports"] as readonly string[], words ?? [], where, expected["t"] === "port_name");
    else if ("ints" in expected) this.value(expected["ints"] ?? null, [...(words ?? [])], where);
    else if ("len" in expected) {
      const wanted = hex(pattern(Number(expected["seed"]), Number(expected["len"])));
      if (hex(bytes ?? new Uint8Array(0)) !== wanted) this.note(where, wanted, hex(bytes ?? new Uint8Array(0)));
    } else if ("hex" in expected) {
      const text = String(expected["hex"]);
      // The recorder took the first hexadecimal digit b of a list of words for the mark of a byte string, and dropped it.
      const got = words ? words.map((w) => w.toString(16)).join(",") : hex(bytes ?? new Uint8Array(0));
      if ((words ? `b${text}` : text) !== got) this.note(where, text, got);
    }
  }

  /** `mentioned`: plain numbers, which may be names that are gone. */
  private ports(symbols: readonly string[], numbers: readonly number[], where: string, mentioned: boolean): void {
    if (symbols.length !== numbers.length) return this.note(where, symbols, numbers.length);
    symbols.forEach((s, i) => {
      const number = numbers[i] ?? 0;
      if (!mentioned || !s.split("|").some((one) => this.names.was(one) === number)) this.name(s, number, this.names.slotOf(s, "T0"), where);
    });
  }
}
