/** What each operation of a vector does in T0's main thread (`FORMAT.md` §5), as a program that answers what came out. */
import { machCall } from "../../mach/interfaces/mach.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import { MachMsg, MsgOption } from "../../mach/ipc/message.ts";
import { asPort, type Disposition, type MachPort } from "../../mach/ipc/names.ts";
import { typeBits } from "../../mach/ipc/port-calls.ts";
import { Port } from "../../mach/ipc/port.ts";
import { PortSet } from "../../mach/ipc/port-set.ts";
import { kernName, Msg } from "../../mach/kern/kern-return.ts";
import { cpu, mach_host_self, mach_msg, mach_reply_port, mach_task_self, mach_thread_self, type Syscall } from "../../mach/kern/syscall.ts";
import { Message, Name, NameList, type Actual } from "./compare.ts";
import { dispositionOf, dispositionWord, rightOf, type Fields, type Value } from "./format.ts";
import { decodeHeaderOnly, decodeMessage, encodeCall, freeSources, stillMapped, type Source } from "./messages.ts";
import { REPLY, SELF, slots, type Names, type Slot } from "./names.ts";
import { kindLetters, type Subject } from "./subject.ts";
import { memoryOperations } from "./memory-operations.ts";
import { threadOperations } from "./thread-operations.ts";

export type Answer = Readonly<Record<string, Actual>>;
export type Operation = (call: Call) => Syscall<Answer>;

/** One step being played: its arguments in the kernel's terms. */
export class Call {
  readonly args: Fields;
  readonly subject: Subject;
  readonly names: Names;
  /** Helper threads finish here. */
  readonly finished: Map<number, Answer>;
  readonly helpers: MachPort[];

  constructor(args: Fields, subject: Subject, names: Names, helpers: MachPort[], finished: Map<number, Answer>) {
    this.args = args;
    this.subject = subject;
    this.names = names;
    this.helpers = helpers;
    this.finished = finished;
  }

  get slot(): Slot {
    return (this.args["task"] ?? "T0") as Slot;
  }
  /** T0's name for the port of the task that the call is about. */
  get task(): MachPort {
    return this.subject.portOf(this.slot);
  }
  /** A name in the task that the call is about. */
  name(key: string): MachPort {
    return asPort(this.names.argument(String(this.args[key]), this.slot));
  }
  /** A name in T0, which travels as a right. */
  right(key: string): MachPort {
    return asPort(this.names.argument(String(this.args[key]), "T0"));
  }
  rights(key: string): MachPort[] {
    return (this.args[key] as readonly string[]).map((s) => asPort(this.names.argument(s, "T0")));
  }
  int(key: string): number {
    return Number(this.args[key] ?? 0);
  }
  /** A right with the way that it is to travel, also a senseless one. */
  poly(key: string): { readonly name: MachPort; readonly disposition: Disposition } {
    return { name: this.right(key), disposition: dispositionOf(this.args["disp"]) as Disposition };
  }
}

/** Code to the word of the vectors. */
export const rc = (err: number): string => (err === 0 ? "KERN_SUCCESS" : kernName(err));

/** The answer of a stub: the code, and on success what `out` makes of it. */
export function answer<R extends { readonly err: number }>(r: R, out: (ok: Extract<R, { err: 0 }>) => Answer = () => ({})): Answer {
  return r.err === 0 ? { rc: rc(0), ...out(r as Extract<R, { err: 0 }>) } : { rc: rc(r.err) };
}

const inT0 = (name: number): Name => new Name("T0", name);

const portOperations: Readonly<Record<string, Operation>> = {
  *mach_port_allocate(c) {
    return answer(yield* machPortCall.mach_port_allocate(c.task, { right: rightOf(c.args["right"]) }), (r) => ({ name: new Name(c.slot, r.name) }));
  },
  *mach_port_allocate_name(c) {
    return answer(yield* machPortCall.mach_port_allocate_name(c.task, { right: rightOf(c.args["right"]), name: c.name("name") }));
  },
  *mach_port_destroy(c) {
    return answer(yield* machPortCall.mach_port_destroy(c.task, { name: c.name("name") }));
  },
  *mach_port_deallocate(c) {
    return answer(yield* machPortCall.mach_port_deallocate(c.task, { name: c.name("name") }));
  },
  *mach_port_mod_refs(c) {
    const args = { name: c.name("name"), right: rightOf(c.args["right"]), delta: c.int("delta") };
    return answer(yield* machPortCall.mach_port_mod_refs(c.task, args));
  },
  *mach_port_get_refs(c) {
    return answer(yield* machPortCall.mach_port_get_refs(c.task, { name: c.name("name"), right: rightOf(c.args["right"]) }), (r) => ({ refs: r.refs }));
  },
  *mach_port_type(c) {
    return answer(yield* machPortCall.mach_port_type(c.task, { name: c.name("name") }), (r) => ({ type: kindLetters(r.ptype) }));
  },
  *mach_port_rename(c) {
    return answer(yield* machPortCall.mach_port_rename(c.task, { old_name: c.name("old"), new_name: c.name("new") }));
  },
  *mach_port_insert_right(c) {
    return answer(yield* machPortCall.mach_port_insert_right(c.task, { name: c.name("name"), poly: c.poly("poly") }));
  },
  *mach_port_extract_right(c) {
    const args = { name: c.name("name"), msgt_name: dispositionOf(c.args["disp"]) };
    return answer(yield* machPortCall.mach_port_extract_right(c.task, args), ({ poly }) => ({
      name: inT0(poly.name),
      type: dispositionWord(poly.disposition),
    }));
  },
  *mach_port_move_member(c) {
    return answer(yield* machPortCall.mach_port_move_member(c.task, { member: c.name("member"), after: c.name("after") }));
  },
  *mach_port_get_set_status(c) {
    const r = yield* machPortCall.mach_port_get_set_status(c.task, { name: c.name("name") });
    return answer(r, ({ members }) => ({ members: new NameList(c.slot, members, false) }));
  },
  *mach_port_get_receive_status(c) {
    const r = yield* machPortCall.mach_port_get_receive_status(c.task, { name: c.name("name") });
    return answer(r, ({ status }) => {
      const [pset, seqno, mscount, qlimit, msgcount, sorights, srights, pdrequest, nsrequest] = status.map((n) => n ?? 0);
      const rest = { seqno, mscount, qlimit, msgcount, sorights, srights, pdrequest, nsrequest };
      return { pset: new Name(c.slot, pset ?? 0), ...(rest as Record<string, number>) };
    });
  },
  *mach_port_set_qlimit(c) {
    return answer(yield* machPortCall.mach_port_set_qlimit(c.task, { name: c.name("name"), qlimit: c.int("qlimit") }));
  },
  *mach_port_set_mscount(c) {
    return answer(yield* machPortCall.mach_port_set_mscount(c.task, { name: c.name("name"), mscount: c.int("mscount") }));
  },
  *mach_port_set_seqno(c) {
    return answer(yield* machPortCall.mach_port_set_seqno(c.task, { name: c.name("name"), seqno: c.int("seqno") }));
  },
  *mach_port_request_notification(c) {
    const args = { name: c.name("name"), id: c.int("id"), sync: c.int("sync"), notify: c.poly("notify") };
    const r = yield* machPortCall.mach_port_request_notification(c.task, args);
    return answer(r, ({ previous }) => ({ prev: inT0(typeof previous === "number" ? previous : (previous as { name: number }).name) }));
  },
  *mach_port_set_protected_payload(c) {
    return answer(yield* machPortCall.mach_port_set_protected_payload(c.task, { name: c.name("name"), payload: c.int("payload") }));
  },
  *mach_port_clear_protected_payload(c) {
    return answer(yield* machPortCall.mach_port_clear_protected_payload(c.task, { name: c.name("name") }));
  },
};

/** `task_create`, with the slot that the new task gets. */
export function* taskCreate(c: Call, inherit: boolean): Syscall<Answer> {
  const r = yield* machCall.task_create(c.task, { inherit_memory: inherit });
  if (r.err === 0) c.subject.created(c.args["slot"] as Slot, r.child_task);
  return answer(r, ({ child_task }) => ({ name: inT0(child_task) }));
}

const taskOperations: Readonly<Record<string, Operation>> = {
  task_create: (c) => taskCreate(c, false),
  task_create_inherit: (c) => taskCreate(c, c.int("inherit_memory") !== 0),
  *task_terminate(c) {
    return answer(yield* machCall.task_terminate(c.task, {}));
  },
  *task_get_special_port(c) {
    const r = yield* machCall.task_get_special_port(c.task, { which_port: c.int("which") });
    return answer(r, ({ special_port }) => ({ name: inT0(special_port) }));
  },
  *task_set_special_port(c) {
    return answer(yield* machCall.task_set_special_port(c.task, { which_port: c.int("which"), special_port: c.right("port") }));
  },
  *mach_ports_register(c) {
    return answer(yield* machCall.mach_ports_register(c.task, { init_port_set: c.rights("ports") }));
  },
  *mach_ports_lookup(c) {
    const r = yield* machCall.mach_ports_lookup(c.task, {});
    return answer(r, ({ init_port_set }) => ({ ports: new NameList("T0", init_port_set, true) }));
  },
  *mach_reply_port() {
    return { rc: rc(0), name: inT0(yield* mach_reply_port()) };
  },
  *mach_task_self() {
    return { rc: rc(0), name: inT0(yield* mach_task_self()) };
  },
  *mach_thread_self() {
    return { rc: rc(0), name: inT0(yield* mach_thread_self()) };
  },
  *mach_host_self() {
    return { rc: rc(0), name: inT0(yield* mach_host_self()) };
  },
};

/** What the buffer shows after a `mach_msg` call with this code. */
function messageAnswer(c: Call, msg: MachMsg, code: number, sources: readonly Source[]): Answer {
  const { map } = c.subject.task;
  const out: Record<string, Actual> = { rc: rc(code) };
  const sending = (msg.option & MsgOption.SEND) !== 0;
  const receiving = (msg.option & MsgOption.RCV) !== 0;
  if (code === 0 && receiving) out["msg"] = new Message(decodeMessage(msg, map));
  else if (rewritten.has(code)) out["returned"] = new Message(decodeMessage(msg, map));
  else if (code === Msg.RCV_INVALID_NOTIFY) out["returned"] = new Message(decodeHeaderOnly(msg, map));
  else if (code === Msg.RCV_TOO_LARGE && msg.option & MsgOption.RCV_LARGE) out["need_size"] = msg.size;
  else if (code === Msg.RCV_TOO_LARGE) out["header"] = new Message(decodeMessage(msg, map));
  if (sending && !receiving && !("returned" in out) && sources.length > 0) out["src_mapped"] = sources.map((s) => stillMapped(map, s));
  freeSources(map, sources);
  return out;
}

/** Codes of a send that gave the message back. */
const rewritten: ReadonlySet<number> = new Set<number>([
  Msg.SEND_TIMED_OUT,
  Msg.SEND_INTERRUPTED,
  Msg.SEND_NOTIFY_IN_PROGRESS,
  Msg.SEND_INVALID_NOTIFY,
]);

function encode(c: Call): { readonly msg: MachMsg; readonly sources: readonly Source[] } {
  return encodeCall(c.args, c.subject.task.map, (symbol) => c.names.argument(symbol, "T0"));
}

const messageOperations: Readonly<Record<string, Operation>> = {
  *mach_msg(c) {
    const { msg, sources } = encode(c);
    const before = msg.seqno;
    const code = yield* mach_msg(msg);
    const cancelled = code === Msg.SEND_INVALID_NOTIFY && (msg.option & MsgOption.SEND_CANCEL) !== 0;
    const answered = messageAnswer(c, msg, code, sources);
    if (!cancelled || msg.seqno !== before) return answered;
    const { returned: _, ...rest } = answered;
    return rest;
  },
  *spawn_mach_msg(c) {
    const { msg, sources } = encode(c);
    const r = yield* machCall.thread_create(asPort(SELF), {});
    if (r.err) return { rc: rc(r.err) };
    const helper = c.helpers.push(r.child_thread) - 1;
    c.subject.help(
      r.child_thread,
      (function* () {
        const code = yield* mach_msg(msg);
        c.finished.set(helper, messageAnswer(c, msg, code, sources));
      })(),
    );
    return { rc: rc(0), name: inT0(r.child_thread) };
  },
  *thread_abort_helper(c) {
    return answer(yield* machCall.thread_abort(c.helpers[c.int("helper")] ?? asPort(0), {}));
  },
  *state(c) {
    return { names: dump(c.subject, c.names) };
  },
};

/** Every name of every live task, under its symbol. */
function dump(subject: Subject, names: Names): Record<string, Actual> {
  const all: Record<string, Actual> = {};
  for (const slot of slots) {
    const space = subject.isDead(slot) ? undefined : subject.taskOf(slot)?.space;
    if (space === undefined) continue;
    for (const name of space.names()) {
      const entry = space.lookup(name);
      if (!entry || (slot === "T0" && (name === SELF || name === REPLY))) continue;
      const shown: Record<string, Actual> = { type: kindLetters(typeBits(space, entry)) };
      const { object } = entry;
      if (object === null) shown["dead"] = entry.urefs;
      else if (object instanceof PortSet) shown["members"] = new NameList(slot, [...object.members].map((p) => p.receiverName), false);
      else if (object instanceof Port) portState(shown, slot, object, entry.type, entry.urefs);
      all[symbolOf(names, slot, name)] = shown;
    }
  }
  return all;
}

/** Literal names of other tasks are written with their task's letter. */
function symbolOf(names: Names, slot: Slot, name: number): string {
  const shown = names.show(name, slot);
  return shown.startsWith("number ") ? `${slot === "T0" ? "" : "abcd"[slots.indexOf(slot)]}#${name}` : shown;
}

function portState(shown: Record<string, Actual>, slot: Slot, port: Port, type: number, urefs: number): void {
  if (type & 0x10000) shown["send"] = urefs;
  if (!(type & 0x20000)) return;
  const { seqno, mscount, qlimit, msgcount, sorights } = port;
  const flags = [port.srights > 0, port.portDestroyed !== null, port.noSenders !== null].map(Number);
  shown["recv"] = { pset: new Name(slot, port.set?.name ?? 0), rest: [seqno, mscount, qlimit, msgcount, sorights, ...flags] as Value };
}

/** After a send that failed half-way the reply port holds a send-once notification, which the recorder took out too. */
export function* drainReplyPort(): Syscall<void> {
  const msg = new MachMsg();
  do {
    msg.option = MsgOption.RCV | MsgOption.RCV_TIMEOUT;
    msg.timeout = 0;
    msg.rcvName = cpu.tls.replyPort;
  } while ((yield* mach_msg(msg)) === Msg.SUCCESS);
}

export const operations: Readonly<Record<string, Operation>> = {
  ...portOperations,
  ...taskOperations,
  ...messageOperations,
  ...memoryOperations,
  ...threadOperations,
};
