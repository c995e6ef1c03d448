/** Reading the argument strings of another task (`vm_read`), page by page. */
import type { MachPort } from "../../mach/ipc/names.ts";
import type { Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import { PAGE_SIZE } from "../interfaces/hurd-types.ts";

type Read<T> = { readonly err: 0; readonly value: T } | { readonly err: Failure };

/** Longest vector and string block that is believed. */
const MAX_BYTES = 1 << 20;

/** A task's memory, as far as it has been read. */
class Reader {
  private readonly task: MachPort;
  private readonly pages = new Map<number, Uint8Array>();
  constructor(task: MachPort) {
    this.task = task;
  }

  /** The rest of the page from `address` on. */
  *from(address: number): Syscall<Read<Uint8Array>> {
    const page = address - (address % PAGE_SIZE);
    let bytes = this.pages.get(page);
    if (bytes === undefined) {
      const read = yield* machCall.vm_read(this.task, { address: page, size: PAGE_SIZE });
      if (read.err) return { err: read.err };
      bytes = read.data;
      this.pages.set(page, bytes);
    }
    return { err: 0, value: bytes.subarray(address - page) };
  }

  *word(address: number): Syscall<Read<number>> {
    let value = 0;
    for (let i = 0; i < 4; i++) {
      const byte = yield* this.from(address + i);
      if (byte.err) return byte;
      value += (byte.value[0] ?? 0) * 2 ** (8 * i);
    }
    return { err: 0, value };
  }

  /** The string at `address` with its NUL. */
  *string(address: number): Syscall<Read<readonly number[]>> {
    const out: number[] = [];
    for (let at = address; out.length < MAX_BYTES; ) {
      const rest = yield* this.from(at);
      if (rest.err) return rest;
      const end = rest.value.indexOf(0);
      const part = end < 0 ? rest.value : rest.value.subarray(0, end + 1);
      for (const b of part) out.push(b);
      if (end >= 0) break;
      at += part.length;
    }
    return { err: 0, value: out };
  }
}

/** The strings that the null-terminated vector at `address` points to, one after the other with their NULs. */
export function* readStrings(task: MachPort, address: number): Syscall<Read<Uint8Array>> {
  const reader = new Reader(task);
  const out: number[] = [];
  for (let at = address; out.length < MAX_BYTES; at += 4) {
    const pointer = yield* reader.word(at);
    if (pointer.err) return pointer;
    if (pointer.value === 0) break;
    const text = yield* reader.string(pointer.value);
    if (text.err) return text;
    out.push(...text.value);
  }
  return { err: 0, value: Uint8Array.from(out) };
}
