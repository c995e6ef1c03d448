/** The commands of the debugger. Each gets its words and the session; what it throws is told, and the next line is read. */
import { machCall } from "../../../../mach/interfaces/mach.ts";
import { PortType } from "../../../../mach/ipc/names.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { orThrow } from "../../../../glibc-shim/errno.ts";
import { msgCall } from "../../../../servers/interfaces/msg.ts";
import { procCall } from "../../../../servers/interfaces/process.ts";
import { UsageError } from "../../lib/options.ts";
import { dropRight } from "../../lib/rights.ts";
import { signalNumber } from "../../lib/signal-names.ts";
import type { Tool } from "../../lib/tool.ts";
import type { Breakpoints } from "./breakpoints.ts";
import type { Catcher } from "./exceptions.ts";
import { goOn, pass, step, wait } from "./running.ts";
import { threadInfo, threadState, type Target } from "./target.ts";

/** What a run of the debugger is about. */
export interface Session {
  readonly t: Tool;
  readonly pid: number;
  readonly target: Target;
  readonly catcher: Catcher;
  readonly breakpoints: Breakpoints;
  /** We have started it: its ends and stops are told to us. */
  readonly child: boolean;
  /** A line of output. */
  readonly say: (text: string) => Syscall<void>;
}

interface Command {
  readonly usage: string;
  readonly does: string;
  run(s: Session, words: readonly string[]): Syscall<void>;
}

export const hex = (n: number, digits = 8): string => (n >>> 0).toString(16).padStart(digits, "0");

/** An address or a number as C writes it. Throws UsageError. */
export function number(text: string | undefined, what: string): number {
  if (text === undefined || !/^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text)) throw new UsageError(`${what}: a number is needed`);
  return Number(text);
}

const REGISTERS = ["gs", "fs", "es", "ds", "edi", "esi", "ebp", "esp", "ebx", "edx", "ecx", "eax", "eip", "cs", "efl", "uesp", "ss"];
const EIP = 12;
const RUN_STATES = ["?", "running", "stopped", "waiting", "uninterruptible", "halted"];
const LINE = 16;

function* task({ say, pid, target }: Session): Syscall<void> {
  const info = yield* target.info();
  yield* say(`task of process ${pid}: suspended ${info.suspendCount}, ${info.virtualSize} bytes of memory, ${info.residentSize} resident`);
}

function* threads({ say, target }: Session): Syscall<void> {
  yield* target.eachThread(function* (thread, n) {
    const info = yield* threadInfo(thread);
    const pc = (yield* threadState(thread))[EIP] ?? 0;
    const used = info.userTime.sec * 1e6 + info.userTime.usec;
    yield* say(`thread ${n}: ${RUN_STATES[info.runState] ?? "?"}, suspended ${info.suspendCount}, eip ${hex(pc)}, ${used} us`);
  });
}

function* state({ say, target }: Session, words: readonly string[]): Syscall<void> {
  const registers = yield* target.withThread(number(words[0] ?? "1", "thread"), threadState);
  for (let i = 0; i < REGISTERS.length; i += 4) {
    const row = REGISTERS.slice(i, i + 4).map((name, j) => `${name.padEnd(4)} ${hex(registers[i + j] ?? 0)}`);
    yield* say(row.join("  "));
  }
}

const protection = (bits: number): string => ["r", "w", "x"].map((c, i) => (bits & (1 << i) ? c : "-")).join("");

function* regions({ say, target }: Session): Syscall<void> {
  for (const r of yield* target.regions()) {
    yield* say(`${hex(r.address)}-${hex(r.address + r.size)} ${protection(r.protection)}/${protection(r.max_protection)}${r.is_shared ? " shared" : ""}`);
  }
}

function* memory({ say, target }: Session, words: readonly string[]): Syscall<void> {
  const address = number(words[0], "address");
  const bytes = yield* target.read(address, number(words[1] ?? "64", "length"));
  for (let i = 0; i < bytes.length; i += LINE) {
    const row = [...bytes.subarray(i, i + LINE)];
    const text = row.map((b) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : ".")).join("");
    yield* say(`${hex(address + i)}  ${row.map((b) => hex(b, 2)).join(" ").padEnd(3 * LINE - 1)}  ${text}`);
  }
}

function* write({ target }: Session, words: readonly string[]): Syscall<void> {
  const address = number(words[0], "address");
  const bytes = words.slice(1).map((w) => (/^[0-9a-f]{1,2}$/i.test(w) ? parseInt(w, 16) : NaN));
  if (bytes.length === 0 || bytes.some(Number.isNaN)) throw new UsageError("bytes are two hexadecimal digits each");
  yield* target.write(address, Uint8Array.from(bytes));
}

/** The kinds of rights that a name stands for, of a type's bits. */
const rights = (type: number): string =>
  (["SEND", "RECEIVE", "SEND_ONCE", "PORT_SET", "DEAD_NAME"] as const)
    .filter((kind) => type & PortType[kind])
    .map((kind) => kind.toLowerCase().replace("_", "-"))
    .join(" ");

function* ports({ say, target }: Session): Syscall<void> {
  for (const [name, type] of yield* target.names()) yield* say(`${String(name).padStart(6)}: ${rights(type)}`);
}

function* signal({ t, pid, target }: Session, words: readonly string[]): Syscall<void> {
  const signo = words[0] === "0" ? 0 : signalNumber(words[0] ?? "");
  if (signo === undefined) throw new UsageError(`${words[0]}: invalid signal`);
  const { msgport } = orThrow("proc_getmsgport", yield* procCall.proc_getmsgport(t.libc.ports.proc, { pid }));
  const sent = yield* msgCall.msg_sig_post_untraced(msgport, { signal: signo, sigcode: 0, refport: target.task });
  yield* dropRight(msgport);
  orThrow("msg_sig_post_untraced", sent);
}

function* breakAt({ say, breakpoints }: Session, words: readonly string[]): Syscall<void> {
  if (words[0] !== undefined) return yield* breakpoints.add(number(words[0], "address"), "execute");
  for (const text of breakpoints.shown()) yield* say(text);
}

function* watch({ breakpoints }: Session, words: readonly string[]): Syscall<void> {
  const what = words[1] ?? "w";
  if (what !== "w" && what !== "rw") throw new UsageError("an access is w or rw");
  yield* breakpoints.add(number(words[0], "address"), what === "w" ? "write" : "access");
}

function* remove({ breakpoints }: Session, words: readonly string[]): Syscall<void> {
  yield* breakpoints.remove(words[0] === undefined ? undefined : number(words[0], "address"));
}

function* help({ say }: Session): Syscall<void> {
  for (const [name, { usage, does }] of COMMANDS) yield* say(`${`${name} ${usage}`.trim().padEnd(24)} ${does}`);
}

/** By name. A name may be cut short; the first that fits counts. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["task", { usage: "", does: "what the kernel says of the task", run: task }],
  ["threads", { usage: "", does: "every thread, with its state", run: threads }],
  ["state", { usage: "[THREAD]", does: "the registers of a thread", run: state }],
  ["regions", { usage: "", does: "the memory map", run: regions }],
  ["memory", { usage: "ADDRESS [LENGTH]", does: "shows memory", run: memory }],
  ["write", { usage: "ADDRESS BYTE...", does: "changes memory", run: write }],
  ["ports", { usage: "", does: "the names in its space, and the rights they stand for", run: ports }],
  ["suspend", { usage: "", does: "suspends the task", run: ({ target }) => target.suspend() }],
  ["continue", { usage: "", does: "ends what holds it: an exception, our suspension, a stop", run: goOn }],
  ["break", { usage: "[ADDRESS]", does: "stops threads where a routine begins there; shows where they stop", run: breakAt }],
  ["watch", { usage: "ADDRESS [w|rw]", does: "stops threads after an access to the word there", run: watch }],
  ["delete", { usage: "[ADDRESS]", does: "takes a breakpoint back, or all", run: remove }],
  ["step", { usage: "[THREAD]", does: "lets it go on until the thread has made one trap", run: step }],
  ["catch", { usage: "", does: "takes its exceptions from now on", run: ({ catcher }) => catcher.start() }],
  ["wait", { usage: "[SECONDS]", does: "waits for the next exception, or stop or end of what we started", run: wait }],
  ["pass", { usage: "", does: "leaves that exception to the program", run: pass }],
  ["signal", { usage: "SIGNAL", does: "a signal that no trace mask stops (0: none)", run: signal }],
  ["kill", { usage: "", does: "terminates the task", run: terminate }],
  ["help", { usage: "", does: "this list", run: help }],
]);

function* terminate({ target }: Session): Syscall<void> {
  orThrow("task_terminate", yield* machCall.task_terminate(target.task, {}));
  target.suspended = 0;
}
