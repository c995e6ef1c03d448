/** The lines that were entered, kept in ~/.sh_history. */
import { attempt } from "../../../../glibc-shim/errno.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { O_CREAT, O_TRUNC, O_WRONLY } from "../../../../servers/interfaces/hurd-types.ts";
import { splitLines } from "../../lib/input.ts";
import type { Shell } from "./shell.ts";

const MOST = 500;

export class History {
  readonly #shell: Shell;
  #lines: string[];
  constructor(shell: Shell, lines: readonly string[]) {
    this.#shell = shell;
    this.#lines = [...lines];
  }
  static *load(shell: Shell): Syscall<History> {
    const path = pathOf(shell);
    const text = path === undefined ? undefined : yield* attempt(shell.libc.readText(path));
    return new History(shell, text?.err === 0 ? splitLines(text.value) : []);
  }
  /** Oldest first. */
  get lines(): readonly string[] {
    return this.#lines;
  }
  /** Notes a command, its lines joined to one; not twice in a row, and not when it begins with a blank. */
  add(text: string): void {
    const line = text.trimEnd().replaceAll("\n", "; ");
    if (line === "" || line.startsWith(" ") || line === this.#lines.at(-1)) return;
    this.#lines.push(line);
    if (this.#lines.length > MOST) this.#lines.shift();
  }
  *save(): Syscall<void> {
    const path = pathOf(this.#shell);
    if (path === undefined) return;
    const opened = yield* attempt(this.#shell.libc.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600));
    if (opened.err !== 0) return;
    yield* attempt(this.#shell.libc.writeAll(opened.value, this.#lines.map((l) => `${l}\n`).join("")));
    yield* this.#shell.libc.close(opened.value);
  }
}

function pathOf(shell: Shell): string | undefined {
  const home = shell.variables.get("HOME");
  return shell.variables.get("HISTFILE") ?? (home === undefined ? undefined : `${home}/.sh_history`);
}
