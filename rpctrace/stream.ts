/**
 * The trace as a library: kernel events as an rxjs Observable, from a running machine or from a file, and operators for what one asks of it.
 *
 *     // What did ls fail to find?
 *     fromTrace(bytes).pipe(pairReplies(), ofTask("ls"), ofRoutine("dir_lookup")).subscribe((call) => ...);
 *
 *     // Every request on its way, of a machine that runs.
 *     live(machine.tap).pipe(rpcs(), ofRoutine("io_read")).subscribe((sent) => ...);
 *
 * A live stream speaks while the machine runs, in the same call: `machine.run()` returns when all subscribers have seen all.
 */
import { filter, Observable, type OperatorFunction } from "rxjs";
import type { EventGroup, KernelEvent, Tap } from "../mach/kern/events.ts";
import { codeOf, Messages, type Message, type Received, type Sent } from "./messages.ts";
import { Names } from "./names.ts";
import { readTrace, type Trace, TraceError } from "./read.ts";
import { isRoutine, routineName } from "./select.ts";

/** A call with its answer. */
export interface Call {
  /** As rpctrace prints it: `io_read_request`, or the id. */
  readonly routine: string;
  /** Who makes it, as `ls(7)`, by the task's name when the call is passed on. */
  readonly caller: string;
  readonly request: Sent;
  /** Who took the request; undefined for the kernel's own calls. */
  readonly received: Received | undefined;
  /** Undefined for a one-way message, and when the stream ended before. */
  readonly reply: Sent | undefined;
  /** The return code; undefined without an answer. */
  readonly code: number | undefined;
  /** Virtual microseconds from the request's sending to the answer's. */
  readonly latency: number | undefined;
  /** Traps that all threads made meanwhile. */
  readonly steps: number | undefined;
}

/**
 * What a running machine does from the moment of subscription on. Does not end by itself; a "halted" event is the last of a machine that went down.
 * `groups`: what to see beside messages, tasks, faults and the host: names ("rights"), who runs ("schedule").
 */
export function live(tap: Tap, groups: readonly EventGroup[] = []): Observable<KernelEvent> {
  return new Observable((subscriber) => tap.listen((event) => subscriber.next(event), groups));
}

/**
 * What a file has recorded: its bytes, or a trace that has been read. Every subscriber gets all of it at once. A file that is no trace, or is cut off
 * or damaged, is a TraceError, after the events that could be read.
 */
export function fromTrace(source: Uint8Array | Trace): Observable<KernelEvent> {
  return new Observable((subscriber) => {
    const trace = source instanceof Uint8Array ? readTrace(source) : source;
    for (const event of trace.events) {
      if (subscriber.closed) return;
      subscriber.next(event);
    }
    if (trace.fault === undefined) subscriber.complete();
    else subscriber.error(new TraceError(trace.fault));
  });
}

/** An operator with a state of its own for each subscription. `step` answers what to pass on; `end` is what is left over. */
function stateful<T, R>(make: () => { readonly step: (value: T) => Iterable<R>; readonly end?: () => Iterable<R> }): OperatorFunction<T, R> {
  return (source) =>
    new Observable((subscriber) => {
      const { step, end } = make();
      return source.subscribe({
        next: (value) => {
          for (const result of step(value)) subscriber.next(result);
        },
        error: (e: unknown) => subscriber.error(e),
        complete: () => {
          for (const result of end?.() ?? []) subscriber.next(result);
          subscriber.complete();
        },
      });
    });
}

/** Requests and one-way messages, as they are sent: no answers, no other events. */
export function rpcs(): OperatorFunction<KernelEvent, Sent> {
  return stateful(() => {
    const messages = new Messages();
    return {
      step: (event) => {
        const message = messages.event(event);
        return event.kind === "message-sent" && message?.request === undefined ? [event] : [];
      },
    };
  });
}

/** Each call when its answer is sent, a one-way message when it is sent, and at the end of the stream the calls that are still open. */
export function pairReplies(): OperatorFunction<KernelEvent, Call> {
  return stateful(() => {
    const messages = new Messages();
    const names = new Names();
    const open = new Set<Message>();
    return {
      step: (event) => {
        names.event(event);
        const message = messages.event(event);
        if (event.kind !== "message-sent" || message === undefined) return [];
        if (message.request !== undefined) {
          open.delete(message.request);
          return [callOf(message.request, names)];
        }
        if (event.reply <= 0) return [callOf(message, names)];
        open.add(message);
        return [];
      },
      end: () => [...open].map((message) => callOf(message, names)),
    };
  });
}

function callOf(message: Message, names: Names): Call {
  const { sent, received, reply } = message;
  return {
    ...{ routine: routineName(sent.id), caller: names.holder(sent.task), request: sent, received, reply: reply?.sent },
    code: reply === undefined ? undefined : codeOf(reply),
    latency: reply === undefined ? undefined : reply.sent.at - sent.at,
    steps: reply === undefined ? undefined : reply.sent.step - sent.step,
  };
}

const isCall = (x: KernelEvent | Call): x is Call => "request" in x;

/**
 * Of these tasks only, called by number, by name or by both: `7`, `ls`, `ls(7)`. Of events: what the task sends, receives and becomes; names are
 * learned from the events that pass, so this stands before what leaves some out. Of calls: those that the task makes.
 */
export function ofTask<T extends KernelEvent | Call>(...tasks: readonly (string | number)[]): OperatorFunction<T, T> {
  const words = tasks.map(String);
  return stateful<T, T>(() => {
    const names = new Names();
    return {
      step: (x): readonly T[] => {
        if (isCall(x)) return words.some((word) => word === x.caller || word === String(x.request.task) || `${word}(${x.request.task})` === x.caller) ? [x] : [];
        names.event(x);
        return "task" in x && words.some((word) => names.isTask(x.task, word)) ? [x] : [];
      },
    };
  });
}

/** Messages or calls of these routines: by either name, or by message id. Of messages: requests, sent and received. */
export function ofRoutine<T extends KernelEvent | Call>(...routines: readonly (string | number)[]): OperatorFunction<T, T> {
  return filter((x) => {
    const id = isCall(x) ? x.request.id : "id" in x ? x.id : undefined;
    return id !== undefined && routines.some((r) => isRoutine(id, String(r)));
  });
}
