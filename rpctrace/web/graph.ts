/** The graph of ports at a moment: a task is a box with the ports that it receives from; lines come from who holds a right to send there. */
import { xml } from "../chart/draw.ts";
import type { Row } from "../chart/model.ts";
import type { Rights } from "../chart/rights.ts";

const SEND = 1;
const RECEIVE = 2;
const BOX = 190;
const GAP = 70;
const CHIP = 20;
const HEAD = 26;
const COLUMNS = 3;
/** More ports than that, and nothing can be seen: the latest are shown. */
const MOST = 36;

interface Held {
  readonly task: number;
  readonly port: number;
  readonly rights: number;
}

/** Rights as they are after an event. */
export function heldAfter({ changes }: Rights, event: number): readonly Held[] {
  const names = new Map<string, Held>();
  for (const [n, task, name, port, rights] of changes) {
    if (n > event) break;
    if (name === "*") for (const [key, held] of names) if (held.task === task) names.delete(key);
    const key = `${task} ${name}`;
    if (rights === 0) names.delete(key);
    else names.set(key, { task, port, rights });
  }
  return [...names.values()];
}

/** The ports that the rows up to a moment went to; answers' ports are left out. */
function portsOf(rows: readonly Row[], event: number): ReadonlySet<number> {
  const ports = new Set<number>();
  for (const row of rows) {
    if (row.event > event) break;
    if (row.kind === "answer" || row.portNumber <= 0) continue;
    ports.delete(row.portNumber);
    ports.add(row.portNumber);
  }
  return new Set([...ports].slice(-MOST));
}

interface Box {
  readonly task: number;
  readonly x: number;
  readonly y: number;
  readonly ports: readonly number[];
}

/** Boxes in columns, each new one in the column that is shortest. */
function placed(tasks: readonly number[], portsOfTask: ReadonlyMap<number, readonly number[]>): readonly Box[] {
  const heights = new Array<number>(COLUMNS).fill(8);
  return tasks.map((task) => {
    const column = heights.indexOf(Math.min(...heights));
    const ports = portsOfTask.get(task) ?? [];
    const box = { task, x: 8 + column * (BOX + GAP), y: heights[column] ?? 8, ports };
    heights[column] = box.y + HEAD + ports.length * CHIP + 26;
    return box;
  });
}

const cut = (text: string): string => (text.length > 26 ? `${text.slice(0, 25)}…` : text);

const STYLE =
  ".ports{font:11px ui-monospace,monospace}.ports .task rect{fill:#eef2f8;stroke:#8a97ab}.ports .task text{font-weight:600}.ports .port rect{fill:#fff7e6;stroke:#c98a2b}.ports .edge{stroke:#9aa7bd;fill:none}.ports .edge.current{stroke:#b00020;stroke-width:2.5}.ports .port.current rect{fill:#ffd8a8;stroke:#b00020}";

function boxText(box: Box, rights: Rights, current: Row | undefined): string {
  const chips = box.ports.map((port, i) => {
    const y = box.y + HEAD + i * CHIP;
    const name = rights.ports[port] ?? `port ${port}`;
    const now = port === current?.portNumber ? " current" : "";
    return `<g class="port${now}" data-port="${port}"><title>${xml(name)}</title><rect x="${box.x + 6}" y="${y}" width="${BOX - 12}" height="${CHIP - 4}" rx="8"/><text x="${box.x + 14}" y="${y + 12}">${xml(cut(name))}</text></g>`;
  });
  const name = box.task < 0 ? "nobody here" : (rights.tasks[box.task] ?? `task ${box.task}`);
  return `<g class="task" data-task="${box.task}"><rect x="${box.x}" y="${box.y}" width="${BOX}" height="${HEAD + box.ports.length * CHIP + 4}" rx="4"/><text x="${box.x + 8}" y="${box.y + 16}">${xml(cut(name))}</text>${chips.join("")}</g>`;
}

/** The picture after the current row, of the ports that the shown rows went to. */
export function drawGraph(rights: Rights, rows: readonly Row[], current: Row | undefined): string {
  const event = current?.event ?? 0;
  const wanted = portsOf(rows, event);
  const held = heldAfter(rights, event).filter(({ port }) => wanted.has(port));
  const alive = new Set(held.map((h) => h.port));
  const receiver = new Map(held.filter((h) => (h.rights & RECEIVE) !== 0).map((h) => [h.port, h.task]));
  const portsOfTask = new Map<number, number[]>();
  for (const port of wanted) {
    if (!alive.has(port)) continue;
    const task = receiver.get(port) ?? -1;
    portsOfTask.set(task, [...(portsOfTask.get(task) ?? []), port]);
  }
  const senders = held.filter((h) => (h.rights & SEND) !== 0);
  const boxes = placed([...new Set([...senders.map((h) => h.task), ...portsOfTask.keys()])].sort((a, b) => a - b), portsOfTask);
  const edges = [...new Set(senders.map((h) => `${h.task} ${h.port}`))].map((key) => edge(key, boxes, current));
  const width = COLUMNS * (BOX + GAP);
  const height = Math.max(40, ...boxes.map((b) => b.y + HEAD + b.ports.length * CHIP + 12));
  return `<svg xmlns="http://www.w3.org/2000/svg" class="ports" role="img" style="width:100%;max-width:${width}px;height:auto" viewBox="0 0 ${width} ${height}"><title>Ports after message ${event}</title><style>${STYLE}</style>${edges.join("")}${boxes.map((b) => boxText(b, rights, current)).join("")}</svg>`;
}

/** From the box of who can send to the port's place in its receiver's box. */
function edge(key: string, boxes: readonly Box[], current: Row | undefined): string {
  const [task, port] = key.split(" ").map(Number);
  const from = boxes.find((b) => b.task === task);
  const to = boxes.find((b) => b.ports.includes(port ?? 0));
  if (from === undefined || to === undefined) return "";
  const rightwards = from.x < to.x;
  const [x1, y1] = [rightwards ? from.x + BOX : from.x, from.y + 13];
  const [x2, y2] = [rightwards ? to.x + 6 : to.x + BOX - 6, to.y + HEAD + to.ports.indexOf(port ?? 0) * CHIP + 8];
  const bend = rightwards ? 34 : -34;
  const now = port === current?.portNumber && current?.from === `t${task}` ? " current" : "";
  return `<path class="edge${now}" data-from="${task}" data-port="${port}" d="M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}"/>`;
}
