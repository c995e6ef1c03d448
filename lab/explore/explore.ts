/** Outcomes of a scenario over schedules: all of them up to a bound, or a number of random ones. */
import type { Strategy } from "../../mach/kern/scheduler.ts";
import { DepthFirst, type Bound } from "./depth-first.ts";
import { RandomWalk } from "./random-walk.ts";
import { ReplayStrategy, writeDeviations, type Deviation } from "./schedule.ts";

/** Something that can be run again and again from its start, and whose end is told by a value that can be compared. */
export interface Scenario<O> {
  /** A fresh run under `strategy`, to its end. The same choices give an equal outcome. */
  run(strategy: Strategy): O;
  /** Outcomes with the same key are one. */
  key(outcome: O): string;
}

/** One distinct outcome. */
export interface Found<O> {
  readonly outcome: O;
  /** Schedules that led to it. */
  count: number;
  /** The schedule with the fewest deviations among those, the first of them; what `replay` takes. */
  witness: string;
  /** Its deviations' number. */
  deviations: number;
}

/** A strategy that can say where the run just made left the default schedule. */
interface Walker {
  readonly deviationCount: number;
  readonly deviations: readonly Deviation[];
}

const DEFAULT_SCHEDULE: Walker = { deviationCount: 0, deviations: [] };

export interface Exploration<O> {
  readonly executions: number;
  /** "exhaustive": every schedule within the bound was run. */
  readonly verdict: "exhaustive" | "sampled";
  /** In words, for a report: `exhaustive(preemptions ≤ 2)`, `sampled(200)`. */
  readonly words: string;
  /** In the order in which they were first met. */
  readonly outcomes: ReadonlyMap<string, Found<O>>;
}

const DEFAULT_EXECUTIONS = 100_000;

/** Every schedule of `scenario` within `bound`. When the bound on executions cuts it short the verdict is "sampled". */
export function exploreAll<O>(scenario: Scenario<O>, bound: Bound = {}): Exploration<O> {
  const strategy = new DepthFirst(bound);
  const outcomes = new Map<string, Found<O>>();
  const limit = bound.executions ?? DEFAULT_EXECUTIONS;
  let executions = 0;
  let more = true;
  while (more && executions < limit) {
    const outcome = scenario.run(strategy);
    executions++;
    note(outcomes, scenario.key(outcome), outcome, strategy);
    more = strategy.advance();
  }
  const verdict = more ? "sampled" : "exhaustive";
  const within = bound.preemptions === undefined ? "" : `(preemptions ≤ ${bound.preemptions})`;
  return { executions, verdict, words: more ? `sampled(${executions} depth first)` : `exhaustive${within}`, outcomes };
}

/** `runs` random schedules with seeds from `seed` on, and the default one first. */
export function exploreRandom<O>(scenario: Scenario<O>, runs: number, seed: number): Exploration<O> {
  const outcomes = new Map<string, Found<O>>();
  const first = scenario.run(new ReplayStrategy([]));
  note(outcomes, scenario.key(first), first, DEFAULT_SCHEDULE);
  for (let i = 1; i < runs; i++) {
    const walk = new RandomWalk(seed + i);
    const outcome = scenario.run(walk);
    note(outcomes, scenario.key(outcome), outcome, walk);
  }
  return { executions: runs, verdict: "sampled", words: `sampled(${runs})`, outcomes };
}

function note<O>(outcomes: Map<string, Found<O>>, key: string, outcome: O, walker: Walker): void {
  const known = outcomes.get(key);
  if (known === undefined) {
    const deviations = walker.deviationCount;
    outcomes.set(key, { outcome, count: 1, witness: writeDeviations(walker.deviations), deviations });
    return;
  }
  known.count++;
  if (known.deviations === 0 || walker.deviationCount >= known.deviations) return;
  known.witness = writeDeviations(walker.deviations);
  known.deviations = walker.deviationCount;
}
