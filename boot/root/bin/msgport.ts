/**
 * msgport [PID | -p PIDS | -P PGRPS | -S[SIDS] | -L[LIDS]] … COMMAND …: asks or tells processes through their message ports (rpctrace.md §6);
 * what changes a process, or shows its ports, needs its task port too. Commands are done in order, each for every process; `--stdin FILE` and the like give descriptors to a running process.
 */
import { attempt, UnixError } from "../../../glibc-shim/errno.ts";
import { copySend, MACH_PORT_NULL, moveSend, portValid, type MachPort } from "../../../mach/ipc/names.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { decodeEnvz, encodeEnvz } from "../../../servers/interfaces/argz.ts";
import { msgidName } from "../../../servers/interfaces/catalogue.ts";
import { Errno, strerror } from "../../../servers/interfaces/errno.ts";
import { INIT_PORT_CRDIR, INIT_PORT_CWDIR, INIT_UMASK, O_APPEND, O_CREAT, O_EXEC, O_READ, O_WRITE } from "../../../servers/interfaces/hurd-types.ts";
import { msgCall } from "../../../servers/interfaces/msg.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { NotThere, parseOptions, UsageError } from "../lib/options.ts";
import { decode } from "../lib/output.ts";
import { selectedPids } from "../lib/pids.ts";
import { dropRight } from "../lib/rights.ts";
import { EX_USAGE, tool, Tool, wholeNumber } from "../lib/tool.ts";

/** A process, and what gives us authority over it: its task port, or null. */
interface Target {
  readonly t: Tool;
  readonly pid: number;
  readonly msgport: MachPort;
  readonly refport: MachPort;
}
/** A command: how many words it takes, at least and at most, and what it does. Throws UnixError. */
interface Command {
  readonly words: readonly [least: number, most: number];
  readonly run: (p: Target, words: readonly string[]) => Syscall<void>;
}

const ok = (call: string, r: { readonly err: 0 } | { readonly err: Failure }): void => {
  if (r.err !== 0) throw new UnixError(call, r.err);
};
const say = (p: Target, text: string): Syscall<void> => p.t.out.line(`${p.pid}: ${text}`);

/** FILE as the caller sees it becomes a descriptor of the process. */
function setFd(fd: number | undefined, flags: number | undefined): Command {
  return {
    words: fd === undefined ? [2, 3] : [1, 1],
    *run(p, words) {
      const file = (fd === undefined ? words[1] : words[0]) ?? "";
      const port = yield* p.t.libc.file_name_lookup(file, flags ?? openFlags(words[2] ?? "r"), 0o666);
      ok("msg_set_fd", yield* msgCall.msg_set_fd(p.msgport, { refport: p.refport, fd: fd ?? wholeNumber(words[0] ?? "", "descriptor"), port: moveSend(port) }));
    },
  };
}

function openFlags(letters: string): number {
  const bits: Readonly<Record<string, number>> = { r: O_READ, w: O_WRITE, x: O_EXEC, a: O_WRITE | O_APPEND };
  let flags = 0;
  for (const letter of letters) {
    const bit = bits[letter];
    if (bit === undefined) throw new UsageError(`${letters}: Invalid open mode`);
    flags |= bit;
  }
  return flags;
}

/** The name of one of the process' directories, found from our own root. */
const showDirectory = (which: number): Command => ({
  words: [0, 0],
  *run(p) {
    const got = yield* msgCall.msg_get_init_port(p.msgport, { refport: p.refport, which });
    ok("msg_get_init_port", got);
    if (got.err === 0) yield* say(p, yield* nameOf(p.t, got.port));
  },
});

/** Takes the reference. */
function* nameOf({ libc }: Tool, port: MachPort): Syscall<string> {
  const here = yield* libc.open(".", 0);
  const there = yield* libc.openport(port, 0);
  const moved = yield* attempt(libc.fchdir(there));
  const name = moved.err === 0 ? yield* attempt(libc.getcwd()) : moved;
  yield* libc.fchdir(here);
  yield* libc.close(there);
  yield* libc.close(here);
  if (name.err !== 0) throw new UnixError("getcwd", name.err);
  return name.value ?? "";
}

const setDirectory = (which: number): Command => ({
  words: [1, 1],
  *run(p, [name = ""]) {
    const port = yield* p.t.libc.file_name_lookup(`${name}/`, O_EXEC);
    ok("msg_set_init_port", yield* msgCall.msg_set_init_port(p.msgport, { refport: p.refport, which, port: moveSend(port) }));
  },
});

function* getenv(p: Target, [name]: readonly string[]): Syscall<void> {
  if (name !== undefined) {
    const got = yield* msgCall.msg_get_env_variable(p.msgport, { variable: name });
    ok("msg_get_env_variable", got);
    if (got.err === 0) yield* say(p, `${name}=${decode(got.value)}`);
    return;
  }
  const all = yield* msgCall.msg_get_environment(p.msgport, {});
  ok("msg_get_environment", all);
  if (all.err === 0) for (const [variable, value] of decodeEnvz(all.value)) yield* say(p, `${variable}=${value}`);
}

function* umask(p: Target, [mask]: readonly string[]): Syscall<void> {
  const { msgport, refport } = p;
  if (mask !== undefined) {
    if (!/^[0-7]{1,4}$/.test(mask)) throw new UsageError(`${mask}: Invalid umask`);
    return ok("msg_set_init_int", yield* msgCall.msg_set_init_int(msgport, { refport, which: INIT_UMASK, value: parseInt(mask, 8) }));
  }
  const got = yield* msgCall.msg_get_init_int(msgport, { refport, which: INIT_UMASK });
  ok("msg_get_init_int", got);
  if (got.err === 0) yield* say(p, got.value.toString(8).padStart(3, "0"));
}

/** What each thread waits for, in the process' own words, with the name of the call it is in. */
function* reportWait(p: Target): Syscall<void> {
  if (p.refport === MACH_PORT_NULL) throw new UnixError("task_threads", Errno.EPERM);
  const threads = yield* machCall.task_threads(p.refport, {});
  if (threads.err !== 0) throw new UnixError("task_threads", threads.err);
  yield* say(p, `${threads.thread_list.length} threads`);
  for (const [i, thread] of threads.thread_list.entries()) {
    const wait = yield* msgCall.msg_report_wait(p.msgport, { thread });
    yield* dropRight(thread);
    if (wait.err !== 0) yield* say(p, `thread ${i}: ${strerror(wait.err)}`);
    else yield* say(p, `thread ${i}: ${wait.wait_rpc === 0 ? "" : `${msgidName(wait.wait_rpc) ?? `msgid ${wait.wait_rpc}`} `}${wait.wait_desc}`.trimEnd());
  }
}

const getenvCommand: Command = { words: [0, 1], run: getenv };
const cwd = showDirectory(INIT_PORT_CWDIR);
const chdir = setDirectory(INIT_PORT_CWDIR);
const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["getenv", getenvCommand],
  ["printenv", getenvCommand],
  ["setenv", { words: [2, 2], *run(p, [variable = "", value = ""]) {
    ok("msg_set_env_variable", yield* msgCall.msg_set_env_variable(p.msgport, { refport: p.refport, variable, value, replace: true }));
  } }],
  ["clearenv", { words: [0, 0], *run(p) {
    ok("msg_set_environment", yield* msgCall.msg_set_environment(p.msgport, { refport: p.refport, value: encodeEnvz(new Map()) }));
  } }],
  ["pwd", cwd],
  ["getcwd", cwd],
  ["getroot", showDirectory(INIT_PORT_CRDIR)],
  ["setfd", setFd(undefined, undefined)],
  ["stdin", setFd(0, O_READ)],
  ["stdout", setFd(1, O_WRITE | O_CREAT)],
  ["stderr", setFd(2, O_WRITE | O_CREAT)],
  ["chdir", chdir],
  ["cd", chdir],
  ["chroot", setDirectory(INIT_PORT_CRDIR)],
  ["cdroot", { words: [0, 0], *run(p) {
    const root = yield* msgCall.msg_get_init_port(p.msgport, { refport: p.refport, which: INIT_PORT_CRDIR });
    if (root.err !== 0) throw new UnixError("msg_get_init_port", root.err);
    const set = yield* msgCall.msg_set_init_port(p.msgport, { refport: p.refport, which: INIT_PORT_CWDIR, port: copySend(root.port) });
    yield* dropRight(root.port);
    ok("msg_set_init_port", set);
  } }],
  ["umask", { words: [0, 1], run: umask }],
  ["report-wait", { words: [0, 0], run: reportWait }],
]);

interface Given {
  readonly command: Command;
  readonly words: readonly string[];
}

/** Commands are no getopt options: each takes its own words. */
const prepare = (args: readonly string[]): readonly string[] => (/^(--help|--usage|-\?)$/.test(args[0] ?? "") ? ["--help"] : ["--", ...args]);
/** Words that name processes, as addauth has them; a number alone is one, too. */
const SELECTION = { letters: "p:P:S::L::", long: { pid: "p", pgrp: "P", session: "S", sid: "S", login: "L", lid: "L" } };
/** Exit statuses of the real program, which stops at what fails. */
const NO_MSGPORT = 1;
const FAILED = 2;

export const main = tool({ letters: "", usage: "[PID...] COMMAND...", misuse: EX_USAGE, prepare }, function* (t) {
  const { selection, given } = parse(t.operands);
  const pids = yield* selectedPids(new Tool(t.libc, t.name, parseOptions(selection, SELECTION)), "P");
  if (given.length === 0 || pids.length === 0) throw new UsageError("");
  for (const pid of pids) if (pid !== t.libc.getpid()) yield* forProcess(t, pid, given);
});

interface CommandLine {
  /** What names processes, in `SELECTION`'s words. */
  readonly selection: readonly string[];
  readonly given: readonly Given[];
}

/** Commands may stand without their dashes. */
function parse(words: readonly string[]): CommandLine {
  const selection: string[] = [];
  const given: Given[] = [];
  for (let at = 0; at < words.length; ) {
    const word = words[at++] ?? "";
    if (/^\d/.test(word)) selection.push("-p", word);
    else if (/^-[pP]$|^--(pid|pgrp)$/.test(word)) selection.push(word, words[at++] ?? "");
    else if (/^-[pPSL]|^--(pid|pgrp|session|sid|login|lid)(=|$)/.test(word)) selection.push(word);
    else at = readCommand(words, at, word, given);
  }
  return { selection, given };
}

/** Reads the words of the command `word`, which follow it up to the next that begins with "-". Answers where it ends. */
function readCommand(words: readonly string[], from: number, word: string, given: Given[]): number {
  const [, name = "", , value] = /^(?:--)?([a-z-]+)(=(.*))?$/s.exec(word) ?? [];
  const command = commands.get(name);
  if (command === undefined) throw new UsageError(`unrecognized option '${word}'`);
  const [least, most] = command.words;
  const own = value === undefined ? [] : [value];
  let at = from;
  while (at < words.length && own.length < most && !(words[at] ?? "").startsWith("-")) own.push(words[at++] ?? "");
  if (own.length < least) throw new UsageError(`option '--${name}' requires an argument`);
  given.push({ command, words: own });
  return at;
}

/** Each command in turn. Throws NotThere at the first that fails. */
function* forProcess(t: Tool, pid: number, given: readonly Given[]): Syscall<void> {
  const { proc } = t.libc.ports;
  const port = yield* procCall.proc_getmsgport(proc, { pid });
  const err = port.err !== 0 ? port.err : portValid(port.msgport) ? 0 : Errno.ESRCH;
  if (port.err !== 0 || err !== 0) throw new NotThere(`${pid}: Cannot get process msgport: ${strerror(err)}`, NO_MSGPORT);
  const task = yield* procCall.proc_pid2task(proc, { pid });
  const target: Target = { t, pid, msgport: port.msgport, refport: task.err === 0 ? task.task : MACH_PORT_NULL };
  for (const { command, words } of given) {
    const done = yield* attempt(command.run(target, words));
    if (done.err !== 0) throw new NotThere(`${pid}: Cannot execute command: ${strerror(done.err)}`, FAILED);
  }
  yield* dropRight(target.refport);
  yield* dropRight(port.msgport);
}
