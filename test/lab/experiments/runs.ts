/** Runs of an experiment in a test: the grid, or a part of it. */
import { gridOf } from "../../../lab/run/grid.ts";
import type { Experiment, Line, Point } from "../../../lab/model/experiment.ts";

/** Lines of all points that `which` wants. */
export const linesOf = (experiment: Experiment, which: (point: Point) => boolean = () => true): readonly Line[] =>
  gridOf(experiment).filter(which).map((iv) => ({ experiment: experiment.name, iv, seed: 0, ...experiment.run(iv, 0) }));

/** The only line at the given values. */
export function lineAt(lines: readonly Line[], values: Point): Line {
  const [found] = lines.filter(({ iv }) => Object.entries(values).every(([name, value]) => iv[name] === value));
  if (found === undefined) throw new Error(`no line at ${JSON.stringify(values)}`);
  return found;
}
