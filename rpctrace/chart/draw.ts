/** A sequence chart as SVG text: no fonts, styles or scripts from elsewhere. The page draws its part of a chart with this too. */
import type { Chart, Lane, Row } from "./model.ts";

const ROW = 30;
const HEAD = 34;
const GUTTER = 128;
const LANE = 150;
const FONT = 11;
/** Of a monospaced font of that size, as browsers draw it. */
const CHARACTER = 6.7;
/** Lanes have their names again after so many rows. */
const AGAIN = 40;
/** The narrowest picture: a line of text must have room. */
const NARROWEST = 760;

/** Text for XML: its own signs escaped, and what it cannot hold left out. */
export const xml = (text: string): string =>
  text
    .replace(/[^\t\n\r -\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "\u{fffd}")
    .replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

const STYLE = `
.chart{font:${FONT}px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;background:#fff}
.lane line{stroke:#c3c9d2;stroke-width:1}
.lane rect,.again rect{fill:#eef2f8;stroke:#8a97ab}
.lane text,.again text{fill:#14213d;text-anchor:middle;font-weight:600}
.bar{fill:#dbe7ff;stroke:#7c9be0;stroke-width:.8}
.row line,.row path{stroke:#2b4c9b;stroke-width:1.3;fill:none}
.row .head{fill:#2b4c9b;stroke:none}
.row text{fill:#111;stroke:#fff;stroke-width:3.5px;paint-order:stroke;stroke-linejoin:round}
.row .when{fill:#5b6472;stroke:none}
.row .port{fill:#8a4b08}
.answer line,.answer path{stroke-dasharray:5 3}
.oneway line,.oneway path{stroke:#5d3a9b}.oneway .head{fill:#5d3a9b}
.failed line,.failed path{stroke:#b00020}.failed .head{fill:#b00020}.failed .label{fill:#9a0018}
.current .back{fill:#fff3bf}.back{fill:transparent}
.later{opacity:.35}
`.trim();

/** How much of a chart to draw. */
export interface DrawOptions {
  /** The rows, all unless given. */
  readonly rows?: readonly Row[];
  /** The event whose row stands out; what is behind it is pale. */
  readonly current?: number;
  readonly title?: string;
}

interface Frame {
  readonly width: number;
  readonly x: (lane: string) => number;
  readonly y: (row: number) => number;
}

/** Lane names come up again every so often, and push the rows below down. */
const yOf = (row: number): number => HEAD + row * ROW + Math.floor(row / AGAIN) * HEAD + ROW;

function frameOf(lanes: readonly Lane[]): Frame {
  const at = new Map(lanes.map(({ id }, i) => [id, GUTTER + LANE / 2 + i * LANE]));
  return { width: Math.max(NARROWEST, GUTTER + lanes.length * LANE + 20), x: (lane) => at.get(lane) ?? GUTTER, y: yOf };
}

const shortened = (text: string, most: number): string => (text.length > most ? `${text.slice(0, Math.max(1, most - 1))}…` : text);

function header(lanes: readonly Lane[], frame: Frame, y: number, kind: string): string {
  const most = Math.floor((LANE - 16) / CHARACTER);
  const box = ({ id, name }: Lane): string => {
    const x = frame.x(id);
    return `<g data-lane="${id}"><title>${xml(name)}</title><rect x="${x - LANE / 2 + 5}" y="${y}" width="${LANE - 10}" height="22" rx="3"/><text x="${x}" y="${y + 15}">${xml(shortened(name, most))}</text></g>`;
  };
  return `<g class="${kind}">${lanes.map(box).join("")}</g>`;
}

/** A line with a head; a message to oneself goes out and comes back. */
function arrow(from: number, to: number, y: number): string {
  if (from === to)
    return `<path d="M${from} ${y - 5}h22v10h-15"/><path class="head" d="M${from + 1} ${y + 5}l8 -4v8z"/>`;
  const back = to > from ? -8 : 8;
  return `<line x1="${from}" y1="${y}" x2="${to + back / 2}" y2="${y}"/><path class="head" d="M${to} ${y}l${back} -4v8z"/>`;
}

function rowOf(row: Row, i: number, frame: Frame, current: number | undefined): string {
  const [from, to, y] = [frame.x(row.from), frame.x(row.to), frame.y(i)];
  const label = row.kind === "answer" ? `= ${row.text}` : row.text;
  const room = Math.floor((frame.width - GUTTER - 12) / CHARACTER) - row.port.length - 1;
  const short = shortened(label, room);
  const wide = (short.length + row.port.length + 1) * CHARACTER;
  const x = Math.max(GUTTER + 4, Math.min(Math.min(from, to) + 7, frame.width - wide - 6));
  const kinds = [row.kind, row.failed && row.kind === "answer" ? "failed" : "", row.event === current ? "current" : "", current !== undefined && row.event > current ? "later" : ""];
  const when = `${(row.at / 1e6).toFixed(6)}`;
  return (
    `<g class="row ${kinds.filter((k) => k !== "").join(" ")}" data-event="${row.event}" data-pair="${row.pair}" data-from="${row.from}" data-to="${row.to}">` +
    `<title>${xml(`#${row.event} at ${when}: ${row.port} ${label}`)}</title><rect class="back" x="0" y="${y - 18}" width="${frame.width}" height="${ROW - 2}"/>` +
    `<text class="when" x="6" y="${y - 2}">#${row.event} ${when}</text>${arrow(from, to, y)}` +
    `<text class="label" x="${x.toFixed(1)}" y="${y - 5}" xml:space="preserve"><tspan class="port">${xml(row.port)}</tspan> ${xml(short)}</text></g>`
  );
}

/** What a task is busy with: from a call's row to its answer's, at the lane of who serves it. */
function bars(rows: readonly Row[], frame: Frame): string {
  const index = new Map(rows.map((row, i) => [row.event, i]));
  return rows
    .map((row, i) => {
      const end = row.kind === "call" ? index.get(row.pair) : undefined;
      if (end === undefined) return "";
      return `<rect class="bar" x="${frame.x(row.to) - 4}" y="${frame.y(i)}" width="8" height="${Math.max(4, frame.y(end) - frame.y(i))}"/>`;
    })
    .join("");
}

/** The picture of a chart, or of some rows of it; one element `svg`. */
export function drawChart({ lanes, rows: every }: Chart, { rows = every, current, title = "Messages between tasks" }: DrawOptions = {}): string {
  const frame = frameOf(lanes);
  const height = frame.y(rows.length) + 8;
  const again = rows.flatMap((_, i) => (i > 0 && i % AGAIN === 0 ? [header(lanes, frame, frame.y(i) - HEAD - 14, "again")] : []));
  const lines = lanes.map(({ id }) => `<line x1="${frame.x(id)}" y1="28" x2="${frame.x(id)}" y2="${height - 4}"/>`).join("");
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" width="${frame.width}" height="${height}" viewBox="0 0 ${frame.width} ${height}"><title>${xml(title)}</title><style>${STYLE}</style>` +
    `<rect width="100%" height="100%" fill="#fff"/><g class="lane">${lines}</g>${bars(rows, frame)}${header(lanes, frame, 6, "lane")}${again.join("")}` +
    `${rows.map((row, i) => rowOf(row, i, frame, current)).join("\n")}</svg>`
  );
}
