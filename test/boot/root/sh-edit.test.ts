import { createRequire } from "node:module";
import { expect } from "chai";
import { Editor } from "../../../boot/root/bin/sh/edit.ts";
import { History } from "../../../boot/root/bin/sh/history.ts";
import { interpreter } from "../../../boot/root/bin/sh/interpreter.ts";
import { Shell } from "../../../boot/root/bin/sh/shell.ts";
import type { Libc, Termios } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";

/** The parts of @xterm/headless that are used. */
interface Xterm {
  write(text: string, done: () => void): void;
  readonly buffer: { readonly active: { readonly cursorX: number; readonly cursorY: number; getLine(y: number): { translateToString(trim: boolean): string } | undefined } };
}
const { Terminal } = createRequire(import.meta.url)("@xterm/headless") as { readonly Terminal: new (o: { readonly cols: number; readonly rows: number; readonly allowProposedApi: boolean }) => Xterm };

const cooked: Termios = { iflag: 0x2b02, oflag: 7, cflag: 0x4b00, lflag: 0x5cb, cc: [], ispeed: 0, ospeed: 0 };

/** What a user sees and gets who types `keys` at a prompt, on a terminal of `columns`. */
async function type(keys: string, columns = 20, lines: readonly string[] = []) {
  const output: string[] = [];
  const modes: number[] = [];
  const pending = [...new TextEncoder().encode(keys)];
  const calls: Partial<Libc> = {
    *read(_fd, size) {
      return Uint8Array.from(pending.splice(0, size));
    },
    *writeAll(_fd, data) {
      output.push(typeof data === "string" ? data : new TextDecoder().decode(data));
    },
    *tcgetattr() {
      return cooked;
    },
    *tcsetattr(_fd, _when, t) {
      modes.push(t.lflag);
    },
    *isatty() {
      return true;
    },
    *tiocgwinsz() {
      return { row: 10, col: columns };
    },
    *readdir() {
      return ["bin", "boot", "etc"].map((name) => ({ ino: 1, type: 0, name }));
    },
    *stat() {
      return { mode: 0o040755 } as never;
    },
  };
  const shell = new Shell(calls as Libc, interpreter);
  const editor = new Editor(shell, new History(shell, lines));
  const line = outcome(editor.line("$ "));
  const terminal = new Terminal({ cols: columns, rows: 10, allowProposedApi: true });
  await new Promise<void>((done) => terminal.write(output.join(""), done));
  const { active } = terminal.buffer;
  const screen = Array.from({ length: 10 }, (_, y) => active.getLine(y)?.translateToString(true) ?? "").filter((l, y, all) => l !== "" || y < all.findLastIndex((x) => x !== ""));
  return { line, screen, cursor: [active.cursorX, active.cursorY], modes };
}

/** Runs to the end; nothing here waits. */
function outcome(run: Syscall<string | undefined>): string | undefined {
  try {
    for (;;) {
      const step = run.next(0);
      if (step.done) return step.value;
    }
  } catch (e) {
    return e instanceof Error ? e.name : "?";
  }
}

describe("the line editor, on a terminal", () => {
  it("shows what is typed, and gives the line", async () => {
    const r = await type("echo hi\r");
    expect(r.line).to.equal("echo hi\n");
    expect(r.screen).to.deep.equal(["$ echo hi"]);
    expect(r.cursor).to.deep.equal([0, 1]);
  });
  it("puts the terminal in raw mode for the line only", async () => {
    expect((await type("x\r")).modes).to.deep.equal([0x5cb & ~(0x8 | 0x80 | 0x100 | 0x400), 0x5cb]);
  });
  it("edits in the middle, also of a line longer than the terminal is wide", async () => {
    expect((await type("bc\x01a\x05d\r")).screen).to.deep.equal(["$ abcd"]);
    const long = await type(`${"x".repeat(25)}\x01y\r`);
    expect(long.line).to.equal(`y${"x".repeat(25)}\n`);
    expect(long.screen).to.deep.equal([`$ y${"x".repeat(17)}`, "x".repeat(8)]);
    expect(long.cursor).to.deep.equal([0, 2]);
    const shrunk = await type(`${"x".repeat(18)}yz\x7f\x7f\x7f\r`);
    expect(shrunk.screen).to.deep.equal([`$ ${"x".repeat(17)}`]);
  });
  it("walks through the history, and keeps what was begun", async () => {
    expect((await type("ab\x1b[A\x1b[A\r", 40, ["one", "two"])).line).to.equal("one\n");
    expect((await type("ab\x1b[A\x1b[B\r", 40, ["one", "two"])).line).to.equal("ab\n");
    expect((await type("\x12on\r", 40, ["one", "two"])).line).to.equal("one\n");
  });
  it("completes names, and shows the choices when there are several", async () => {
    expect((await type("cat e\t\r", 40)).line).to.equal("cat etc/\n");
    const r = await type("cat b\t\t\r", 40);
    expect(r.line).to.equal("cat b\n");
    expect(r.screen).to.deep.equal(["$ cat b", "bin   boot", "$ cat b", "bin   boot", "$ cat b"]);
    expect((await type("seq\t\r", 40)).line).to.equal("seq\n");
    expect((await type("unal\t\r", 40)).line).to.equal("unalias \n");
  });
  it("^C leaves the line, ^D on an empty one ends the input and elsewhere deletes", async () => {
    expect((await type("abc\x03")).line).to.equal("InterruptControl");
    expect((await type("\x04")).line).to.equal(undefined);
    expect((await type("abc\x01\x04\r")).line).to.equal("bc\n");
  });
  it("takes what is killed back", async () => {
    expect((await type("one two\x17\x01\x19 \r")).line).to.equal("two one \n");
  });
});
