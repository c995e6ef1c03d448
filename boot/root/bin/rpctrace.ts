/**
 * rpctrace [OPTION…] COMMAND [ARG…], rpctrace [OPTION…] -p PID: shows every message between a command, or a process that runs already, and the rest of the
 * system (rpctrace.md §1; `-p` is ours).
 */
import { attempt, UnixError } from "../../../glibc-shim/errno.ts";
import { STDERR, STDOUT, type Fd, type Libc, type Main, type Program } from "../../../glibc-shim/libc.ts";
import { DEFAULT_SIZE } from "../../../mach/mig/show.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { O_CREAT, O_TRUNC, O_WRITE } from "../../../servers/interfaces/hurd-types.ts";
import { MSGIDS_DIR, MSGIDS_SUFFIX, MsgIds } from "../../../servers/interfaces/msgids.ts";
import { WEXITSTATUS, WIFEXITED, WTERMSIG } from "../../../servers/interfaces/wait-status.ts";
import { parseOptions, UsageError, type Options } from "../lib/options.ts";
import { HELP, LONG, LETTERS, TRY, USAGE } from "../lib/rpctrace/help.ts";
import { StartError, startTraced, traceRunning } from "../lib/rpctrace/start.ts";
import { stampOf } from "../lib/rpctrace/stamp.ts";
import type { TraceOptions } from "../lib/rpctrace/trace.ts";
import { signalText } from "../lib/signal-names.ts";
import { wholeNumber } from "../lib/tool.ts";

/** Seconds that the trace has to drain after the child's death. */
const DRAIN = 1;
const MISUSE = 64;

/** Ends the program with a message "NAME: WHAT: REASON". */
class Fatal extends Error {
  override readonly name = "Fatal";
}

function* warn(libc: Libc, name: string, text: string): Syscall<void> {
  yield* libc.writeAll(STDERR, `${name}: ${text}\n`);
}

function* readList(libc: Libc, name: string, ids: MsgIds, file: string): Syscall<void> {
  const text = yield* attempt(libc.readText(file));
  if (text.err) return yield* warn(libc, name, `${file}: ${strerror(text.err)}`);
  for (const line of ids.read(text.value)) yield* warn(libc, name, `${file}:${line}: invalid format in RPC list file`);
}

/** All lists of a directory, by name; a directory that cannot be read has none. */
function* readLists(libc: Libc, name: string, ids: MsgIds, dir: string): Syscall<void> {
  const entries = yield* attempt(libc.readdir(dir));
  if (entries.err) return yield* warn(libc, name, `${dir}: ${strerror(entries.err)}`);
  const files = entries.value.map((e) => e.name).filter((n) => n.endsWith(MSGIDS_SUFFIX));
  for (const file of files.sort()) yield* readList(libc, name, ids, `${dir.replace(/\/$/, "")}/${file}`);
}

/** The standard lists first, so that the others override them. */
function* msgids(libc: Libc, name: string, options: Options): Syscall<MsgIds> {
  const ids = new MsgIds();
  if (!options.has("n")) yield* readLists(libc, name, ids, MSGIDS_DIR);
  for (const { name: option, value } of options.given) {
    if (option === "i") yield* readList(libc, name, ids, value);
    if (option === "I") yield* readLists(libc, name, ids, value);
  }
  return ids;
}

/** The command's environment: -E sets, or without "=" removes. */
function environment(libc: Libc, options: Options): ReadonlyMap<string, string> {
  const env = new Map(libc.environ);
  for (const word of options.values("E")) {
    const equals = word.indexOf("=");
    if (equals < 0) env.delete(word);
    else env.set(word.slice(0, equals), word.slice(equals + 1));
  }
  return env;
}

function* output(libc: Libc, options: Options): Syscall<Fd> {
  const file = options.value("o");
  if (file === undefined) return STDERR;
  const fd = yield* attempt(libc.open(file, O_WRITE | O_CREAT | O_TRUNC, 0o666));
  if (fd.err) throw new Fatal(`${file}: ${strerror(fd.err)}`);
  return fd.value;
}

/** `atoi`. */
const size = (text: string | undefined): number => (text === undefined ? DEFAULT_SIZE : Math.max(0, parseInt(text, 10) || 0));

function* trace(libc: Libc, name: string, options: Options): Program {
  const ids = yield* msgids(libc, name, options);
  const fd = yield* output(libc, options);
  const write = (text: string): Syscall<void> => libc.writeAll(fd, text);
  const stamps = options.values("t").length;
  const how: TraceOptions = {
    size: size(options.value("s")),
    ids,
    write,
    stamp: () => stampOf(libc, stamps),
    unknownRight: (from) => warn(libc, name, `get an unknown send right from process ${from}`),
    notesFrom: options.has("y") ? yield* libc.getcwd() : undefined,
  };
  const running = options.value("p");
  if (running !== undefined) {
    const end = yield* traceRunning(libc, wholeNumber(running, "process id"), how);
    yield* write(`Process ${running} ${end}\n`);
    return 0;
  }
  const pid = yield* startTraced(libc, options.operands, environment(libc, options), how);
  const { status } = yield* libc.waitpid(pid);
  yield* libc.sleep(DRAIN);
  yield* write(`Child ${pid} ${WIFEXITED(status) ? `exited with ${WEXITSTATUS(status)}` : signalText(WTERMSIG(status))}\n`);
  return 0;
}

export const main: Main = function* (libc, argv): Program {
  const name = argv[0] ?? "rpctrace";
  try {
    const options = parseOptions(argv.slice(1), { letters: LETTERS, long: LONG });
    const asked = options.given.map((o) => HELP[o.name]).find((text) => text !== undefined);
    if (asked !== undefined) {
      yield* libc.writeAll(STDOUT, asked);
      return 0;
    }
    if ((options.operands.length === 0) !== options.has("p")) {
      yield* libc.writeAll(STDERR, `${USAGE}${TRY}`);
      return MISUSE;
    }
    return yield* trace(libc, name, options);
  } catch (e) {
    if (e instanceof UsageError) {
      yield* libc.writeAll(STDERR, `${name}: ${e.message}\n${TRY}`);
      return MISUSE;
    }
    if (e instanceof StartError) return yield* failed(libc, name, e.message, e.status);
    if (e instanceof Fatal) return yield* failed(libc, name, e.message, 1);
    if (e instanceof UnixError) return yield* failed(libc, name, `${e.call}: ${strerror(e.errno)}`, 1);
    throw e;
  }
};

function* failed(libc: Libc, name: string, text: string, status: number): Program {
  yield* warn(libc, name, text);
  return status;
}
