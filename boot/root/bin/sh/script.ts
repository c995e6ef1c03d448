/** Commands from standard input, which the commands themselves may read too: nothing is read ahead of the line that runs. */
import { attempt } from "../../../../glibc-shim/errno.ts";
import { STDIN } from "../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { concat, decode } from "../../lib/output.ts";
import type { List } from "./ast.ts";
import { ShellSyntaxError, Source } from "./lexer.ts";
import { Parser } from "./parser.ts";
import type { Shell } from "./shell.ts";

/** Gives lines with their newline; undefined at the end. `more`: the line goes on with a command that is not complete. */
export type LineSource = (more: boolean) => Syscall<string | undefined>;

/** The commands of the next lines that are complete; undefined at the end. Throws ShellSyntaxError. */
export function* readCommands(shell: Shell, lines: LineSource, line: number): Syscall<{ readonly lists: readonly List[]; readonly lines: number } | undefined> {
  let text = yield* lines(false);
  if (text === undefined) return undefined;
  for (;;) {
    const parsed = parseAll(shell, text, line);
    const complete = { lists: parsed.lists, lines: text.split("\n").length - 1 };
    if (!parsed.more) return complete;
    const next: string | undefined = yield* lines(true);
    if (next === undefined && parsed.error) throw parsed.error;
    if (next === undefined) return complete;
    text += next;
  }
}

/** Commands so far; whether more text is wanted, and the error if the text may not end here. */
interface Parsed {
  readonly lists: readonly List[];
  readonly more: boolean;
  readonly error?: ShellSyntaxError;
}

/** The commands of `text`. Throws ShellSyntaxError when no more text could make it right. */
function parseAll(shell: Shell, text: string, line: number): Parsed {
  const parser = new Parser(new Source(text, 0, line), shell.aliases);
  const lists: List[] = [];
  try {
    for (let list = parser.next(); list; list = parser.next()) lists.push(list);
  } catch (e) {
    if (e instanceof ShellSyntaxError && e.incomplete) return { lists, more: true, error: e };
    throw e;
  }
  return { lists, more: parser.unfinished || /(^|[^\\])(\\\\)*\\\n$/.test(text) };
}

/** Runs standard input to its end. */
export function* runStandardInput(shell: Shell): Syscall<void> {
  const input = new ByteLines(shell);
  for (let line = 1; ; ) {
    const got = yield* readCommands(shell, () => input.next(), line);
    if (!got) return;
    line += got.lines;
    for (const list of got.lists) yield* shell.interpreter.runList(shell, list);
  }
}

/** Lines of standard input: by blocks where one can seek back, else byte by byte. */
class ByteLines {
  readonly #shell: Shell;
  #seekable: boolean | undefined;
  constructor(shell: Shell) {
    this.#shell = shell;
  }
  *next(): Syscall<string | undefined> {
    const { libc } = this.#shell;
    this.#seekable ??= (yield* attempt(libc.lseek(STDIN, 0, 1))).err === 0;
    const parts: Uint8Array[] = [];
    for (;;) {
      const data = yield* libc.read(STDIN, this.#seekable ? 1024 : 1);
      const end = data.indexOf(10) + 1;
      if (end > 0 && end < data.length) yield* libc.lseek(STDIN, end - data.length, 1);
      parts.push(end > 0 ? data.subarray(0, end) : data);
      if (end > 0 || data.length === 0) break;
    }
    const line = concat(parts);
    return line.length === 0 ? undefined : decode(line);
  }
}
