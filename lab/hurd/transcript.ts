/** The messages of a launch in words, a line each, with the time and who sent them; what an experiment prints to show what decided. */
import type { KernelEvent } from "../../mach/kern/events.ts";
import type { Machine } from "../../mach/kern/machine.ts";
import { showCode, showItems } from "../../mach/mig/show.ts";
import { Messages, type Message } from "../../rpctrace/messages.ts";
import { catalogue } from "../../servers/interfaces/catalogue.ts";
import { strerror } from "../../servers/interfaces/errno.ts";
import type { Eye } from "./eye.ts";

/** One message. */
export interface Line {
  /** Microseconds since the beginning. */
  readonly at: number;
  /** Traps made before it was sent: `machine.run ({steps})` up to here stops the machine just after it. */
  readonly step: number;
  readonly from: string;
  /** The task that receives from the port, at the moment of sending. */
  readonly to: string;
  /** `exec_exec_paths`, `reply exec_exec_paths`. */
  readonly routine: string;
  readonly text: string;
}

/** Characters of a string, elements of an array, and characters of it all. */
const STRING = 40;
const ELEMENTS = 6;
const ALL = 110;
/** Lines after the deciding one that are worth reading. */
const AFTERMATH = 12;

const routineOf = (id: number): string => {
  for (const sub of catalogue) for (const [name, routine] of Object.entries(sub.routines)) if (routine.id === id) return name;
  return `message ${id}`;
};

export class Transcript {
  private readonly machine: Machine;
  private readonly eye: Eye;
  private readonly messages = new Messages();
  private from = 0;
  readonly lines: Line[] = [];

  constructor(machine: Machine, eye: Eye) {
    this.machine = machine;
    this.eye = eye;
  }

  begin(): void {
    this.machine.tap.listen((event) => this.event(event));
    this.from = this.machine.now;
  }

  /** The lines up to the last one that `decides` and a few more, which tell of the consequences; that one and the others like it are marked. */
  upTo(decides: (line: Line) => boolean): readonly string[] {
    return this.told(decides).slice(0, this.lines.findLastIndex(decides) + 1 + AFTERMATH);
  }

  /** The lines as text. Those that `decides` says begin with "! ". */
  told(decides: (line: Line) => boolean = () => false): readonly string[] {
    return this.lines.map((line) => `${decides(line) ? "! " : "  "}${String(line.at).padStart(6)} µs  ${line.from} -> ${line.to}  ${line.text}`);
  }

  private event(event: KernelEvent): void {
    const message = this.messages.event(event);
    if (event.kind !== "message-sent" || message === undefined) return;
    const { request } = message;
    const routine = request === undefined ? routineOf(event.id) : `reply ${routineOf(request.sent.id)}`;
    const to = request === undefined ? this.eye.holderOf(event.port) : this.who(request.sent.task);
    this.lines.push({ at: event.at - this.from, step: this.machine.steps, from: this.who(event.task), to, routine, text: this.text(message, routine) });
  }

  private text({ request, sent }: Message, routine: string): string {
    const options = { size: STRING, elements: ELEMENTS, right: (port: number) => this.eye.told(port) };
    const items = showItems(request === undefined ? sent.items : sent.items.slice(1), options).replace(/\s+/g, " ").trim();
    const code = request === undefined ? "" : showCode(Number(sent.items[0]?.data) >>> 0, strerror);
    const text = request === undefined ? `${routine} (${items})` : `${routine} = ${code} ${items}`.trim();
    return text.length > ALL ? `${text.slice(0, ALL - 3)}...` : text;
  }

  private who(task: number): string {
    if (task === 0) return "kernel";
    const found = [...this.machine.tasks].find((t) => t.id === task);
    return found === undefined ? `task ${task}` : this.eye.roleOf(found);
  }
}
