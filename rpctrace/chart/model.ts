/** A trace as a sequence chart: lanes, and one row a message. Plain values, so that it can stand in a page as JSON. */
import { isPortType } from "../../mach/ipc/names.ts";
import { showItems } from "../../mach/mig/show.ts";
import { argumentsOf, jsonData } from "../arguments.ts";
import { briefly } from "../brief.ts";
import { codeOf, type Message } from "../messages.ts";
import { server, type View } from "../select.ts";

/** A task, or a port that nobody took the message from. */
export interface Lane {
  readonly id: string;
  readonly name: string;
}

/** One message. */
export interface Row {
  /** Number of its event in the trace, from 1. */
  readonly event: number;
  /** Virtual microseconds. */
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly kind: "call" | "answer" | "oneway";
  /** What the port is called that it goes to, and its number. */
  readonly port: string;
  readonly portNumber: number;
  readonly routine: string;
  readonly subsystem: string;
  /** Routine and arguments, or return code and results, in a few words. */
  readonly text: string;
  /** The event of the answer to this call, or of the call that this answers; 0 for none. */
  readonly pair: number;
  /** An answer with an error, or the call that it is to. */
  readonly failed: boolean;
  /** Arguments by name. */
  readonly arguments: readonly (readonly [name: string, value: string])[];
}

/** All of it. */
export interface Chart {
  readonly lanes: readonly Lane[];
  readonly rows: readonly Row[];
}

/** Characters of one argument. */
const VALUE = 200;

function valuesOf(m: Message, view: View): Row["arguments"] {
  return argumentsOf(m, view.interfaces).map(({ name, item }) => {
    const shown = isPortType(item.type)
      ? showItems([item], { size: VALUE, elements: 20, right: (port) => view.names.port(port) }).trim()
      : JSON.stringify(jsonData(item));
    return [name, shown.length > VALUE ? `${shown.slice(0, VALUE)}...` : shown] as const;
  });
}

/** Builds the chart of what a view shows. Lanes stand in the order in which they come up. */
export function chartOf(view: View): Chart {
  const lanes = new Map<string, string>();
  const numbers = new Map(view.all.map((event, i) => [event, i + 1]));
  const lane = (task: number | undefined, port: number): string => {
    const id = task !== undefined ? `t${task}` : port > 0 ? `p${port}` : "dead";
    if (!lanes.has(id)) lanes.set(id, task !== undefined ? view.names.holder(task) : port > 0 ? (view.names.port(port) ?? `port ${port}`) : "a dead port");
    return id;
  };
  const number = (m: Message | undefined): number => (m === undefined ? 0 : (numbers.get(m.sent) ?? 0));
  const rows: Row[] = [];
  for (const event of view.events) {
    const m = event.kind === "message-sent" ? view.message(event) : undefined;
    if (m === undefined) continue;
    const { sent, request, reply } = m;
    const code = request !== undefined ? codeOf(m) : reply === undefined ? 0 : codeOf(reply);
    const id = (request ?? m).sent.id;
    rows.push({
      ...{ event: number(m), at: sent.at, from: lane(sent.task, 0), pair: number(request ?? reply), failed: code !== 0 },
      to: lane(request !== undefined ? (m.received?.task ?? request.sent.task) : server(m), sent.port),
      kind: request !== undefined ? "answer" : sent.reply > 0 ? "call" : "oneway",
      ...{ port: view.names.port(sent.port) ?? (sent.port > 0 ? String(sent.port) : "dead"), portNumber: sent.port },
      ...{ routine: view.interfaces.name(id), subsystem: view.interfaces.subsystem(id) ?? "", text: briefly(m, view), arguments: valuesOf(m, view) },
    });
  }
  return { lanes: [...lanes].map(([id, name]) => ({ id, name })), rows };
}
