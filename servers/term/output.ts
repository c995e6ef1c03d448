/**
 * The output half of the line discipline: OPOST processing, the column of the cursor, the queue of bytes for the device, and ^S.
 */
import { Lflag, Oflag } from "../interfaces/termios.ts";
import { CharQueue } from "./queue.ts";

const TAB = 9;
const LF = 10;
const CR = 13;
const BS = 8;
const EOT = 4;
const SPACE = 32;

/** The modes that output looks at. */
export interface OutputModes {
  readonly oflag: number;
  readonly lflag: number;
}

/** How many columns `byte` moves a cursor that stands in `column`; negative for BS. CR and LF are the caller's. */
export function width(byte: number, column: number): number {
  if (byte === TAB) return 8 - (column % 8);
  if (byte === BS) return column > 0 ? -1 : 0;
  return byte < SPACE || byte === 0x7f || (byte & 0xc0) === 0x80 ? 0 : 1;
}

/** Cooked bytes on their way to the device. */
export class Output {
  private readonly queue = new CharQueue();
  /** The cursor's column, as far as what was put out tells. */
  column = 0;
  /** ^S was typed: bytes stay in the queue. */
  suspended = false;

  /** Bytes that wait for the device. */
  get size(): number {
    return this.queue.size;
  }

  /** Puts one byte out by the rules of `modes`. With FLUSHO it is dropped. */
  put(byte: number, modes: OutputModes): void {
    if (modes.lflag & Lflag.FLUSHO) return;
    if (modes.oflag & Oflag.OPOST) this.cooked(byte, modes.oflag);
    else this.raw(byte);
  }

  private cooked(byte: number, oflag: number): void {
    if (byte === LF && oflag & Oflag.ONLCR) this.raw(CR);
    else if (byte === LF && oflag & Oflag.ONLRET) this.column = 0;
    if (byte === CR && oflag & Oflag.OCRNL) return this.cooked(LF, oflag & ~Oflag.OCRNL);
    if (byte === CR && (oflag & Oflag.ONLRET || (oflag & Oflag.ONOCR && this.column === 0))) return;
    if (byte === EOT && oflag & Oflag.ONOEOT) return;
    if (byte !== TAB || !(oflag & Oflag.OXTABS)) return this.raw(byte);
    for (let n = width(TAB, this.column); n > 0; n--) this.raw(SPACE);
  }

  private raw(byte: number): void {
    this.column = byte === CR ? 0 : this.column + width(byte, this.column);
    this.queue.put(byte);
  }

  /** The bytes for the device, which are taken; none while suspended. */
  take(): Uint8Array {
    return this.suspended || this.queue.size === 0 ? new Uint8Array(0) : Uint8Array.from(this.queue.drain());
  }

  /** Throws away what has not gone out (TIOCFLUSH, VINTR). */
  drop(): void {
    this.queue.clear();
  }
}
