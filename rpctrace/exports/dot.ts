/**
 * A Graphviz graph of tasks and ports, as far as messages show it: who has sent to which port, who received from it, who got a right for it
 * in a message; ports that carried nothing but answers are left out. Or, of one step (`--at`), of the rights that tasks held then, by the names made and
 * dropped up to there.
 */
import { isPortType, MsgType, PortType } from "../../mach/ipc/names.ts";
import type { Message } from "../messages.ts";
import { Names } from "../names.ts";
import { RightsHeld } from "../rights.ts";
import { server, type View } from "../select.ts";

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, (c) => `\\${c}`)}"`;

/** Edges with how often, in the order in which they come up. */
class Edges {
  private readonly counts = new Map<string, number>();

  add(edge: string): void {
    this.counts.set(edge, (this.counts.get(edge) ?? 0) + 1);
  }
  has(edge: string): boolean {
    return this.counts.has(edge);
  }
  *[Symbol.iterator](): Generator<readonly [string, number]> {
    yield* this.counts;
  }
}

class PortGraph {
  readonly tasks = new Set<number>();
  readonly ports = new Set<number>();
  readonly sends = new Edges();
  readonly receives = new Edges();
  readonly rights = new Edges();

  call(m: Message): void {
    const { task, port } = m.sent;
    if (port <= 0) return;
    this.ports.add(port);
    this.tasks.add(task);
    this.sends.add(`t${task} -> p${port}`);
    const to = server(m);
    if (to === undefined) return;
    this.tasks.add(to);
    this.receives.add(`p${port} -> t${to}`);
  }

  /** Rights in the body come to who received the message. Send-once rights are gone after one message. */
  carried(m: Message): void {
    const to = m.received?.task;
    if (to === undefined) return;
    for (const { type, data } of m.sent.items) {
      if (!isPortType(type) || type === MsgType.MOVE_SEND_ONCE || type === MsgType.MAKE_SEND_ONCE || typeof data === "string") continue;
      for (const port of typeof data === "number" ? [data] : data) if (port > 0) this.right(to, port, type);
    }
  }

  private right(task: number, port: number, type: number): void {
    this.tasks.add(task);
    this.ports.add(port);
    if (type === MsgType.MOVE_RECEIVE) this.receives.add(`p${port} -> t${task}`);
    else this.rights.add(`t${task} -> p${port}`);
  }
}

/** Solid edges were used, with the number of messages; dashed ones are rights that nothing was sent to. */
function used(view: View, write: (text: string) => void): void {
  const graph = new PortGraph();
  for (const event of view.events) {
    const m = event.kind === "message-sent" ? view.message(event) : undefined;
    if (m === undefined) continue;
    if (m.request === undefined) graph.call(m);
    graph.carried(m);
  }
  nodes(graph, view.names, write);
  for (const [edge, n] of graph.sends) write(`  ${edge} [label="${n}"];\n`);
  for (const [edge] of graph.receives) write(`  ${edge} [arrowhead=dot];\n`);
  for (const [edge] of graph.rights) if (!graph.sends.has(edge)) write(`  ${edge} [style=dashed];\n`);
}

function nodes({ tasks, ports }: { readonly tasks: Iterable<number>; readonly ports: Iterable<number> }, names: Names, write: (text: string) => void): void {
  for (const task of tasks) write(`  t${task} [shape=box, label=${quoted(names.holder(task))}];\n`);
  for (const port of ports) write(`  p${port} [shape=ellipse, label=${quoted(names.port(port) ?? `port ${port}`)}];\n`);
}

/** The rights that tasks held at one step: dots receive, arrows send, dashed ones once; labels are the tasks' names for them. */
function held(view: View, step: number, write: (text: string) => void): void {
  const rights = new RightsHeld();
  const names = new Names();
  for (const event of view.all) {
    if ("step" in event && event.step > step) break;
    names.event(event);
    rights.event(event);
  }
  const shown = rights.all.filter(({ port, task }) => port > 0 && view.shows(task));
  nodes({ tasks: new Set(shown.map(({ task }) => task)), ports: new Set(shown.map(({ port }) => port)) }, names, write);
  for (const { task, port, name, type, refs } of shown) {
    if (type & PortType.RECEIVE) write(`  p${port} -> t${task} [arrowhead=dot, label="${name}"];\n`);
    if (type & PortType.SEND) write(`  t${task} -> p${port} [label="${name}${refs > 1 ? ` ×${refs}` : ""}"];\n`);
    if (type === PortType.SEND_ONCE) write(`  t${task} -> p${port} [style=dashed, label="${name}"];\n`);
  }
}

/** A graph of what messages show, or of the rights held at a step. */
export function dot(view: View, write: (text: string) => void): void {
  write("digraph ports {\n  rankdir=LR;\n");
  if (view.step === undefined) used(view, write);
  else held(view, view.step, write);
  write("}\n");
}
