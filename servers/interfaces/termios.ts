/**
 * `struct termios` of the Hurd: flag bits, indices of control characters, and how it travels in `tioctl` (4 mode words, 20 characters,
 * 2 speeds). Values are 4.4BSD's, as glibc's `bits/termios.h` has them.
 */

/** Input modes. */
export const Iflag = {
  IGNBRK: 0x1,
  BRKINT: 0x2,
  IGNPAR: 0x4,
  PARMRK: 0x8,
  INPCK: 0x10,
  ISTRIP: 0x20,
  INLCR: 0x40,
  IGNCR: 0x80,
  ICRNL: 0x100,
  IXON: 0x200,
  IXOFF: 0x400,
  IXANY: 0x800,
  IMAXBEL: 0x2000,
} as const;

/** Output modes. */
export const Oflag = { OPOST: 0x1, ONLCR: 0x2, OXTABS: 0x4, ONOEOT: 0x8, OCRNL: 0x10, ONOCR: 0x20, ONLRET: 0x40 } as const;

/** Control modes. CSIZE is a field of two bits, CS5 0 to CS8 0x300. */
export const Cflag = {
  CIGNORE: 0x1,
  CSIZE: 0x300,
  CS6: 0x100,
  CS7: 0x200,
  CS8: 0x300,
  CSTOPB: 0x400,
  CREAD: 0x800,
  PARENB: 0x1000,
  PARODD: 0x2000,
  HUPCL: 0x4000,
  CLOCAL: 0x8000,
} as const;

/** Local modes. */
export const Lflag = {
  ECHOKE: 0x1,
  ECHOE: 0x2,
  ECHOK: 0x4,
  ECHO: 0x8,
  ECHONL: 0x10,
  ECHOPRT: 0x20,
  ECHOCTL: 0x40,
  ISIG: 0x80,
  ICANON: 0x100,
  ALTWERASE: 0x200,
  IEXTEN: 0x400,
  EXTPROC: 0x800,
  TOSTOP: 0x400000,
  FLUSHO: 0x800000,
  NOKERNINFO: 0x2000000,
  PENDIN: 0x20000000,
  NOFLSH: 0x80000000,
} as const;

/** Indices of control characters. */
export const Vc = {
  EOF: 0,
  EOL: 1,
  EOL2: 2,
  ERASE: 3,
  WERASE: 4,
  KILL: 5,
  REPRINT: 6,
  INTR: 8,
  QUIT: 9,
  SUSP: 10,
  DSUSP: 11,
  START: 12,
  STOP: 13,
  LNEXT: 14,
  DISCARD: 15,
  MIN: 16,
  TIME: 17,
  STATUS: 18,
} as const;
export type Vc = (typeof Vc)[keyof typeof Vc];

export const NCCS = 20;
/** The value of a control character that is switched off. */
export const VDISABLE = 0;

/** What a terminal has after its first open (recorded/probes/term-pty.txt). */
export const DEFAULT_MODES = { iflag: 0x2b02, oflag: 0x7, cflag: 0x4b00, lflag: 0x5cb } as const;
/** The control characters after the first open. */
export const DEFAULT_CC: readonly number[] = [
  0x04, 0x00, 0x00, 0x7f, 0x17, 0x15, 0x12, 0x00, 0x03, 0x1c, 0x1a, 0x19, 0x11, 0x13, 0x16, 0x0f, 0x01, 0x00, 0x14, 0x00,
];

/** When `tcsetattr` takes effect. */
export const TCSANOW = 0;
export const TCSADRAIN = 1;
export const TCSAFLUSH = 2;

/** Modes as a program has them: `struct termios`. */
export interface TerminalModes {
  readonly iflag: number;
  readonly oflag: number;
  readonly cflag: number;
  readonly lflag: number;
  readonly cc: readonly number[];
  readonly ispeed: number;
  readonly ospeed: number;
}

/** Modes as messages have them: the three arguments of `tioctl_tiocseta` and friends. */
export interface ModesOnWire {
  readonly modes: readonly number[];
  readonly ccs: Uint8Array;
  readonly speeds: readonly number[];
}

/** Modes for a message; control characters that are missing are off. */
export const encodeModes = (m: TerminalModes): ModesOnWire => ({
  modes: [m.iflag, m.oflag, m.cflag, m.lflag],
  ccs: Uint8Array.from({ length: DEFAULT_CC.length }, (_, i) => m.cc[i] ?? VDISABLE),
  speeds: [m.ispeed, m.ospeed],
});

/** Modes from a message, flags unsigned. */
export function decodeModes({ modes, ccs, speeds }: ModesOnWire): TerminalModes {
  const mode = (i: number): number => (modes[i] ?? 0) >>> 0;
  return { iflag: mode(0), oflag: mode(1), cflag: mode(2), lflag: mode(3), cc: [...ccs], ispeed: speeds[0] ?? 0, ospeed: speeds[1] ?? 0 };
}
