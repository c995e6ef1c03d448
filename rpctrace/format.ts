/**
 * Kernel events as text in the manner of rpctrace: a line for each call, with its answer (`boot --rpctrace`).
 *
 * The real rpctrace stands between tasks and knows ports by names of its own. This one sees all of the kernel, so a port is its number in the
 * machine: `  31<--ls(7)->io_read …` is what task 7, called ls, sent to port 31. Task and thread ports have the name of what is behind them.
 */
import type { KernelEvent } from "../mach/kern/events.ts";
import { DEFAULT_SIZE, TraceLines, type Paint } from "../mach/mig/show.ts";
import { strerror } from "../servers/interfaces/errno.ts";
import type { Expression } from "./expression.ts";
import { OWN_INTERFACES, type Interfaces } from "./interfaces.ts";
import { Messages, type Message, type Sent } from "./messages.ts";
import { Names } from "./names.ts";

/** What to print. */
export interface FormatOptions {
  /** Only what these tasks send, and the answers to it: names or numbers. None: everything. */
  readonly tasks?: readonly string[];
  /** Of those, only these routines: ids or names. None: all. */
  readonly msgids?: readonly string[];
  /** Which requests to print, instead of `tasks` and `msgids`; their answers come with them. */
  readonly wanted?: (sent: Sent) => boolean;
  /** Longest string; 80 unless said. */
  readonly size?: number;
  /** Puts the virtual time in seconds before each request. */
  readonly stamps?: boolean;
  /** Which of those to print (`--rpctrace-filter`): a call is printed when enough is known of it. */
  readonly filter?: Expression | undefined;
  /** What ids are called; the system's own interfaces unless given. */
  readonly interfaces?: Interfaces;
  /** Colours, for a terminal. */
  readonly paint?: Paint | undefined;
}

/** Pages and disk blocks pass by here too: of a long array the beginning is enough. */
const ELEMENTS = 256;

/** Seconds and six digits, as `rpctrace -ttt` has it. */
export const seconds = (at: number): string => `${Math.floor(at / 1e6)}.${String(Math.floor(at) % 1e6).padStart(6, "0")}`;

/** Writes text for the events it is given. One object for one run. */
export class RpctraceFormat {
  private readonly lines: TraceLines;
  private readonly wanted: (sent: Sent) => boolean;
  private readonly stamps: boolean;
  private readonly interfaces: Interfaces;
  private readonly filter: Expression | undefined;
  private readonly names = new Names();
  private readonly messages = new Messages();
  /** Requests that are shown: their answers are too. */
  private readonly shown = new WeakSet<Message>();
  /** Requests of which the filter cannot say yet. */
  private readonly held = new Set<Message>();

  constructor(write: (text: string) => void, options: FormatOptions = {}) {
    const { tasks = [], msgids = [], wanted, stamps = false, size = DEFAULT_SIZE, paint } = options;
    const ofTasks = (sent: Sent): boolean => tasks.length === 0 || tasks.some((word) => this.names.isTask(sent.task, word));
    this.wanted = wanted ?? ((sent) => ofTasks(sent) && (msgids.length === 0 || msgids.some((word) => this.interfaces.isRoutine(sent.id, word))));
    this.stamps = stamps;
    this.interfaces = options.interfaces ?? OWN_INTERFACES;
    this.filter = options.filter;
    this.lines = new TraceLines(write, strerror, { size, elements: ELEMENTS, paint, right: (port) => this.names.port(port) });
  }

  event(event: KernelEvent): void {
    this.names.event(event);
    const message = this.messages.event(event);
    if (event.kind === "halted") this.lines.flush();
    else if (event.kind === "message-sent" && message !== undefined) this.message(message);
    else if (message !== undefined && this.held.has(message)) this.decide(message);
  }

  /** The end of the run: an open line is closed. */
  end(): void {
    this.lines.flush();
  }

  private message(message: Message): void {
    const { sent: m, request } = message;
    if (request !== undefined && this.held.has(request)) this.decide(request);
    if (request !== undefined && this.shown.has(request)) this.lines.reply(m.port, Number(m.items[0]?.data), m.items.slice(1));
    else if (this.wanted(m) && (this.filter === undefined || request === undefined)) this.decide(message);
  }

  /** Prints a request, holds it back until more is known of it, or lets it go. */
  private decide(message: Message): void {
    const verdict = this.filter === undefined || this.filter.verdict(message, (task, word) => this.names.isTask(task, word));
    if (verdict === undefined) this.held.add(message);
    else this.held.delete(message);
    if (verdict === true) this.request(message);
  }

  private request(message: Message): void {
    const { sent: m } = message;
    this.shown.add(message);
    const to = this.names.port(m.port) ?? `${String(m.port).padStart(4)}<--${this.names.holder(m.task)}`;
    const stamp = this.stamps ? seconds(m.at) : undefined;
    this.lines.request({ to, id: m.id, name: this.interfaces.known(m.id), reply: Math.max(0, m.reply), items: m.items, stamp });
  }
}
