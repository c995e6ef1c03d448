/** What the line editor shows: the prompt and the line, which may be longer than the terminal is wide. */
import { STDERR, type Libc } from "../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import type { LineBuffer } from "./line-buffer.ts";

export class Screen {
  readonly #libc: Libc;
  readonly #prompt: string;
  readonly #columns: number;
  /** On which row of what is shown the cursor stands. */
  #row = 0;
  #shown = "";
  constructor(libc: Libc, prompt: string, columns: number) {
    this.#libc = libc;
    this.#prompt = prompt;
    this.#columns = columns;
  }
  /** Draws the line, the cursor where it is. Text that grew at its end is only appended. */
  *show(buffer: LineBuffer, prompt = this.#prompt): Syscall<void> {
    const before = this.#shown;
    this.#shown = prompt + buffer.text;
    const appended = buffer.at === buffer.text.length && before !== "" && this.#shown.startsWith(before) && this.#atEnd;
    this.#atEnd = buffer.at === buffer.text.length;
    if (appended) {
      if (this.#shown === before) return;
      this.#row = this.#place(this.#shown)[0];
      return yield* this.#write(this.#shown.slice(before.length) + this.#wrap(this.#shown));
    }
    const up = this.#row > 0 ? `\x1b[${this.#row}A` : "";
    const [endRow] = this.#place(this.#shown);
    const [row, column] = this.#place(prompt + buffer.text.slice(0, buffer.at));
    const back = `${endRow > row ? `\x1b[${endRow - row}A` : ""}\r${column > 0 ? `\x1b[${column}C` : ""}`;
    this.#row = row;
    yield* this.#write(`${up}\r${before === "" ? "" : "\x1b[J"}${this.#shown}${this.#wrap(this.#shown)}${this.#atEnd ? "" : back}`);
  }
  #atEnd = true;
  /** A terminal waits at the last column; the cursor must be on the next row. */
  #wrap(text: string): string {
    return this.#place(text)[1] === 0 && width(text) > 0 ? " \r" : "";
  }
  #place(text: string): readonly [row: number, column: number] {
    const lines = text.split("\n");
    const rows = lines.slice(0, -1).reduce((n, l) => n + Math.floor(width(l) / this.#columns) + 1, 0);
    const last = width(lines.at(-1) ?? "");
    return [rows + Math.floor(last / this.#columns), last % this.#columns];
  }
  /** The line is finished: the cursor goes below it. */
  *leave(buffer: LineBuffer, mark: string): Syscall<void> {
    const [endRow] = this.#place(this.#prompt + buffer.text);
    const down = endRow > this.#row ? `\x1b[${endRow - this.#row}B` : "";
    yield* this.#write(`${down}${mark}${"\r\n"}`);
    this.#forget();
  }
  *clear(): Syscall<void> {
    yield* this.#write("\x1b[H\x1b[2J");
    this.#forget();
  }
  /** Shows words in columns below the line; the line is drawn anew after them. */
  *below(words: readonly string[]): Syscall<void> {
    yield* this.#write(`\r\n${columns(words, this.#columns).join("\r\n")}\r\n`);
    this.#forget();
  }
  #forget(): void {
    this.#row = 0;
    this.#shown = "";
    this.#atEnd = true;
  }
  *#write(text: string): Syscall<void> {
    yield* this.#libc.writeAll(STDERR, text);
  }
}

/** Columns that a text takes, without the sequences that only set colours. */
const width = (text: string): number => [...text.replace(/\x1b\[[0-9;]*m/g, "")].length;

/** Words in columns, read downwards. */
export function columns(words: readonly string[], total: number): readonly string[] {
  const each = Math.max(...words.map((w) => [...w].length)) + 2;
  const across = Math.max(1, Math.floor(total / each));
  const rows = Math.ceil(words.length / across);
  return Array.from({ length: rows }, (_, r) => words.filter((_word, i) => i % rows === r).map((w) => w + " ".repeat(each - [...w].length)).join("").trimEnd());
}
