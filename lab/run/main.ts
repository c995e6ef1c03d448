/** `npm run lab`: experiments listed, run, explored, replayed and reported. */
import { experiments } from "../experiments/index.ts";
import type { Experiment } from "../model/experiment.ts";
import { writeOut } from "../../rpctrace/stdout.ts";
import { experimentOf, replayName } from "./catalogue.ts";
import { graphText } from "./graphs.ts";
import { gridOf } from "./grid.ts";
import { writeReport } from "./report.ts";
import { runExperiment } from "./run.ts";
import { explorePoint, replayString } from "./schedules.ts";
import { columns, tableOf } from "./table.ts";
import { parseLabOptions, usage, UsageError, type LabOptions } from "./usage.ts";

async function run(options: LabOptions): Promise<void> {
  const names = options.names.includes("all") ? experiments.map((e) => e.name) : options.names;
  const chosen: (readonly [string, Experiment])[] = [];
  for (const name of names) chosen.push([name, await experimentOf(name)]);
  for (const [, experiment] of chosen) gridOf(experiment, options.values);
  for (const [name, experiment] of chosen) {
    const lines = await runExperiment(name, experiment, options);
    const { asExpected, text } = experiment.conclude(lines);
    const partial = options.values.size > 0 ? " (of the points that were asked for)" : "";
    const verdict = asExpected ? "as expected" : "NOT as expected";
    await writeOut([`${experiment.name}: ${experiment.question}\n\n`, tableOf(replayName(name, experiment), experiment, lines), `\n${verdict}${partial}: ${text}\n`]);
  }
}

const list = (): string => columns(["name", "runs", "question"], experiments.map((e) => [e.name, gridOf(e).length, e.question]));

async function explored(name: string, options: LabOptions): Promise<string> {
  const experiment = await experimentOf(name);
  return explorePoint(replayName(name, experiment), experiment, options);
}

async function replay(text: string): Promise<string> {
  const experiment = await experimentOf(decodeName(text));
  return replayString(text, () => experiment);
}

/** The experiment's name stands before the first slash. */
function decodeName(text: string): string {
  try {
    return decodeURIComponent(text.split("/")[0] ?? "");
  } catch {
    throw new UsageError(`"${text}" is no replay string`);
  }
}

async function act(options: LabOptions): Promise<void> {
  const [name = ""] = options.names;
  switch (options.command) {
    case "list":
      await writeOut([list()]);
      return;
    case "run":
      return run(options);
    case "explore":
      await writeOut([await explored(name, options)]);
      return;
    case "replay":
      await writeOut([await replay(name)]);
      return;
    case "graph":
      await writeOut([await graphText(options)]);
      return;
    case "report":
      return writeReport(options);
  }
}

/** Runs the command; answers the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseLabOptions(args);
    if (options === "help") await writeOut([usage]);
    else await act(options);
    return 0;
  } catch (e) {
    process.stderr.write(`lab: ${e instanceof Error ? e.message : String(e)}\n`);
    if (e instanceof UsageError) process.stderr.write("lab: --help shows the options\n");
    return e instanceof UsageError ? 2 : 1;
  }
}
