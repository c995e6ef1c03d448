/**
 * The kernel's boot-script language (boot.md §1): one command a line, `path argument …`.
 *
 * Lines are parsed in order, and functions that act at once (task-create) act while parsing; `execute` then builds each task's arguments, and
 * only when all are loaded come the deferred functions (task-resume). A symbol that a later line defines may be used by an earlier one.
 */

/** Why a script cannot be used. */
export type BootScriptErrorKind = "SYNTAX_ERROR" | "INVALID_ASG" | "INVALID_SYM" | "UNDEF_SYM";
export class BootScriptError extends Error {
  override readonly name = "BootScriptError";
  readonly kind: BootScriptErrorKind;
  constructor(kind: BootScriptErrorKind, what: string) {
    super(`${kind}: ${what}`);
    this.kind = kind;
  }
}

/** What a symbol can stand for. */
export type BootValue<Port, Task> =
  | { readonly type: "none" }
  | { readonly type: "string"; readonly text: string }
  | { readonly type: "port"; readonly port: Port }
  | { readonly type: "task"; readonly task: Task };

/** What a script makes the kernel do. */
export interface BootActions<Port, Task> {
  /** A task without parent, named after `path`. */
  createTask(path: string): Task;
  /** Inserts a send right into `task` under the lowest free name; answers the name. */
  insertRight(task: Task, value: { readonly type: "port"; readonly port: Port } | { readonly type: "task"; readonly task: Task }): number;
  /** Loads the module `path` into `task`. */
  load(task: Task, path: string, argv: readonly string[]): void;
  resume(task: Task, path: string): void;
  promptResume(task: Task, path: string): void;
}

type Symbol<P, T> =
  | BootValue<P, T>
  | { readonly type: "function"; readonly name: "task-create" | "task-resume" | "prompt-task-resume" }
  | { readonly type: "reference"; readonly to: string };

interface Argument {
  readonly text: string;
  readonly symbol: string | undefined;
}
interface Command<T> {
  readonly path: string;
  readonly args: Argument[];
  readonly deferred: ("task-resume" | "prompt-task-resume")[];
  task: T | undefined;
}

const blank = (c: string | undefined): boolean => c === " " || c === "\t";

export class BootScript<Port, Task> {
  private readonly symbols = new Map<string, Symbol<Port, Task>>([
    ["task-create", { type: "function", name: "task-create" }],
    ["task-resume", { type: "function", name: "task-resume" }],
    ["prompt-task-resume", { type: "function", name: "prompt-task-resume" }],
  ]);
  private readonly commands: Command<Task>[] = [];
  private readonly actions: BootActions<Port, Task>;

  constructor(actions: BootActions<Port, Task>) {
    this.actions = actions;
  }

  /** Gives a symbol its value, before parsing (boot.md §1.3). */
  define(name: string, value: BootValue<Port, Task>): void {
    this.symbols.set(name, value);
  }

  /** Parses one line. Comments and empty lines are nothing. Throws BootScriptError. */
  parse(line: string): void {
    const text = (line.split("\n")[0] ?? "").replace(/^[ \t]+/, "");
    if (text === "" || text.startsWith("#")) return;
    const end = text.search(/[ \t]/);
    const path = end < 0 ? text : text.slice(0, end);
    const command: Command<Task> = { path, args: [], deferred: [], task: undefined };
    this.commands.push(command);
    for (let at = path.length; at < text.length; ) {
      if (blank(text[at])) at++;
      else at = this.word(text, at, command);
    }
  }

  /** One word from `at` on; answers where it ends. */
  private word(text: string, at: number, command: Command<Task>): number {
    if (text.startsWith("$(", at)) {
      const end = text.indexOf(")", at);
      if (end < 0) throw new BootScriptError("SYNTAX_ERROR", `"${text.slice(at)}" has no )`);
      this.functionWord(text.slice(at + 2, end), command);
      return end + 1;
    }
    let end = at;
    while (end < text.length && !blank(text[end]) && !text.startsWith("${", end)) end++;
    if (!text.startsWith("${", end)) {
      command.args.push({ text: text.slice(at, end), symbol: undefined });
      return end;
    }
    const brace = text.indexOf("}", end);
    if (brace < 0) throw new BootScriptError("SYNTAX_ERROR", `"${text.slice(end)}" has no }`);
    const symbol = text.slice(end + 2, brace);
    if (this.symbols.get(symbol)?.type === "function") throw new BootScriptError("INVALID_SYM", symbol);
    command.args.push({ text: text.slice(at, end), symbol });
    return brace + 1;
  }

  /** `func`, or `var=…=func`, or `var=…=other`. */
  private functionWord(inside: string, command: Command<Task>): void {
    const names = inside.split("=");
    const last = names.pop() ?? "";
    for (const name of names) {
      if (name === "") throw new BootScriptError("SYNTAX_ERROR", `$(${inside})`);
      if (this.symbols.get(name)?.type === "function") throw new BootScriptError("INVALID_ASG", name);
    }
    const source = this.symbols.get(last);
    if (source === undefined && names.length === 0) throw new BootScriptError("INVALID_SYM", last);
    const value: Symbol<Port, Task> =
      source?.type === "function" ? this.call(source.name, command) : (source ?? { type: "reference", to: last });
    for (const name of names) this.symbols.set(name, value);
  }

  private call(name: "task-create" | "task-resume" | "prompt-task-resume", command: Command<Task>): BootValue<Port, Task> {
    switch (name) {
      case "task-create":
        command.task ??= this.actions.createTask(command.path);
        return { type: "task", task: command.task };
      case "task-resume":
      case "prompt-task-resume":
        command.deferred.push(name);
        return { type: "none" };
    }
  }

  /** Loads every command that has a task, then runs the deferred functions. Throws BootScriptError (UNDEF_SYM). */
  execute(): void {
    const withTask = this.commands.flatMap((c) => (c.task === undefined ? [] : [{ command: c, task: c.task }]));
    for (const { command, task } of withTask) {
      const argv = command.args.map((a) => a.text + (a.symbol === undefined ? "" : this.argument(a.symbol, task)));
      this.actions.load(task, command.path, [command.path, ...argv]);
    }
    for (const { command, task } of withTask) {
      for (const f of command.deferred) {
        if (f === "task-resume") this.actions.resume(task, command.path);
        else this.actions.promptResume(task, command.path);
      }
    }
  }

  /** The commands: paths, and whether one has arguments (boot.md §1.5 asks). */
  get lines(): readonly { readonly path: string; readonly bare: boolean }[] {
    return this.commands.map((c) => ({ path: c.path, bare: c.args.length === 0 && c.task === undefined && c.deferred.length === 0 }));
  }

  private argument(name: string, task: Task): string {
    const value = this.resolve(name);
    switch (value.type) {
      case "none":
        return "";
      case "string":
        return value.text;
      case "port":
      case "task":
        return String(this.actions.insertRight(task, value));
    }
  }

  private resolve(name: string): BootValue<Port, Task> {
    let symbol = this.symbols.get(name);
    for (let hops = 0; symbol?.type === "reference" && hops <= this.symbols.size; hops++) symbol = this.symbols.get(symbol.to);
    if (symbol === undefined || symbol.type === "reference") throw new BootScriptError("UNDEF_SYM", name);
    if (symbol.type === "function") throw new BootScriptError("INVALID_SYM", name);
    return symbol;
  }
}
