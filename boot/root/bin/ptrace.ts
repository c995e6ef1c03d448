/**
 * ptrace COMMAND [ARG …]: runs COMMAND traced by its signals, told on standard error as they come and passed on. ptrace -p PID REQUEST [ARG …]: one request of
 * ptrace(2) to a process (`ptrace -l` lists them); each runs alone, for nothing says who traces a process.
 */
import { UnixError } from "../../../glibc-shim/errno.ts";
import { STDERR, type Libc } from "../../../glibc-shim/libc.ts";
import { PTRACE_CONT_HERE } from "../../../glibc-shim/ptrace.ts";
import { ThreadStateWord, type Syscall } from "../../../mach/kern/syscall.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { SIGTRAP } from "../../../servers/interfaces/signals.ts";
import { WEXITSTATUS, WIFEXITED, WIFSTOPPED, WSTOPSIG, WTERMSIG } from "../../../servers/interfaces/wait-status.ts";
import { continueAfterExec, stoppedAtExec } from "../lib/exec-stop.ts";
import { UsageError } from "../lib/options.ts";
import { signalName, signalNumber } from "../lib/signal-names.ts";
import { tool, wholeNumber, type Tool } from "../lib/tool.ts";

const USAGE = "COMMAND [ARG...] | -p PID REQUEST [ARG...] | -l";

export const main = tool({ letters: "+p:l", usage: USAGE }, function* (t) {
  if (t.has("l")) return yield* t.out.line([...REQUESTS.keys()].join(" "));
  const [command, ...args] = t.operands;
  if (command === undefined) throw new UsageError("missing operand");
  const pid = t.value("p");
  return yield* pid === undefined ? trace(t, command, args) : request(t, wholeNumber(pid, "process id"), command, args);
});

/** Answers the command's exit status as a shell gives it. */
function* trace(t: Tool, command: string, args: readonly string[]): Syscall<number> {
  const { libc } = t;
  const pid = yield* libc.fork((child) => traced(child, t.name, [command, ...args]));
  for (;;) {
    const { status } = yield* libc.waitpid(pid);
    if (!WIFSTOPPED(status)) return yield* ended(t, status);
    const signo = WSTOPSIG(status);
    if (signo === SIGTRAP && (yield* stoppedAtExec(libc, pid))) {
      yield* t.complain("exec", 0);
      yield* continueAfterExec(libc, pid);
    } else {
      yield* t.complain(`SIG${signalName(signo)}`, 0);
      yield* libc.ptrace.cont(pid, PTRACE_CONT_HERE, signo);
    }
  }
}

function* traced(child: Libc, name: string, argv: readonly string[]): Syscall<number> {
  const [command = ""] = argv;
  yield* child.ptrace.traceme();
  try {
    return yield* child.execvp(command, argv);
  } catch (e) {
    if (!(e instanceof UnixError)) throw e;
    yield* child.writeAll(STDERR, `${name}: ${command}: ${strerror(e.errno)}\n`);
    return 127;
  }
}

function* ended(t: Tool, status: number): Syscall<number> {
  if (WIFEXITED(status)) {
    yield* t.complain(`exited with ${WEXITSTATUS(status)}`, 0);
    return WEXITSTATUS(status);
  }
  yield* t.complain(`killed by SIG${signalName(WTERMSIG(status))}`, 0);
  return 128 + WTERMSIG(status);
}

type Request = (t: Tool, pid: number, args: readonly string[]) => Syscall<void>;

const hex = (n: number): string => `0x${(n >>> 0).toString(16)}`;

/** An address or a word as C writes it. Throws UsageError. */
function word(text: string | undefined): number {
  if (text === undefined || !/^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text)) throw new UsageError("an address or a word is needed");
  return Number(text);
}

/** A signal by name or number; none is 0. */
function signal(text: string | undefined): number {
  const signo = text === undefined || text === "0" ? 0 : signalNumber(text);
  if (signo === undefined) throw new UsageError(`${text ?? ""}: invalid signal`);
  return signo;
}

const peek: Request = (t, pid, [address]) =>
  (function* () {
    yield* t.out.line(hex(yield* t.libc.ptrace.peek(pid, word(address))));
  })();
const poke: Request = (t, pid, [address, value]) => t.libc.ptrace.poke(pid, word(address), word(value));
const registers = (t: Tool, get: Syscall<readonly number[]>): Syscall<void> =>
  (function* () {
    const words = yield* get;
    yield* t.out.line(`eip ${hex(words[ThreadStateWord.pc] ?? 0)} uesp ${hex(words[ThreadStateWord.sp] ?? 0)} eax ${hex(words[ThreadStateWord.arg] ?? 0)}`);
  })();

const REQUESTS: ReadonlyMap<string, Request> = new Map<string, Request>([
  ["peektext", peek],
  ["peekdata", peek],
  ["poketext", poke],
  ["pokedata", poke],
  ["peekuser", (t) => t.libc.ptrace.user()],
  ["cont", (t, pid, [signo, address]) => t.libc.ptrace.cont(pid, address === undefined ? PTRACE_CONT_HERE : word(address), signal(signo))],
  ["kill", (t, pid) => t.libc.ptrace.kill(pid)],
  ["singlestep", (t) => t.libc.ptrace.singlestep()],
  ["attach", (t, pid) => t.libc.ptrace.attach(pid)],
  ["detach", (t, pid) => t.libc.ptrace.detach(pid)],
  ["getregs", (t, pid) => registers(t, t.libc.ptrace.getregs(pid))],
  ["setregs", (t, pid) => registers(t, t.libc.ptrace.setregs(pid))],
]);

function* request(t: Tool, pid: number, name: string, args: readonly string[]): Syscall<number> {
  const run = REQUESTS.get(name.toLowerCase());
  if (run === undefined) throw new UsageError(`${name}: no such request`);
  yield* t.try(`${name} ${pid}`, run(t, pid, args));
  return t.status;
}
