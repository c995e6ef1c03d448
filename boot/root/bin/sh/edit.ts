/** The line editor at the prompt: emacs keys, history, completion, on a terminal in raw mode. */
import { attempt, UnixError } from "../../../../glibc-shim/errno.ts";
import { STDERR, STDIN, type Termios } from "../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { Errno } from "../../../../servers/interfaces/errno.ts";
import { Iflag, Lflag, TCSADRAIN, Vc } from "../../../../servers/interfaces/termios.ts";
import { complete } from "./complete.ts";
import { InterruptControl } from "./control.ts";
import type { History } from "./history.ts";
import { Keys, type Key } from "./keys.ts";
import { LineBuffer } from "./line-buffer.ts";
import { Screen } from "./screen.ts";
import type { Shell } from "./shell.ts";

/** How a key left the line. */
type Outcome = "on" | "done" | "end" | "interrupt";

export class Editor {
  readonly #shell: Shell;
  readonly #history: History;
  readonly #keys: Keys;
  #killed = "";
  constructor(shell: Shell, history: History) {
    this.#shell = shell;
    this.#history = history;
    this.#keys = new Keys(shell.libc);
  }

  /** The next line with its newline; undefined at the end of input. Throws InterruptControl on ^C. */
  *line(prompt: string): Syscall<string | undefined> {
    const { libc } = this.#shell;
    const modes = yield* attempt(libc.tcgetattr(STDIN));
    if (modes.err !== 0 || !(yield* libc.isatty(STDERR))) return yield* this.#plain(prompt);
    yield* libc.tcsetattr(STDIN, TCSADRAIN, raw(modes.value));
    try {
      return yield* this.#edit(prompt);
    } finally {
      yield* attempt(libc.tcsetattr(STDIN, TCSADRAIN, modes.value));
    }
  }

  /** Without a terminal: a prompt and a line. */
  *#plain(prompt: string): Syscall<string | undefined> {
    const { libc } = this.#shell;
    yield* libc.writeAll(STDERR, prompt);
    let line = "";
    for (;;) {
      const key = yield* this.#keys.character();
      if (key === undefined) return line === "" ? undefined : line;
      line += key;
      if (key === "\n") return line;
    }
  }

  *#edit(prompt: string): Syscall<string | undefined> {
    const { libc } = this.#shell;
    const size = yield* attempt(libc.tiocgwinsz(STDIN));
    const screen = new Screen(libc, prompt, size.err === 0 && size.value.col > 0 ? size.value.col : 80);
    const editing = new Editing(new LineBuffer(), screen, [...this.#history.lines, ""]);
    yield* screen.show(editing.buffer);
    for (;;) {
      const key = yield* this.#read();
      const outcome = key === undefined ? "end" : yield* this.#apply(key, editing);
      if (outcome === "on") continue;
      yield* screen.leave(editing.buffer, outcome === "interrupt" ? "^C" : "");
      if (outcome === "interrupt") {
        this.#shell.status = 130;
        throw new InterruptControl(true);
      }
      return outcome === "end" ? undefined : `${editing.buffer.text}\n`;
    }
  }

  /** A key; a signal that interrupts the wait (a change of the window) is no reason to end it. */
  *#read(): Syscall<Key | undefined> {
    for (;;) {
      const key = yield* attempt(this.#keys.next());
      if (key.err === 0) return key.value;
      if (key.err === Errno.EINTR && this.#shell.traps.pending !== undefined) return "C-c";
      if (key.err !== Errno.EINTR) throw new UnixError("read", key.err);
    }
  }

  *#apply(key: Key, editing: Editing): Syscall<Outcome> {
    const { buffer, screen } = editing;
    switch (key) {
      case "enter":
        return "done";
      case "C-c":
        return "interrupt";
      case "C-d":
        if (buffer.text === "") return "end";
        buffer.deleteForward();
        break;
      case "tab":
        yield* this.#complete(editing);
        break;
      case "C-l":
        yield* screen.clear();
        break;
      case "C-r":
        return yield* this.#search(editing);
      case "C-y":
        buffer.insert(this.#killed);
        break;
      case "up":
      case "C-p":
        editing.move(-1);
        break;
      case "down":
      case "C-n":
        editing.move(1);
        break;
      default:
        this.#killed = buffer.key(key) ?? this.#killed;
    }
    yield* screen.show(buffer);
    return "on";
  }

  *#complete({ buffer, screen }: Editing): Syscall<void> {
    const found = yield* complete(this.#shell, buffer.text.slice(0, buffer.at));
    if (found.insert !== "") buffer.insert(found.insert);
    else if (found.choices.length > 1) yield* screen.below(found.choices);
  }

  /** ^R: the newest line that contains what is typed. */
  *#search(editing: Editing): Syscall<Outcome> {
    const { screen, buffer } = editing;
    let wanted = "";
    let from = this.#history.lines.length;
    for (;;) {
      const at = this.#history.lines.slice(0, from).findLastIndex((l) => l.includes(wanted));
      const found = at < 0 ? "" : (this.#history.lines[at] ?? "");
      yield* screen.show(new LineBuffer(found), `(reverse-i-search)'${wanted}': `);
      const key = yield* this.#read();
      if (key === undefined) return "end";
      if (key === "C-r") from = Math.max(0, at);
      else if (key === "backspace") wanted = wanted.slice(0, -1);
      else if (typeof key === "object") wanted += key.text;
      else {
        if (key !== "C-g" && key !== "C-c") buffer.replace(found);
        if (key === "C-g" || key === "C-c") {
          yield* screen.show(buffer);
          return "on";
        }
        return yield* this.#apply(key, editing);
      }
    }
  }
}

/** One line that is being edited, and where in the history it is. */
class Editing {
  readonly buffer: LineBuffer;
  readonly screen: Screen;
  readonly #lines: string[];
  #index: number;
  constructor(buffer: LineBuffer, screen: Screen, lines: string[]) {
    this.buffer = buffer;
    this.screen = screen;
    this.#lines = lines;
    this.#index = lines.length - 1;
  }
  /** To an older (-1) or newer line; what was edited stays there while this line lasts. */
  move(by: -1 | 1): void {
    const to = this.#index + by;
    const line = this.#lines[to];
    if (line === undefined) return;
    this.#lines[this.#index] = this.buffer.text;
    this.#index = to;
    this.buffer.replace(line);
  }
}

/** No echo, no lines, no signals: every key comes as it is. */
function raw(modes: Termios): Termios {
  const cc = [...modes.cc];
  cc[Vc.MIN] = 1;
  cc[Vc.TIME] = 0;
  return { ...modes, iflag: modes.iflag & ~(Iflag.ICRNL | Iflag.IXON), lflag: (modes.lflag & ~(Lflag.ECHO | Lflag.ICANON | Lflag.ISIG | Lflag.IEXTEN)) >>> 0, cc };
}
