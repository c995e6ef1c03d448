/** A Mermaid sequence diagram: tasks are participants, a call is a solid arrow and its answer a dashed one. */
import type { KernelEvent } from "../../mach/kern/events.ts";
import { briefly } from "../brief.ts";
import type { Message } from "../messages.ts";
import { server, type View } from "../select.ts";

/** What would end or change a line is written as a character code, in Mermaid's manner. */
const escaped = (text: string): string => text.replace(/[^ -~]|[#;"<>&%]/gu, (c) => `#${c.codePointAt(0) ?? 0};`);

const task = (id: number): string => `t${id}`;
const port = (id: number): string => (id > 0 ? `p${id}` : "dead");

/** Where a message goes: a task, or a port from which nobody has taken it. */
const target = (m: Message): string => {
  const to = m.request !== undefined ? (m.received?.task ?? m.request.sent.task) : server(m);
  return to === undefined ? port(m.sent.port) : task(to);
};

const arrow = (m: Message): string => (m.request !== undefined ? "-->>" : m.sent.reply > 0 ? "->>" : "-)");

function noteOf(event: KernelEvent): string | undefined {
  switch (event.kind) {
    case "task-created":
      return "task created";
    case "task-terminated":
      return "task terminated";
    case "exception":
      return `exception ${event.exception}, code ${event.code}`;
    default:
      return undefined;
  }
}

/** Participants in the order in which they come up. */
export function mermaid(view: View, write: (text: string) => void): void {
  const participants = new Map<string, string>();
  const lines: string[] = [];
  const named = (id: number): string => {
    participants.set(task(id), view.names.holder(id));
    return task(id);
  };
  for (const event of view.events) {
    const m = event.kind === "message-sent" ? view.message(event) : undefined;
    const note = noteOf(event);
    if (m !== undefined) {
      const from = named(m.sent.task);
      const to = target(m);
      if (to.startsWith("t")) named(Number(to.slice(1)));
      else participants.set(to, view.names.port(m.sent.port) ?? (to === "dead" ? "a dead port" : `port ${m.sent.port}`));
      lines.push(`  ${from}${arrow(m)}${to}: ${escaped(briefly(m, view))}`);
    } else if (note !== undefined && "task" in event) {
      lines.push(`  Note over ${named(event.task)}: ${escaped(note)}`);
    }
  }
  write("sequenceDiagram\n");
  for (const [id, name] of participants) write(`  participant ${id} as ${escaped(name)}\n`);
  for (const line of lines) write(`${line}\n`);
}
