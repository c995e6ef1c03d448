/** Messages of vectors to messages of the kernel and back (`FORMAT.md` §5.3). */
import { HEADER_SIZE, itemSize, MachMsg, MsgOption, type Item, type ItemData } from "../../mach/ipc/message.ts";
import { asPort, isPortType, MsgType } from "../../mach/ipc/names.ts";
import { isFault, readMemory, writeMemory } from "../../mach/vm/access.ts";
import type { VmMap } from "../../mach/vm/map.ts";
import { PAGE_SIZE, roundPage } from "../../mach/vm/page.ts";
import { dispositionOf, dispositionWord, elementTypeOf, isRecord, typeWord, type Fields, type Value } from "./format.ts";

/** The number behind a symbol in T0. */
export type Resolve = (symbol: string) => number;

/** A buffer out of line, made for one send. */
export interface Source {
  readonly address: number;
  readonly size: number;
}

const num = (v: Value | undefined, otherwise: number): number => (typeof v === "number" ? v : otherwise);
const list = (v: Value | undefined): readonly Value[] => (Array.isArray(v) ? (v as readonly Value[]) : []);
/** Byte `i` of the pattern `seed`. */
const pattern = (seed: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (seed + 7 * i) & 255);

const optionBits: Readonly<Record<string, number>> = MsgOption;
export function optionsOf(text: string): number {
  return text.split("|").reduce((bits, word) => bits | (optionBits[word] ?? 0), 0);
}

/** The call that a step describes, and the buffers that it uses. */
export function encodeCall(args: Fields, map: VmMap, resolve: Resolve): { readonly msg: MachMsg; readonly sources: readonly Source[] } {
  const msg = new MachMsg();
  const sources: Source[] = [];
  msg.option = optionsOf(String(args["options"] ?? ""));
  msg.timeout = num(args["timeout"], 0);
  msg.notify = asPort(resolve(String(args["notify"] ?? "null")));
  msg.rcvName = asPort(resolve(String(args["rcv_name"] ?? "null")));
  msg.rcvSize = num(args["rcv_size"], 4096);
  msg.seqno = 94;
  const text = args["msg"];
  if (isRecord(text)) encodeMessage(msg, text, num(args["size_delta"], 0), map, resolve, sources);
  return { msg, sources };
}

function encodeMessage(msg: MachMsg, text: Fields, sizeDelta: number, map: VmMap, resolve: Resolve, sources: Source[]): void {
  const [remoteType, remote] = list(text["remote"]);
  const [localType, local] = list(text["local"]);
  msg.remoteType = dispositionOf(remoteType);
  msg.remotePort = asPort(resolve(String(remote)));
  msg.localType = dispositionOf(localType);
  msg.localPort = asPort(resolve(String(local)));
  msg.id = num(text["id"], 0);
  msg.complex = text["complex"] === true || text["complex"] === 1;
  msg.badBits = text["badbits"] ? 0x00800000 : 0;
  const items = list(text["items"]).filter(isRecord);
  msg.items = items.map((item) => encodeItem(item, map, resolve, sources));
  msg.sendSize = msg.items.reduce((size, item, i) => size + givenSize(item, items[i] ?? {}), HEADER_SIZE) + sizeDelta;
}

/** Bytes that an item takes in the buffer: its own, unless fewer words of data are given than its descriptor claims. */
function givenSize(item: Item, text: Fields): number {
  const words = list(text["ints"]).length || list(text["ports"]).length;
  return item.inline ? (item.longform ? 12 : 4) + 4 * words : itemSize(item);
}

function encodeItem(text: Fields, map: VmMap, resolve: Resolve, sources: Source[]): Item {
  const length = num(text["len"], -1);
  const ports = list(text["ports"]);
  const ints = list(text["ints"]).map((v) => Number(v));
  const count = length >= 0 ? length : text["ports"] ? ports.length : ints.length;
  const number = num(text["n"], count);
  const bits = num(text["bits"], length >= 0 ? 8 : 32);
  const inline = !text["ool"];
  const data = inline ? inlineData(bits, number, text["ports"] ? ports.map((p) => resolve(String(p))) : ints) : outOfLine(text, map, resolve, sources);
  return {
    type: elementTypeOf(text["t"]),
    bits,
    number,
    inline,
    longform: Boolean(text["long"]) || number > 4095,
    dealloc: Boolean(text["dealloc"]),
    data,
    ...(text["unused"] ? { unused: true } : {}),
  };
}

const bytesOf = (words: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from(words).buffer);

/** In-line words as the kernel takes them: numbers when elements are words, else the bytes. */
function inlineData(bits: number, number: number, words: readonly number[]): ItemData {
  if (bits !== 32) return bytesOf(words).slice(0, Math.ceil((bits * number) / 8));
  return words.length === 1 ? (words[0] ?? 0) : words;
}

function outOfLine(text: Fields, map: VmMap, resolve: Resolve, sources: Source[]): ItemData {
  if (typeof text["addr"] === "number") return { address: text["addr"] };
  const bytes = text["ports"] ? bytesOf(list(text["ports"]).map((p) => resolve(String(p)))) : pattern(num(text["seed"], 0), num(text["len"], 0));
  if (bytes.length === 0) {
    if (!text["ports"]) sources.push({ address: 0, size: 0 });
    return { address: 0 };
  }
  const placed = map.allocate(0, bytes.length, true);
  if (placed.err) throw new Error("no memory for a buffer");
  if (writeMemory(map, placed.address, bytes) !== undefined) throw new Error("a fresh buffer cannot be written");
  sources.push({ address: placed.address, size: bytes.length });
  return { address: placed.address };
}

/** Whether a buffer is still wholly mapped: 1 or 0. */
export const stillMapped = (map: VmMap, { address, size }: Source): number => (isFault(readMemory(map, address, roundPage(size))) ? 0 : 1);

/** Frees what is left of buffers, so that later ones start afresh. */
export function freeSources(map: VmMap, sources: readonly Source[]): void {
  for (const source of sources) if (source.size > 0 && stillMapped(map, source)) map.deallocate(source.address, source.size);
}

/** A received or returned message with raw numbers where names stand. */
export interface Decoded {
  readonly id: number;
  readonly size: number;
  readonly seqno: number;
  readonly remote: readonly [Value, number];
  readonly local: readonly [Value, number];
  readonly complex: boolean;
  readonly items: readonly DecodedItem[];
}
export interface DecodedItem {
  readonly item: Item;
  readonly t: Value;
  readonly words: readonly number[] | undefined;
  readonly bytes: Uint8Array | undefined;
  /** Out of line: empty. */
  readonly empty: boolean;
}

/** A header with nothing put behind it: the zeros there read as empty out-of-line items of 8 bytes, the last one perhaps cut off. */
export function decodeHeaderOnly(msg: MachMsg, map: VmMap): Decoded {
  const zero: Item = { type: 0, bits: 0, number: 0, inline: false, longform: false, dealloc: false, data: { address: 0 } };
  const items = Array.from({ length: Math.ceil((msg.size - HEADER_SIZE) / 8) }, () => decodeItem(zero, map));
  return { ...decodeMessage(msg, map), items };
}

/** What stands in the buffer after the call. Out-of-line memory is read and freed. */
export function decodeMessage(msg: MachMsg, map: VmMap): Decoded {
  return {
    id: msg.id,
    size: msg.size,
    seqno: msg.seqno,
    remote: [dispositionWord(msg.remoteType), msg.remotePort],
    local: [dispositionWord(msg.localType), msg.localPort],
    complex: msg.complex,
    items: msg.items.map((item) => decodeItem(item, map)),
  };
}

function decodeItem(item: Item, map: VmMap): DecodedItem {
  const bytes = item.inline ? inlineBytes(item) : memoryBytes(item, map);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words = item.bits === 32 ? Array.from({ length: bytes.length >> 2 }, (_, i) => view.getUint32(i * 4, true)) : undefined;
  const t = item.type === MsgType.INTEGER_8 && !isPortType(item.type) ? "byte" : typeWord(item.type);
  return { item, t, words, bytes, empty: !item.inline && item.number * item.bits === 0 };
}

function inlineBytes({ data }: Item): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (typeof data === "number") return bytesOf([data]);
  if (Array.isArray(data)) return bytesOf(data as readonly number[]);
  return new Uint8Array(0);
}

function memoryBytes({ data, bits, number }: Item, map: VmMap): Uint8Array {
  if (typeof data !== "object" || !("address" in data)) return new Uint8Array(0);
  const size = Math.ceil((bits * number) / 8);
  if (size === 0) return new Uint8Array(0);
  const bytes = readMemory(map, data.address, size);
  if (isFault(bytes)) throw new Error("received memory cannot be read");
  map.deallocate(data.address, size + (data.address % PAGE_SIZE));
  return bytes;
}

export const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
export { pattern };
