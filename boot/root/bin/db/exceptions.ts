/**
 * Exceptions of the debugged task, taken before its own library sees them: its exception port is ours for that long, and the library's gets what is passed on
 * (feature-table.md row 14). A thread stands still until its exception is answered.
 */
import { exc } from "../../../../mach/interfaces/exc.ts";
import { machCall } from "../../../../mach/interfaces/mach.ts";
import { MachMsg, MsgOption } from "../../../../mach/ipc/message.ts";
import { asPort, MACH_PORT_NULL, MsgType, type MachPort } from "../../../../mach/ipc/names.ts";
import { Msg } from "../../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { packFields, unpackFields } from "../../../../mach/mig/client.ts";
import { replyTo } from "../../../../mach/mig/server.ts";
import { orThrow } from "../../../../glibc-shim/errno.ts";
import { allocateReceive, destroyReceive, insertSend } from "../../../../glibc-shim/rights.ts";
import { TASK_EXCEPTION_PORT } from "../../../../servers/interfaces/hurd-types.ts";
import { dropRight } from "../../lib/rights.ts";

/** An exception that waits for its answer. The rights are ours. */
export interface Caught {
  readonly thread: MachPort;
  readonly task: MachPort;
  readonly exception: number;
  readonly code: number;
  readonly subcode: number;
  readonly replyPort: MachPort;
  readonly replyType: number;
}

export class Catcher {
  private readonly task: MachPort;
  private port: MachPort = MACH_PORT_NULL;
  private original: MachPort = MACH_PORT_NULL;
  caught: Caught | undefined = undefined;
  constructor(task: MachPort) {
    this.task = task;
  }

  get catching(): boolean {
    return this.port !== MACH_PORT_NULL;
  }

  /** Takes the exception port; again, when the program has set its own meanwhile (its C library does so once it has started). */
  *start(): Syscall<void> {
    const which_port = TASK_EXCEPTION_PORT;
    const { special_port: now } = orThrow("task_get_special_port", yield* machCall.task_get_special_port(this.task, { which_port }));
    if (this.catching && now === this.port) return yield* dropRight(now);
    yield* dropRight(this.original);
    this.original = now;
    if (!this.catching) this.port = yield* allocateReceive();
    yield* insertSend(this.port);
    orThrow("task_set_special_port", yield* machCall.task_set_special_port(this.task, { which_port, special_port: this.port }));
    yield* dropRight(this.port);
  }

  /** Waits up to `milliseconds` for the next exception. Undefined: there was none. */
  *wait(milliseconds: number): Syscall<Caught | undefined> {
    const msg = new MachMsg();
    msg.option = MsgOption.RCV | MsgOption.RCV_TIMEOUT;
    msg.rcvName = this.port;
    msg.timeout = milliseconds;
    msg.take = true;
    if ((yield msg) !== Msg.SUCCESS || msg.id !== exc.routines.exception_raise.id) return undefined;
    const fields = unpackFields(exc.routines.exception_raise.in, msg.items, 0) ?? {};
    const word = (name: string): number => Number(fields[name] ?? 0);
    this.caught = {
      ...{ thread: asPort(word("thread")), task: asPort(word("task")), replyPort: msg.remotePort, replyType: msg.remoteType },
      ...{ exception: word("exception"), code: word("code"), subcode: word("subcode") },
    };
    return this.caught;
  }

  /** Lets the thread go on at the same instruction, as if nothing had been. */
  *goOn(caught: Caught): Syscall<void> {
    yield* replyTo(exc).exception_raise(caught.replyPort, { err: 0 }, caught.replyType);
    yield* this.done(caught);
  }

  /** Leaves it to whose port was there before: that answers the kernel itself. Without one it is nobody's, and the task ends. */
  *pass(caught: Caught): Syscall<void> {
    const { id, in: fields } = exc.routines.exception_raise;
    const { thread, task, exception, code, subcode } = caught;
    const msg = new MachMsg();
    msg.header(this.original, MsgType.COPY_SEND, caught.replyPort, MsgType.MOVE_SEND_ONCE, id, packFields(fields, { thread, task, exception, code, subcode }));
    msg.option = MsgOption.SEND;
    if ((yield msg) !== Msg.SUCCESS) yield* dropRight(caught.replyPort);
    yield* this.done(caught);
  }

  private *done(caught: Caught): Syscall<void> {
    this.caught = undefined;
    yield* dropRight(caught.thread);
    yield* dropRight(caught.task);
  }

  /** Gives the exception port back, and passes on what waits. */
  *stop(): Syscall<void> {
    if (!this.catching) return;
    const which_port = TASK_EXCEPTION_PORT;
    const now = yield* machCall.task_get_special_port(this.task, { which_port });
    if (now.err === 0 && now.special_port === this.port) yield* machCall.task_set_special_port(this.task, { which_port, special_port: this.original });
    if (now.err === 0) yield* dropRight(now.special_port);
    for (let c = this.caught ?? (yield* this.wait(0)); c !== undefined; c = yield* this.wait(0)) yield* this.pass(c);
    yield* destroyReceive(this.port);
    yield* dropRight(this.original);
    this.port = MACH_PORT_NULL;
  }
}
