/** stty [-a|-g] [-F DEVICE] [SETTING …]: shows or changes the settings of the terminal on standard input. */
import { STDIN, type Fd, type Termios } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { O_NONBLOCK, O_RDWR } from "../../../servers/interfaces/hurd-types.ts";
import { Cflag, DEFAULT_CC, DEFAULT_MODES, Iflag, Lflag, Oflag, TCSADRAIN, Vc } from "../../../servers/interfaces/termios.ts";
import { UsageError } from "../lib/options.ts";
import { CHARACTERS, characterName, characterOf, FLAGS, isOn, NUMBERS, switched } from "../lib/stty-words.ts";
import { tool, wholeNumber, type Tool } from "../lib/tool.ts";

/** A "-echo" is an operand, not an option. */
const SETTING = /^-[a-z0-9]{2,}$/;

export const main = tool(
  { letters: "agF:", long: { all: "a", save: "g", file: "F" }, usage: "[-a|-g] [-F DEVICE] [SETTING...]", prepare: (args) => args.map((a) => (SETTING.test(a) ? `\0${a}` : a)) },
  function* (t) {
    const device = t.value("F");
    const fd = device === undefined ? STDIN : yield* t.libc.open(device, O_RDWR | O_NONBLOCK);
    const words = t.operands.map((w) => w.replace(/^\0/, ""));
    const now = yield* t.try(device ?? "standard input", t.libc.tcgetattr(fd));
    if (now === undefined) return 1;
    if (words.length === 0) return yield* show(t, fd, now);
    if (words.length === 1 && words[0] === "size") return yield* size(t, fd);
    yield* t.libc.tcsetattr(fd, TCSADRAIN, applied(now, words));
    return 0;
  },
);

function* size(t: Tool, fd: Fd): Syscall<number> {
  const { row, col } = yield* t.libc.tiocgwinsz(fd);
  yield* t.out.line(`${row} ${col}`);
  return 0;
}

function* show(t: Tool, fd: Fd, now: Termios): Syscall<number> {
  if (t.has("g")) yield* t.out.line(saved(now));
  else if (t.has("a")) yield* showAll(t, fd, now);
  else yield* showChanged(t, now);
  return 0;
}

/** The form that stty itself reads back. */
const saved = (m: Termios): string => [m.iflag, m.oflag, m.cflag, m.lflag, ...m.cc].map((n) => n.toString(16)).join(":");

function* showAll(t: Tool, fd: Fd, now: Termios): Syscall<void> {
  const { row, col } = yield* t.libc.tiocgwinsz(fd);
  yield* t.out.line(`speed ${now.ospeed} baud; rows ${row}; columns ${col};`);
  const characters = CHARACTERS.map(([name, at]) => `${name} = ${characterName(now.cc[at] ?? 0)};`);
  const numbers = NUMBERS.map(([name, at]) => `${name} = ${now.cc[at] ?? 0};`);
  yield* wrapped(t, [...characters, ...numbers]);
  for (const word of ["cflag", "iflag", "oflag", "lflag"] as const) {
    const flags = FLAGS.filter((f) => f.word === word).map((f) => (isOn(now, f) ? f.name : `-${f.name}`));
    yield* wrapped(t, word === "cflag" ? [`cs${5 + ((now.cflag & Cflag.CSIZE) >> 8)}`, ...flags] : flags);
  }
}

/** What differs from `stty sane`. */
function* showChanged(t: Tool, now: Termios): Syscall<void> {
  yield* t.out.line(`speed ${now.ospeed} baud;`);
  const characters = CHARACTERS.filter(([, at]) => now.cc[at] !== DEFAULT_CC[at]).map(([name, at]) => `${name} = ${characterName(now.cc[at] ?? 0)};`);
  const flags = FLAGS.filter((f) => isOn(now, f) !== f.sane).map((f) => (isOn(now, f) ? f.name : `-${f.name}`));
  if (characters.length > 0) yield* wrapped(t, characters);
  if (flags.length > 0) yield* wrapped(t, flags);
}

function* wrapped(t: Tool, words: readonly string[]): Syscall<void> {
  let line = "";
  for (const word of words) {
    if (line !== "" && line.length + 1 + word.length > 79) {
      yield* t.out.line(line);
      line = "";
    }
    line += line === "" ? word : ` ${word}`;
  }
  if (line !== "") yield* t.out.line(line);
}

/** The settings of `words`, one after the other. Throws UsageError. */
export function applied(now: Termios, words: readonly string[]): Termios {
  let t = now;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    const character = [...CHARACTERS, ...NUMBERS].find(([name]) => name === word);
    t = character === undefined ? one(t, word) : withCharacter(t, character, words[++i]);
  }
  return t;
}

function withCharacter(t: Termios, [name, at]: readonly [string, number], value: string | undefined): Termios {
  if (value === undefined) throw new UsageError(`missing argument to '${name}'`);
  const byte = at === Vc.MIN || at === Vc.TIME ? wholeNumber(value, "integer argument") & 0xff : characterOf(value);
  if (byte === undefined) throw new UsageError(`invalid character: '${value}'`);
  return { ...t, cc: t.cc.map((c, i) => (i === at ? byte : c)) };
}

function one(t: Termios, word: string): Termios {
  const off = word.startsWith("-");
  const found = FLAGS.find((f) => f.name === (off ? word.slice(1) : word));
  if (found !== undefined) return switched(t, found, !off);
  const whole = combined(t, word);
  if (whole !== undefined) return whole;
  if (/^([0-9a-f]+:){10,}[0-9a-f]+$/.test(word)) return restored(t, word);
  throw new UsageError(`invalid argument '${word}'`);
}

/** Settings that stand for several; undefined for none of them. */
function combined(t: Termios, word: string): Termios | undefined {
  const clear = { iflag: (t.iflag & ~(Iflag.ICRNL | Iflag.IXON | Iflag.BRKINT | Iflag.ISTRIP | Iflag.INPCK)) >>> 0, oflag: (t.oflag & ~Oflag.OPOST) >>> 0 };
  switch (word) {
    case "sane":
      return { ...t, ...DEFAULT_MODES, cc: DEFAULT_CC };
    case "raw":
      return { ...t, ...clear, lflag: (t.lflag & ~(Lflag.ICANON | Lflag.ISIG)) >>> 0, cc: t.cc.map((c, i) => (i === Vc.MIN ? 1 : i === Vc.TIME ? 0 : c)) };
    case "cooked":
    case "-raw":
      return { ...t, iflag: (t.iflag | Iflag.ICRNL | Iflag.IXON | Iflag.BRKINT) >>> 0, oflag: t.oflag | Oflag.OPOST, lflag: (t.lflag | Lflag.ICANON | Lflag.ISIG) >>> 0 };
    case "cbreak":
      return { ...t, lflag: (t.lflag & ~Lflag.ICANON) >>> 0 };
    case "-cbreak":
      return { ...t, lflag: (t.lflag | Lflag.ICANON) >>> 0 };
    default:
      return undefined;
  }
}

function restored(t: Termios, text: string): Termios {
  const [iflag = 0, oflag = 0, cflag = 0, lflag = 0, ...cc] = text.split(":").map((w) => parseInt(w, 16));
  return { ...t, iflag, oflag, cflag, lflag, cc: t.cc.map((c, i) => cc[i] ?? c) };
}
