/** The grid of an experiment: one point for each combination of values, in the order of the variables. */
import type { Experiment, Point, Value, Variable } from "../model/experiment.ts";
import { UsageError } from "./usage.ts";

/** Values of `variable`, from the command line's words when there are any. Throws UsageError for one that it cannot take. */
function valuesOf(variable: Variable, words: readonly string[] | undefined): readonly Value[] {
  if (words === undefined) return variable.values;
  return words.map((word) => {
    const value = variable.parse === undefined ? variable.values.find((v) => String(v) === word) : variable.parse(word);
    if (value === undefined) throw new UsageError(`--${variable.name} cannot be "${word}": ${variable.values.join(", ")}${variable.parse === undefined ? "" : " and others like these"}`);
    return value;
  });
}

/** All sensible points. `given`: values from the command line, by variable. Throws UsageError. */
export function gridOf(experiment: Experiment, given: ReadonlyMap<string, readonly string[]> = new Map()): readonly Point[] {
  for (const name of given.keys())
    if (!experiment.independent.some((v) => v.name === name))
      throw new UsageError(`${experiment.name} has no variable "${name}": ${experiment.independent.map((v) => v.name).join(", ")}`);
  let points: readonly Point[] = [{}];
  for (const variable of experiment.independent) {
    const values = valuesOf(variable, given.get(variable.name));
    points = points.flatMap((point) => values.map((value) => ({ ...point, [variable.name]: value })));
  }
  return points.filter((point) => experiment.sensible?.(point) ?? true);
}

/** A point and a seed, as a key that two lines share when they are the same run. */
export const runKey = (point: Point, seed: number): string =>
  JSON.stringify([seed, ...Object.keys(point).sort().map((name) => [name, point[name]])]);
