/** All lines of an experiment, as the runner makes them; and one of them by its variables. */
import type { Experiment, Line, Point, Value } from "../../../lab/model/experiment.ts";

export function gridOf({ independent, sensible }: Experiment): readonly Point[] {
  const all = independent.reduce<readonly Point[]>((points, { name, values }) => points.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))), [{}]);
  return all.filter((point) => sensible?.(point) ?? true);
}

export const fullRun = (experiment: Experiment, points = gridOf(experiment)): readonly Line[] =>
  points.map((iv) => ({ experiment: experiment.name, iv, seed: 0, ...experiment.run(iv, 0) }));

/** The dependent variables of the line at `point`. */
export function dvAt(lines: readonly Line[], point: Point): Readonly<Record<string, Value>> {
  const found = lines.find((line) => Object.entries(point).every(([name, value]) => line.iv[name] === value));
  if (found === undefined) throw new Error(`no line at ${JSON.stringify(point)}`);
  return found.dv;
}

/** The same line with other values: for conclusions that must be able to say no. */
export const falsified = (lines: readonly Line[], point: Point, dv: Readonly<Record<string, Value>>): readonly Line[] =>
  lines.map((line) => (Object.entries(point).every(([name, value]) => line.iv[name] === value) ? { ...line, dv: { ...line.dv, ...dv } } : line));
