/**
 * Messages as rpctrace prints them (rpctrace.md §3): the items of a body, and the lines in which requests and replies interleave.
 *
 * Works on what stands in the message itself, as the real one does: it needs no definitions, so that any message prints. Names of routines,
 * names of rights and texts of errors come from the caller.
 */
import type { ItemData } from "../ipc/message.ts";
import { isPortType, MsgType } from "../ipc/names.ts";

/** What is printed of an item: a message's own item, or what an observer saw of it. */
export interface ShownItem {
  readonly type: number;
  readonly bits: number;
  readonly number: number;
  readonly data: ItemData;
}

/** What gives parts of a line their colours. */
export interface Paint {
  /** The port that a request goes to. */
  target(text: string): string;
  routine(text: string): string;
  /** A return code that is not 0. */
  failure(text: string): string;
  /** Marks of lines that wait, and stamps. */
  mark(text: string): string;
}

const same = (text: string): string => text;
const PLAIN: Paint = { target: same, routine: same, failure: same, mark: same };

/** How to print. */
export interface ShowOptions {
  /** Most characters of a string or of char data; rpctrace's `-s`. */
  readonly size: number;
  /** Most elements of an array of integers; what is left out shows as `...`. The real rpctrace prints all. */
  readonly elements?: number;
  readonly paint?: Paint | undefined;
  /** What a right is called. Undefined: by its number. */
  right(name: number, type: number): string | undefined;
}

/** rpctrace's own `-s`. */
export const DEFAULT_SIZE = 80;

const utf8 = new TextEncoder();
const u = (n: number, width = 0): string => String(n >>> 0).padStart(width);

const escapes = new Map<number, string>([
  [0, "\\0"],
  [7, "\\a"],
  [8, "\\b"],
  [9, "\\t"],
  [10, "\\n"],
  [11, "\\v"],
  [12, "\\f"],
  [13, "\\r"],
]);

/** Bytes between quotes: what is graphic stays, quotes and backslashes too. */
export function showBytes(bytes: Uint8Array): string {
  let text = '"';
  for (const byte of bytes) {
    if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += escapes.get(byte) ?? `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return `${text}"`;
}

const elements = (data: ItemData): readonly number[] => {
  if (typeof data === "number") return [data];
  if (data instanceof Uint8Array) return [...data];
  return Array.isArray(data) ? (data as readonly number[]) : [];
};

const bytesOf = (data: ItemData): Uint8Array => {
  if (data instanceof Uint8Array) return data;
  return typeof data === "string" ? utf8.encode(data) : Uint8Array.from(elements(data));
};

function showRight(name: number, type: number, options: ShowOptions): string {
  if (name === 0) return "(null)";
  if (name >>> 0 === 0xffffffff) return "(dead)";
  return options.right(name, type) ?? u(name, 3);
}

/** A blank before a single right; an array in braces; of an empty array nothing. */
function showRights(item: ShownItem, options: ShowOptions): string {
  const names = elements(item.data).map((name) => showRight(name, item.type, options));
  if (names.length === 1) return ` ${names[0]}`;
  return names.length === 0 ? "" : `{${names.join(" ")}}`;
}

const showPortNames = (names: readonly number[]): string => `pn{${names.map((n, i) => u(n, i === 0 ? 3 : 4)).join("")}}`;

/** Signed, by width in bytes. */
function signed(value: number, bytes: number): string {
  if (bytes === 1) return String((value << 24) >> 24);
  if (bytes === 2) return String((value << 16) >> 16);
  return String(bytes === 4 ? value | 0 : value);
}

function showIntegers(values: readonly number[], bytes: number, most = values.length): string {
  const texts = values.slice(0, most).map((v) => signed(v, bytes));
  if (most < values.length) texts.push("...");
  return texts.length > 1 ? `{${texts.join(" ")}}` : (texts[0] ?? "");
}

/** `%g`. */
const real = (value: number): string => String(Number(value.toPrecision(6)));

/** Up to the NUL, the size, or the declared length. */
function showString(bytes: Uint8Array, size: number): string {
  const end = bytes.indexOf(0);
  return showBytes(bytes.subarray(0, Math.min(end < 0 ? bytes.length : end, size)));
}

const integerTypes: ReadonlySet<number> = new Set([MsgType.BIT, MsgType.INTEGER_8, MsgType.INTEGER_16, MsgType.INTEGER_32, MsgType.INTEGER_64]);

/** One item. */
export function showItem(item: ShownItem, options: ShowOptions): string {
  const { type, data } = item;
  const bytes = item.bits >>> 3;
  if (isPortType(type)) return showRights(item, options);
  if (type === MsgType.PORT_NAME) return showPortNames(elements(data));
  if (type === MsgType.STRING_C) return showString(bytesOf(data), options.size);
  if (type === MsgType.CHAR && bytes === 1) return showBytes(bytesOf(data).subarray(0, options.size));
  if (type === MsgType.REAL) return elements(data).map(real).join(" ");
  if (integerTypes.has(type) && bytes > 0) return showIntegers(elements(data), bytes, options.elements);
  return `\t0x${((elements(data)[0] ?? 0) >>> 0).toString(16)} (type ${type}, ${item.number}*${bytes})\n`;
}

/** The items of a body, with blanks between them, also around one that prints as nothing (recorded: auth_makeauth without handles). */
export const showItems = (items: readonly ShownItem[], options: ShowOptions): string => items.map((item) => showItem(item, options)).join(" ");

/** A return code: 0, or in hex with its text. */
export const showCode = (code: number, strerror: (code: number) => string): string =>
  code === 0 ? "0" : `0x${(code >>> 0).toString(16)} (${strerror(code)})`;

/** A request as the lines need it. */
export interface ShownRequest {
  /** What the destination is called; a number when it has no name. */
  readonly to: string | number;
  readonly id: number;
  readonly name: string | undefined;
  /** Number of the reply port, 0 for none. */
  readonly reply: number;
  readonly items: readonly ShownItem[];
  /** Rpctrace's `-t`. */
  readonly stamp?: string | undefined;
}

/** The whole text of a trace: a request leaves its line open for the reply; what comes between says so with the reply port's number. */
export class TraceLines {
  private readonly write: (text: string) => void;
  private readonly options: ShowOptions;
  private readonly strerror: (code: number) => string;
  private readonly paint: Paint;
  /** Reply port of the request whose line is open, 0 for none. */
  private last = 0;

  constructor(write: (text: string) => void, strerror: (code: number) => string, options: ShowOptions) {
    this.write = write;
    this.strerror = strerror;
    this.options = options;
    this.paint = options.paint ?? PLAIN;
  }

  request({ to, id, name, reply, items, stamp }: ShownRequest): void {
    const { paint } = this;
    const head = `${stamp === undefined ? "" : `${paint.mark(stamp)} `}${this.pending()}`;
    const target = typeof to === "number" ? u(to, 4) : to.padStart(4);
    const args = showItems(items, this.options);
    this.write(`${head}${paint.target(target)}->${paint.routine(name?.padStart(5) ?? u(id, 5))} (${args})${reply === 0 ? ";\n" : ""}`);
    this.last = reply;
  }

  /** `items` without the return code. */
  reply(port: number, code: number, items: readonly ShownItem[]): void {
    const head = port === this.last ? "" : `${this.pending()}${this.paint.mark(`${u(port)}...`)}`;
    const shown = showCode(code, this.strerror);
    this.write(`${head} = ${code === 0 ? shown : this.paint.failure(shown)} ${showItems(items, this.options)}\n`);
    this.last = 0;
  }

  /** Ends an open line, as before another kind of line. */
  flush(): void {
    this.write(this.pending());
    this.last = 0;
  }

  private pending(): string {
    return this.last === 0 ? "" : `${this.paint.mark(` ...${u(this.last)}`)}\n`;
  }
}
