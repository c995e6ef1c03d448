/** Random operations on rights, and the kernel as their subject: two spaces, calls and messages without waiting. */
import fc from "fast-check";
import type { IpcHost, IpcThread } from "../../../mach/ipc/host.ts";
import { checkRights } from "../../../mach/ipc/invariants.ts";
import { DEAD, destroyRight, type PortRef } from "../../../mach/ipc/kmsg.ts";
import { machMsgTrap } from "../../../mach/ipc/mach-msg.ts";
import { intItem, MachMsg, MsgOption, type Item } from "../../../mach/ipc/message.ts";
import { asPort, MsgType } from "../../../mach/ipc/names.ts";
import * as calls from "../../../mach/ipc/port-calls.ts";
import { Port } from "../../../mach/ipc/port.ts";
import { PortSet } from "../../../mach/ipc/port-set.ts";
import { copyin, copyinCheck, copyout } from "../../../mach/ipc/right.ts";
import { Space } from "../../../mach/ipc/space.ts";
import { Msg } from "../../../mach/kern/kern-return.ts";
import { kindLetters } from "../../conformance/subject.ts";

/** `task` is 0 or 1; `poly` and `notify` are names in task 0, as are names that come out of `extract`. */
export type Op =
  | { readonly op: "allocate"; readonly task: number; readonly name: number; readonly right: number }
  | { readonly op: "deallocate" | "destroy"; readonly task: number; readonly name: number }
  | { readonly op: "modRefs"; readonly task: number; readonly name: number; readonly right: number; readonly delta: number }
  | { readonly op: "insert"; readonly task: number; readonly name: number; readonly poly: number; readonly disposition: number }
  | { readonly op: "extract"; readonly task: number; readonly name: number; readonly disposition: number }
  | { readonly op: "qlimit"; readonly task: number; readonly name: number; readonly value: number }
  | { readonly op: "member"; readonly task: number; readonly name: number; readonly after: number }
  | { readonly op: "notification"; readonly task: number; readonly name: number; readonly id: number; readonly sync: number; readonly notify: number }
  | {
      readonly op: "send";
      readonly task: number;
      readonly name: number;
      readonly disposition: number;
      readonly reply: number;
      readonly replyDisposition: number;
      readonly body: readonly { readonly name: number; readonly disposition: number }[];
    }
  | { readonly op: "receive"; readonly task: number; readonly name: number };

/** A code, and on success what came out. */
export interface Answer {
  readonly rc: number;
  readonly out?: readonly number[];
}

/** What operations are tried on. */
export interface Subject {
  run(op: Op): Answer;
  /** All that can be seen: every name with its kind, references, and what its receive right or set tells. */
  dump(): string;
}

/** Picks above this stand for names that are seldom in use. */
const PICKS = 100;
const oddNames = [0, 9, 0xffffffff];
// A name is picked among those in use when its turn comes; a disposition below 16 among those that fit it. So random sequences do more than fail.
const name = fc.oneof({ weight: 15, arbitrary: fc.integer({ min: 0, max: PICKS - 1 }) }, fc.integer({ min: PICKS, max: PICKS + 2 }));
const task = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.constant(1));
const disposition = fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 0, max: 5 }) }, fc.integer({ min: 16, max: 21 }));
const at = { task, name };
const op = <T extends string>(word: T): fc.Arbitrary<T> => fc.constant(word);

/** One operation, with picks for names. */
export const anyOp: fc.Arbitrary<Op> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: op("allocate"), ...at, right: fc.constantFrom(1, 1, 1, 1, 3, 4, 0) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constantFrom("deallocate" as const, "destroy" as const), ...at }) },
  { weight: 2, arbitrary: fc.record({ op: op("modRefs"), ...at, right: fc.integer({ min: 0, max: 4 }), delta: fc.integer({ min: -2, max: 2 }) }) },
  { weight: 5, arbitrary: fc.record({ op: op("insert"), ...at, poly: name, disposition }) },
  { weight: 4, arbitrary: fc.record({ op: op("extract"), ...at, disposition }) },
  { weight: 1, arbitrary: fc.record({ op: op("qlimit"), ...at, value: fc.integer({ min: 0, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ op: op("member"), ...at, after: name }) },
  { weight: 4, arbitrary: fc.record({ op: op("notification"), ...at, id: fc.constantFrom(69, 70, 72, 72, 71), sync: fc.integer({ min: 0, max: 1 }), notify: name }) },
  {
    weight: 8,
    arbitrary: fc.record({
      op: op("send"),
      ...at,
      disposition,
      reply: name,
      replyDisposition: fc.oneof(disposition, fc.constant(-1)),
      body: fc.array(fc.record({ name, disposition }), { maxLength: 3 }),
    }),
  },
  { weight: 7, arbitrary: fc.record({ op: op("receive"), ...at }) },
);

const fresh = (task: number): Op => ({ op: "allocate", task, name: 0, right: 1 });
/** What every sequence starts with: some ports, a set, rights in both tasks. Names are real ones. */
export const beginning: readonly Op[] = [
  ...[0, 0, 0, 1].map(fresh),
  { op: "allocate", task: 0, name: 0, right: 3 },
  { op: "insert", task: 0, name: 1, poly: 1, disposition: 20 },
  { op: "extract", task: 1, name: 1, disposition: 20 },
  { op: "insert", task: 1, name: 2, poly: 2, disposition: 20 },
  { op: "insert", task: 1, name: 3, poly: 3, disposition: 21 },
];

/** The operation with real names and dispositions in place of picks. */
export function resolved(op: Op, kernel: KernelSubject): Op {
  const nameIn = (task: number, pick: number): number => kernel.pickName(task, pick, PICKS, oddNames);
  const fit = (task: number, real: number, pick: number): number => (pick >= 16 ? pick : kernel.pickDisposition(task, real, pick));
  const own = nameIn(op.task, op.name);
  switch (op.op) {
    case "insert": {
      const poly = nameIn(0, op.poly);
      return { ...op, name: op.name % 2 ? own : 20 + op.name, poly, disposition: fit(0, poly, op.disposition) };
    }
    case "extract":
      return { ...op, name: own, disposition: fit(op.task, own, op.disposition) };
    case "member":
      return { ...op, name: own, after: nameIn(op.task, op.after) };
    case "notification":
      return { ...op, name: own, notify: nameIn(0, op.notify) };
    case "send": {
      const reply = op.replyDisposition < 0 ? 0 : nameIn(op.task, op.reply);
      const body = op.body.map((b) => ({ name: nameIn(op.task, b.name), disposition: b.disposition }));
      return {
        ...op,
        name: own,
        disposition: Math.max(17, fit(op.task, own, op.disposition)),
        reply,
        replyDisposition: op.replyDisposition < 0 ? 0 : Math.max(17, fit(op.task, reply, op.replyDisposition)),
        body: body.map((b) => ({ name: b.name, disposition: fit(op.task, b.name, b.disposition) })),
      };
    }
    case "receive":
      return { ...op, name: op.name % 4 ? kernel.pickFull(op.task, op.name, own) : own };
    default:
      return { ...op, name: own };
  }
}

const KERNEL_MEMORY = { copyin: () => undefined, copyout: () => undefined, deallocate: () => undefined };

/** The real rights code, on two spaces. */
export class KernelSubject implements Subject {
  private readonly spaces = [new Space(), new Space()];
  private readonly host: IpcHost = {
    ids: { nextPort: 1 },
    observer: null,
    block: () => {
      throw new Error("nothing here waits");
    },
    wake: () => undefined,
    after: () => ({ cancel: () => undefined }),
    kobjectServer: () => null,
  };

  private space(task: number): Space {
    const space = this.spaces[task];
    if (!space) throw new Error("no such task");
    return space;
  }

  /** A name in use in `task`, or an odd one. */
  pickName(task: number, pick: number, picks: number, odd: readonly number[]): number {
    const names = this.space(task).names();
    return (pick >= picks ? odd[pick - picks] : names[pick % Math.max(1, names.length)]) ?? 1;
  }

  /** A name that a message can be received from, if there is one. */
  pickFull(task: number, pick: number, otherwise: number): number {
    const space = this.space(task);
    const full = space.names().filter((n) => space.lookup(n)?.object?.first);
    return full[pick % Math.max(1, full.length)] ?? otherwise;
  }

  /** A way in which the right under `name` can travel. */
  pickDisposition(task: number, name: number, pick: number): number {
    const entry = this.space(task).lookup(name);
    const fitting = [16, 17, 18, 19, 20, 21].filter((d) => entry && copyinCheck(entry, d));
    return fitting[pick % Math.max(1, fitting.length)] ?? 16 + pick;
  }

  run(op: Op): Answer {
    const answer = this.perform(op);
    checkRights({ spaces: this.spaces, sends: [], sendOnces: [], receives: [], waitedAt: [], inHand: [] });
    return answer;
  }

  private perform(op: Op): Answer {
    const space = this.space(op.task);
    switch (op.op) {
      case "allocate":
        return value(calls.mach_port_allocate(this.host, space, op.right));
      case "deallocate":
        return { rc: calls.mach_port_deallocate(space, op.name) };
      case "destroy":
        return { rc: calls.mach_port_destroy(space, op.name) };
      case "modRefs":
        return { rc: calls.mach_port_mod_refs(space, op.name, op.right, op.delta) };
      case "qlimit":
        return { rc: calls.mach_port_set_qlimit(space, op.name, op.value) };
      case "member":
        return { rc: calls.mach_port_move_member(space, op.name, op.after) };
      case "insert":
        return this.withRight(op.poly, op.disposition, (ref, type) => ({ rc: calls.mach_port_insert_right(space, op.name, ref, type) }));
      case "extract":
        return this.extract(space, op.name, op.disposition);
      case "notification":
        return this.withRight(op.notify, MsgType.MAKE_SEND_ONCE, (ref) => this.request(space, op, ref));
      case "send":
        return { rc: this.send(space, op) };
      case "receive":
        return this.receive(space, op.name);
    }
  }

  /** A call that carries a right of task 0: copied in first, destroyed when the call fails. */
  private withRight(name: number, disposition: number, call: (ref: PortRef, type: number) => Answer): Answer {
    const space = this.space(0);
    const type = disposition === MsgType.MOVE_RECEIVE ? 16 : disposition === 18 || disposition === 21 ? 18 : 17;
    if (name === 0 || name === 0xffffffff) return call(name === 0 ? null : DEAD, type);
    const entry = space.lookup(name);
    if (!entry || !copyinCheck(entry, disposition)) return { rc: Msg.SEND_INVALID_RIGHT };
    const ref = copyin(space, name, entry, disposition);
    const answer = call(ref, type);
    if (answer.rc !== 0) destroyRight(ref, type);
    return answer;
  }

  private extract(space: Space, name: number, disposition: number): Answer {
    const r = calls.mach_port_extract_right(space, name, disposition);
    return r.err ? { rc: r.err } : { rc: 0, out: [copyout(this.space(0), r.value.right, r.value.type)] };
  }

  private request(space: Space, op: Op & { op: "notification" }, ref: PortRef): Answer {
    const r = calls.mach_port_request_notification(space, op.name, op.id, op.sync, ref);
    return r.err ? { rc: r.err } : { rc: 0, out: [copyout(this.space(0), r.value, MsgType.MOVE_SEND_ONCE)] };
  }

  private message(space: Space, msg: MachMsg): number {
    const thread: IpcThread = { space, memory: KERNEL_MEMORY, spareWait: null };
    return machMsgTrap(this.host, thread, msg);
  }

  private send(space: Space, op: Op & { op: "send" }): number {
    const msg = new MachMsg();
    const items = op.body.map((b): Item => ({ ...intItem(b.name), type: b.disposition }));
    msg.header(asPort(op.name), op.disposition, asPort(op.reply), op.replyDisposition, 100, items);
    msg.option = MsgOption.SEND | MsgOption.SEND_TIMEOUT;
    return this.message(space, msg);
  }

  private receive(space: Space, from: number): Answer {
    const msg = new MachMsg();
    msg.option = MsgOption.RCV | MsgOption.RCV_TIMEOUT;
    msg.rcvName = asPort(from);
    const rc = this.message(space, msg);
    if (rc !== 0) return { rc };
    return { rc, out: [msg.id, msg.seqno, msg.remoteType, msg.remotePort, msg.localType, msg.localPort, ...msg.items.map((i) => Number(i.data))] };
  }

  dump(): string {
    return this.spaces.map((space) => space.names().map((name) => line(space, name)).join(" ")).join(" | ");
  }
}

const value = (r: { readonly err: number } & { readonly value?: number }): Answer => (r.err === 0 ? { rc: 0, out: [r.value ?? 0] } : { rc: r.err });

/** One name, with all that can be seen of it. */
function line(space: Space, name: number): string {
  const entry = space.lookup(name);
  if (!entry) return "";
  const { object } = entry;
  const kind = `${name}:${kindLetters(calls.typeBits(space, entry))}`;
  if (object instanceof PortSet) return `${kind}{${[...object.members].map((p) => p.receiverName).sort((a, b) => a - b).join()}}`;
  const refs = entry.type & (PortTypeSend | PortTypeDead) ? String(entry.urefs) : "";
  if (!(object instanceof Port) || !(entry.type & PortTypeReceive)) return kind + refs;
  const r = calls.mach_port_get_receive_status(space, name);
  return `${kind}${refs}[${r.err === 0 ? r.value.join() : ""}]`;
}
const PortTypeSend = 0x10000;
const PortTypeReceive = 0x20000;
const PortTypeDead = 0x100000;
