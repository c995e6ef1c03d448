/** How commands leave the ordinary order. Thrown by the interpreter, caught by the construct they belong to. */

/** break n, continue n. */
export class LoopControl extends Error {
  override readonly name = "LoopControl";
  readonly kind: "break" | "continue";
  levels: number;
  constructor(kind: "break" | "continue", levels: number) {
    super(kind);
    this.kind = kind;
    this.levels = levels;
  }
}

/** return from a function or a sourced file. */
export class ReturnControl extends Error {
  override readonly name = "ReturnControl";
  readonly status: number;
  constructor(status: number) {
    super("return");
    this.status = status;
  }
}

/** The shell (or subshell) ends. */
export class ExitControl extends Error {
  override readonly name = "ExitControl";
  readonly status: number;
  constructor(status: number) {
    super("exit");
    this.status = status;
  }
}

/** An error that ends a shell which is not interactive: expansion, assignment, redirection of a special builtin. */
export class ShellError extends Error {
  override readonly name = "ShellError";
  readonly status: number;
  /** The message was printed already, where the command's redirections held. */
  readonly reported: boolean;
  constructor(message: string, status = 2, reported = false) {
    super(message);
    this.status = status;
    this.reported = reported;
  }
}

/** ^C at an interactive shell: back to the prompt. */
export class InterruptControl extends Error {
  override readonly name = "InterruptControl";
  /** Did the terminal's line end already? */
  readonly newline: boolean;
  constructor(newline: boolean) {
    super("interrupted");
    this.newline = newline;
  }
}
