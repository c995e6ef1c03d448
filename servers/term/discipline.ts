/**
 * A terminal's line discipline, whole: modes, typed bytes in, cooked bytes out. A state machine without ports or threads; the server around it
 * (terminal.ts) moves bytes to and from the device, sends the signals that it names, and lets readers and writers wait.
 */
import { Lflag, Vc } from "../interfaces/termios.ts";
import { SIGTSTP } from "../interfaces/signals.ts";
import { breaksLine, Input, INPUT_LIMIT } from "./input.ts";
import { defaultModes, special, type Modes } from "./modes.ts";
import { Output } from "./output.ts";

/** Bytes for the device above which writers wait. */
export const OUTPUT_LIMIT = 8192;

/** What a reader got, and the signal that reading it meant (VDSUSP), or 0. */
export interface Reading {
  readonly data: Uint8Array;
  readonly signal: number;
}

/** The discipline of one terminal. */
export class Discipline {
  modes: Modes = defaultModes;
  readonly output = new Output();
  readonly input = new Input(this.output);

  /** Takes bytes from the device. Answers the signals they mean, in order. */
  type(bytes: Uint8Array): readonly number[] {
    const signals: number[] = [];
    for (const byte of bytes) {
      const signal = this.input.type(byte, this);
      if (signal !== 0) signals.push(signal);
    }
    return signals;
  }

  /** Puts bytes out as a program wrote them. Answers how many were taken: all, unless the queue is full. */
  write(bytes: Uint8Array): number {
    let n = 0;
    for (; n < bytes.length && this.output.size < OUTPUT_LIMIT; n++) this.output.put(bytes[n] ?? 0, this.modes);
    return n;
  }

  /** New modes; the line being edited becomes readable when canonical mode ends. */
  setModes(modes: Modes): void {
    const left = (this.modes.lflag & Lflag.ICANON) !== 0 && !(modes.lflag & Lflag.ICANON);
    this.modes = modes;
    if (left) this.input.finishLine();
  }

  /** Characters ready for readers (FIONREAD); a waiting VEOF counts. */
  get readable(): number {
    return this.input.ready.size;
  }

  /** True when a read of `amount` bytes need not wait. VMIN 0 is for the reader's timer: it need not wait for ever. */
  canRead(amount: number): boolean {
    if (this.modes.lflag & Lflag.ICANON) return this.readable > 0;
    return this.readable >= Math.min(this.minimum, amount, INPUT_LIMIT);
  }

  /** VMIN in raw mode. */
  get minimum(): number {
    return this.modes.cc[Vc.MIN] ?? 1;
  }

  /** VTIME in raw mode, tenths of a second. */
  get patience(): number {
    return this.modes.lflag & Lflag.ICANON ? 0 : (this.modes.cc[Vc.TIME] ?? 0);
  }

  /**
   * Takes up to `amount` bytes: in canonical mode no more than one line, and a VEOF ends it without being part of it. VDSUSP, which acts
   * when it is read, ends the read too and means SIGTSTP (recorded: it comes as a byte of its own).
   */
  read(amount: number): Reading {
    const { modes, input } = this;
    const data: number[] = [];
    let signal = 0;
    while (data.length < amount) {
      const char = input.ready.take();
      if (char === undefined) break;
      const canonical = (modes.lflag & Lflag.ICANON) !== 0;
      if (canonical && special(modes, Vc.EOF, char)) break;
      data.push(char & 0xff);
      if (this.suspendsReader(char)) signal = SIGTSTP;
      if (signal !== 0 || (canonical && breaksLine(char, modes))) break;
    }
    return { data: Uint8Array.from(data), signal };
  }

  private suspendsReader(char: number): boolean {
    const both = Lflag.ISIG | Lflag.IEXTEN;
    return (this.modes.lflag & both) === both && special(this.modes, Vc.DSUSP, char);
  }

  /** TIOCFLUSH. `what`: 1 input, 2 output, 3 or 0 both. */
  flush(what: number): void {
    if (what !== 2) this.input.flush();
    if (what !== 1) this.output.drop();
  }
}
