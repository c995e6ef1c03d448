/**
 * The input half of the line discipline: one typed byte at a time through the tests of the modes, into the line being edited or the queue
 * that readers take from (recorded/probes/term-pty.txt shows what each control character does).
 */
import { Iflag, Lflag, Vc } from "../interfaces/termios.ts";
import { SIGINFO, SIGINT, SIGQUIT, SIGTSTP } from "../interfaces/signals.ts";
import { columnAfter, echo, show, unecho } from "./echo.ts";
import { special, type Modes } from "./modes.ts";
import type { Output } from "./output.ts";
import { CharQueue, QUOTED } from "./queue.ts";

const BELL = 7;
const BS = 8;
const LF = 10;
const CR = 13;
const CARET = 94;
/** Characters held for readers, or in one line, before more are refused. */
export const INPUT_LIMIT = 8192;

const isWord = (char: number): boolean => ![32, 9].includes(char & 0xff);

/** The editing of typed input. Signals are answered, not sent: who holds the terminal sends them. */
export class Input {
  /** Finished input: whole lines, or in raw mode everything. VEOF stands in it until a reader meets it. */
  readonly ready = new CharQueue();
  /** The line being edited. */
  readonly line = new CharQueue();
  private readonly output: Output;
  private quoteNext = false;
  /** The cursor's column when the line began. */
  private start = 0;

  constructor(output: Output) {
    this.output = output;
  }

  /** Takes one byte from the device. Answers the signal that it means, or 0. May change FLUSHO, hence the modes' holder. */
  type(raw: number, holder: { modes: Modes }): number {
    const { modes } = holder;
    const byte = modes.iflag & Iflag.ISTRIP ? raw & 0x7f : raw;
    const quoted = this.quoteNext;
    this.quoteNext = false;
    const restart = (modes.iflag & Iflag.IXANY) !== 0 || special(modes, Vc.START, byte);
    if (!quoted) {
      const stopped = this.flowControl(byte, modes);
      if (stopped) return 0;
      if (restart) this.output.suspended = false;
      const signal = this.signal(byte, modes);
      if (signal !== undefined) return signal;
      if (modes.iflag & Iflag.IXON && special(modes, Vc.START, byte)) return 0;
      if (this.extended(byte, holder)) return 0;
    }
    return this.character(byte, quoted, holder.modes);
  }

  /** VSTOP under IXON. */
  private flowControl(byte: number, modes: Modes): boolean {
    if (!(modes.iflag & Iflag.IXON) || !special(modes, Vc.STOP, byte)) return false;
    this.output.suspended = special(modes, Vc.START, byte) ? !this.output.suspended : true;
    return true;
  }

  /** The signal of `byte` under ISIG, queues flushed unless NOFLSH; undefined when it has none. */
  private signal(byte: number, modes: Modes): number | undefined {
    if (!(modes.lflag & Lflag.ISIG)) return undefined;
    const found = SIGNALS.find(([index]) => special(modes, index, byte));
    if (found === undefined) return undefined;
    if (!(modes.lflag & Lflag.NOFLSH)) {
      this.flush();
      if (found[1] !== SIGTSTP) this.output.drop();
    }
    if (modes.lflag & Lflag.ECHO) show(byte, modes, this.output);
    return found[1];
  }

  /** VLNEXT and VDISCARD under IEXTEN. True when `byte` was one of them. */
  private extended(byte: number, holder: { modes: Modes }): boolean {
    const { modes } = holder;
    const discarding = (modes.lflag & Lflag.FLUSHO) !== 0;
    const discard = (modes.lflag & Lflag.IEXTEN) !== 0 && special(modes, Vc.DISCARD, byte);
    if (discarding) holder.modes = { ...modes, lflag: (modes.lflag & ~Lflag.FLUSHO) >>> 0 };
    if (discard && !discarding) {
      this.output.drop();
      echo(byte, modes, this.output);
      holder.modes = { ...modes, lflag: (modes.lflag | Lflag.FLUSHO) >>> 0 };
    }
    if (discard) return true;
    if (!(modes.lflag & Lflag.IEXTEN) || !special(modes, Vc.LNEXT, byte)) return false;
    if (modes.lflag & Lflag.ECHO) for (const b of [CARET, BS]) this.output.put(b, modes);
    this.quoteNext = true;
    return true;
  }

  private character(byte: number, quoted: boolean, modes: Modes): number {
    const char = quoted ? byte | QUOTED : this.newline(byte, modes);
    if (char === undefined) return 0;
    if (!(modes.lflag & Lflag.ICANON)) {
      if (this.room(this.ready, modes)) {
        this.ready.put(char);
        echo(char, modes, this.output);
      }
      return 0;
    }
    return quoted || !this.edit(byte, modes) ? this.append(char, modes) : this.status(byte, modes);
  }

  /** CR and NL as ICRNL, INLCR and IGNCR want them; undefined: ignored. */
  private newline(byte: number, { iflag }: Modes): number | undefined {
    if (byte === CR) return iflag & Iflag.IGNCR ? undefined : iflag & Iflag.ICRNL ? LF : CR;
    return byte === LF && iflag & Iflag.INLCR ? CR : byte;
  }

  /** True when there is room in `queue`; otherwise rings the bell if IMAXBEL is set. */
  private room(queue: CharQueue, modes: Modes): boolean {
    if (queue.size < INPUT_LIMIT) return true;
    if (modes.iflag & Iflag.IMAXBEL) this.output.put(BELL, modes);
    return false;
  }

  /** The editing characters of canonical mode. True when `byte` was one. */
  private edit(byte: number, modes: Modes): boolean {
    const extended = (modes.lflag & Lflag.IEXTEN) !== 0;
    if (special(modes, Vc.ERASE, byte)) this.erase(byte, modes);
    else if (special(modes, Vc.KILL, byte)) this.kill(byte, modes);
    else if (extended && special(modes, Vc.WERASE, byte)) this.eraseWord(byte, modes);
    else if (extended && special(modes, Vc.REPRINT, byte)) this.reprint(byte, modes);
    else return extended && special(modes, Vc.STATUS, byte);
    return true;
  }

  /** VSTATUS asks the foreground for its state. It is not shown. */
  private status(byte: number, modes: Modes): number {
    return special(modes, Vc.STATUS, byte) && modes.lflag & Lflag.ISIG ? SIGINFO : 0;
  }

  private erase(byte: number, modes: Modes): void {
    const char = this.line.unput();
    if (char !== undefined) unecho(char, columnAfter(this.line.all(), this.start, modes), byte, modes, this.output);
  }

  private eraseWord(byte: number, modes: Modes): void {
    const drop = (word: boolean): void => {
      for (let c = this.line.last(); c !== undefined && isWord(c) === word; c = this.line.last()) this.erase(byte, modes);
    };
    drop(false);
    drop(true);
  }

  private kill(byte: number, modes: Modes): void {
    if (modes.lflag & Lflag.ECHOKE && modes.lflag & Lflag.ECHOE) while (this.line.size > 0) this.erase(byte, modes);
    else {
      echo(byte, modes, this.output);
      if (modes.lflag & Lflag.ECHO && modes.lflag & Lflag.ECHOK) this.output.put(LF, modes);
      this.line.clear();
    }
  }

  private reprint(byte: number, modes: Modes): void {
    echo(byte, modes, this.output);
    this.output.put(LF, modes);
    this.start = this.output.column;
    for (const c of this.line.all()) echo(c, modes, this.output);
  }

  /** Puts `char` at the end of the line; a break character finishes the line. */
  private append(char: number, modes: Modes): number {
    const ends = breaksLine(char, modes);
    if (!ends && !this.room(this.line, modes)) return 0;
    if (this.line.size === 0) this.start = this.output.column;
    this.line.put(char);
    if (special(modes, Vc.EOF, char)) this.echoEof(char, modes);
    else echo(char, modes, this.output);
    if (ends) this.finishLine();
    return 0;
  }

  /** ^D is shown and overwritten. */
  private echoEof(char: number, modes: Modes): void {
    if (!(modes.lflag & Lflag.ECHO)) return;
    const column = this.output.column;
    show(char, modes, this.output);
    for (let n = this.output.column - column; n > 0; n--) this.output.put(BS, modes);
  }

  /** Gives the line being edited to the readers: a break character came, or canonical mode was left. */
  finishLine(): void {
    for (const c of this.line.drain()) this.ready.put(c);
  }

  /** Throws all input away (TIOCFLUSH, signals). */
  flush(): void {
    this.ready.clear();
    this.line.clear();
    this.quoteNext = false;
  }
}

const SIGNALS = [
  [Vc.INTR, SIGINT],
  [Vc.QUIT, SIGQUIT],
  [Vc.SUSP, SIGTSTP],
] as const;

/** True for what ends a line in canonical mode: newline, VEOL, VEOL2 (which readers get) and VEOF (which they do not); never quoted. */
export const breaksLine = (char: number, modes: Modes): boolean =>
  char === LF || special(modes, Vc.EOF, char) || special(modes, Vc.EOL, char) || special(modes, Vc.EOL2, char);
