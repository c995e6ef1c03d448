/**
 * Kernel events as text in the manner of rpctrace: a line for each call, with its answer (`boot --rpctrace`).
 *
 * The real rpctrace stands between tasks and knows ports by names of its own. This one sees all of the kernel, so a port is its number in the
 * machine: `  31<--ls(7)->io_read …` is what task 7, called ls, sent to port 31. Task and thread ports have the name of what is behind them.
 */
import type { KernelEvent, SeenItem } from "../mach/kern/events.ts";
import { MsgType } from "../mach/ipc/names.ts";
import { DEFAULT_SIZE, TraceLines } from "../mach/mig/show.ts";
import { msgidName } from "../servers/interfaces/catalogue.ts";
import { strerror } from "../servers/interfaces/errno.ts";

type Sent = Extract<KernelEvent, { kind: "message-sent" }>;

/** What to print. */
export interface FormatOptions {
  /** Only what these tasks send, and the answers to it: names or numbers. None: everything. */
  readonly tasks?: readonly string[];
  /** Longest string; 80 unless said. */
  readonly size?: number;
  /** Puts the virtual time in seconds before each request. */
  readonly stamps?: boolean;
  /** Names for ids that the system's own interfaces do not have: those of a `.defs` file (`routineNames`). */
  readonly routineName?: (id: number) => string | undefined;
}

/** Pages and disk blocks pass by here too: of a long array the beginning is enough. */
const ELEMENTS = 256;

/** Seconds and six digits, as `rpctrace -ttt` has it. */
const seconds = (at: number): string => `${Math.floor(at / 1e6)}.${String(Math.floor(at) % 1e6).padStart(6, "0")}`;

/**
 * A short name for a task: the last part of its program's path. The exec server's names end with the pid, `ls(33)`, and the kernel puts the
 * parent's name in parentheses until a task has its own: neither is kept.
 */
const shortName = (name: string): string => {
  const word = name.replace(/^\(+/, "").split(" ")[0] ?? "";
  return word.replace(/\(.*$/, "").replace(/\)+$/, "").split("/").at(-1) ?? name;
};

/** True for what MIG would take for an answer: it starts with a return code. */
const isAnswer = (items: readonly SeenItem[]): boolean => items[0]?.type === MsgType.INTEGER_32 && typeof items[0].data === "number";

/** Writes text for the events it is given. One object for one run. */
export class RpctraceFormat {
  private readonly lines: TraceLines;
  private readonly wanted: ReadonlySet<string>;
  private readonly stamps: boolean;
  private readonly routineName: (id: number) => string | undefined;
  private readonly taskNames = new Map<number, string>([[0, "kernel"]]);
  /** Ports of tasks and threads. */
  private readonly ports = new Map<number, { readonly what: "task" | "thread"; readonly task: number }>();
  /** Open calls: reply port to request id. */
  private readonly open = new Map<number, number>();

  constructor(write: (text: string) => void, options: FormatOptions = {}) {
    this.wanted = new Set(options.tasks ?? []);
    this.stamps = options.stamps ?? false;
    this.routineName = (id) => msgidName(id) ?? options.routineName?.(id);
    const size = options.size ?? DEFAULT_SIZE;
    this.lines = new TraceLines(write, strerror, { size, elements: ELEMENTS, right: (port) => this.nameOf(port) });
  }

  event(event: KernelEvent): void {
    switch (event.kind) {
      case "task-created":
        this.taskNames.set(event.task, shortName(event.name));
        this.ports.set(event.port, { what: "task", task: event.task });
        break;
      case "task-named":
        this.taskNames.set(event.task, shortName(event.name));
        break;
      case "thread-created":
        this.ports.set(event.port, { what: "thread", task: event.task });
        break;
      case "message-sent":
        this.message(event);
        break;
      case "task-terminated":
      case "thread-terminated":
      case "message-received":
      case "exception":
      case "console":
        break;
      case "halted":
        this.lines.flush();
        break;
    }
  }

  /** The end of the run: an open line is closed. */
  end(): void {
    this.lines.flush();
  }

  private message(m: Sent): void {
    if (this.open.get(m.port) === m.id - 100 && isAnswer(m.items)) {
      this.open.delete(m.port);
      this.lines.reply(m.port, Number(m.items[0]?.data), m.items.slice(1));
    } else if (this.shows(m.task)) {
      if (m.reply > 0) this.open.set(m.reply, m.id);
      const to = this.nameOf(m.port) ?? `${String(m.port).padStart(4)}<--${this.holder(m.task)}`;
      const stamp = this.stamps ? seconds(m.at) : undefined;
      this.lines.request({ to, id: m.id, name: this.routineName(m.id), reply: Math.max(0, m.reply), items: m.items, stamp });
    }
  }

  private shows(task: number): boolean {
    return this.wanted.size === 0 || this.wanted.has(String(task)) || this.wanted.has(this.taskNames.get(task) ?? "");
  }

  private holder(task: number): string {
    const name = this.taskNames.get(task) ?? "";
    return name === "" ? `task ${task}` : `${name}(${task})`;
  }

  /** By the task's name of now: a task gets its name after its port has. */
  private nameOf(port: number): string | undefined {
    const known = this.ports.get(port);
    return known && `${known.what}${port}(${this.holder(known.task)})`;
  }
}
