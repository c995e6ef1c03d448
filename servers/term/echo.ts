/** What a typed character looks like on the terminal, and how it is wiped out again. */
import { Lflag, Vc } from "../interfaces/termios.ts";
import type { Modes } from "./modes.ts";
import { special } from "./modes.ts";
import { width, type Output } from "./output.ts";
import { QUOTED } from "./queue.ts";

const BS = 8;
const TAB = 9;
const LF = 10;
const CARET = 94;
const SPACE = 32;

const isControl = (byte: number): boolean => byte < 32 || byte === 127;

/** True when `char` shows as a caret and a letter (ECHOCTL); newline, tab and the flow control characters only when quoted. */
export function doubled(char: number, modes: Modes): boolean {
  const byte = char & 0xff;
  if (!(modes.lflag & Lflag.ECHOCTL) || !isControl(byte)) return false;
  return (char & QUOTED) !== 0 || !(byte === LF || byte === TAB || special(modes, Vc.START, byte) || special(modes, Vc.STOP, byte));
}

/** Shows `char` if echo is on; a newline also with ECHONL alone. */
export function echo(char: number, modes: Modes, output: Output): void {
  if (modes.lflag & Lflag.ECHO || (modes.lflag & Lflag.ECHONL && char === LF)) show(char, modes, output);
}

/** Shows `char` whatever the echo flags say. */
export function show(char: number, modes: Modes, output: Output): void {
  const byte = char & 0xff;
  if (!doubled(char, modes)) return output.put(byte, modes);
  output.put(CARET, modes);
  output.put(byte ^ 0x40, modes);
}

/** Columns that `char` takes when the cursor stands in `column`. */
const columns = (char: number, column: number, modes: Modes): number => (doubled(char, modes) ? 2 : Math.max(0, width(char & 0xff, column)));

/** Where the cursor stands after `line` was shown from column `start` on. */
export const columnAfter = (line: readonly number[], start: number, modes: Modes): number =>
  line.reduce((at, c) => at + columns(c, at, modes), start);

/**
 * Wipes the last character, `char`, off the screen; the cursor stood in `column` before it was shown. ECHOE rubs it out, otherwise the
 * erase character itself is shown.
 */
export function unecho(char: number, column: number, eraser: number, modes: Modes, output: Output): void {
  if (!(modes.lflag & Lflag.ECHO)) return;
  if (!(modes.lflag & Lflag.ECHOE)) return show(eraser, modes, output);
  const tab = char === TAB;
  for (let n = tab ? output.column - column : columns(char, column, modes); n > 0; n--) rub(tab, modes, output);
}

function rub(blank: boolean, modes: Modes, output: Output): void {
  output.put(BS, modes);
  if (blank) return;
  output.put(SPACE, modes);
  output.put(BS, modes);
}
