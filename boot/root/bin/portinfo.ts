/**
 * portinfo [-v] [-m] [-x] [-q] [-rsodp] [-t PID2 | -a] [-E] PID [NAME …]: the port names of a process, with their rights (rpctrace.md §6). All is
 * asked of its task port and its message port; with -v unknown ports are sent requests, to see which they answer.
 */
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import { MACH_PORT_NULL, MsgType, PortType, Right, type MachPort } from "../../../mach/ipc/names.ts";
import { Kern } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { NotThere, UsageError } from "../lib/options.ts";
import { ownWords, type OwnWords } from "../lib/own-ports.ts";
import { describePort } from "../lib/port-probe.ts";
import { dropRight, taskSelf } from "../lib/rights.ts";
import { EX_USAGE, tool, type Tool } from "../lib/tool.ts";

const long = {
  verbose: "v", members: "m", "hex-names": "x", "query-process": "q", receive: "r", send: "s", "send-once": "o", "dead-names": "d", "port-sets": "p",
  translate: "t", "no-translation-errors": "E", search: "a",
};
const { RECEIVE, SEND, SEND_ONCE, DEAD_NAME, PORT_SET } = PortType;
const KINDS = [["r", RECEIVE, "receive"], ["s", SEND, "send"], ["o", SEND_ONCE, "send-once"], ["d", DEAD_NAME, "dead-name"], ["p", PORT_SET, "port-set"]] as const;
const ALL = RECEIVE | SEND | SEND_ONCE | DEAD_NAME | PORT_SET;
const QLIMIT_DEFAULT = 5;
/** Exit statuses of the real program. */
const BAD_PID = 10;
const NO_TASK = 11;

export const main = tool({ letters: "vmxqrsodpt:Ea", long, usage: "[OPTION...] PID [NAME...]", misuse: EX_USAGE }, function* (t) {
  const [process, ...given] = t.operands;
  if (process === undefined) throw new UsageError("");
  if (t.has("t") && t.has("a")) throw new UsageError("Both --search and --translate specified");
  const subject = yield* asked(t, process);
  const names = given.length > 0 ? yield* portNames(t, given) : yield* subject.names();
  const others = yield* targets(t, subject);
  for (const name of names) {
    if (others === undefined) yield* line(t, subject, name, "", given.length > 0);
    else for (const other of others) yield* translated(t, subject, other, name);
  }
  for (const p of [subject, ...(others ?? [])]) yield* p.close();
});

/** What is no name is told, and left out. */
function* portNames(t: Tool, words: readonly string[]): Syscall<readonly MachPort[]> {
  const names: MachPort[] = [];
  for (const word of words) {
    const name = /^(0x[0-9a-f]{1,8}|0[0-7]{0,11}|[1-9]\d{0,9})$/i.test(word) ? Number(/^0\d/.test(word) ? `0o${word}` : word) : 0;
    if (name > 0) names.push(name as MachPort);
    else yield* t.complain(`${word}: Invalid port name`, 0);
  }
  return names;
}

/** A process that is looked into. */
class Subject {
  readonly pid: number;
  readonly task: MachPort;
  readonly proc: MachPort;
  /** What it says of its own ports; undefined unless asked. */
  readonly own: OwnWords | undefined;
  constructor(pid: number, task: MachPort, proc: MachPort, own: OwnWords | undefined) {
    this.pid = pid;
    this.task = task;
    this.proc = proc;
    this.own = own;
  }
  *names(): Syscall<readonly MachPort[]> {
    const r = yield* machPortCall.mach_port_names(this.task, {});
    return r.err === 0 ? [...r.names].sort((a, b) => a - b) : [];
  }
  /** Gives back the rights on it. */
  *close(): Syscall<void> {
    yield* this.own?.close() ?? nothing();
    yield* dropRight(this.task);
  }
  /** A send right of ours on what is under `name`, or null. */
  *send(name: MachPort): Syscall<MachPort> {
    const type = yield* machPortCall.mach_port_type(this.task, { name });
    if (type.err !== 0 || (type.ptype & (SEND | RECEIVE)) === 0) return MACH_PORT_NULL;
    const right = yield* machPortCall.mach_port_extract_right(this.task, { name, msgt_name: type.ptype & SEND ? MsgType.COPY_SEND : MsgType.MAKE_SEND });
    return right.err === 0 ? right.poly.name : MACH_PORT_NULL;
  }
}
function* nothing(): Syscall<void> {
  // There is nothing to give back.
}

/** The process that a word of the command line names. Throws NotThere. */
function* asked(t: Tool, word: string): Syscall<Subject> {
  if (!/^\d+$/.test(word)) throw new NotThere(`${word}: Invalid process id`, BAD_PID);
  const subject = yield* open(t, Number(word) | 0);
  if (typeof subject !== "number") return subject;
  throw new NotThere(`${word}: ${subject === 0 ? `Process ${word} is dead and has no task` : strerror(subject)}`, NO_TASK);
}

/** The code when there is no such process; 0: it has no task. */
function* open(t: Tool, pid: number): Syscall<Subject | number> {
  const { proc } = t.libc.ports;
  const got = yield* procCall.proc_pid2task(proc, { pid });
  if (got.err !== 0) return got.err;
  if (got.task === MACH_PORT_NULL) return 0;
  return new Subject(pid, got.task, proc, t.has("vq") ? yield* ownWords(proc, pid, got.task) : undefined);
}

/** Whose names are shown instead; undefined without -t and -a. */
function* targets(t: Tool, subject: Subject): Syscall<readonly Subject[] | undefined> {
  const to = t.value("t");
  if (to === undefined && !t.has("a")) return undefined;
  if (to !== undefined) return [yield* asked(t, to)];
  const all = yield* procCall.proc_getallpids(t.libc.ports.proc, {});
  const pids = all.err === 0 ? [...all.pidarray].sort((a, b) => a - b).filter((pid) => pid !== subject.pid) : [];
  const found: Subject[] = [];
  for (const pid of pids) {
    const other = yield* open(t, pid);
    if (typeof other !== "number") found.push(other);
  }
  return found;
}

const shown = (t: Tool, name: number): string => (t.has("x") ? `0x${name.toString(16)}` : String(name)).padStart(6);

/** One name. A name that is not there is told when it was asked for; that is no failure of ours. */
function* line(t: Tool, subject: Subject, name: MachPort, prefix: string, asked: boolean): Syscall<void> {
  const type = yield* machPortCall.mach_port_type(subject.task, { name });
  if (type.err !== 0) return asked ? yield* t.complain(`${t.has("x") ? shown(t, name).trim() : name}: ${strerror(type.err)}`, 0) : undefined;
  const wanted = KINDS.reduce((bits, [letter, bit]) => (t.has(letter) ? bits | bit : bits), 0) || ALL;
  if ((type.ptype & wanted) === 0) return;
  const rights = KINDS.filter(([, bit]) => type.ptype & bit).map(([, , word]) => word).join(", ");
  const words = t.has("vq") ? yield* wordsFor(t, subject, name) : [];
  yield* t.out.line(`${prefix}${shown(t, name)}: ${[rights, ...words, ...(yield* details(t, subject, name, type.ptype))].join(" ")}`);
}

function* wordsFor(t: Tool, subject: Subject, name: MachPort): Syscall<readonly string[]> {
  const type = yield* machPortCall.mach_port_type(subject.task, { name });
  if (type.err !== 0 || (type.ptype & SEND) === 0) return [];
  const port = yield* subject.send(name);
  if (port === MACH_PORT_NULL || port === 0xffffffff) return [];
  const words = [...(subject.own?.words(port) ?? []), ...(t.has("v") ? yield* describePort(subject, name, port) : [])];
  yield* dropRight(port);
  return words;
}

/** In brackets, what the kernel says of each right. */
function* details(t: Tool, { task }: Subject, name: MachPort, type: number): Syscall<readonly string[]> {
  const parts: string[] = [];
  if (t.has("v") && type & RECEIVE) parts.push(`(${yield* receiveStatus(t, task, name)})`);
  if (t.has("v") && type & (SEND | DEAD_NAME)) {
    const refs = yield* machPortCall.mach_port_get_refs(task, { name, right: type & SEND ? Right.SEND : Right.DEAD_NAME });
    if (refs.err === 0) parts.push(`(refs: ${refs.refs})`);
  }
  if (t.has("vm") && type & PORT_SET) {
    const set = yield* machPortCall.mach_port_get_set_status(task, { name });
    if (set.err === 0) parts.push(set.members.length === 0 ? "(empty)" : `(${[...set.members].sort((a, b) => a - b).map((m) => shown(t, m).trim()).join(", ")})`);
  }
  return parts;
}

/** "seqno: 0, ms-count: 2, qlimit: 1, send-rights": what is usual is left out. */
function* receiveStatus(t: Tool, task: MachPort, name: MachPort): Syscall<string> {
  const r = yield* machPortCall.mach_port_get_receive_status(task, { name });
  if (r.err !== 0) return strerror(r.err);
  const [pset = 0, seqno = 0, mscount = 0, qlimit = 0, msgs = 0, , srights = 0, pdrequest = 0, nsrequest = 0] = r.status;
  return [
    ...(pset === 0 ? [] : [`port-set: ${shown(t, pset).trim()}`]),
    `seqno: ${seqno}`,
    ...(mscount === 0 ? [] : [`ms-count: ${mscount}`]),
    ...(qlimit === QLIMIT_DEFAULT ? [] : [`qlimit: ${qlimit}`]),
    ...(msgs === 0 ? [] : [`msgs: ${msgs}`]),
    ...(srights === 0 ? [] : ["send-rights"]),
    ...(pdrequest === 0 ? [] : ["pd-req"]),
    ...(nsrequest === 0 ? [] : ["ns-req"]),
  ].join(", ");
}

/** The other process' name for the same port. */
function* translated(t: Tool, subject: Subject, other: Subject, name: MachPort): Syscall<void> {
  const port = yield* subject.send(name);
  const found = port === MACH_PORT_NULL ? undefined : yield* nameIn(other, port);
  if (port !== MACH_PORT_NULL) yield* dropRight(port);
  if (found !== undefined) return yield* line(t, other, found, t.has("a") ? `${pid(subject)} -> ${pid(other)}: ` : `${shown(t, name)} => `, false);
  if (!t.has("aE")) yield* t.complain(`${shown(t, name).trim()}: ${strerror(Kern.INVALID_NAME)}`, 0);
}
const pid = (p: Subject): string => String(p.pid).padStart(5);

/** In our own space a port has one name, so equal names are equal ports. */
function* nameIn(other: Subject, port: MachPort): Syscall<MachPort | undefined> {
  for (const candidate of yield* other.names()) {
    const mine = yield* other.send(candidate);
    if (mine === MACH_PORT_NULL) continue;
    yield* machPortCall.mach_port_deallocate(yield* taskSelf(), { name: mine });
    if (mine === port) return candidate;
  }
  return undefined;
}
