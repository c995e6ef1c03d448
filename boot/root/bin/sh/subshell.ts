/** Subshells: a copy of the shell in a child process. */
import { attempt, UnixError } from "../../../../glibc-shim/errno.ts";
import type { Fd, Libc, Program } from "../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { strerror } from "../../../../servers/interfaces/errno.ts";
import { SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU } from "../../../../servers/interfaces/signals.ts";
import { ExitControl, LoopControl, ReturnControl, ShellError } from "./control.ts";
import { ShellSyntaxError } from "./lexer.ts";
import type { Shell } from "./shell.ts";
import { EXIT } from "./traps.ts";

/** What is set up in the child before its body runs. */
export interface ForkOptions {
  /** The process group to join; 0 begins one; undefined stays in the shell's. */
  readonly pgrp?: number;
  /** Of an asynchronous list without job control: keyboard signals do not reach it. */
  readonly background?: boolean;
}

/** A pipe's ends, to read from and to write to. Throws ShellError. */
export function* newPipe(shell: Shell): Syscall<readonly [Fd, Fd]> {
  const made = yield* attempt(shell.libc.pipe());
  if (made.err) throw new ShellError("Pipe call failed");
  return made.value;
}

/** Runs `body` in a subshell; answers its pid. */
export function* forkShell(shell: Shell, body: (child: Shell) => Syscall<void>, options: ForkOptions = {}): Syscall<number> {
  const monitored = shell.option("m");
  const interactive = shell.interactive;
  const caught = shell.traps.caught();
  const state = shell.copy(shell.libc);
  return yield* shell.libc.fork(function* (libc): Program {
    const child = state.copy(libc);
    if (options.pgrp !== undefined) yield* libc.setpgid(0, options.pgrp);
    yield* resetSignals(libc, caught, monitored, interactive);
    if (options.background && options.pgrp === undefined) yield* ignoreKeyboard(libc);
    return yield* finish(child, body(child));
  });
}

function* resetSignals(libc: Libc, caught: readonly number[], monitored: boolean, interactive: boolean): Syscall<void> {
  const own = [...(interactive ? [SIGINT, SIGQUIT, SIGTERM] : []), ...(monitored ? [SIGTSTP, SIGTTIN, SIGTTOU] : [])];
  for (const signo of new Set([...caught, ...own])) yield* libc.sigaction(signo, { handler: "SIG_DFL" });
}
function* ignoreKeyboard(libc: Libc): Syscall<void> {
  yield* libc.sigaction(SIGINT, { handler: "SIG_IGN" });
  yield* libc.sigaction(SIGQUIT, { handler: "SIG_IGN" });
}

/** Runs `body` to the end of a shell: the EXIT trap, and the exit status. */
export function* finish(shell: Shell, body: Syscall<void>): Syscall<number> {
  let status = yield* statusOf(shell, body);
  const action = shell.traps.get(EXIT);
  if (action !== undefined && action !== "") {
    yield* shell.traps.set(shell.libc, EXIT, undefined);
    shell.status = status;
    const after = yield* statusOf(shell, shell.interpreter.runText(shell, action), true);
    if (after !== undefined) status = after;
  }
  return status & 0xff;
}

function statusOf(shell: Shell, body: Syscall<void>): Syscall<number>;
/** With `keep`, undefined unless the commands call exit. */
function statusOf(shell: Shell, body: Syscall<void>, keep: true): Syscall<number | undefined>;
function* statusOf(shell: Shell, body: Syscall<void>, keep = false): Syscall<number | undefined> {
  try {
    yield* body;
    return keep ? undefined : shell.status;
  } catch (e) {
    if (e instanceof ExitControl || e instanceof ReturnControl) return e.status;
    if (e instanceof LoopControl) return 0;
    return yield* reportError(shell, e);
  }
}

/** Prints an error that ends a command; answers the status it gives. Rethrows what is none. */
export function* reportError(shell: Shell, e: unknown): Syscall<number> {
  if (e instanceof ShellSyntaxError) {
    shell.line = e.line;
    yield* shell.complain(e.message === "Bad substitution" ? e.message : `Syntax error: ${e.message}`);
    return 2;
  }
  if (e instanceof ShellError) {
    if (!e.reported) yield* shell.complain(e.message);
    return e.status;
  }
  if (e instanceof UnixError) {
    yield* shell.complain(`${e.call}: ${strerror(e.errno)}`);
    return 2;
  }
  throw e;
}
