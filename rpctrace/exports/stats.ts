/** Counts: calls, errors, how long they took, bytes and rights, by routine and by pair of tasks. Times are virtual microseconds. */
import { sizeOf } from "../arguments.ts";
import { codeOf, type Message } from "../messages.ts";
import { server, type View } from "../select.ts";

/** What is counted of a group of calls. */
export interface Count {
  calls: number;
  /** Answered with an error. */
  errors: number;
  /** Not answered: one-way, or open at the end. */
  unanswered: number;
  /** Of the answered ones, from sending to the answer's sending. */
  time: number;
  longest: number;
  /** In requests and answers. */
  bytes: number;
  rights: number;
}

function count(into: Count, m: Message): void {
  into.calls++;
  for (const message of [m, m.reply]) {
    if (message === undefined) continue;
    const { bytes, rights } = sizeOf(message);
    into.bytes += bytes;
    into.rights += rights;
  }
  if (m.reply === undefined) {
    into.unanswered++;
    return;
  }
  const time = m.reply.sent.at - m.sent.at;
  if (codeOf(m.reply) !== 0) into.errors++;
  into.time += time;
  into.longest = Math.max(into.longest, time);
}

/** Groups calls by `key`, most frequent first. */
export function counted(calls: readonly Message[], key: (m: Message) => string): readonly (readonly [string, Count])[] {
  const groups = new Map<string, Count>();
  for (const m of calls) {
    const name = key(m);
    const group = groups.get(name) ?? { calls: 0, errors: 0, unanswered: 0, time: 0, longest: 0, bytes: 0, rights: 0 };
    groups.set(name, group);
    count(group, m);
  }
  return [...groups].sort(([a, x], [b, y]) => y.calls - x.calls || (a < b ? -1 : 1));
}

const columns = ["calls", "errors", "open", "mean", "longest", "bytes", "rights"];

function numbers(c: Count): readonly number[] {
  const answered = c.calls - c.unanswered;
  return [c.calls, c.errors, c.unanswered, answered === 0 ? 0 : Math.round(c.time / answered), c.longest, c.bytes, c.rights];
}

function table(title: string, groups: readonly (readonly [string, Count])[], write: (text: string) => void): void {
  const line = (cells: readonly (string | number)[], name: string): string => `${cells.map((c) => String(c).padStart(8)).join(" ")}  ${name}\n`;
  write(line(columns, title));
  for (const [name, c] of groups) write(line(numbers(c), name));
}

export function stats(view: View, write: (text: string) => void): void {
  table("routine", counted(view.calls, (m) => view.interfaces.name(m.sent.id)), write);
  write("\n");
  table("task -> task", counted(view.calls, (m) => `${view.names.holder(m.sent.task)} -> ${receiver(m, view)}`), write);
}

function receiver(m: Message, view: View): string {
  const to = server(m);
  return to === undefined ? "(not received)" : view.names.holder(to);
}
