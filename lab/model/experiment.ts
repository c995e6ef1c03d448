/**
 * What an experiment is. One file states question, set-up, variables and expectation, makes one run at one point of its grid, and says what came out.
 * The runner (`lab/run/`) does the rest: the grid, workers, results, the report.
 */
import type { Scenario } from "../explore/explore.ts";
import type { FailState } from "./launch.ts";

/** A value of a variable; what stands in a table cell. */
export type Value = string | number | boolean;

/** An independent variable and the values that it takes in a full run. `--NAME=V,V` on the command line gives others. */
export interface Variable {
  readonly name: string;
  readonly what: string;
  readonly values: readonly Value[];
  /** What the command line may give; throws nothing, answers undefined for a bad value. Default: one of `values`. */
  readonly parse?: (text: string) => Value | undefined;
}

/** A dependent variable. */
export interface Measure {
  readonly name: string;
  readonly what: string;
}

/** A point of the grid: a value for each independent variable. */
export type Point = Readonly<Record<string, Value>>;

/** What one run gave: a line of the results. */
export interface Outcome {
  readonly dv: Readonly<Record<string, Value>>;
  readonly failState?: FailState;
  /** The witness schedule: deviations (`explore/schedule.ts`); absent: the default schedule. */
  readonly schedule?: string;
  /** `exhaustive`, `exhaustive(preemptions ≤ 2)`, `sampled(200)`; absent: one schedule. */
  readonly verdict?: string;
  /** Hash of the final authority graph, where there is one. */
  readonly graphHash?: string;
}

/** A line of a results file. */
export interface Line extends Outcome {
  readonly experiment: string;
  readonly iv: Point;
  readonly seed: number;
}

/** What a report draws: one mark a line, from the columns of the results. */
export interface Plot {
  readonly mark: "bar" | "line" | "dot" | "cell";
  readonly x: string;
  readonly y: string;
  /** The column that colours. */
  readonly colour?: string;
  /** The column that splits into small multiples. */
  readonly facet?: string;
}

/** What came out, by the lines of a full run. */
export interface Conclusion {
  /** The expectation was met at every point where it says something. */
  readonly asExpected: boolean;
  /** In sentences: what came out, and where it differs from what was expected. */
  readonly text: string;
}

/** A schedule made visible: what `npm run lab -- replay STRING` prints. */
export interface Replayed {
  /** The steps, a line each: who did what. The deciding ones begin with "! ". */
  readonly steps: readonly string[];
  readonly outcome: Outcome;
}

export interface Experiment {
  /** "e01-leak"; the file is `experiments/01-leak.ts`. */
  readonly name: string;
  readonly title: string;
  readonly question: string;
  readonly setUp: string;
  readonly independent: readonly Variable[];
  readonly dependent: readonly Measure[];
  readonly expected: string;
  readonly plot: Plot;
  /** One run. The same point and seed give an equal outcome on every machine. */
  run(point: Point, seed: number): Outcome;
  /** Points of the grid that make no sense are left out. Default: all. */
  sensible?(point: Point): boolean;
  /**
   * Where schedules matter: what runs at `point`, to be run under any strategy. `npm run lab -- explore` searches it, and `replay` shows a schedule of it step by step.
   * Outcomes are told by their key.
   */
  scenario?(point: Point, seed: number): Scenario<unknown>;
  /** Shows the run at `point` under `schedule`, when there is more to show than the steps of `scenario`. */
  replay?(point: Point, seed: number, schedule: string): Replayed;
  conclude(lines: readonly Line[]): Conclusion;
}
