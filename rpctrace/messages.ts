/** Messages with what became of them: who received each, and which answers which. */
import type { KernelEvent, SeenItem } from "../mach/kern/events.ts";
import { MsgType } from "../mach/ipc/names.ts";

export type Sent = Extract<KernelEvent, { kind: "message-sent" }>;
export type Received = Extract<KernelEvent, { kind: "message-received" }>;

/** A message. It grows as later events tell more of it. */
export interface Message {
  readonly sent: Sent;
  /** Undefined for what the kernel takes itself, and until a task has received it. */
  received: Received | undefined;
  /** The request that this is the answer to. */
  readonly request: Message | undefined;
  /** The answer that came, if this is a request. */
  reply: Message | undefined;
}

/** True for what MIG would take for an answer: it starts with a return code. */
const isAnswer = (items: readonly SeenItem[]): boolean => items[0]?.type === MsgType.INTEGER_32 && typeof items[0].data === "number";

/** The return code of an answer. */
export const codeOf = (reply: Message): number => Number(reply.sent.items[0]?.data) >>> 0;

/** Puts messages together: give it every event, in order. */
export class Messages {
  /** Sent and not received, by port, first come first served. */
  private readonly queued = new Map<number, Message[]>();
  /** Open calls by reply port. */
  private readonly open = new Map<number, Message>();

  /** The message that the event sends or receives. */
  event(event: KernelEvent): Message | undefined {
    if (event.kind === "message-sent") return this.sent(event);
    return event.kind === "message-received" ? this.received(event) : undefined;
  }

  private sent(sent: Sent): Message {
    const call = this.open.get(sent.port);
    const request = call !== undefined && call.sent.id === sent.id - 100 && isAnswer(sent.items) ? call : undefined;
    const message: Message = { sent, received: undefined, request, reply: undefined };
    if (request !== undefined) {
      request.reply = message;
      this.open.delete(sent.port);
      if (sent.task === 0) this.unqueue(request);
    } else if (sent.reply > 0) this.open.set(sent.reply, message);
    const queue = this.queued.get(sent.port);
    if (queue === undefined) this.queued.set(sent.port, [message]);
    else queue.push(message);
    return message;
  }

  private received(event: Received): Message | undefined {
    const queue = this.queued.get(event.port) ?? [];
    const at = queue.findIndex((m) => m.sent.id === event.id);
    const message = queue[at];
    if (message === undefined) return undefined;
    message.received = event;
    this.drop(event.port, queue, at);
    return message;
  }

  /** What the kernel has answered it has taken. */
  private unqueue(message: Message): void {
    const queue = this.queued.get(message.sent.port) ?? [];
    const at = queue.indexOf(message);
    if (at >= 0) this.drop(message.sent.port, queue, at);
  }

  private drop(port: number, queue: Message[], at: number): void {
    queue.splice(at, 1);
    if (queue.length === 0) this.queued.delete(port);
  }
}
