/** JSON lines: one object an event, messages with the names of routine, tasks and arguments. */
import type { KernelEvent } from "../../mach/kern/events.ts";
import { isPortType } from "../../mach/ipc/names.ts";
import { argumentsOf, jsonData } from "../arguments.ts";
import { codeOf, type Message } from "../messages.ts";
import { server, type View } from "../select.ts";

/** Rights are marked, as a number alone could be anything. */
const argumentsJson = (message: Message, { interfaces }: View): readonly unknown[] =>
  argumentsOf(message, interfaces).map(({ name, item }) => ({ name, [isPortType(item.type) ? "port" : "value"]: jsonData(item) }));

function messageJson(message: Message, view: View): Readonly<Record<string, unknown>> {
  const { sent, request } = message;
  const { kind, at, step, task, thread, port, reply, id } = sent;
  const head = { kind, at, step, task, name: view.names.holder(task), thread, port, reply, id, routine: view.interfaces.name(id) };
  if (request !== undefined) return { ...head, answers: request.sent.id, code: codeOf(message), arguments: argumentsJson(message, view) };
  return { ...head, to: server(message) ?? null, arguments: argumentsJson(message, view) };
}

function eventJson(event: KernelEvent, view: View): Readonly<Record<string, unknown>> {
  const message = event.kind === "message-sent" ? view.message(event) : undefined;
  if (message !== undefined) return messageJson(message, view);
  if (event.kind === "message-received") return { ...event, name: view.names.holder(event.task), routine: view.interfaces.name(event.id) };
  return "bytes" in event ? { ...event, bytes: new TextDecoder().decode(event.bytes) } : { ...event };
}

/** One line an event. */
export function json(view: View, write: (text: string) => void): void {
  for (const event of view.events) write(`${JSON.stringify(eventJson(event, view))}\n`);
}
