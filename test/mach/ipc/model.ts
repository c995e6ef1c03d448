/**
 * A second, deliberately simple model of rights, written from mach-ipc.md. All rights stand in one table, wherever they are; there are no counts, every count is
 * made by looking through the table. Ports queue for themselves; a port set takes the oldest message of its members.
 */
import { Kern, Msg } from "../../../mach/kern/kern-return.ts";
import { dumpModel } from "./model-dump.ts";
import type { Answer, Op, Subject } from "./rights-operations.ts";

export type Way = "send" | "once" | "receive" | "dead" | "set";
/** One right. `task` -1: in a message, in a request, or on its way. */
export type Right = { way: Way; port: MPort | null; refs: number; task: number; name: number };
type Carried = Right | null;
type Message = { id: number; to: Carried; reply: Carried; replyWay: number; body: readonly Carried[]; data: number | undefined; arrived: number };
type Request = { readonly task: number; readonly name: number; readonly notify: Right };
export type MPort = { dead: boolean; destination: MPort | null; mscount: number; seqno: number; qlimit: number; queue: Message[]; set: Right | null } & Requests;
type Requests = { noSenders: Carried; destroyed: Carried; requests: (Request | null)[]; freeSlots: number[] };

const [MOVE_RECEIVE, MOVE_SEND, MOVE_ONCE, COPY_SEND, MAKE_SEND, MAKE_ONCE] = [16, 17, 18, 19, 20, 21];
const wayOf = (d: number): Way => (d === MOVE_RECEIVE ? "receive" : d === MOVE_ONCE || d === MAKE_ONCE ? "once" : "send");
const word = (way: Way): number => (way === "receive" ? 16 : way === "once" ? 18 : 17);
const DEAD = 0xffffffff;
const bad = (name: number): boolean => name === 0 || name === DEAD;
const no = (rc: number): Answer => ({ rc });

export class Model implements Subject {
  private rights: Right[] = [];
  private readonly freed: number[][] = [[], []];
  private readonly doomed: Message[] = [];
  private clock = 0;
  private readonly at = (task: number, name: number): Right[] => this.rights.filter((r) => r.task === task && r.name === name);
  private readonly get = (task: number, name: number, way: Way): Right | undefined => this.at(task, name).find((r) => r.way === way);
  private readonly count = (port: MPort | null, way: Way): number => this.rights.filter((r) => r.port === port && r.way === way).length;
  private add(way: Way, port: MPort | null): Right {
    this.rights = [...this.rights, { way, port, refs: 1, task: -1, name: 0 }];
    return this.rights[this.rights.length - 1] as Right;
  }
  private readonly remove = (right: Right): unknown => (this.rights = this.rights.filter((r) => r !== right));
  private put(right: Right, task: number, name = this.newName(task)): number {
    this.unlist(task, name);
    return Object.assign(right, { task, name }).name;
  }
  private unlist(task: number, name: number, ...back: readonly number[]): void {
    this.freed[task] = [...(this.freed[task] ?? []).filter((n) => n !== name), ...back];
  }
  private newName(task: number): number {
    let name = this.freed[task]?.pop() ?? 1;
    while (this.at(task, name).length > 0) name++;
    return name;
  }
  private readonly nameOf = (task: number, port: MPort): number | undefined => this.rights.find((r) => r.task === task && r.port === port && r.way !== "once")?.name;
  // ---- what follows when a right ends
  private notify(to: Right, id: number, data?: number, body: readonly Carried[] = []): void {
    const message: Message = { id, to, reply: null, replyWay: 0, body, data, arrived: ++this.clock };
    if (to.port?.dead) this.destroyMessage(message);
    else to.port?.queue.push(message);
  }
  private drop(right: Carried): void {
    if (!right?.port) return void (right && this.remove(right));
    const { port, way } = right;
    if (way === "once" && !port.dead) return this.notify(right, 71);
    this.remove(right);
    if (way === "receive" || way === "send") way === "send" ? this.noMoreSenders(port) : this.endReceive(port);
  }
  private noMoreSenders(port: MPort): void {
    const to = this.count(port, "send") > 0 ? null : port.noSenders;
    if (to) (port.noSenders = null), this.notify(to, 70, port.mscount);
  }
  private destroyMessage(message: Message): void {
    if (this.doomed.push(message) > 1) return;
    for (let m = this.doomed[0]; m; this.doomed.shift(), m = this.doomed[0]) for (const right of [m.to, m.reply, ...m.body]) this.drop(right);
  }
  private readonly reaches = (from: MPort | null, port: MPort): boolean => from === port || (from !== null && this.reaches(from.destination, port));
  private endReceive(port: MPort): void {
    const { destroyed } = port;
    Object.assign(port, { destination: null, destroyed: null });
    if (destroyed && this.reaches(destroyed.port, port)) this.remove(destroyed);
    if (!destroyed || this.reaches(destroyed.port, port)) return this.die(port);
    port.destination = destroyed.port;
    this.notify(destroyed, 69, undefined, [this.add("receive", port)]);
  }
  private die(port: MPort): void {
    const { requests, noSenders, queue } = port;
    Object.assign(port, { dead: true, requests: [], noSenders: null, queue: [] });
    for (const r of this.rights.filter((x) => x.port === port && x.task >= 0)) {
      const fired = requests.filter((q) => q?.task === r.task && q.name === r.name);
      Object.assign(r, { way: "dead", port: null, refs: r.refs + fired.length });
    }
    this.drop(noSenders);
    for (const m of queue) this.destroyMessage(m);
    for (const r of requests) if (r) this.notify(r.notify, 72, r.name);
  }
  /** A right leaves its name; the name goes with the last one. Answers the end of its dead-name request. */
  private leave(right: Right): () => void {
    const { task, name, port, way } = right;
    right.task = -1;
    if (way === "receive" && port) Object.assign(port, { mscount: 0, seqno: 0, set: null });
    if (this.at(task, name).length > 0) return () => undefined;
    this.freed[task]?.push(name);
    const notify = port && this.unwatch(port, task, name);
    return () => void (notify && this.notify(notify, 65, name));
  }
  /** Takes out the dead-name request of a name. */
  private unwatch(port: MPort, task: number, name: number): Carried {
    const slot = port.requests.findIndex((q) => q?.task === task && q.name === name);
    const notify = port.requests[slot]?.notify ?? null;
    if (notify) port.freeSlots.push(slot), (port.requests[slot] = null);
    return notify;
  }
  /** `count` references of a right end. */
  private end(right: Right, count: number): void {
    if ((right.refs -= count) > 0) return;
    const told = this.leave(right);
    this.drop(right), told();
  }
  // ---- rights out of a name and into one
  private can(task: number, name: number, disposition: number): boolean {
    const way = disposition === MAKE_SEND || disposition === MAKE_ONCE ? "receive" : wayOf(disposition);
    return this.at(task, name).some((r) => r.way === way || (r.way === "dead" && way !== "receive"));
  }
  private out(task: number, name: number, disposition: number): Right {
    const [first] = this.at(task, name);
    if (first?.way === "dead" && disposition !== COPY_SEND) this.end(first, 1);
    if (first?.way === "dead") return this.add("dead", null);
    const port = first?.port ?? null;
    if (disposition === MAKE_SEND && port) port.mscount++;
    const moved = this.get(task, name, wayOf(disposition));
    if (!moved || disposition === COPY_SEND || disposition === MAKE_SEND || disposition === MAKE_ONCE) return this.add(wayOf(disposition), port);
    if (moved.refs === 1) return this.leave(moved)(), moved;
    moved.refs--;
    return this.add("send", port);
  }
  private into(task: number, right: Carried): number {
    if (!right) return 0;
    if (!right.port || right.port.dead) return this.remove(right), DEAD;
    if (right.way === "receive") right.port.destination = null;
    const known = right.way === "once" ? undefined : this.nameOf(task, right.port);
    if (known === undefined) return this.put(right, task);
    const same = this.get(task, known, right.way);
    if (!same) return this.put(right, task, known);
    same.refs++;
    return this.remove(right), known;
  }
  run(op: Op): Answer {
    const { task, name } = op;
    switch (op.op) {
      case "allocate": return this.allocate(task, op.right);
      case "send": return this.send(op);
      case "receive": return this.receive(task, name);
      case "insert": return this.carrying(op.poly, op.disposition, (right) => this.insert(task, name, right));
      case "notification": return this.carrying(op.notify, MAKE_ONCE ?? 0, (right) => this.request(op, right));
      case "extract":
        if (!this.can(task, name, op.disposition)) return no(this.at(task, name).length ? Kern.INVALID_RIGHT : Kern.INVALID_NAME);
        return { rc: 0, out: [this.into(0, this.out(task, name, op.disposition))] };
      default: return no(this.at(task, name).length === 0 ? Kern.INVALID_NAME : this.change(op));
    }
  }
  private allocate(task: number, kind: number): Answer {
    const way = ({ 1: "receive", 3: "set", 4: "dead" } as const)[kind];
    if (!way) return no(Kern.INVALID_VALUE);
    const fresh: MPort = { dead: false, destination: null, mscount: 0, seqno: 0, qlimit: 5, queue: [], noSenders: null, destroyed: null, requests: [null, null], freeSlots: [1], set: null };
    return { rc: 0, out: [this.put(this.add(way, way === "receive" ? fresh : null), task)] };
  }
  private change(op: Op): number {
    const { task, name } = op;
    const rights = this.at(task, name);
    const receive = rights.find((r) => r.way === "receive");
    if (op.op === "destroy") return this.destroy(rights);
    if (op.op === "deallocate" || op.op === "modRefs") {
      const ways: readonly Way[] = ["send", "receive", "once", "set", "dead"];
      const right = rights.find((r) => (op.op === "modRefs" ? r.way === ways[op.right] : r.way !== "receive" && r.way !== "set"));
      return right ? this.modify(right, op.op === "modRefs" ? op.delta : -1) : Kern.INVALID_RIGHT;
    }
    if (!receive?.port) return Kern.INVALID_RIGHT;
    return op.op === "member" ? this.member(task, receive.port, op.after) : "value" in op ? ((receive.port.qlimit = op.value), 0) : 0;
  }
  private modify(right: Right, delta: number): number {
    if (right.refs + delta < 0 || (delta > 0 && right.way !== "send" && right.way !== "dead")) return Kern.INVALID_VALUE;
    if (delta < 0 && right.way === "set") return this.destroy([right]);
    return this.end(right, -delta), 0;
  }
  private destroy(rights: readonly Right[]): number {
    const receive = rights.find((r) => r.way === "receive");
    for (const r of this.rights) if (r.port?.set && rights.includes(r.port.set)) r.port.set = null;
    if (!receive?.port) for (const only of rights) this.end(only, only.refs);
    if (!receive?.port) return 0;
    const { port } = receive;
    const { mscount } = port;
    const told = rights.map((r) => this.leave(r));
    for (const r of rights) this.remove(r);
    const to = rights.length > 1 && this.count(port, "send") === 0 ? port.noSenders : null;
    if (to) port.noSenders = null;
    this.endReceive(port);
    if (to) this.notify(to, 70, mscount);
    for (const t of told) t();
    return 0;
  }
  private member(task: number, port: MPort, after: number): number {
    const set = this.get(task, after, "set");
    if (after !== 0 && !set) return this.at(task, after).length ? Kern.INVALID_RIGHT : Kern.INVALID_NAME;
    if (after === 0 && !port.set) return Kern.NOT_IN_SET;
    if (set && set !== port.set) for (const m of port.queue) m.arrived = ++this.clock;
    return (port.set = set ?? null), 0;
  }
  /** A call of task 0 that carries a right: dropped when the call fails. */
  private carrying(name: number, disposition: number, call: (right: Carried) => Answer): Answer {
    if (bad(name)) return call(name === 0 ? null : { way: "dead", port: null, refs: 1, task: -1, name: 0 });
    if (!this.can(0, name, disposition)) return no(Msg.SEND_INVALID_RIGHT);
    const right = this.out(0, name, disposition);
    const answer = call(right);
    return answer.rc === 0 || this.drop(right), answer;
  }
  private insert(task: number, name: number, right: Carried): Answer {
    if (bad(name)) return no(Kern.INVALID_VALUE);
    if (!right?.port) return no(Kern.INVALID_CAPABILITY);
    const known = right.way === "once" ? undefined : this.nameOf(task, right.port);
    const used = this.at(task, name).length > 0;
    if (known !== undefined && known !== name) return used || this.unlist(task, name, name), no(Kern.RIGHT_EXISTS);
    if (used && known === undefined) return no(Kern.NAME_EXISTS);
    if (right.way === "receive") right.port.destination = null;
    if (known === undefined) this.put(right, task, name);
    else this.into(task, right);
    return no(0);
  }
  private request(op: Op & { op: "notification" }, notify: Carried): Answer {
    const { task, name, id, sync } = op;
    if (notify && !notify.port) return no(Kern.INVALID_CAPABILITY);
    if (![69, 70, 72].includes(id) || (id === 69 && sync !== 0)) return no(Kern.INVALID_VALUE);
    const [right] = this.at(task, name);
    if (!right) return no(Kern.INVALID_NAME);
    const port = id === 72 ? right.port : this.get(task, name, "receive")?.port;
    if (id === 72 && right.way === "dead") {
      if (sync === 0 || !notify) return no(Kern.INVALID_ARGUMENT);
      right.refs++;
      return this.notify(notify, 72, name), { rc: 0, out: [0] };
    }
    if (!port) return no(Kern.INVALID_RIGHT);
    const old = id === 72 ? this.watch(port, task, name, notify) : id === 69 ? port.destroyed : port.noSenders;
    if (id === 69) port.destroyed = notify;
    if (id === 70) port.noSenders = notify;
    if (id === 70 && sync <= port.mscount) this.noMoreSenders(port);
    return { rc: 0, out: [this.into(0, old)] };
  }
  private watch(port: MPort, task: number, name: number, notify: Carried): Carried {
    const old = this.unwatch(port, task, name);
    const { requests, freeSlots } = port;
    if (notify && freeSlots.length === 0) for (const _ of [...requests]) freeSlots.push(requests.push(null) - 1);
    if (notify) requests[freeSlots.pop() ?? 0] = { task, name, notify };
    return old;
  }
  private send(op: Op & { op: "send" }): Answer {
    const { task, name, disposition, reply, replyDisposition, body } = op;
    if (replyDisposition === 0 && reply !== 0) return no(Msg.SEND_INVALID_HEADER);
    if (this.at(task, name).length === 0) return no(Msg.SEND_INVALID_DEST);
    if (!bad(reply) && !this.can(task, reply, replyDisposition)) return no(Msg.SEND_INVALID_REPLY);
    const moves = [disposition, replyDisposition].every((d) => d === MOVE_SEND || d === MOVE_ONCE);
    const short = name === reply && moves && (this.get(task, name, "send")?.refs ?? 0) < 2;
    if (this.get(task, name, "dead") || !this.can(task, name, disposition) || short) return no(Msg.SEND_INVALID_DEST);
    const replyFirst = name === reply && (disposition === MOVE_SEND || disposition === MOVE_ONCE);
    const early = replyFirst ? this.carried(task, reply, replyDisposition) : null;
    const to = this.out(task, name, disposition);
    const message = { id: 100, to, reply: replyFirst ? early : this.carried(task, reply, replyDisposition), replyWay: replyDisposition && word(wayOf(replyDisposition)) };
    return this.sendBody(task, message, body, to.port);
  }
  private readonly carried = (task: number, name: number, disposition: number): Carried =>
    name === 0 ? null : name === DEAD ? this.add("dead", null) : this.out(task, name, disposition);
  private sendBody(task: number, header: Pick<Message, "id" | "to" | "reply" | "replyWay">, items: Extract<Op, { op: "send" }>["body"], to: MPort | null): Answer {
    const body: Carried[] = [];
    for (const { name, disposition } of items) {
      if (bad(name) || this.can(task, name, disposition)) body.push(this.carried(task, name, disposition));
      else return [header.to, header.reply, ...body].forEach((right) => this.drop(right)), no(Msg.SEND_INVALID_RIGHT);
    }
    const message: Message = { ...header, body, data: undefined, arrived: ++this.clock };
    let circular = false;
    for (const r of body) if (r?.way === "receive" && r.port) this.reaches(to, r.port) ? (circular = true) : (r.port.destination = to);
    if (!to || to.dead) this.destroyMessage(message);
    else if (to.queue.length >= to.qlimit && header.to?.way !== "once")
      return [header.to, header.reply, ...body].forEach((right) => this.into(task, right)), no(Msg.SEND_TIMED_OUT);
    else if (circular) this.destroyMessage(message);
    else to.queue.push(message);
    return no(0);
  }
  private receive(task: number, name: number): Answer {
    const right = this.get(task, name, "receive") ?? this.get(task, name, "set");
    if (!right) return no(Msg.RCV_INVALID_NAME);
    if (right.port?.set) return no(Msg.RCV_IN_SET);
    const ports = right.port ? [right.port] : this.rights.flatMap((r) => (r.way === "receive" && r.port?.set === right ? [r.port] : []));
    const [first] = ports.flatMap((port) => port.queue.slice(0, 1).map((m) => ({ port, m }))).sort((a, b) => a.m.arrived - b.m.arrived);
    if (!first) return no(Msg.RCV_TIMED_OUT);
    const { port, m } = first;
    port.queue.shift();
    const here = this.rights.find((r) => r.port === port && r.way === "receive")?.name ?? 0;
    const header = [m.id, port.seqno++, m.replyWay, this.into(task, m.reply), word(m.to?.way ?? "send"), here];
    if (m.to) this.remove(m.to);
    if (m.to?.way === "send") this.noMoreSenders(port);
    return { rc: 0, out: [...header, ...(m.data === undefined ? [] : [m.data]), ...m.body.map((r) => this.into(task, r))] };
  }
  readonly dump = (): string => dumpModel(this.rights);
}
