/**
 * How a kernel event stands in a trace file: as an array of its number, its kind's number, and its fields in a fixed order. The header holds this table, so that a
 * file says by itself what its arrays mean.
 */
import type { KernelEvent, SeenItem } from "../mach/kern/events.ts";

/** Where the host stopped: a file without it is of a run that was broken off, or was cut. */
export interface TraceEnd {
  readonly kind: "end";
  /** Virtual microseconds. */
  readonly at: number;
  /** Traps executed. */
  readonly step: number;
  /** Nothing could run any more. */
  readonly idle: boolean;
}

/** What a trace consists of behind its header. */
export type TraceItem = KernelEvent | TraceEnd;

type Of<K> = Extract<TraceItem, { readonly kind: K }>;
type Layout = { readonly [K in TraceItem["kind"]]: readonly Exclude<keyof Of<K>, "kind">[] };

/** Fields by kind; an array has its number and its kind's number in front of them. The order of the kinds is their numbers. */
export const layout: Layout = {
  "message-sent": ["at", "step", "task", "thread", "port", "reply", "id", "items"],
  "message-received": ["at", "step", "task", "thread", "port", "id"],
  right: ["at", "step", "task", "name", "port", "type", "refs"],
  "port-died": ["at", "step", "port"],
  scheduled: ["at", "step", "task", "thread", "index", "of"],
  choice: ["at", "step", "what", "index", "of"],
  fault: ["at", "step", "task", "thread", "address", "code"],
  exception: ["at", "task", "thread", "exception", "code", "subcode"],
  "task-created": ["at", "task", "parent", "name", "port"],
  "task-named": ["at", "task", "name"],
  "task-terminated": ["at", "task"],
  "thread-created": ["at", "task", "thread", "port"],
  "thread-terminated": ["at", "task", "thread"],
  console: ["at", "bytes"],
  "console-input": ["at", "step", "idle", "bytes"],
  "console-resized": ["at", "step", "idle", "rows", "columns"],
  "clock-advanced": ["at", "step", "idle", "to"],
  halted: ["at", "reason"],
  end: ["at", "step", "idle"],
};

/** The table as the header has it. */
export type Kinds = readonly (readonly [kind: string, fields: readonly string[]])[];
export const kinds: Kinds = Object.entries(layout);
const numbers = new Map(kinds.map(([kind], i) => [kind, i]));
/** A kind's number. */
export const numberOfKind = (kind: TraceItem["kind"]): number => numbers.get(kind) ?? 0;

const ITEM = ["type", "bits", "number", "inline", "data"] as const;

const isRow = (x: unknown): x is readonly unknown[] => Array.isArray(x);

function seenItem(x: unknown): SeenItem | undefined {
  if (!isRow(x) || x.length !== ITEM.length) return undefined;
  return Object.fromEntries(ITEM.map((field, i) => [field, x[i]])) as unknown as SeenItem;
}

/** The number of an item, undefined for what is no item of ours. */
export const numberOf = (row: unknown): number | undefined => (isRow(row) && typeof row[0] === "number" ? row[0] : undefined);

/** The item that an array stands for, by the table of its file's header; undefined when it stands for none. */
export function unpacked(row: unknown, table: Kinds): TraceItem | undefined {
  if (!isRow(row)) return undefined;
  const [kind, fields] = table[Number(row[1])] ?? [];
  if (kind === undefined || fields === undefined || !Object.hasOwn(layout, kind) || row.length !== fields.length + 2) return undefined;
  const item: Record<string, unknown> = { kind };
  for (const [i, field] of fields.entries()) item[field] = row[i + 2];
  if (typeof item["at"] !== "number") return undefined;
  if (kind !== "message-sent") return item as unknown as TraceItem;
  const items = isRow(item["items"]) ? item["items"].map(seenItem) : [undefined];
  return items.includes(undefined) ? undefined : ({ ...item, items } as unknown as TraceItem);
}
