/**
 * Replay strings: `e03-open-exec-race/mechanism=posix,atomic=false/0/3s2.9s1`: experiment, point, seed, and where the schedule leaves the default. No character that a shell
 * would take for its own.
 */
import type { Experiment, Point, Value } from "../model/experiment.ts";
import { readDeviations } from "../explore/schedule.ts";
import { UsageError } from "./usage.ts";

/** A schedule of one run of an experiment. */
export interface Witness {
  readonly experiment: string;
  readonly point: Point;
  readonly seed: number;
  /** `explore/schedule.ts`. */
  readonly schedule: string;
}

/** encodeURIComponent leaves these, and a shell does not. */
const quote = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** The replay string of a witness. */
export const writeWitness = ({ experiment, point, seed, schedule }: Witness): string =>
  [quote(experiment), Object.entries(point).map(([name, value]) => `${quote(name)}=${quote(String(value))}`).join(","), seed, schedule].join("/");

function valueOf(experiment: Experiment, name: string, word: string): Value {
  const variable = experiment.independent.find((v) => v.name === name);
  if (variable === undefined) throw new UsageError(`${experiment.name} has no variable "${name}"`);
  const value = variable.values.find((v) => String(v) === word) ?? variable.parse?.(word);
  if (value === undefined) throw new UsageError(`${experiment.name}: ${name} cannot be "${word}"`);
  return value;
}

function unquote(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UsageError(`a replay string has no "${text}" in it`);
  }
}

/** Reads a replay string. Throws UsageError when it is none, or none of the experiment that `find` gives. */
export function readWitness(text: string, find: (name: string) => Experiment): { readonly witness: Witness; readonly experiment: Experiment } {
  const parts = text.split("/");
  const [name = "", at = "", seed = "", schedule = ""] = parts;
  if (parts.length !== 4) throw new UsageError(`"${text}" is no replay string: EXPERIMENT/VARIABLE=VALUE,…/SEED/SCHEDULE`);
  const experiment = find(unquote(name));
  const point: Record<string, Value> = {};
  for (const pair of at === "" ? [] : at.split(",")) {
    const [variable = "", value = ""] = pair.split("=").map(unquote);
    point[variable] = valueOf(experiment, variable, value);
  }
  const missing = experiment.independent.find((v) => !(v.name in point));
  if (missing !== undefined) throw new UsageError(`the replay string does not say ${missing.name}`);
  if (!/^\d{1,9}$/.test(seed)) throw new UsageError(`the replay string's seed is no number: "${seed}"`);
  if (readDeviations(schedule) === undefined) throw new UsageError(`the replay string's schedule cannot be read: "${schedule}"`);
  return { witness: { experiment: experiment.name, point, seed: Number(seed), schedule }, experiment };
}
