/**
 * The tracing thread: each message that comes to a wrapper is printed, its rights are replaced, and it goes on to where it was meant for
 * (rpctrace.md §2.5, §3). One thread for all: what the tracees say is in one order.
 */
import { deallocate } from "../../../../glibc-shim/rights.ts";
import { mach } from "../../../../mach/interfaces/mach.ts";
import { machPort } from "../../../../mach/interfaces/mach-port.ts";
import { notify } from "../../../../mach/interfaces/notify.ts";
import { MachMsg, MsgOption, type Item } from "../../../../mach/ipc/message.ts";
import { asPort, isPortType, MACH_PORT_NULL, MsgType, portValid, type MachPort } from "../../../../mach/ipc/names.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { TraceLines } from "../../../../mach/mig/show.ts";
import { strerror } from "../../../../servers/interfaces/errno.ts";
import type { MsgIds } from "../../../../servers/interfaces/msgids.ts";
import { Notes, stringOf } from "./notes.ts";
import { Rewriter, type Way } from "./rewrite.ts";
import type { TracedTasks } from "./tasks.ts";
import { shownName, UNTRACED, type Call, type OnceWrapper, type SendWrapper, type Wrappers } from "./wrappers.ts";

/** Where a trace goes and how it looks. */
export interface TraceOptions {
  readonly size: number;
  readonly ids: MsgIds;
  write(text: string): Syscall<void>;
  /** What stands before a request; undefined: nothing. */
  stamp(): Syscall<string | undefined>;
  /** A right that is nowhere known came from this process. */
  unknownRight(pid: number): Syscall<void>;
  /** With notes on what ports are for: where the command starts. */
  readonly notesFrom?: string | undefined;
}

const DEAD_NAME = notify.routines.mach_notify_dead_name.id;
const NO_SENDERS = notify.routines.mach_notify_no_senders.id;
const REPLY = 100;
const THREAD_CREATED = mach.routines.thread_create.id + REPLY;
const TASK_CREATED = mach.routines.task_create.id + REPLY;
const EXTRACT_RIGHT = machPort.routines.mach_port_extract_right.id;

/** Calls whose rights go to the task that they are about, not to the kernel. */
const isPortCall = (id: number): boolean => id >= 3200 && id <= 3218;
const isNotification = (id: number): boolean => id >= 64 && id <= 72;

/** What a first item says when it is MIG's return code. */
function returnCode(items: readonly Item[]): number | undefined {
  const first = items[0];
  return first?.type === MsgType.INTEGER_32 && first.inline && first.bits === 32 && typeof first.data === "number" ? first.data : undefined;
}

/** Prints and forwards. */
export class Tracer {
  private readonly wrappers: Wrappers;
  private readonly tasks: TracedTasks;
  private readonly rewriter: Rewriter;
  private readonly options: TraceOptions;
  private readonly lines: TraceLines;
  private readonly notes: Notes | undefined;
  private text = "";
  private names: ReadonlyMap<number, string> = new Map();

  constructor(wrappers: Wrappers, tasks: TracedTasks, options: TraceOptions) {
    this.wrappers = wrappers;
    this.tasks = tasks;
    this.options = options;
    this.notes = options.notesFrom === undefined ? undefined : new Notes(wrappers, options.notesFrom);
    this.rewriter = new Rewriter(wrappers, (task) => options.unknownRight(tasks.pidOf(task)));
    const right = (name: number): string | undefined => this.names.get(name);
    this.lines = new TraceLines((text) => (this.text += text), strerror, { size: options.size, right });
  }

  /** Serves the wrappers until `done`, which is asked after each message and each signal; for ever unless given. */
  *run(done: () => boolean = () => false): Syscall<void> {
    const msg = new MachMsg();
    msg.rcvName = this.wrappers.set;
    msg.take = true;
    while (!done()) {
      msg.option = MsgOption.RCV;
      if ((yield msg) === 0) yield* this.message(msg);
    }
  }

  /** Ends a line that is open. */
  *end(): Syscall<void> {
    this.lines.flush();
    yield* this.flush();
  }

  private *message(msg: MachMsg): Syscall<void> {
    if (msg.localPort === this.wrappers.notifyPort) return yield* this.notice(msg);
    const at = this.wrappers.at(msg.localPort);
    if (at === undefined) return yield* destroy(msg);
    if (at.kind === "once") return yield* this.fromOnce(at, msg);
    if (msg.id === NO_SENDERS && msg.localType === MsgType.MOVE_SEND_ONCE) return yield* this.wrappers.noSenders(at, Number(msg.items[0]?.data));
    yield* this.request(at, msg);
  }

  private *notice(msg: MachMsg): Syscall<void> {
    if (msg.id !== DEAD_NAME) return yield* destroy(msg);
    const name = asPort(Number(msg.items[0]?.data));
    this.tasks.remove(name);
    yield* this.wrappers.died(name);
  }

  private *request(at: SendWrapper, msg: MachMsg): Syscall<void> {
    const { id } = msg;
    const { receiver, holder } = at;
    const call: Call = { id, from: holder, to: isPortCall(id) ? receiver.forward : receiver.owner, receiver, path: stringOf(msg.items[0]) };
    const way: Way = { source: call.from, dest: call.to, search: call.from };
    const reply = yield* this.replyRight(msg, way, call);
    yield* this.printRequest(shownName(at) ?? at.port, msg, way);
    yield* this.tasks.firstRequest(holder, this.wrappers);
    yield* this.forward(msg, receiver.forward, MsgType.COPY_SEND, reply);
  }

  /** The reply right of a request, replaced. The wrapper of a send-once right remembers the call. */
  private *replyRight(msg: MachMsg, way: Way, call: Call | undefined): Syscall<OnceWrapper | undefined> {
    const { remotePort, remoteType } = msg;
    if (!portValid(remotePort)) return undefined;
    if (remoteType === MsgType.MOVE_SEND_ONCE) {
      const once = yield* this.wrappers.once(remotePort);
      once.call = call;
      msg.remotePort = once.port;
      msg.remoteType = MsgType.MAKE_SEND_ONCE;
      return once;
    }
    msg.remotePort = yield* this.rewriter.send(remotePort, way);
    return undefined;
  }

  private *printRequest(to: string | number, msg: MachMsg, way: Way): Syscall<void> {
    const { id } = msg;
    const stamp = yield* this.options.stamp();
    const { items, names } = yield* this.rewriter.body(msg.items, way);
    msg.items = items;
    this.names = names;
    this.lines.request({ to, id, name: this.options.ids.name(id), reply: msg.remotePort, items, stamp });
    yield* this.flush();
  }

  /** A message to a send-once right: an answer, a notification, or something that only its two ends understand. */
  private *fromOnce(at: OnceWrapper, msg: MachMsg): Syscall<void> {
    const { forward, call, port } = at;
    const code = isNotification(msg.id) || msg.remotePort !== MACH_PORT_NULL ? undefined : returnCode(msg.items);
    const way = answerWay(call);
    const reply = yield* this.replyRight(msg, way, undefined);
    if (code === undefined) yield* this.printRequest(port, msg, way);
    else yield* this.answer(port, code, msg, way, call);
    this.wrappers.recycle(at);
    yield* this.forward(msg, forward, MsgType.MOVE_SEND_ONCE, reply);
  }

  private *answer(port: MachPort, code: number, msg: MachMsg, way: Way, call: Call | undefined): Syscall<void> {
    const { items, names } = yield* this.rewriter.body(msg.items, way);
    msg.items = items;
    this.names = names;
    this.lines.reply(port, code, items.slice(1));
    yield* this.flush();
    if (call !== undefined && code === 0) this.notes?.answered(call, items);
    const made = items[1];
    const wrapper = made !== undefined && isPortType(made.type) && code === 0 ? this.wrappers.sendAt(asPort(Number(made.data))) : undefined;
    if (wrapper === undefined) return;
    if (msg.id === THREAD_CREATED) yield* this.tasks.wrapThread(wrapper, this.wrappers);
    if (msg.id === TASK_CREATED) yield* this.tasks.newTask(wrapper, this.wrappers);
  }

  /** Sends what came on to the real right. If that has died the message is dropped, and whoever waits for its answer is told. */
  private *forward(msg: MachMsg, to: MachPort, type: number, reply: OnceWrapper | undefined): Syscall<void> {
    const { remotePort, remoteType } = msg;
    msg.header(to, type, remotePort, portValid(remotePort) ? remoteType : 0, msg.id, msg.items);
    msg.option = MsgOption.SEND;
    if ((yield msg) === 0) return;
    if (reply !== undefined) {
      yield* deallocate(reply.forward);
      this.wrappers.recycle(reply);
    }
    if (type === MsgType.MOVE_SEND_ONCE) yield* deallocate(to);
    yield* destroyBody(msg.items);
  }

  private *flush(): Syscall<void> {
    const { text } = this;
    this.text = "";
    if (text !== "") yield* this.options.write(text);
  }
}

/** An answer goes the way of its request, back. A right out of mach_port_extract_right is looked for at who asked (rpctrace.md §2.3). */
function answerWay(call: Call | undefined): Way {
  if (call === undefined) return { source: UNTRACED, dest: UNTRACED, search: UNTRACED };
  return { source: call.to, dest: call.from, search: call.id === EXTRACT_RIGHT ? call.from : call.to };
}

/** Gives back what a message brought. */
function* destroy(msg: MachMsg): Syscall<void> {
  yield* deallocate(msg.remotePort);
  yield* destroyBody(msg.items);
}

function* destroyBody(items: readonly Item[]): Syscall<void> {
  for (const { type, data } of items) {
    if (type !== MsgType.MOVE_SEND && type !== MsgType.MOVE_SEND_ONCE) continue;
    for (const name of typeof data === "number" ? [data] : (data as readonly number[])) yield* deallocate(asPort(name));
  }
}
