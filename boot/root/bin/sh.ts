/** sh [-abCefimnsuvx] [-o OPTION] [-l] [-c COMMANDS [NAME [ARG …]] | FILE [ARG …] | -s [ARG …]]: the shell (sh/README.md). */
import { STDERR, STDIN, type Libc, type Main, type Program } from "../../../glibc-shim/libc.ts";
import { attempt } from "../../../glibc-shim/errno.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Errno, strerror } from "../../../servers/interfaces/errno.ts";
import { decode } from "../lib/output.ts";
import { setOptions } from "./sh/builtins/variables.ts";
import { ExitControl, ReturnControl, ShellError } from "./sh/control.ts";
import { interactiveLoop, leaveTerminal, setUpInteractive } from "./sh/interactive.ts";
import { interpreter } from "./sh/interpreter.ts";
import { runStandardInput } from "./sh/script.ts";
import { Shell } from "./sh/shell.ts";
import { finish, reportError } from "./sh/subshell.ts";

/** How the shell was called. */
interface Invocation {
  readonly commands: boolean;
  readonly login: boolean;
  readonly operands: readonly string[];
}

export const main: Main = function* (libc, argv): Program {
  const shell = new Shell(libc, interpreter);
  shell.pid = libc.getpid();
  shell.name = argv[0] ?? "sh";
  try {
    const invocation = parse(shell, argv);
    yield* importEnvironment(shell);
    const status = yield* finish(shell, start(shell, invocation));
    yield* leaveTerminal(shell);
    return status;
  } catch (e) {
    if (!(e instanceof ShellError)) throw e;
    shell.line = 0;
    yield* libc.writeAll(STDERR, `${shell.name}: ${shell.line}: ${e.message}\n`);
    return 2;
  }
};

/** Throws ShellError. */
function parse(shell: Shell, argv: readonly string[]): Invocation {
  let commands = false;
  let login = shell.name.startsWith("-");
  const words: string[] = [];
  const rest = argv.slice(1);
  for (let word = rest[0]; word !== undefined && /^[-+]./.test(word); word = rest[0]) {
    rest.shift();
    if (word === "--") break;
    let kept = word.charAt(0);
    for (const letter of word.slice(1)) {
      if (letter === "c") commands = true;
      else if (letter === "l") login = true;
      else kept += letter;
    }
    if (kept.length > 1) words.push(kept);
    if (kept.includes("o")) words.push(rest.shift() ?? "");
  }
  setOptions(shell, words);
  return { commands, login, operands: rest };
}

/** The variables that come with the environment, and those a shell always has. */
function* importEnvironment(shell: Shell): Syscall<void> {
  for (const [name, value] of shell.libc.environ) if (/^[A-Za-z_]\w*$/.test(name)) shell.variables.set(name, value, { exported: true });
  shell.variables.set("IFS", " \t\n", { exported: false });
  shell.variables.set("OPTIND", "1");
  shell.variables.set("PS2", "> ");
  shell.variables.set("PS4", "+ ");
  if (shell.variables.get("PATH") === undefined) shell.variables.set("PATH", "/bin:/sbin");
  shell.variables.set("PPID", String(yield* shell.libc.getppid()));
  yield* importDirectory(shell);
}

/** $PWD of the environment is believed when it leads here. */
function* importDirectory(shell: Shell): Syscall<void> {
  const pwd = shell.variables.get("PWD");
  if (pwd?.startsWith("/") && !/\/\.\.?(\/|$)/.test(pwd)) {
    const [there, here] = [yield* attempt(shell.libc.stat(pwd)), yield* attempt(shell.libc.stat("."))];
    if (there.err === 0 && here.err === 0 && there.value.ino === here.value.ino && there.value.dev === here.value.dev) return;
  }
  const cwd = yield* attempt(shell.libc.getcwd());
  if (cwd.err === 0) shell.variables.set("PWD", cwd.value, { exported: true });
}

function* start(shell: Shell, { commands, login, operands }: Invocation): Syscall<void> {
  const { libc } = shell;
  const [first, ...args] = operands;
  if (commands) {
    if (first === undefined) throw new ShellError("-c requires an argument");
    const [name, ...positional] = args;
    if (name !== undefined) shell.name = name;
    shell.positional = positional;
    if (shell.interactive) yield* setUpInteractive(shell);
    if (login) yield* profiles(shell);
    return yield* shell.interpreter.runText(shell, first);
  }
  if (first !== undefined && !shell.option("s")) {
    shell.name = first;
    shell.positional = args;
    if (login) yield* profiles(shell);
    return yield* shell.interpreter.runText(shell, yield* script(shell, first));
  }
  shell.positional = operands;
  shell.options.add("s");
  if (!shell.interactive && (yield* isTerminal(libc))) shell.options.add("i");
  if (shell.interactive) yield* setUpInteractive(shell);
  if (login) yield* profiles(shell);
  if (shell.interactive) yield* interactiveLoop(shell);
  else yield* runStandardInput(shell);
}

function* isTerminal(libc: Libc): Syscall<boolean> {
  return (yield* libc.isatty(STDIN)) && (yield* libc.isatty(STDERR));
}

function* script(shell: Shell, path: string): Syscall<string> {
  const read = yield* attempt(shell.libc.readFile(path));
  if (read.err === 0) return decode(read.value);
  yield* shell.libc.writeAll(STDERR, `${shell.name}: 0: cannot open ${path}: ${read.err === Errno.ENOENT ? "No such file" : strerror(read.err)}\n`);
  throw new ExitControl(read.err === Errno.ENOENT ? 127 : 126);
}

/** What a login shell reads first. */
function* profiles(shell: Shell): Syscall<void> {
  const home = shell.variables.get("HOME");
  for (const path of ["/etc/profile", ...(home === undefined ? [] : [`${home}/.profile`])]) {
    const text = yield* attempt(shell.libc.readText(path));
    if (text.err !== 0) continue;
    shell.returnable++;
    try {
      yield* shell.interpreter.runText(shell, text.value);
    } catch (e) {
      if (e instanceof ExitControl) throw e;
      if (!(e instanceof ReturnControl)) shell.status = yield* reportError(shell, e);
    } finally {
      shell.returnable--;
    }
  }
  shell.status = 0;
  shell.line = 1;
}
