/** A report's plots: Observable Plot over the lines of the results. The document is given, so that the same code draws in Node and in a page. */
import * as Plot from "@observablehq/plot";
import type { Experiment, Line, Plot as PlotSpec } from "../model/experiment.ts";

/** A row of plain columns: variables, measures, what else a line says. */
export type Row = Readonly<Record<string, string | number | boolean | undefined>>;

/** Columns of a line; a measure hides a variable of its name. */
export const rowOf = ({ iv, dv, seed, failState, verdict }: Line): Row => ({ ...iv, seed, failState, verdict, ...dv });

/** How a page draws an experiment: data alone, so that it can be put into the page. */
export interface Drawing {
  readonly spec: PlotSpec;
  readonly rows: readonly Row[];
}

/** The drawing of `experiment`'s lines. */
export const drawingOf = (experiment: Experiment, lines: readonly Line[]): Drawing => ({ spec: experiment.plot, rows: lines.map(rowOf) });

const WIDTH = 720;

function marks({ mark, x, y, colour }: PlotSpec, rows: readonly Row[]): Plot.Markish[] {
  const data = [...rows];
  const tint = colour ?? null;
  switch (mark) {
    case "bar":
      return [Plot.barY(data, Plot.groupX({ y: "mean" }, { x, y, ...(tint === null ? {} : { fill: tint }), tip: false })), Plot.ruleY([0])];
    case "line":
      return [Plot.lineY(data, { x, y, ...(tint === null ? {} : { stroke: tint, z: tint }) }), Plot.dot(data, { x, y, ...(tint === null ? {} : { stroke: tint }) })];
    case "dot":
      return [Plot.dot(data, { x, y, ...(tint === null ? {} : { stroke: tint }), r: 4 })];
    case "cell":
      return [Plot.cell(data, { x, y, fill: tint ?? y, inset: 0.5 })];
  }
}

/** What `draw` answers: an element of the document that it was given. */
export interface Drawn {
  readonly outerHTML: string;
}

/** Draws with `document`, a browser's or linkedom's; the element is a figure or an svg. */
export function draw({ spec, rows }: Drawing, document: object): Drawn {
  const ordinal = rows.some((row) => typeof row[spec.x] !== "number");
  const facet = spec.facet === undefined ? {} : { facet: { data: [...rows], x: spec.facet } };
  return Plot.plot({
    document,
    width: WIDTH,
    height: 320,
    marginLeft: 60,
    marginBottom: ordinal ? 90 : 40,
    x: { label: spec.x, ...(ordinal ? { tickRotate: -30 } : {}) },
    y: { label: spec.y, grid: true },
    ...(spec.colour === undefined ? {} : { color: { legend: true, ...(rows.some((r) => typeof r[spec.colour ?? ""] !== "number") ? { type: "categorical" as const } : {}) } }),
    ...facet,
    marks: marks(spec, rows),
  });
}
