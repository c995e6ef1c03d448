/** What stty calls the settings of a terminal. */
import { Cflag, Iflag, Lflag, Oflag, Vc } from "../../../servers/interfaces/termios.ts";
import type { Termios } from "../../../glibc-shim/libc.ts";

/** The four mode words. */
export type Word = "iflag" | "oflag" | "cflag" | "lflag";

/** A setting that is on or off: "echo", "-echo". `sane`: how `stty sane` leaves it. */
export interface Flag {
  readonly name: string;
  readonly word: Word;
  readonly bit: number;
  readonly sane: boolean;
}

const flag = (word: Word) => (name: string, bit: number, sane = false): Flag => ({ name, word, bit, sane });
const i = flag("iflag");
const o = flag("oflag");
const c = flag("cflag");
const l = flag("lflag");

export const FLAGS: readonly Flag[] = [
  ...[c("parenb", Cflag.PARENB), c("parodd", Cflag.PARODD), c("hupcl", Cflag.HUPCL, true), c("cstopb", Cflag.CSTOPB)],
  ...[c("cread", Cflag.CREAD, true), c("clocal", Cflag.CLOCAL)],
  ...[i("ignbrk", Iflag.IGNBRK), i("brkint", Iflag.BRKINT, true), i("ignpar", Iflag.IGNPAR), i("parmrk", Iflag.PARMRK), i("inpck", Iflag.INPCK)],
  ...[i("istrip", Iflag.ISTRIP), i("inlcr", Iflag.INLCR), i("igncr", Iflag.IGNCR), i("icrnl", Iflag.ICRNL, true), i("ixon", Iflag.IXON, true)],
  ...[i("ixoff", Iflag.IXOFF), i("ixany", Iflag.IXANY, true), i("imaxbel", Iflag.IMAXBEL, true)],
  ...[o("opost", Oflag.OPOST, true), o("ocrnl", Oflag.OCRNL), o("onlcr", Oflag.ONLCR, true), o("onocr", Oflag.ONOCR), o("onlret", Oflag.ONLRET), o("oxtabs", Oflag.OXTABS, true)],
  ...[l("isig", Lflag.ISIG, true), l("icanon", Lflag.ICANON, true), l("iexten", Lflag.IEXTEN, true), l("echo", Lflag.ECHO, true), l("echoe", Lflag.ECHOE, true)],
  ...[l("echok", Lflag.ECHOK), l("echonl", Lflag.ECHONL), l("noflsh", Lflag.NOFLSH), l("tostop", Lflag.TOSTOP), l("echoprt", Lflag.ECHOPRT)],
  ...[l("echoctl", Lflag.ECHOCTL, true), l("echoke", Lflag.ECHOKE, true), l("altwerase", Lflag.ALTWERASE), l("flusho", Lflag.FLUSHO)],
];

/** Control characters by name, in the order in which -a shows them. */
export const CHARACTERS: readonly (readonly [name: string, index: number])[] = [
  ...([["intr", Vc.INTR], ["quit", Vc.QUIT], ["erase", Vc.ERASE], ["kill", Vc.KILL], ["eof", Vc.EOF], ["eol", Vc.EOL], ["eol2", Vc.EOL2]] as const),
  ...([["start", Vc.START], ["stop", Vc.STOP], ["susp", Vc.SUSP], ["dsusp", Vc.DSUSP], ["rprnt", Vc.REPRINT], ["werase", Vc.WERASE]] as const),
  ...([["lnext", Vc.LNEXT], ["discard", Vc.DISCARD], ["status", Vc.STATUS]] as const),
];
/** Numbers among the control characters. */
export const NUMBERS: readonly (readonly [name: string, index: number])[] = [["min", Vc.MIN], ["time", Vc.TIME]];

/** Is `f` on in `t`? */
export const isOn = (t: Termios, { word, bit }: Flag): boolean => (t[word] & bit) !== 0;
/** `t` with `f` switched. */
export const switched = (t: Termios, { word, bit }: Flag, on: boolean): Termios => ({ ...t, [word]: (on ? t[word] | bit : t[word] & ~bit) >>> 0 });

/** "^C", "^?", "M-a", "<undef>". */
export function characterName(byte: number): string {
  if (byte === 0) return "<undef>";
  if (byte >= 128) return `M-${characterName(byte & 127)}`;
  return byte === 127 ? "^?" : byte < 32 ? `^${String.fromCharCode(byte + 64)}` : String.fromCharCode(byte);
}

/** The byte that "^C", "^?", "^-", "undef" or a single letter means; undefined for anything else. */
export function characterOf(text: string): number | undefined {
  if (text === "undef" || text === "^-" || text === "<undef>") return 0;
  if (text === "^?") return 127;
  if (text.length === 2 && text.startsWith("^")) return text.charCodeAt(1) & 31;
  return text.length === 1 ? text.charCodeAt(0) : undefined;
}
