/** What a message carries, with the names that its interface has for it. */
import type { SeenItem } from "../mach/kern/events.ts";
import { isPortType, MsgType } from "../mach/ipc/names.ts";
import type { Interfaces } from "./interfaces.ts";
import { codeOf, type Message } from "./messages.ts";

/** One argument. */
export interface Argument {
  /** The interface's name for it; `item N` when no interface knows the message, or it is not what the interface says. */
  readonly name: string;
  readonly item: SeenItem;
}

/** The arguments of a request, or of an answer without its return code. */
export function argumentsOf(message: Message, interfaces: Interfaces): readonly Argument[] {
  const routine = interfaces.routine(message.request?.sent.id ?? message.sent.id);
  const fields = Object.keys((message.request === undefined ? routine?.in : routine?.out) ?? {});
  const items = message.request === undefined ? message.sent.items : message.sent.items.slice(1);
  const fits = fields.length === items.length || (message.request !== undefined && codeOf(message) !== 0);
  return items.map((item, i) => ({ name: (fits ? fields[i] : undefined) ?? `item ${i + 1}`, item }));
}

/** A datum as JSON has it: text as text, other bytes in hex, ports as numbers. */
export function jsonData({ type, data }: SeenItem): unknown {
  if (typeof data === "string") return data;
  if (!(data instanceof Uint8Array)) return data;
  if (type === MsgType.STRING_C || type === MsgType.CHAR) {
    const end = type === MsgType.STRING_C ? data.indexOf(0) : -1;
    const bytes = end < 0 ? data : data.subarray(0, end);
    if (bytes.every((b) => b === 9 || b === 10 || b === 13 || (b >= 32 && b < 127))) return String.fromCharCode(...bytes);
  }
  return { hex: [...data].map((b) => b.toString(16).padStart(2, "0")).join("") };
}

/** Bytes of data and rights in a message's body. */
export function sizeOf(message: Message): { readonly bytes: number; readonly rights: number } {
  let bytes = 0;
  let rights = 0;
  for (const { type, bits, number } of message.sent.items) {
    if (isPortType(type)) rights += number;
    else bytes += Math.ceil((bits * number) / 8);
  }
  return { bytes, rights };
}
