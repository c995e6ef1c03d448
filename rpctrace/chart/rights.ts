/** Who holds which rights, as a row of changes that a page can go along, forwards or from the start. */
import { isPortType, MsgType, PortType } from "../../mach/ipc/names.ts";
import type { KernelEvent } from "../../mach/kern/events.ts";
import type { Message } from "../messages.ts";
import { server, type View } from "../select.ts";

/** From an event on, a name of a task stands for a port: 1 send, 2 receive, 4 send-once, or their sum; 0: for nothing. */
export type Change = readonly [event: number, task: number, name: string, port: number, rights: number];

/** The changes, and what tasks and ports are called. */
export interface Rights {
  readonly changes: readonly Change[];
  readonly tasks: Readonly<Record<string, string>>;
  readonly ports: Readonly<Record<string, string>>;
}

const SEND = 1;
const RECEIVE = 2;
const ONCE = 4;

const bitsOf = (type: number): number =>
  ((type & PortType.SEND) !== 0 ? SEND : 0) + ((type & PortType.RECEIVE) !== 0 ? RECEIVE : 0) + ((type & PortType.SEND_ONCE) !== 0 ? ONCE : 0);

/** What the kernel told of names, and by answering told of itself. */
function told(event: KernelEvent, n: number, m?: Message): readonly Change[] {
  if (m !== undefined && m.request === undefined && m.sent.port > 0 && server(m) === 0) return [[n, 0, `k${m.sent.port}`, m.sent.port, RECEIVE]];
  if (event.kind === "right") return [[n, event.task, String(event.name), event.port, bitsOf(event.type)]];
  return event.kind === "task-terminated" ? [[n, event.task, "*", 0, 0]] : [];
}

/** What a message shows of rights, for a trace without events of names: rights that were used or came in a message are held from then on. */
function shown(m: Message, n: number): readonly Change[] {
  const { task, port, reply, items } = m.sent;
  const to = m.received?.task;
  const takes = m.request === undefined ? server(m) : undefined;
  const found: Change[] = [];
  if (m.request === undefined && port > 0) found.push([n, task, `s${port}`, port, SEND]);
  if (takes !== undefined && port > 0) found.push([n, takes, `r${port}`, port, RECEIVE]);
  if (reply > 0) found.push([n, task, `r${reply}`, reply, RECEIVE]);
  if (to === undefined) return found;
  for (const { type, data } of items) {
    if (!isPortType(type) || typeof data === "string" || type === MsgType.MOVE_SEND_ONCE || type === MsgType.MAKE_SEND_ONCE) continue;
    const receive = type === MsgType.MOVE_RECEIVE;
    for (const right of typeof data === "number" ? [data] : data) if (right > 0) found.push([n, to, `${receive ? "r" : "s"}${right}`, right, receive ? RECEIVE : SEND]);
  }
  return found;
}

/** All changes of a trace, the filter apart. Ports of tasks and threads are the kernel's. */
export function rightsOf(view: View): Rights {
  const known = view.all.some((event) => event.kind === "right");
  const tasks: Record<string, string> = { 0: view.names.holder(0) };
  const ports: Record<string, string> = {};
  const changes = view.all.flatMap((event, i): readonly Change[] => {
    if ("task" in event) tasks[event.task] ??= view.names.holder(event.task);
    if (event.kind === "task-created" || event.kind === "thread-created") {
      ports[event.port] = view.names.port(event.port) ?? String(event.port);
      return [[i + 1, 0, `k${event.port}`, event.port, RECEIVE]];
    }
    const m = event.kind === "message-sent" ? view.message(event) : undefined;
    if (known) return told(event, i + 1, m);
    return m === undefined ? (event.kind === "task-terminated" ? told(event, i + 1) : []) : shown(m, i + 1);
  });
  return { changes, tasks, ports };
}
