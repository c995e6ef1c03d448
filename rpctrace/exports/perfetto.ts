/**
 * Trace events for Perfetto and chrome://tracing: tasks are processes, threads are tracks, a call is a slice at who makes it and another at who
 * serves it, with an arrow between. Times are virtual microseconds.
 */
import type { KernelEvent } from "../../mach/kern/events.ts";
import { showCode } from "../../mach/mig/show.ts";
import { strerror } from "../../servers/interfaces/errno.ts";
import { briefly } from "../brief.ts";
import { codeOf, type Message } from "../messages.ts";
import type { View } from "../select.ts";

/** One trace event of the format's JSON form. */
type TraceEvent = Readonly<Record<string, unknown>>;

/** A slice on a thread's track. */
interface Slice {
  readonly pid: number;
  readonly tid: number;
  readonly from: number;
  readonly to: number;
  readonly name: string;
  readonly cat: "call" | "service";
  readonly id: number;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Calls whose answer came, as slices at both ends. */
function slicesOf(m: Message, id: number, view: View): readonly Slice[] {
  const { sent, received, reply } = m;
  if (reply === undefined) return [];
  const args = { call: briefly(m, view), answer: showCode(codeOf(reply), strerror) };
  const name = view.interfaces.name(sent.id);
  const back = reply.received?.at ?? reply.sent.at;
  const made: Slice = { pid: sent.task, tid: sent.thread, from: sent.at, to: back, name, cat: "call", id, args };
  if (received === undefined) return [made];
  return [made, { pid: received.task, tid: received.thread, from: received.at, to: reply.sent.at, name, cat: "service", id, args }];
}

/** A track nests its slices. What only overlaps another (an answer that comes late) has a track of its own: begin and end apart. */
function placed(slices: readonly Slice[]): readonly TraceEvent[] {
  const open: number[] = [];
  return [...slices]
    .sort((a, b) => a.from - b.from || b.to - a.to)
    .flatMap((s): readonly TraceEvent[] => {
      while ((open.at(-1) ?? Infinity) <= s.from) open.pop();
      const { pid, tid, name, cat, id, args } = s;
      if (s.to > (open.at(-1) ?? Infinity)) {
        const head = { pid, tid, name, cat, id: `${cat} ${id}` };
        return [{ ph: "b", ts: s.from, ...head, args }, { ph: "e", ts: s.to, ...head }];
      }
      open.push(s.to);
      return [{ ph: "X", ts: s.from, dur: s.to - s.from, pid, tid, name, cat, args }];
    });
}

/** The arrow from who calls to who serves. */
function flowOf(m: Message, id: number, view: View): readonly TraceEvent[] {
  const { sent, received } = m;
  if (received === undefined) return [];
  const head = { name: view.interfaces.name(sent.id), cat: "rpc", id };
  return [
    { ph: "s", ts: sent.at, pid: sent.task, tid: sent.thread, ...head },
    { ph: "f", bp: "e", ts: received.at, pid: received.task, tid: received.thread, ...head },
  ];
}

/** What takes no time: messages without an answer, exceptions, the ends of tasks. */
function instantOf(event: KernelEvent, view: View): readonly TraceEvent[] {
  if (event.kind === "message-sent") {
    const m = view.message(event);
    if (m === undefined || m.request !== undefined || m.reply !== undefined) return [];
    return [{ ph: "i", s: "t", ts: event.at, pid: event.task, tid: event.thread, cat: "message", name: briefly(m, view) }];
  }
  if (event.kind === "exception") return [{ ph: "i", s: "t", ts: event.at, pid: event.task, tid: event.thread, cat: "exception", name: `exception ${event.exception}` }];
  if (event.kind === "task-terminated") return [{ ph: "i", s: "p", ts: event.at, pid: event.task, tid: 0, cat: "task", name: "task terminated" }];
  return [];
}

/** Names of the tracks that occur. */
function tracks(events: readonly TraceEvent[], view: View): readonly TraceEvent[] {
  const threads = new Map<string, readonly [pid: number, tid: number]>();
  for (const { pid, tid } of events) threads.set(`${String(pid)} ${String(tid)}`, [Number(pid), Number(tid)]);
  const tasks = new Set([...threads.values()].map(([pid]) => pid));
  return [
    ...[...tasks].map((pid) => ({ ph: "M", ts: 0, pid, tid: 0, name: "process_name", args: { name: view.names.holder(pid) } })),
    ...[...threads.values()].map(([pid, tid]) => ({ ph: "M", ts: 0, pid, tid, name: "thread_name", args: { name: pid === 0 ? "kernel" : `thread ${tid}` } })),
  ];
}

/** One JSON object with one event a line. */
export function perfetto(view: View, write: (text: string) => void): void {
  const byTrack = new Map<string, Slice[]>();
  for (const slice of view.calls.flatMap((m, i) => slicesOf(m, i + 1, view))) {
    const track = `${slice.pid} ${slice.tid}`;
    const there = byTrack.get(track);
    if (there === undefined) byTrack.set(track, [slice]);
    else there.push(slice);
  }
  const events = [...[...byTrack.values()].flatMap(placed), ...view.calls.flatMap((m, i) => flowOf(m, i + 1, view)), ...view.events.flatMap((e) => instantOf(e, view))];
  write('{"displayTimeUnit":"ms","traceEvents":[\n');
  const all = [...tracks(events, view), ...events];
  for (const [i, event] of all.entries()) write(`${JSON.stringify(event)}${i < all.length - 1 ? "," : ""}\n`);
  write("]}\n");
}
