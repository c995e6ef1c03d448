/**
 * Counts: calls, errors, how long they took, bytes and rights, by routine and by pair of tasks; and which errors there were. Times are virtual microseconds, and steps
 * are traps of any thread: a call that waits for a timer takes long in few steps.
 */
import { showCode } from "../../mach/mig/show.ts";
import { strerror } from "../../servers/interfaces/errno.ts";
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
  /** The same in traps. */
  steps: number;
  most: number;
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
  const steps = m.reply.sent.step - m.sent.step;
  into.steps += steps;
  into.most = Math.max(into.most, steps);
}

/** Groups calls by `key`, most frequent first. */
export function counted(calls: readonly Message[], key: (m: Message) => string): readonly (readonly [string, Count])[] {
  const groups = new Map<string, Count>();
  for (const m of calls) {
    const name = key(m);
    const group = groups.get(name) ?? { calls: 0, errors: 0, unanswered: 0, time: 0, longest: 0, steps: 0, most: 0, bytes: 0, rights: 0 };
    groups.set(name, group);
    count(group, m);
  }
  return [...groups].sort(([a, x], [b, y]) => y.calls - x.calls || (a < b ? -1 : 1));
}

const columns = ["calls", "errors", "open", "mean us", "longest", "steps", "most", "bytes", "rights"];

function numbers(c: Count): readonly number[] {
  const answered = Math.max(1, c.calls - c.unanswered);
  return [c.calls, c.errors, c.unanswered, Math.round(c.time / answered), c.longest, Math.round(c.steps / answered), c.most, c.bytes, c.rights];
}

function table(title: string, groups: readonly (readonly [string, Count])[], write: (text: string) => void): void {
  const line = (cells: readonly (string | number)[], name: string): string => `${cells.map((c) => String(c).padStart(8)).join(" ")}  ${name}\n`;
  write(line(columns, title));
  for (const [name, c] of groups) write(line(numbers(c), name));
}

/** How often each error came of each routine between each two tasks, most frequent first. */
function errors(view: View): readonly (readonly [error: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const m of view.calls) {
    const code = m.reply === undefined ? 0 : codeOf(m.reply);
    if (code === 0) continue;
    const what = `${showCode(code, strerror)}  ${view.interfaces.name(m.sent.id)}  ${pair(m, view)}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

/** Three tables. */
export function stats(view: View, write: (text: string) => void): void {
  table("routine", counted(view.calls, (m) => view.interfaces.name(m.sent.id)), write);
  write("\n");
  table("task -> task", counted(view.calls, (m) => pair(m, view)), write);
  const failed = errors(view);
  if (failed.length > 0) write(`\n${"errors".padStart(8)}  error, routine, task -> task\n`);
  for (const [what, n] of failed) write(`${String(n).padStart(8)}  ${what}\n`);
}

const pair = (m: Message, view: View): string => `${view.names.holder(m.sent.task)} -> ${receiver(m, view)}`;

function receiver(m: Message, view: View): string {
  const to = server(m);
  return to === undefined ? "(not received)" : view.names.holder(to);
}
