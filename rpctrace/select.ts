/** What of a trace is to be seen: filters, and the trace put together for the exports. */
import type { KernelEvent } from "../mach/kern/events.ts";
import { msgidName, routineById } from "../servers/interfaces/catalogue.ts";
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
}

/** What rpctrace calls a message id; the number when it knows none. */
export const routineName = (id: number): string => msgidName(id) ?? String(id);

/** By id or by either name: `io_read` and `io_read_request` are one. */
export const isRoutine = (id: number, word: string): boolean => word === String(id) || word === msgidName(id) || word === routineById(id)?.name;

const inside = (filter: Filter, at: number, number: number): boolean => {
  const { from, to } = filter;
  const after = from === undefined || ("at" in from ? at >= from.at : number >= from.event);
  return after && (to === undefined || ("at" in to ? at <= to.at : number <= to.event));
};

const calls = ({ sent }: Message, { msgids = [] }: Filter): boolean => msgids.length === 0 || msgids.some((word) => isRoutine(sent.id, word));

const failed = ({ reply }: Message): boolean => reply !== undefined && codeOf(reply) !== 0;

/** The task that serves a call, 0 for the kernel. */
export const server = ({ received, reply }: Message): number | undefined => received?.task ?? reply?.sent.task;

/** Tasks are meant that had one of the words for their name at any time. */
function tasksMeant(words: readonly string[], events: readonly KernelEvent[]): (task: number) => boolean {
  const names = new Names();
  const meant = new Set<number>();
  const look = (task: number): void => {
    if (words.some((word) => names.isTask(task, word))) meant.add(task);
  };
  look(0);
  for (const event of events) {
    names.event(event);
    if (event.kind === "task-created" || event.kind === "task-named") look(event.task);
  }
  return (task) => meant.has(task);
}

/** Events of tasks that are no messages: which task's. */
const owner = (event: KernelEvent): number | undefined => ("task" in event ? event.task : undefined);

/** Applies the filter. */
export function select(all: readonly KernelEvent[], filter: Filter = {}): View {
  const names = new Names();
  const messages = new Messages();
  const byEvent = new Map<KernelEvent, Message>();
  for (const event of all) {
    names.event(event);
    const message = messages.event(event);
    if (message !== undefined) byEvent.set(event, message);
  }
  const { tasks = [], msgids = [] } = filter;
  const isMeant = tasksMeant(tasks, all);
  const ofTask = (...of: readonly (number | undefined)[]): boolean => tasks.length === 0 || of.some((t) => t !== undefined && isMeant(t));
  const chosen = new Set<Message>();
  for (const [i, event] of all.entries()) {
    const m = event.kind === "message-sent" ? byEvent.get(event) : undefined;
    if (m === undefined || m.request !== undefined || !inside(filter, event.at, i + 1)) continue;
    if (calls(m, filter) && ofTask(m.sent.task, server(m)) && (filter.errors !== true || failed(m))) chosen.add(m);
  }
  const othersToo = msgids.length === 0 && filter.errors !== true;
  const events = all.filter((event, i) => {
    const m = byEvent.get(event);
    if (m !== undefined) return chosen.has(m.request ?? m);
    return othersToo && !event.kind.startsWith("message-") && inside(filter, event.at, i + 1) && (tasks.length === 0 || ofTask(owner(event)));
  });
  return { events, all, message: (event) => byEvent.get(event), calls: [...chosen], names };
}
