/** A task's memory, in lines. Looking fetches no pages. */
import { isFault, readMemory } from "../../mach/vm/access.ts";
import { Kern } from "../../mach/kern/kern-return.ts";
import type { Task } from "../../mach/kern/task.ts";
import { Prot } from "../../mach/vm/page.ts";
import { table } from "./inspect.ts";
import { CommandError } from "./words.ts";

/** The most that is shown at once. */
const MOST = 4096;
const ROW = 16;

const hex = (n: number, width: number): string => n.toString(16).padStart(width, "0");

/** What is mapped where. */
export function regions(task: Task): readonly string[] {
  const rights = (p: number): string => (p & Prot.READ ? "r" : "-") + (p & Prot.WRITE ? "w" : "-") + (p & Prot.EXECUTE ? "x" : "-");
  const rows = task.map.list.entries.map((e) => [hex(e.start, 8), hex(e.end, 8), rights(e.protection), e.object === null ? "not touched yet" : e.object.source === null ? `${e.object.residentCount} pages` : "by a pager"] as const);
  return table([["from", "to", "may", "has"], ...rows]);
}

/** `length` bytes at `address`, sixteen a line, and as text. */
export function dump(task: Task, address: number, length: number): readonly string[] {
  if (length < 1 || length > MOST) throw new CommandError(`LEN wants to be 1 to ${MOST}`);
  const bytes = readMemory(task.map, address, length, 0);
  if (isFault(bytes)) {
    if (bytes.kind === "absent") throw new CommandError("its pager has not brought that memory yet");
    throw new CommandError(bytes.code === Kern.INVALID_ADDRESS ? `nothing is mapped at 0x${hex(bytes.address, 1)}` : `cannot be read: code ${bytes.code}`);
  }
  return Array.from({ length: Math.ceil(length / ROW) }, (_, i) => row(address + i * ROW, bytes.subarray(i * ROW, (i + 1) * ROW)));
}

function row(address: number, bytes: Uint8Array): string {
  const text = Array.from(bytes, (b) => (b >= 32 && b < 127 ? String.fromCharCode(b) : ".")).join("");
  return `${hex(address, 8)}  ${Array.from(bytes, (b) => hex(b, 2)).join(" ").padEnd(ROW * 3 - 1)}  ${text}`;
}
