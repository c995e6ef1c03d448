/**
 * Terminal modes as `tioctl_tiocgeta` carries them: `modes` (iflag, oflag, cflag, lflag), `ccs` (20 characters), `speeds` (input, output).
 * Flags are BSD's (`bits/termios.h`); the defaults are what a real Hurd's term says of a fresh terminal.
 */

// ---- iflag
export const IGNBRK = 0x1;
export const BRKINT = 0x2;
export const IGNPAR = 0x4;
export const PARMRK = 0x8;
export const INPCK = 0x10;
export const ISTRIP = 0x20;
export const INLCR = 0x40;
export const IGNCR = 0x80;
export const ICRNL = 0x100;
export const IXON = 0x200;
export const IXOFF = 0x400;
export const IXANY = 0x800;
export const IUCLC = 0x1000;
export const IMAXBEL = 0x2000;
// ---- oflag
export const OPOST = 0x1;
export const ONLCR = 0x2;
export const OXTABS = 0x4;
export const ONOEOT = 0x8;
export const OCRNL = 0x10;
export const ONOCR = 0x20;
export const ONLRET = 0x40;
// ---- cflag
export const CIGNORE = 0x1;
export const CSIZE = 0x300;
export const CS5 = 0;
export const CS6 = 0x100;
export const CS7 = 0x200;
export const CS8 = 0x300;
export const CSTOPB = 0x400;
export const CREAD = 0x800;
export const PARENB = 0x1000;
export const PARODD = 0x2000;
export const HUPCL = 0x4000;
export const CLOCAL = 0x8000;
export const CRTSCTS = 0x10000;
// ---- lflag
export const ECHOKE = 0x1;
export const ECHOE = 0x2;
export const ECHOK = 0x4;
export const ECHO = 0x8;
export const ECHONL = 0x10;
export const ECHOPRT = 0x20;
export const ECHOCTL = 0x40;
export const ISIG = 0x80;
export const ICANON = 0x100;
export const ALTWERASE = 0x200;
export const IEXTEN = 0x400;
export const EXTPROC = 0x800;
export const TOSTOP = 0x400000;
export const FLUSHO = 0x800000;
export const NOKERNINFO = 0x2000000;
export const PENDIN = 0x20000000;
export const NOFLSH = 0x80000000;
// ---- indexes of special characters
export const VEOF = 0;
export const VEOL = 1;
export const VEOL2 = 2;
export const VERASE = 3;
export const VWERASE = 4;
export const VKILL = 5;
export const VREPRINT = 6;
export const VINTR = 8;
export const VQUIT = 9;
export const VSUSP = 10;
export const VDSUSP = 11;
export const VSTART = 12;
export const VSTOP = 13;
export const VLNEXT = 14;
export const VDISCARD = 15;
export const VMIN = 16;
export const VTIME = 17;
export const VSTATUS = 18;
export const NCCS = 20;
/** A special character that is off. */
export const _POSIX_VDISABLE = 0;
// ---- tcsetattr, tcflush
export const TCSANOW = 0;
export const TCSADRAIN = 1;
export const TCSAFLUSH = 2;
/** `tioctl_tiocflush` selectors: input, output, both (0 too). */
export const FREAD = 1;
export const FWRITE = 2;
export const B9600 = 9600;

/** Modes of a terminal. */
export interface TerminalModes {
  readonly iflag: number;
  readonly oflag: number;
  readonly cflag: number;
  readonly lflag: number;
  readonly cc: readonly number[];
  readonly ispeed: number;
  readonly ospeed: number;
}

/** What a terminal has when it is first opened (recorded: probes/term-pty.txt). */
export const DEFAULT_MODES: TerminalModes = {
  iflag: BRKINT | ICRNL | IXON | IXANY | IMAXBEL,
  oflag: OPOST | ONLCR | OXTABS,
  cflag: CREAD | CS8 | HUPCL,
  lflag: ECHOKE | ECHOE | ECHO | ECHOCTL | ISIG | ICANON | IEXTEN,
  cc: [0x04, 0x00, 0x00, 0x7f, 0x17, 0x15, 0x12, 0x00, 0x03, 0x1c, 0x1a, 0x19, 0x11, 0x13, 0x16, 0x0f, 0x01, 0x00, 0x14, 0x00],
  ispeed: 0,
  ospeed: 0,
};

/** The three arguments of `tioctl_tiocseta` and friends. */
export const encodeModes = (m: TerminalModes): { readonly modes: readonly number[]; readonly ccs: Uint8Array; readonly speeds: readonly number[] } => ({
  modes: [m.iflag, m.oflag, m.cflag, m.lflag],
  ccs: Uint8Array.from({ length: NCCS }, (_, i) => m.cc[i] ?? _POSIX_VDISABLE),
  speeds: [m.ispeed, m.ospeed],
});

/** Modes from those three arguments. */
export const decodeModes = (w: { readonly modes: readonly number[]; readonly ccs: Uint8Array; readonly speeds: readonly number[] }): TerminalModes => {
  const mode = (i: number): number => (w.modes[i] ?? 0) >>> 0;
  return { iflag: mode(0), oflag: mode(1), cflag: mode(2), lflag: mode(3), cc: [...w.ccs], ispeed: w.speeds[0] ?? 0, ospeed: w.speeds[1] ?? 0 };
};
