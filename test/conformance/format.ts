/** Conformance vectors as they stand in their files (`FORMAT.md` of the shared conformance folder, version mach-oracle-1). */
import { readFileSync } from "node:fs";

/** Any value of a vector. */
export type Value = number | string | boolean | null | readonly Value[] | { readonly [key: string]: Value };
export type Fields = { readonly [key: string]: Value };

export interface Step {
  readonly op: string;
  readonly args: Fields;
  readonly result: Fields;
  /** Name -> kind after the step, for names whose kind changed. */
  readonly changes: { readonly [name: string]: string };
  /** Helper threads that finished in this step. */
  readonly done: readonly Fields[];
}

export interface Scenario {
  readonly name: string;
  readonly steps: readonly Step[];
  /** The number that the real kernel used for each symbol. */
  readonly names: { readonly [symbol: string]: number };
}

/** A file that cannot be played: missing, damaged, or of another version. */
export class BadVectors extends Error {
  override readonly name = "BadVectors";
}

const FORMAT = "mach-oracle-1";

export const isRecord = (v: unknown): v is Fields => typeof v === "object" && v !== null && !Array.isArray(v);

/** Reads a file. Throws BadVectors with one line that says what is wrong. */
export function readVectors(path: string): readonly Scenario[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new BadVectors(`${path}: cannot be read`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new BadVectors(`${path}: is not JSON`);
  }
  if (!isRecord(json) || json["format"] === undefined) throw new BadVectors(`${path}: holds no conformance vectors`);
  if (json["format"] !== FORMAT) throw new BadVectors(`${path}: format ${String(json["format"])} is unknown; ${FORMAT} is known`);
  const { scenarios } = json;
  if (!Array.isArray(scenarios)) throw new BadVectors(`${path}: has no list of scenarios`);
  return scenarios.map((s: unknown, i) => scenario(path, s, i));
}

function scenario(path: string, s: unknown, i: number): Scenario {
  if (!isRecord(s) || typeof s["name"] !== "string" || !Array.isArray(s["steps"])) throw new BadVectors(`${path}: scenario ${i} is damaged`);
  const name = s["name"];
  const steps = (s["steps"] as unknown[]).map((step, k) => {
    if (!isRecord(step) || typeof step["op"] !== "string" || !isRecord(step["r"])) throw new BadVectors(`${path}: ${name}, step ${k} is damaged`);
    const { op, r, d, done, ...args } = step;
    return { op: op as string, args, result: r as Fields, changes: (d ?? {}) as Step["changes"], done: (done ?? []) as readonly Fields[] };
  });
  return { name, steps, names: (s["names"] ?? {}) as Scenario["names"] };
}

/** Words for numbers (`FORMAT.md` §5). */
const dispositions: Readonly<Record<string, number>> = {
  none: 0,
  move_receive: 16,
  move_send: 17,
  move_send_once: 18,
  copy_send: 19,
  make_send: 20,
  make_send_once: 21,
  protected_payload: 23,
};
const elementTypes: Readonly<Record<string, number>> = {
  bit: 0,
  int16: 1,
  int32: 2,
  char: 8,
  byte: 9,
  int64: 11,
  string: 12,
  port_name: 15,
};
const rights: Readonly<Record<string, number>> = { send: 0, receive: 1, send_once: 2, port_set: 3, dead_name: 4 };
const words = (table: Readonly<Record<string, number>>) => new Map(Object.entries(table).map(([word, n]) => [n, word]));
const dispositionWords = words(dispositions);
const typeWords = new Map([...dispositionWords, ...words(elementTypes)]);

const look = (table: Readonly<Record<string, number>>, v: Value | undefined, what: string): number => {
  if (typeof v === "number") return v;
  const n = typeof v === "string" ? table[v] : undefined;
  if (n === undefined) throw new BadVectors(`${what} ${JSON.stringify(v)} is unknown`);
  return n;
};
export const dispositionOf = (v: Value | undefined): number => look(dispositions, v, "disposition");
export const elementTypeOf = (v: Value | undefined): number => look({ ...dispositions, ...elementTypes }, v, "element type");
export const rightOf = (v: Value | undefined): number => look(rights, v, "right");
export const dispositionWord = (n: number): Value => dispositionWords.get(n) ?? n;
export const typeWord = (n: number): Value => typeWords.get(n) ?? n;
