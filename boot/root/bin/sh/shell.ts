/** The state of a shell: what a subshell gets a copy of. */
import type { Fd, Libc } from "../../../../glibc-shim/libc.ts";
import { STDERR } from "../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import type { CompoundCommand, List } from "./ast.ts";
import { ExitControl, ShellError } from "./control.ts";
import { Jobs } from "./jobs.ts";
import { Traps } from "./traps.ts";
import { Variables } from "./variables.ts";

/** The options of `set`, by letter. */
export const optionNames = {
  e: "errexit",
  f: "noglob",
  I: "ignoreeof",
  i: "interactive",
  m: "monitor",
  n: "noexec",
  s: "stdin",
  x: "xtrace",
  v: "verbose",
  C: "noclobber",
  a: "allexport",
  b: "notify",
  u: "nounset",
} as const;
export type OptionLetter = keyof typeof optionNames;
export const optionLetters = Object.keys(optionNames) as readonly OptionLetter[];

/** What runs the shell's programs: builtins ask it to run more (eval, ., trap actions). */
export interface Interpreter {
  /** Runs all commands of `text`. Throws ShellSyntaxError, and the controls. */
  runText(shell: Shell, text: string, line?: number): Syscall<void>;
  runList(shell: Shell, list: List): Syscall<void>;
  /** Runs words as a command, past functions when `builtinsOnly` is set (the `command` builtin). */
  runWords(shell: Shell, words: readonly string[]): Syscall<void>;
  /** Executes a program in place of the shell. Never returns: throws ExitControl when it cannot. */
  execute(shell: Shell, words: readonly string[], environment: ReadonlyMap<string, string>, prefix?: string): Syscall<never>;
}

export class Shell {
  readonly libc: Libc;
  readonly interpreter: Interpreter;
  variables: Variables;
  functions = new Map<string, CompoundCommand>();
  aliases = new Map<string, string>();
  options = new Set<OptionLetter>();
  /** $0, which begins messages. */
  name = "sh";
  positional: readonly string[] = [];
  /** $? */
  status = 0;
  /** $! */
  background: number | undefined;
  /** $$: of the shell that was started, also in subshells. */
  pid = 0;
  line = 1;
  loops = 0;
  /** Functions and sourced files that are running. */
  returnable = 0;
  /** Above 0, a failing command is being tested and does not end the shell under -e. */
  tested = 0;
  /** A subshell with nothing to do but the next simple command: its program may take the shell's place. */
  last = false;
  /** A command substitution was made since this was last cleared. */
  substituted = false;
  /** With job control: the terminal, the shell's own process group, and the one it was started in. */
  terminal: { readonly fd: Fd; readonly pgrp: number; readonly initial: number } | undefined;
  jobs: Jobs;
  traps: Traps;
  /** getopts: where in a cluster of options it is. */
  optionOffset = 0;

  constructor(libc: Libc, interpreter: Interpreter) {
    this.libc = libc;
    this.interpreter = interpreter;
    this.variables = new Variables();
    this.jobs = new Jobs();
    this.traps = new Traps();
  }

  /** The state of a subshell that runs with the library `libc`; its traps are reset, its jobs are not its children. */
  copy(libc: Libc): Shell {
    const copy = new Shell(libc, this.interpreter);
    copy.variables = this.variables.copy();
    copy.functions = new Map(this.functions);
    copy.aliases = new Map(this.aliases);
    copy.options = new Set(this.options);
    copy.options.delete("m");
    copy.options.delete("i");
    copy.name = this.name;
    copy.positional = this.positional;
    copy.status = this.status;
    copy.background = this.background;
    copy.pid = this.pid;
    copy.line = this.line;
    copy.loops = this.loops;
    copy.returnable = this.returnable;
    copy.tested = this.tested;
    copy.traps = this.traps.copy();
    copy.optionOffset = this.optionOffset;
    return copy;
  }

  option(letter: OptionLetter): boolean {
    return this.options.has(letter);
  }
  get interactive(): boolean {
    return this.options.has("i");
  }

  /** "sh: 3: TEXT" on standard error. */
  *complain(text: string): Syscall<void> {
    yield* this.libc.writeAll(STDERR, `${this.name}: ${this.line}: ${text}\n`);
  }

  /** The value of a parameter that is one string; undefined when it is not set. `@` and `*` are the caller's. */
  parameter(name: string): string | undefined {
    switch (name) {
      case "?":
        return String(this.status);
      case "$":
        return String(this.pid);
      case "!":
        return this.background === undefined ? undefined : String(this.background);
      case "#":
        return String(this.positional.length);
      case "-":
        return optionLetters.filter((l) => this.options.has(l)).join("");
      case "0":
        return this.name;
      case "LINENO":
        return String(this.line);
      default:
        return /^[0-9]/.test(name) ? this.positional[Number(name) - 1] : this.variables.get(name);
    }
  }

  /** Sets a variable. Throws ShellError when it is read only. */
  assign(name: string, value: string): void {
    if (name === "OPTIND") this.optionOffset = 0;
    try {
      this.variables.set(name, value, this.options.has("a") ? { exported: true } : {});
    } catch (e) {
      throw e instanceof Error && e.name === "ReadonlyError" ? new ShellError(e.message) : e;
    }
  }

  /** Called after each command that is not tested: -e. */
  checkErrexit(): void {
    if (this.status !== 0 && this.tested === 0 && this.options.has("e")) throw new ExitControl(this.status);
  }
}
