/** One run in a worker thread. */
import type { Line, Point } from "../model/experiment.ts";
import { experimentForWorker } from "./catalogue.ts";

/** A run to be made. */
export interface Job {
  /** What `forWorkers` gave. */
  readonly name: string;
  readonly point: Point;
  readonly seed: number;
}

/** Makes the run. An error says which one it was. */
export default async function run({ name, point, seed }: Job): Promise<Line> {
  const experiment = await experimentForWorker(name);
  try {
    return { experiment: experiment.name, iv: point, seed, ...experiment.run(point, seed) };
  } catch (e) {
    throw new Error(`${experiment.name} at ${JSON.stringify(point)}, seed ${seed}: ${e instanceof Error ? e.message : String(e)}`, { cause: e });
  }
}
