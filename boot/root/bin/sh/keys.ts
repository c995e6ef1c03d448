/** Keys, from the bytes that a terminal sends for them. */
import { STDIN, type Libc } from "../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { decode } from "../../lib/output.ts";

/** A named key, or text to insert. */
export type Key =
  | { readonly text: string }
  | ("enter" | "tab" | "backspace" | "delete" | "up" | "down" | "left" | "right" | "home" | "end" | "none")
  | ("C-a" | "C-b" | "C-c" | "C-d" | "C-e" | "C-f" | "C-g" | "C-k" | "C-l" | "C-n" | "C-p" | "C-r" | "C-t" | "C-u" | "C-w" | "C-y")
  | ("M-b" | "M-d" | "M-f" | "M-backspace");

const control: ReadonlyMap<string, Key> = new Map<string, Key>([
  ["\r", "enter"],
  ["\n", "enter"],
  ["\t", "tab"],
  ["\b", "backspace"],
  ["\x7f", "backspace"],
  ...(["C-a", "C-b", "C-c", "C-d", "C-e", "C-f", "C-g", "C-k", "C-l", "C-n", "C-p", "C-r", "C-t", "C-u", "C-w", "C-y"] as const).map((k) => [String.fromCharCode(k.charCodeAt(2) - 96), k] as const),
]);

/** What follows the escape character. */
const sequences: ReadonlyMap<string, Key> = new Map<string, Key>([
  ["[A", "up"],
  ["[B", "down"],
  ["[C", "right"],
  ["[D", "left"],
  ["[H", "home"],
  ["[F", "end"],
  ["OA", "up"],
  ["OB", "down"],
  ["OC", "right"],
  ["OD", "left"],
  ["OH", "home"],
  ["OF", "end"],
  ["[1~", "home"],
  ["[7~", "home"],
  ["[4~", "end"],
  ["[8~", "end"],
  ["[3~", "delete"],
  ["[1;5C", "M-f"],
  ["[1;5D", "M-b"],
  ["b", "M-b"],
  ["f", "M-f"],
  ["d", "M-d"],
  ["\x7f", "M-backspace"],
]);

export class Keys {
  readonly #libc: Libc;
  #pending: number[] = [];
  constructor(libc: Libc) {
    this.#libc = libc;
  }
  /** The next character; undefined at the end of input. Throws UnixError. */
  *character(): Syscall<string | undefined> {
    const lead = yield* this.#byte();
    if (lead === undefined) return undefined;
    const size = lead < 0xc0 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    const bytes = [lead];
    while (bytes.length < size) {
      const next = yield* this.#byte();
      if (next === undefined) break;
      bytes.push(next);
    }
    return decode(Uint8Array.from(bytes));
  }
  *#byte(): Syscall<number | undefined> {
    if (this.#pending.length === 0) this.#pending.push(...(yield* this.#libc.read(STDIN, 1)));
    return this.#pending.shift();
  }
  /** The next key; undefined at the end of input. Throws UnixError. */
  *next(): Syscall<Key | undefined> {
    const c = yield* this.character();
    if (c === undefined) return undefined;
    if (c === "\x1b") return sequences.get(yield* this.#sequence()) ?? "none";
    return control.get(c) ?? (c < " " ? "none" : { text: c });
  }
  *#sequence(): Syscall<string> {
    const first = (yield* this.character()) ?? "";
    if (first === "O") return first + ((yield* this.character()) ?? "");
    if (first !== "[") return first;
    let text = first;
    for (;;) {
      const c = (yield* this.character()) ?? "~";
      text += c;
      if (/[@-~]/.test(c)) return text;
    }
  }
}
