/** Talking to whoever sits at the terminal: questions, and passwords without echo. */
import { attempt } from "../../../glibc-shim/errno.ts";
import { STDERR, STDIN, type Fd, type Libc, type Termios } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { O_RDWR } from "../../../servers/interfaces/hurd-types.ts";
import { Lflag, TCSAFLUSH } from "../../../servers/interfaces/termios.ts";
import { decode } from "./output.ts";

/** One line from `fd`, without its newline, and not a byte more; undefined at the end of the file. */
export function* readLine(libc: Libc, fd: Fd): Syscall<string | undefined> {
  const bytes: number[] = [];
  for (;;) {
    const data = yield* libc.read(fd, 1);
    if (data.length === 0) return bytes.length === 0 ? undefined : decode(Uint8Array.from(bytes));
    bytes.push(...data);
    if (bytes.at(-1) === 10) return decode(Uint8Array.from(bytes.slice(0, -1)));
  }
}

/** Asks on the terminal and reads a line that is not shown. Undefined at the end of the file. The terminal: /dev/tty, else standard input. */
export function* readPassword(libc: Libc, prompt: string): Syscall<string | undefined> {
  const opened = yield* attempt(libc.open("/dev/tty", O_RDWR));
  const input = opened.err ? STDIN : opened.value;
  yield* libc.writeAll(opened.err ? STDERR : input, prompt);
  const old = yield* attempt(libc.tcgetattr(input));
  if (!old.err) yield* libc.tcsetattr(input, TCSAFLUSH, withoutEcho(old.value));
  const line = yield* attempt(readLine(libc, input));
  if (!old.err) yield* libc.tcsetattr(input, TCSAFLUSH, old.value);
  yield* libc.writeAll(opened.err ? STDERR : input, "\n");
  if (!opened.err) yield* libc.close(input);
  return line.err ? undefined : line.value;
}

const withoutEcho = (t: Termios): Termios => ({ ...t, lflag: (t.lflag & ~(Lflag.ECHO | Lflag.ECHONL)) >>> 0 });
