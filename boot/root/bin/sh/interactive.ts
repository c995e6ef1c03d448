/** The shell at a terminal: prompts, job control, ^C, history. */
import { attempt } from "../../../../glibc-shim/errno.ts";
import { STDERR, STDIN } from "../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU } from "../../../../servers/interfaces/signals.ts";
import { InterruptControl, LoopControl, ReturnControl, ShellError, ExitControl } from "./control.ts";
import { Editor } from "./edit.ts";
import { expandString } from "./expand.ts";
import { History } from "./history.ts";
import { runTraps } from "./interpreter.ts";
import { notifyJobs, stateOf } from "./jobs.ts";
import { ShellSyntaxError, Source } from "./lexer.ts";
import { PRIVATE_FD } from "./redirect.ts";
import { readCommands } from "./script.ts";
import type { Shell } from "./shell.ts";
import { reportError } from "./subshell.ts";
import { WordParser } from "./words.ts";

/** Signals and the terminal: the shell becomes leader of its own foreground process group. */
export function* setUpInteractive(shell: Shell): Syscall<void> {
  const { libc } = shell;
  yield* libc.sigaction(SIGINT, {
    handler: function* (signo) {
      shell.traps.raise(signo);
    },
  });
  for (const signo of [SIGQUIT, SIGTERM]) yield* libc.sigaction(signo, { handler: "SIG_IGN" });
  if (shell.variables.get("PS1") === undefined) shell.variables.set("PS1", (yield* effectiveUser(shell)) === 0 ? "# " : "$ ");
  yield* jobControl(shell);
}

/** -1 for a shell without ids, as C's cast makes it. */
function* effectiveUser(shell: Shell): Syscall<number> {
  const euid = yield* attempt(shell.libc.geteuid());
  return euid.err === 0 ? euid.value : -1;
}

function* jobControl(shell: Shell): Syscall<void> {
  const { libc } = shell;
  const copy = yield* attempt(libc.dupfd(STDIN, PRIVATE_FD, true));
  const foreground = copy.err === 0 ? yield* attempt(libc.tcgetpgrp(copy.value)) : copy;
  if (copy.err !== 0 || foreground.err !== 0) {
    yield* libc.writeAll(STDERR, `${shell.name}: 0: can't access tty; job control turned off\n`);
    return;
  }
  for (const signo of [SIGTSTP, SIGTTIN, SIGTTOU]) yield* libc.sigaction(signo, { handler: "SIG_IGN" });
  const pid = libc.getpid();
  const initial = yield* libc.getpgrp();
  yield* attempt(libc.setpgid(0, pid));
  const pgrp = yield* libc.getpgrp();
  yield* attempt(libc.tcsetpgrp(copy.value, pgrp));
  shell.terminal = { fd: copy.value, pgrp, initial };
  shell.options.add("m");
}

/** At the end: the shell goes back to the group that it was started in, which has the terminal again. */
export function* leaveTerminal({ libc, terminal }: Shell): Syscall<void> {
  if (terminal === undefined || terminal.initial === terminal.pgrp) return;
  yield* attempt(libc.tcsetpgrp(terminal.fd, terminal.initial));
  yield* attempt(libc.setpgid(0, terminal.initial));
}

/** Reads and runs commands until the end of input or exit. */
export function* interactiveLoop(shell: Shell): Syscall<void> {
  const history = yield* History.load(shell);
  const editor = new Editor(shell, history);
  for (let warned = false; ; ) {
    yield* notifyJobs(shell);
    const going = yield* guarded(shell, turn(shell, editor, history));
    if (going === undefined || going) {
      warned = false;
      continue;
    }
    if (shell.option("I")) yield* shell.libc.writeAll(STDERR, 'Use "exit" to leave shell.\n');
    else if (!warned && shell.jobs.all.some((j) => stateOf(j) === "Stopped")) {
      yield* shell.libc.writeAll(STDERR, "\nYou have stopped jobs.\n");
      warned = true;
    } else {
      yield* history.save();
      return;
    }
  }
}

/** One command line. False at the end of input. */
function* turn(shell: Shell, editor: Editor, history: History): Syscall<boolean> {
  let text = "";
  const read = function* (more: boolean): Syscall<string | undefined> {
    const line = yield* editor.line(yield* prompt(shell, more ? "PS2" : "PS1"));
    if (line !== undefined) text += line;
    return line;
  };
  shell.line = 1;
  try {
    const got = yield* readCommands(shell, read, 1);
    if (!got) return false;
    history.add(text);
    for (const list of got.lists) yield* shell.interpreter.runList(shell, list);
    yield* runTraps(shell);
  } catch (e) {
    if (e instanceof ShellSyntaxError) history.add(text);
    if (e instanceof ExitControl) yield* history.save();
    throw e;
  }
  return true;
}

/** Errors and ^C lead back to the prompt. */
function* guarded(shell: Shell, body: Syscall<boolean>): Syscall<boolean | undefined> {
  try {
    return yield* body;
  } catch (e) {
    if (e instanceof ExitControl) throw e;
    shell.loops = 0;
    shell.returnable = 0;
    shell.tested = 0;
    if (e instanceof InterruptControl) {
      shell.status = 130;
      if (!e.newline) yield* shell.libc.writeAll(STDERR, "\n");
    } else if (e instanceof LoopControl || e instanceof ReturnControl) shell.status = 0;
    else if (e instanceof ShellError || e instanceof ShellSyntaxError || e instanceof Error) shell.status = yield* reportError(shell, e);
    return undefined;
  }
}

/** A prompt's text: parameters are expanded, `\w`, `\u`, `\h` and `\$` stand for directory, user, host and # or $. */
export function* prompt(shell: Shell, name: "PS1" | "PS2"): Syscall<string> {
  const value = shell.variables.get(name) ?? "";
  const replaced = yield* escapes(shell, value);
  const { status } = shell;
  const text = yield* attempt(expandString(shell, new WordParser(new Source(replaced), shell.aliases).hereDocument()));
  shell.status = status;
  return text.err === 0 ? text.value : value;
}

function* escapes(shell: Shell, text: string): Syscall<string> {
  if (!text.includes("\\")) return text;
  const home = shell.variables.get("HOME");
  const cwd = shell.variables.get("PWD") ?? "";
  const short = home !== undefined && home !== "/" && (cwd === home || cwd.startsWith(`${home}/`)) ? `~${cwd.slice(home.length)}` : cwd;
  const euid = yield* effectiveUser(shell);
  const table: Readonly<Record<string, string>> = {
    w: short,
    W: short.slice(short.lastIndexOf("/") + 1) || "/",
    u: (yield* shell.libc.getpwuid(euid))?.name ?? String(euid),
    h: ((yield* shell.libc.uname()).nodename.split(".")[0] ?? "").trim(),
    $: euid === 0 ? "#" : "\\$",
    n: "\n",
    s: "sh",
    e: "\x1b",
    "[": "",
    "]": "",
  };
  return text.replace(/\\([wWuhnse$[\]])/g, (_, c: string) => table[c] ?? "");
}
