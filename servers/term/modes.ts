/** A terminal's modes, and what a character means under them. */
import { DEFAULT_CC, DEFAULT_MODES, VDISABLE, type TerminalModes, type Vc } from "../interfaces/termios.ts";

/** `struct termios` as the server keeps it: immutable, replaced as a whole. */
export type Modes = TerminalModes;

/** After the first open. */
export const defaultModes: Modes = { ...DEFAULT_MODES, cc: DEFAULT_CC, ispeed: 0, ospeed: 0 };

/** True when `byte` is the control character at `index`, and that is not switched off. */
export const special = (modes: Modes, index: Vc, byte: number): boolean => byte !== VDISABLE && modes.cc[index] === byte;

/** The words of `tioctl_tiocgeta`. */
export const encodeModes = (m: Modes): { readonly modes: readonly number[]; readonly ccs: Uint8Array; readonly speeds: readonly number[] } => ({
  modes: [m.iflag, m.oflag, m.cflag, m.lflag],
  ccs: Uint8Array.from(m.cc),
  speeds: [m.ispeed, m.ospeed],
});

/** Modes of the words of `tioctl_tiocseta`. */
export const decodeModes = (modes: readonly number[], ccs: Uint8Array, speeds: readonly number[]): Modes => ({
  iflag: (modes[0] ?? 0) >>> 0,
  oflag: (modes[1] ?? 0) >>> 0,
  cflag: (modes[2] ?? 0) >>> 0,
  lflag: (modes[3] ?? 0) >>> 0,
  cc: [...ccs],
  ispeed: speeds[0] ?? 0,
  ospeed: speeds[1] ?? 0,
});
