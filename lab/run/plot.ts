/** A report's plots: Observable Plot over the lines of the results. The document is given, so that the same code draws in Node and in a page. */
import * as Plot from "@observablehq/plot";
import type { Experiment, Line, Plot as PlotSpec } from "../model/experiment.ts";

/** A row of plain columns: variables, measures, what else a line says. */
export type Row = Readonly<Record<string, string | number | boolean | undefined>>;

/** Columns of a line; a measure hides a variable of its name. An empty word is drawn as "none". */
export function rowOf({ iv, dv, seed, failState, verdict }: Line): Row {
  const columns = { ...iv, seed, failState, verdict, ...dv };
  return Object.fromEntries(Object.entries(columns).map(([name, value]) => [name, value === "" ? "none" : value]));
}

/** How a page draws an experiment: data alone, so that it can be put into the page. */
export interface Drawing {
  readonly spec: PlotSpec;
  readonly rows: readonly Row[];
}

/** The drawing of `experiment`'s lines. */
export const drawingOf = (experiment: Experiment, lines: readonly Line[]): Drawing => ({ spec: experiment.plot, rows: lines.map(rowOf) });

const WIDTH = 720;

/** Bars of several colours stand side by side: the colour is the place within a group. */
const grouped = ({ mark, x, colour }: PlotSpec): boolean => mark === "bar" && colour !== undefined && colour !== x;
const beside = ({ x, y, colour, facet }: PlotSpec): Record<string, string> => ({ fx: x, x: colour ?? x, y, ...(facet === undefined ? {} : { fy: facet }) });

function marks(spec: PlotSpec, rows: readonly Row[]): Plot.Markish[] {
  const { mark, x, y, colour, facet } = spec;
  const data = [...rows];
  const at = { x, y, ...(facet === undefined ? {} : { fx: facet }) };
  const fill = colour === undefined ? {} : { fill: colour };
  const stroke = colour === undefined ? {} : { stroke: colour };
  switch (mark) {
    case "bar":
      return [Plot.barY(data, Plot.groupX({ y: "mean" }, { ...(grouped(spec) ? beside(spec) : at), ...fill })), Plot.ruleY([0])];
    case "line":
      return [Plot.lineY(data, { ...at, ...stroke, ...(colour === undefined ? {} : { z: colour }) }), Plot.dot(data, { ...at, ...stroke })];
    case "dot":
      return [Plot.dot(data, { ...at, ...stroke, r: 4 })];
    case "cell":
      return [Plot.cell(data, { ...at, fill: colour ?? y, inset: 0.5 })];
  }
}

/** What colours say: kinds by a legend; numbers of cells from light to dark. (A legend of a range of numbers needs a canvas, which Node has not.) */
function colours({ mark, y, colour = y }: PlotSpec, rows: readonly Row[]): Plot.ScaleOptions {
  const numbers = rows.every((row) => typeof row[colour] === "number" || row[colour] === undefined);
  if (mark === "cell" && numbers) return { type: "linear", scheme: "blues" };
  return numbers ? { type: "ordinal", scheme: "observable10", legend: true } : { type: "categorical", legend: true };
}

/** What `draw` answers: an element of the document that it was given. */
export interface Drawn {
  readonly outerHTML: string;
}

/** Draws with `document`, a browser's or linkedom's; the element is a figure or an svg. */
export function draw({ spec, rows }: Drawing, document: object): Drawn {
  const ordinal = rows.some((row) => typeof row[spec.x] !== "number");
  return Plot.plot({
    document: document as never,
    width: WIDTH,
    height: 340,
    marginLeft: spec.mark === "cell" ? 140 : 60,
    marginBottom: ordinal ? 110 : 40,
    ...(grouped(spec)
      ? { x: { axis: null }, fx: { label: spec.x, axis: "bottom" as const, ...(ordinal ? { tickRotate: -35 } : {}) } }
      : { x: { label: spec.x, ...(ordinal ? { tickRotate: -35 } : {}) } }),
    y: { label: spec.y, ...(spec.mark === "cell" ? {} : { grid: true }) },
    ...(spec.colour === undefined && spec.mark !== "cell" ? {} : { color: colours(spec, rows) }),
    marks: marks(spec, rows),
  }) as Drawn;
}
