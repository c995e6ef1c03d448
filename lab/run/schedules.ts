/** `explore` and `replay`: the schedules of one point. */
import { exploreAll, type Exploration } from "../explore/explore.ts";
import { readDeviations, ReplayStrategy } from "../explore/schedule.ts";
import { Watched } from "../explore/watch.ts";
import type { Experiment, Point, Replayed } from "../model/experiment.ts";
import { gridOf } from "./grid.ts";
import { columns } from "./table.ts";
import { UsageError, type LabOptions } from "./usage.ts";
import { readWitness, writeWitness, type Witness } from "./witness.ts";

/** Every schedule of the scenario at one point, as text. `name`: by what `replay` finds the experiment. Throws UsageError. */
export function explorePoint(name: string, experiment: Experiment, { values, seed, executions, preemptions }: LabOptions): string {
  if (experiment.scenario === undefined) throw new UsageError(`${experiment.name} asks for no schedules`);
  const [point, another] = gridOf(experiment, values);
  if (point === undefined) throw new UsageError(`${experiment.name}: no point of the grid is left`);
  if (another !== undefined) throw new UsageError(`explore wants one point: give ${unsettled(experiment, values).map((v) => `--${v}=…`).join(" ")}`);
  const bound = { ...(executions === undefined ? {} : { executions }), ...(preemptions === undefined ? {} : { preemptions }) };
  return written(name, point, seed, exploreAll(experiment.scenario(point, seed), bound));
}

const unsettled = (experiment: Experiment, values: ReadonlyMap<string, readonly string[]>): readonly string[] =>
  experiment.independent.filter((v) => (values.get(v.name) ?? v.values).length !== 1).map((v) => v.name);

function written(name: string, point: Point, seed: number, exploration: Exploration<unknown>): string {
  const { outcomes, executions, words } = exploration;
  const rows = [...outcomes].map(([key, { count, witness }]) => [key, count, writeWitness({ experiment: name, point, seed, schedule: witness })]);
  return `${executions} schedules, ${outcomes.size} outcomes, ${words}\n${columns(["outcome", "schedules", "replay"], rows)}`;
}

/** Shows the schedule that a replay string tells. Throws UsageError. */
export function replayString(text: string, find: (name: string) => Experiment): string {
  const { witness, experiment } = readWitness(text, find);
  const { steps, outcome } = shown(experiment, witness);
  return [...steps, outcome].map((line) => `${line}\n`).join("");
}

function shown(experiment: Experiment, witness: Witness): { readonly steps: readonly string[]; readonly outcome: string } {
  const { point, seed, schedule } = witness;
  if (experiment.replay !== undefined) return told(experiment.replay(point, seed, schedule));
  if (experiment.scenario === undefined) return told({ steps: [], outcome: experiment.run(point, seed) });
  const scenario = experiment.scenario(point, seed);
  const strategy = new ReplayStrategy(readDeviations(schedule) ?? []);
  const watched = new Watched(strategy);
  const outcome = scenario.run(watched);
  if (strategy.divergence !== undefined) throw new UsageError(`the schedule is not one of this program: ${strategy.divergence}`);
  return { steps: watched.steps, outcome: `outcome: ${scenario.key(outcome)}` };
}

const told = ({ steps, outcome }: Replayed): { readonly steps: readonly string[]; readonly outcome: string } => ({
  steps,
  outcome: `outcome: ${JSON.stringify(outcome.dv)}${outcome.failState === undefined ? "" : ` ${outcome.failState}`}`,
});
