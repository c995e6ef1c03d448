/** What of a trace is to be seen: filters, and the trace put together for the exports. */
import type { KernelEvent } from "../mach/kern/events.ts";
import type { Expression, IsTask } from "./expression.ts";
import { OWN_INTERFACES, type Interfaces } from "./interfaces.ts";
import { codeOf, Messages, type Message } from "./messages.ts";
import { Names } from "./names.ts";

/** A moment: virtual microseconds, or the number of an event, the first being 1. */
export type Moment = { readonly at: number } | { readonly event: number };

/** All that are given must hold. */
export interface Filter {
  /** Calls that one of these makes or serves: names, numbers, or `name(number)`. */
  readonly tasks?: readonly string[];
  /** Calls of these routines: message ids or names. */
  readonly msgids?: readonly string[];
  /** Calls that begin then or later. */
  readonly from?: Moment | undefined;
  /** Calls that begin then or earlier. */
  readonly to?: Moment | undefined;
  /** Only calls that were answered with an error. */
  readonly errors?: boolean;
  /** What else must hold (`--filter`). */
  readonly expression?: Expression | undefined;
}

/** A trace as the exports get it. */
export interface View {
  /** What is to be seen, in order: answers stand with their requests' selection. */
  readonly events: readonly KernelEvent[];
  /** Every event, for what was before. */
  readonly all: readonly KernelEvent[];
  /** The message that an event sends or receives. */
  message(event: KernelEvent): Message | undefined;
  /** Requests, one-way messages and notifications that are to be seen, in order. */
  readonly calls: readonly Message[];
  /** As things were called at the end. */
  readonly names: Names;
  /** What messages mean. */
  readonly interfaces: Interfaces;
  /** True for a task that the filter names, or when it names none. */
  shows(task: number): boolean;
  /** Of a graph: the rights held when this many traps had been made, instead of what messages show. */
  readonly step?: number | undefined;
}

/** What rpctrace calls a message id; the number when it knows none. */
export const routineName = (id: number): string => OWN_INTERFACES.name(id);

/** By id or by either name: `io_read` and `io_read_request` are one. */
export const isRoutine = (id: number, word: string): boolean => OWN_INTERFACES.isRoutine(id, word);

const inside = (filter: Filter, at: number, number: number): boolean => {
  const { from, to } = filter;
  const after = from === undefined || ("at" in from ? at >= from.at : number >= from.event);
  return after && (to === undefined || ("at" in to ? at <= to.at : number <= to.event));
};

const calls = ({ sent }: Message, { msgids = [] }: Filter, interfaces: Interfaces): boolean =>
  msgids.length === 0 || msgids.some((word) => interfaces.isRoutine(sent.id, word));

const failed = ({ reply }: Message): boolean => reply !== undefined && codeOf(reply) !== 0;

/** The task that serves a call, 0 for the kernel. */
export const server = ({ received, reply }: Message): number | undefined => received?.task ?? reply?.sent.task;

/** A word means a task that had it for its name at any time. */
function tasksMeant(events: readonly KernelEvent[]): IsTask {
  const names = new Names();
  const called = new Map<number, Set<string>>([[0, new Set([names.task(0), names.holder(0)])]]);
  for (const event of events) {
    names.event(event);
    if (event.kind !== "task-created" && event.kind !== "task-named") continue;
    const { task } = event;
    const words = called.get(task) ?? new Set();
    called.set(task, words.add(names.task(task)).add(names.holder(task)));
  }
  return (task, word) => word === String(task) || called.get(task)?.has(word) === true;
}

/** Events of tasks that are no messages: which task's. */
const owner = (event: KernelEvent): number | undefined => ("task" in event ? event.task : undefined);

/** Applies the filter. */
export function select(all: readonly KernelEvent[], filter: Filter = {}, interfaces: Interfaces = OWN_INTERFACES): View {
  const names = new Names();
  const messages = new Messages();
  const byEvent = new Map<KernelEvent, Message>();
  for (const event of all) {
    names.event(event);
    const message = messages.event(event);
    if (message !== undefined) byEvent.set(event, message);
  }
  const { tasks = [], msgids = [], expression } = filter;
  const isTask = tasksMeant(all);
  const ofTask = (...of: readonly (number | undefined)[]): boolean =>
    tasks.length === 0 || of.some((t) => t !== undefined && tasks.some((word) => isTask(t, word)));
  const wanted = (m: Message): boolean =>
    calls(m, filter, interfaces) && ofTask(m.sent.task, server(m)) && (filter.errors !== true || failed(m)) && (expression === undefined || expression.verdict(m, isTask) === true);
  const chosen = new Set<Message>();
  for (const [i, event] of all.entries()) {
    const m = event.kind === "message-sent" ? byEvent.get(event) : undefined;
    if (m === undefined || m.request !== undefined || !inside(filter, event.at, i + 1)) continue;
    if (wanted(m)) chosen.add(m);
  }
  const othersToo = msgids.length === 0 && filter.errors !== true && expression === undefined;
  const events = all.filter((event, i) => {
    const m = byEvent.get(event);
    if (m !== undefined) return chosen.has(m.request ?? m);
    return othersToo && !event.kind.startsWith("message-") && inside(filter, event.at, i + 1) && (tasks.length === 0 || ofTask(owner(event)));
  });
  return { events, all, message: (event) => byEvent.get(event), calls: [...chosen], names, interfaces, shows: (task) => ofTask(task) };
}
