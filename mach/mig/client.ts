/**
 * Client stubs, made from a definition. Shared by all tasks: what differs from thread to thread is in its segment register.
 *
 * The rules of MIG's stubs: the reply must have id + 100 (else MIG_REPLY_MISMATCH; a send-once notification instead of a
 * reply is MIG_SERVER_DIED), start with a return code, and have the declared items (else MIG_TYPE_ERROR). A reply port whose state is
 * unknown after a failed call is given up, never reused.
 */
import { Mig, Msg, type KernReturn } from "../kern/kern-return.ts";
import { asFailure } from "../kern/kern-return.ts";
import { cpu, mach_reply_port, mach_task_self, type Syscall } from "../kern/syscall.ts";
import { intItem, MachMsg, MsgOption, type Item } from "../ipc/message.ts";
import { MACH_PORT_NULL, MsgType, Right, type MachPort } from "../ipc/names.ts";
import { layoutOf, NO_FIELDS, type Layout } from "./layout.ts";
import type { Client, Fields, Received, Routine, Routines, Subsystem } from "./subsystem.ts";

/** How a request travels: fills `msg` with the reply, answers a message code. The C library has one that handles interruption. */
export type Rpc = (msg: MachMsg) => Syscall<KernReturn>;

const MACH_NOTIFY_SEND_ONCE = 71;

/** This thread's reply port, made when first needed. */
export function* mig_get_reply_port(): Syscall<MachPort> {
  const { tls } = cpu;
  if (tls.replyPort === MACH_PORT_NULL) tls.replyPort = yield* mach_reply_port();
  return tls.replyPort;
}

/** The task's own port, asked for once per thread. */
export function* mig_task_self(): Syscall<MachPort> {
  const { tls } = cpu;
  if (tls.taskSelf === MACH_PORT_NULL) tls.taskSelf = yield* mach_task_self();
  return tls.taskSelf;
}

/** Gives up this thread's reply port: its receive right is destroyed (`mach_port_mod_refs`, id 3208). */
export function* mig_dealloc_reply_port(): Syscall<void> {
  const port = cpu.tls.replyPort;
  if (port === MACH_PORT_NULL) return;
  cpu.tls.replyPort = MACH_PORT_NULL;
  const self = yield* mig_task_self();
  const msg = new MachMsg();
  const name: Item = { type: MsgType.PORT_NAME, bits: 32, number: 1, inline: true, longform: false, dealloc: false, data: port };
  msg.header(self, MsgType.COPY_SEND, yield* mig_get_reply_port(), MsgType.MAKE_SEND_ONCE, 3208, [
    name,
    intItem(Right.RECEIVE),
    intItem(-1),
  ]);
  yield* plainRpc(msg);
}

/** Sends and receives in one `mach_msg` call; goes on after an interruption (`thread_abort`), as the C library's `mach_msg` does. */
export const plainRpc: Rpc = function* (msg) {
  const code = yield asRpc(msg);
  return code === Msg.SUCCESS ? code : yield* goOn(msg, code);
};

/** Makes a call of what stands in `msg`: sends, and receives at the reply port. */
function asRpc(msg: MachMsg): MachMsg {
  msg.option = MsgOption.SEND | MsgOption.RCV;
  msg.rcvName = msg.localPort;
  msg.take = true;
  return msg;
}

/** What has been interrupted is made again. */
function* goOn(msg: MachMsg, first: KernReturn): Syscall<KernReturn> {
  let code = first;
  while (code === Msg.SEND_INTERRUPTED) code = yield msg;
  msg.option = MsgOption.RCV;
  while (code === Msg.RCV_INTERRUPTED) code = yield msg;
  return code;
}

/** After these the request never left, and the reply port is as it was. */
const replyPortIntact = new Set<number>([
  Msg.SEND_INVALID_MEMORY,
  Msg.SEND_INVALID_RIGHT,
  Msg.SEND_INVALID_TYPE,
  Msg.SEND_MSG_TOO_SMALL,
  Msg.SEND_INVALID_DEST,
]);

/** The items of a request or reply body. */
export const packFields = (fields: Fields, args: Readonly<Record<string, unknown>>, before?: Item): Item[] => layoutOf(fields, "request").pack(args, before);

/** The arguments in `items` from `first` on, or undefined when a shape or the count is wrong. */
export const unpackFields = (fields: Fields, items: readonly Item[], first: number): Readonly<Record<string, unknown>> | undefined =>
  layoutOf(fields, "request").unpack(items, first);

/** What a reply says: the code, or the out arguments. */
export const readReply = (r: Routine, msg: MachMsg): Received<Fields> => readOuts(r, layoutOf(r.out ?? NO_FIELDS, "reply"), msg);

function readOuts(r: Routine, outs: Layout, msg: MachMsg): Received<Fields> {
  if (msg.id !== r.id + 100) return { err: msg.id === MACH_NOTIFY_SEND_ONCE ? Mig.SERVER_DIED : Mig.REPLY_MISMATCH };
  const code = msg.items[0];
  if (code === undefined || code.type !== MsgType.INTEGER_32 || typeof code.data !== "number") return { err: Mig.TYPE_ERROR };
  if (code.data !== 0) return { err: asFailure(code.data) };
  return (outs.unpack(msg.items, 1) as Received<Fields> | undefined) ?? { err: Mig.TYPE_ERROR };
}

/** One routine's stub: what does not change from call to call. Most routines are never called: layouts are looked up at the first call. */
class Stub {
  readonly routine: Routine;
  readonly rpc: Rpc;
  private knownIns: Layout | null = null;
  private knownOuts: Layout | null = null;

  constructor(routine: Routine, rpc: Rpc) {
    this.routine = routine;
    this.rpc = rpc;
  }

  get ins(): Layout {
    return (this.knownIns ??= layoutOf(this.routine.in, "request"));
  }
  get outs(): Layout {
    return (this.knownOuts ??= layoutOf(this.routine.out ?? NO_FIELDS, "reply"));
  }
}

function* callRoutine(stub: Stub, port: MachPort, args: Readonly<Record<string, unknown>>): Syscall<Received<Fields>> {
  const { tls } = cpu;
  const { routine, rpc } = stub;
  const msg = tls.spare ?? new MachMsg();
  tls.spare = undefined;
  const reply = tls.replyPort === MACH_PORT_NULL ? yield* mig_get_reply_port() : tls.replyPort;
  msg.header(port, routine.requestPort, reply, MsgType.MAKE_SEND_ONCE, routine.id, stub.ins.pack(args));
  // plainRpc itself, but for a frame less
  let code = rpc === plainRpc ? yield asRpc(msg) : yield* rpc(msg);
  if (rpc === plainRpc && code !== Msg.SUCCESS) code = yield* goOn(msg, code);
  if (code !== Msg.SUCCESS) {
    if (!replyPortIntact.has(code)) yield* mig_dealloc_reply_port();
    return { err: asFailure(code) };
  }
  const answer = readOuts(routine, stub.outs, msg);
  cpu.tls.spare = msg;
  return answer;
}

function* callSimple({ routine, ins }: Stub, port: MachPort, args: Readonly<Record<string, unknown>>): Syscall<Received<Fields>> {
  const msg = new MachMsg();
  msg.header(port, routine.requestPort, MACH_PORT_NULL, 0, routine.id, ins.pack(args));
  msg.option = MsgOption.SEND;
  const code = yield msg;
  return code === Msg.SUCCESS ? ({ err: 0 } as Received<Fields>) : { err: asFailure(code) };
}

/** Stubs of `sub` over the transport `rpc`. Build once, at module level. */
export function client<R extends Routines>(sub: Subsystem<R>, rpc: Rpc = plainRpc): Client<R> {
  const stubs: Record<string, unknown> = {};
  for (const [name, r] of Object.entries(sub.routines)) {
    const stub = new Stub(r, rpc);
    stubs[name] =
      r.out === null
        ? (port: MachPort, args: Readonly<Record<string, unknown>>) => callSimple(stub, port, args)
        : (port: MachPort, args: Readonly<Record<string, unknown>>) => callRoutine(stub, port, args);
  }
  return stubs as Client<R>;
}
