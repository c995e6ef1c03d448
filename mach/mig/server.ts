/**
 * The server half: from a request message to a reply, the loops that receive, and late replies.
 *
 * The rules of MIG's server stubs and of `mach_msg_server`: an unknown id is MIG_BAD_ID; a body of another shape MIG_BAD_ARGUMENTS; when
 * a handler fails (any code but 0 and MIG_NO_REPLY) the rights in the request's body are destroyed by the loop, on success they are the
 * handler's; a reply that cannot be sent is destroyed with all it carries.
 */
import { Mig, Msg, type KernReturn } from "../kern/kern-return.ts";
import { asFailure, type Failure } from "../kern/kern-return.ts";
import { resume, type Syscall } from "../kern/syscall.ts";
import { intItem, MachMsg, MsgOption, type Item } from "../ipc/message.ts";
import { isPortType, MACH_PORT_NULL, MsgType, portValid, Right, type MachPort } from "../ipc/names.ts";
import { mig_task_self, plainRpc, mig_get_reply_port } from "./client.ts";
import { layoutOf, NO_FIELDS, type Layout } from "./layout.ts";
import type { Fields, Handlers, Outcome, Routine, Routines, Subsystem } from "./subsystem.ts";

/** Part of a server: some subsystems' requests. */
export interface Demuxer {
  /** Whether requests with this id are its own. */
  handles(id: number): boolean;
  /** How such a request is served; undefined: not at all (MIG_BAD_ID). */
  find(request: MachMsg): Service | undefined;
}

/** One routine as a program serves it. */
export interface Service {
  /** The handler's run for `request`, not begun yet; or the code of a request that does not reach one. */
  run(request: MachMsg): Syscall<Outcome<Fields>> | Failure;
  /** The items of the reply after a run that has succeeded. */
  reply(outcome: Outcome<Fields>): readonly Item[];
}

/** Which routines take any port, even one behind which the lookup finds nothing (`self` is undefined then). */
export interface ServeOptions<R extends Routines> {
  readonly anyPort?: readonly (keyof R)[];
  /** What a routine without a handler answers; EOPNOTSUPP unless said. */
  readonly missing?: Failure;
}

/** The routines' names by message id, looked up once for each definition. */
const known = new WeakMap<Subsystem, ReadonlyMap<number, string>>();

function namesOf(sub: Subsystem): ReadonlyMap<number, string> {
  const made = known.get(sub) ?? new Map(Object.entries(sub.routines).map(([name, { id }]) => [id, name]));
  known.set(sub, made);
  return made;
}

const EOPNOTSUPP: Failure = 0x4000002d;

/**
 * Serves `sub`: `lookup` turns the receiver's name of the port into an object (MIG's intran); handlers get it as `self`.
 * A port of another kind, or a routine without handler, answers EOPNOTSUPP.
 */
export function serve<R extends Routines, Self>(
  sub: Subsystem<R>,
  lookup: (request: MachMsg) => Self | undefined,
  handlers: Partial<Handlers<R, Self>>,
  options: ServeOptions<R> = {},
): Demuxer {
  const names = namesOf(sub);
  // filled as requests come: a program that serves a hundred routines is asked two
  const services: (Service | undefined)[] = [];
  const make = (id: number): Service | undefined => {
    const name = names.get(id);
    const routine = name === undefined ? undefined : sub.routines[name];
    if (name === undefined || routine === undefined) return undefined;
    const made = new Served(routine, lookup, (handlers as Readonly<Record<string, Handler>>)[name], options.anyPort?.includes(name) === true, options.missing ?? EOPNOTSUPP);
    services[id - sub.base] = made;
    return made;
  };
  return { handles: (id) => names.has(id), find: ({ id }) => (id < sub.base ? undefined : (services[id - sub.base] ?? make(id))) };
}

type Handler = ((self: unknown, args: Readonly<Record<string, unknown>>, request: MachMsg) => Syscall<Outcome<Fields>>) | undefined;

/** A routine of a subsystem, with its handler. */
class Served implements Service {
  private readonly ins: Layout;
  private readonly outs: Layout;
  private readonly lookup: (request: MachMsg) => unknown;
  private readonly handler: Handler;
  private readonly anyPort: boolean;
  private readonly missing: Failure;

  constructor(routine: Routine, lookup: (request: MachMsg) => unknown, handler: Handler, anyPort: boolean, missing: Failure) {
    this.ins = layoutOf(routine.in, "request");
    // a one-way request that brings a reply port all the same is answered with the code (recorded p-notify)
    this.outs = layoutOf(routine.out ?? NO_FIELDS, "reply");
    this.lookup = lookup;
    this.handler = handler;
    this.anyPort = anyPort;
    this.missing = missing;
  }

  run(request: MachMsg): Syscall<Outcome<Fields>> | Failure {
    const args = this.ins.unpack(request.items, 0);
    if (args === undefined) return Mig.BAD_ARGUMENTS;
    const { lookup, handler } = this;
    const self = lookup(request);
    return handler === undefined || (self === undefined && !this.anyPort) ? this.missing : handler(self, args, request);
  }

  reply(outcome: Outcome<Fields>): readonly Item[] {
    return this.outs.pack(outcome, RETURN_SUCCESS);
  }
}

/** Several demuxers as one; ids that none handles are MIG_BAD_ID. */
export function firstOf(...demuxers: readonly Demuxer[]): Demuxer {
  const owners = new Map<number, Demuxer>();
  const owner = (id: number): Demuxer | undefined => {
    const found = owners.get(id) ?? demuxers.find((demuxer) => demuxer.handles(id));
    if (found !== undefined) owners.set(id, found);
    return found;
  };
  return {
    handles: (id) => owner(id) !== undefined,
    find: (request) => (owners.get(request.id) ?? owner(request.id))?.find(request),
  };
}

/** The return code of an answer that has succeeded. Items are values: all answers have the same. */
const RETURN_SUCCESS: Item = intItem(0);

/**
 * Answers the request in `msg` and turns `msg` into the reply. True when there is a reply to send: the handler did not take the reply
 * port over (by setting `remotePort` to null or answering MIG_NO_REPLY) and the request had one.
 */
export function* answerRequest(msg: MachMsg, demuxer: Demuxer): Syscall<boolean> {
  const { id, items } = msg;
  const service = demuxer.find(msg);
  const run = service === undefined ? Mig.BAD_ID : service.run(msg);
  if (typeof run === "number") return yield* settle(msg, id, items, service, { err: run });
  let step = resume.call(run, 0);
  while (step.done !== true) step = resume.call(run, yield step.value);
  return putReply(msg, id, service, step.value) || (yield* settle(msg, id, items, service, step.value));
}

/** Answers the request in `msg` with a code, and destroys what it carries. */
export const refuseRequest = (msg: MachMsg, code: Failure): Syscall<boolean> => settle(msg, msg.id, msg.items, undefined, { err: code });

/** Turns `msg` into the reply of a handler that has not failed, and whose reply somebody waits for; true when it has. */
function putReply(msg: MachMsg, id: number, service: Service | undefined, outcome: Outcome<Fields>): boolean {
  if (outcome.err !== 0 || service === undefined || msg.remotePort === MACH_PORT_NULL) return false;
  msg.header(msg.remotePort, msg.remoteType, MACH_PORT_NULL, 0, id + 100, service.reply(outcome));
  return true;
}

/** After any other answer: what nobody takes is destroyed. */
function* settle(msg: MachMsg, id: number, items: readonly Item[], service: Service | undefined, outcome: Outcome<Fields>): Syscall<boolean> {
  const { err } = outcome;
  if (err !== 0 && err !== Mig.NO_REPLY) yield* destroyItems(items);
  if (err === Mig.NO_REPLY) return false;
  const reply = err === 0 && service !== undefined ? service.reply(outcome) : [intItem(err)];
  if (msg.remotePort === MACH_PORT_NULL) {
    if (err === 0) yield* destroyItems(reply);
    return false;
  }
  msg.header(msg.remotePort, msg.remoteType, MACH_PORT_NULL, 0, id + 100, reply);
  return true;
}

/** One thread, one message at a time, from a port or port set (`mach_msg_server`). Returns only when the receive fails. */
export function* machMsgServer(from: MachPort, demuxer: Demuxer): Syscall<KernReturn> {
  const msg = new MachMsg();
  let reply = false;
  for (;;) {
    msg.option = reply ? MsgOption.SEND | MsgOption.RCV : MsgOption.RCV;
    msg.rcvName = from;
    msg.take = true;
    const code = yield msg;
    if (code === Msg.SUCCESS) {
      // answerRequest itself, but for a frame less
      const { id, items } = msg;
      const service = demuxer.find(msg);
      const run = service === undefined ? Mig.BAD_ID : service.run(msg);
      let outcome: Outcome<Fields>;
      if (typeof run === "number") outcome = { err: run };
      else {
        let step = resume.call(run, 0);
        while (step.done !== true) step = resume.call(run, yield step.value);
        outcome = step.value;
      }
      reply = putReply(msg, id, service, outcome) || (yield* settle(msg, id, items, service, outcome));
    } else if (reply && sendFailed(code)) {
      yield* mach_msg_destroy(msg);
      reply = false;
    } else return code;
  }
}

/** True for codes of the send half: the message still belongs to the sender. */
export const sendFailed = (code: KernReturn): boolean => code >= Msg.SEND_IN_PROGRESS && code < Msg.RCV_IN_PROGRESS;

/** Sends the reply in `msg`, or destroys it with all it carries when its port is gone. */
export function* sendReply(msg: MachMsg): Syscall<void> {
  msg.option = MsgOption.SEND;
  const code = yield msg;
  if (code !== Msg.SUCCESS) yield* mach_msg_destroy(msg);
}

/** Gives back every right that `msg` carries: its remote port's and those of the body (`mach_msg_destroy`). */
export function* mach_msg_destroy(msg: MachMsg): Syscall<void> {
  if (portValid(msg.remotePort)) yield* release(msg.remotePort, msg.remoteType);
  msg.remotePort = MACH_PORT_NULL;
  yield* destroyItems(msg.items);
}

function* destroyItems(items: readonly Item[]): Syscall<void> {
  for (const { type, data } of items) {
    if (!isPortType(type)) continue;
    if (typeof data === "number") yield* release(data as MachPort, type);
    else if (Array.isArray(data)) for (const name of data as readonly MachPort[]) yield* release(name, type);
  }
}

/** Drops one right of the kind that `type` moves; rights that would only be copied or made stay. */
function* release(name: MachPort, type: number): Syscall<void> {
  if (!portValid(name)) return;
  if (type === MsgType.MOVE_SEND || type === MsgType.MOVE_SEND_ONCE) yield* taskCall(3206, [nameItem(name)]);
  else if (type === MsgType.MOVE_RECEIVE) yield* taskCall(3208, [nameItem(name), intItem(Right.RECEIVE), intItem(-1)]);
}

const nameItem = (name: MachPort): Item => ({
  type: MsgType.PORT_NAME,
  bits: 32,
  number: 1,
  inline: true,
  longform: false,
  dealloc: false,
  data: name,
});

/** `mach_port_deallocate` (3206) and `mach_port_mod_refs` (3208) on the own task; their interface stands a folder above this one. */
function* taskCall(id: number, items: readonly Item[]): Syscall<void> {
  const msg = new MachMsg();
  msg.header(yield* mig_task_self(), MsgType.COPY_SEND, yield* mig_get_reply_port(), MsgType.MAKE_SEND_ONCE, id, items);
  yield* plainRpc(msg);
}

/** Late replies: stubs that answer a request whose handler returned MIG_NO_REPLY. Simpleroutines have none. */
export type Replies<R extends Routines> = {
  readonly [N in keyof R as R[N]["out"] extends null ? never : N]: (
    to: MachPort,
    outcome: Outcome<R[N]["out"]>,
    toType?: number,
  ) => Syscall<KernReturn>;
};

const lateItems = (outs: Layout, outcome: Outcome<Fields>): readonly Item[] =>
  outcome.err === Mig.NO_REPLY ? [] : outcome.err ? [intItem(outcome.err)] : outs.pack(outcome, RETURN_SUCCESS);

/** The late-reply stubs of `sub`. The reply right moves (send-once unless `toType` says otherwise); on failure all is destroyed. */
export function replyTo<R extends Routines>(sub: Subsystem<R>): Replies<R> {
  const stubs: Record<string, unknown> = {};
  for (const [name, r] of Object.entries(sub.routines)) {
    if (r.out === null) continue;
    const outs = layoutOf(r.out, "reply");
    stubs[name] = function* (to: MachPort, outcome: Outcome<Fields>, toType: number = MsgType.MOVE_SEND_ONCE): Syscall<KernReturn> {
      const msg = new MachMsg();
      msg.header(to, toType, MACH_PORT_NULL, 0, r.id + 100, lateItems(outs, outcome));
      msg.option = MsgOption.SEND;
      const code = yield msg;
      if (code !== Msg.SUCCESS) yield* mach_msg_destroy(msg);
      return code;
    };
  }
  return stubs as Replies<R>;
}

/** An outcome that says only the code; `{ err: 0 }` for routines without out arguments. */
export const failure = (code: number): { readonly err: Failure } => ({ err: asFailure(code) });
