/** A recorded run for the exports: one pipeline in a whole system, run once. */
import { runCommands } from "../../../boot/session.ts";
import type { KernelEvent } from "../../../mach/kern/events.ts";
import { formats } from "../../../rpctrace/exports/formats.ts";
import { select, type Filter, type View } from "../../../rpctrace/select.ts";

let events: readonly KernelEvent[] | undefined;

/** Every event of `ls / | wc; kill -9` of a sleeper, in a fresh system. */
export function recorded(): readonly KernelEvent[] {
  if (events !== undefined) return events;
  const seen: KernelEvent[] = [];
  runCommands({ commands: "ls / | wc; sleep 9 & kill -9 $!", observe: (machine) => void machine.tap.listen((e) => seen.push(e)) });
  return (events = seen);
}

export const viewed = (filter: Filter = {}): View => select(recorded(), filter);

/** A view in one of the formats. */
export function exported(format: string, view: View): string {
  let text = "";
  const write = formats.get(format);
  if (write === undefined) throw new Error(`no format ${format}`);
  write(view, (piece) => (text += piece));
  return text;
}

/** A message of an event list made by hand. */
export const sent = (task: number, port: number, id: number, reply: number, items: Extract<KernelEvent, { kind: "message-sent" }>["items"] = [], at = 10): KernelEvent => ({
  kind: "message-sent",
  at,
  step: at / 5,
  task,
  thread: task * 10,
  port,
  reply,
  id,
  items,
});
export const got = (task: number, port: number, id: number, at = 11): KernelEvent => ({ kind: "message-received", at, step: at / 5, task, thread: task * 10, port, id });
export const task = (id: number, name: string): KernelEvent => ({ kind: "task-created", at: 0, task: id, parent: 0, name, port: 900 + id });
