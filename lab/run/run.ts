/** Runs an experiment's grid in parallel workers; what has been run before is not run again. */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import type { Experiment, Line, Point } from "../model/experiment.ts";
import { forWorkers } from "./catalogue.ts";
import { gridOf, runKey } from "./grid.ts";
import { Progress } from "./progress.ts";
import { Results, ResultsError } from "./results.ts";
import type { Job } from "./worker.ts";

/** How to run. */
export interface RunSettings {
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly seed: number;
  readonly runs: number;
  readonly jobs: number | undefined;
  readonly out: string;
  readonly fresh: boolean;
}

/** ^C: what is finished is kept. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

interface Planned {
  readonly point: Point;
  readonly seed: number;
  readonly key: string;
}

function plan(experiment: Experiment, { values, seed, runs }: RunSettings): readonly Planned[] {
  return gridOf(experiment, values).flatMap((point) =>
    Array.from({ length: runs }, (_, i) => ({ point, seed: seed + i, key: runKey(point, seed + i) })),
  );
}

/** Workers stand beside this file: as a bundle, or as source under tsx. */
function pool(jobs: number): Piscina<Job, Line> {
  const source = import.meta.url.endsWith(".ts");
  const filename = fileURLToPath(new URL(source ? "worker.ts" : "lab-worker.mjs", import.meta.url));
  return new Piscina({ filename, maxThreads: jobs, minThreads: jobs, ...(source ? { execArgv: ["--import", "tsx"] } : {}) });
}

/**
 * Runs all of the grid that `settings.out` has not yet; answers its lines in the grid's order. `name` is what a worker finds the experiment by.
 * Throws Interrupted on ^C, ResultsError when the results cannot be written, and, after all others, the first error of a run that failed; finished runs are kept in each case.
 */
export async function runExperiment(name: string, experiment: Experiment, settings: RunSettings): Promise<readonly Line[]> {
  const planned = plan(experiment, settings);
  const results = new Results(settings.out, experiment, settings.fresh);
  const missing = planned.filter(({ key }) => results.get(key) === undefined);
  const there = planned.length - missing.length;
  // Whoever has changed the experiment since must know that these are old.
  if (there > 0) process.stderr.write(`${experiment.name}: ${there} of ${planned.length} runs were in ${results.path} already; --fresh makes them again\n`);
  if (missing.length > 0) await runAll(await forWorkers(name), experiment, missing, results, settings.jobs ?? availableParallelism());
  return results.finish(planned.map(({ key }) => key));
}

async function runAll(name: string, experiment: Experiment, missing: readonly Planned[], results: Results, jobs: number): Promise<void> {
  const workers = pool(Math.min(jobs, missing.length));
  const progress = new Progress(experiment.name, missing.length);
  let why: Error | undefined;
  let stopped = false;
  let kept = 0;
  // Runs that are being made are given up: their workers end, and what they still say counts no more.
  workers.on("error", (e) => {
    if (!stopped) why ??= asError(e);
  });
  const end = (error: Error): void => {
    if (stopped) return;
    stopped = true;
    why = error;
    void workers.destroy();
  };
  const interrupt = (): void => end(new Interrupted(`interrupted: ${kept} of ${missing.length} runs of ${experiment.name} are kept; the same command goes on from there`));
  process.on("SIGINT", interrupt);
  const one = async ({ point, seed }: Planned): Promise<void> => {
    const line = await workers.run({ name, point, seed });
    if (stopped) return;
    results.add(line);
    kept++;
    progress.step();
  };
  // A run that fails does not hold up the others; results that cannot be written end it all.
  const failed = (e: unknown): void => {
    if (e instanceof ResultsError) end(e);
    else if (!stopped) why ??= asError(e);
  };
  await Promise.all(missing.map((p) => one(p).catch(failed)));
  process.off("SIGINT", interrupt);
  progress.end();
  await workers.destroy();
  if (why !== undefined) throw why;
}

const asError = (e: unknown): Error => (e instanceof Error ? e : new Error(String(e)));
