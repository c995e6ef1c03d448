/**
 * Measuring side by side: every contestant is sampled once a round, whole rounds follow one another, and ratios are taken within a round. A machine that gets slower does so for
 * both sides of a ratio; what is left of its noise is printed.
 */

import { processor, type Clock } from "./clock.ts";

/** One thing that is measured. */
export interface Contestant {
  /** "rpc-null". */
  readonly name: string;
  readonly what: string;
  readonly unit: "/s" | "ms" | "bytes" | "MB/s";
  /** The process of its own in which it is sampled (apart.ts), with whoever names the same; undefined: the bench's. */
  readonly home?: string;
  /** One figure. `quick`: a rough one will do. Undefined: it cannot be measured here (no compiler, no privilege). */
  sample(quick: boolean): number | undefined | Promise<number | undefined>;
}

/** What the rounds gave of one contestant. */
export interface Figure {
  readonly name: string;
  readonly what: string;
  readonly unit: Contestant["unit"];
  readonly median: number;
  /** Half the distance between the quartiles, of the median. */
  readonly spread: number;
  /** In the order of the rounds. */
  readonly samples: readonly number[];
}

const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

/** The middle one. NaN of none. */
export const median = (numbers: readonly number[]): number => sorted(numbers)[numbers.length >> 1] ?? Number.NaN;

/** Half the interquartile range over the median. */
function spread(numbers: readonly number[]): number {
  const all = sorted(numbers);
  const at = (part: number): number => all[Math.floor((all.length - 1) * part)] ?? Number.NaN;
  return (at(0.75) - at(0.25)) / 2 / median(all);
}

/** Samples all contestants in turn, `rounds` times. `step` is told of each sample before it is taken. */
export async function contest(contestants: readonly Contestant[], rounds: number, quick: boolean, step: (name: string) => void): Promise<readonly Figure[]> {
  const samples = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const contestant of contestants) {
      step(contestant.name);
      const figure = await contestant.sample(quick);
      if (figure === undefined) continue;
      const all = samples.get(contestant.name) ?? [];
      samples.set(contestant.name, all);
      all.push(figure);
    }
  }
  return contestants.flatMap(({ name, what, unit }) => {
    const all = samples.get(name);
    return all === undefined ? [] : [{ name, what, unit, median: median(all), spread: spread(all), samples: all }];
  });
}

/** The median of the ratios of two figures, round by round. */
export const ratio = (a: Figure, b: Figure): number => median(a.samples.map((x, i) => x / (b.samples[i] ?? Number.NaN)));

/**
 * Runs `work` again and again for about `seconds` of `clock`, by tinybench; answers how often in a second it did what it counts. The first run is thrown away:
 * it builds and warms up.
 */
export async function rate(work: () => number | Promise<number>, seconds: number, clock: Clock = processor): Promise<number> {
  const { Bench } = await import("tinybench");
  const first = work();
  const async = first instanceof Promise;
  await first;
  let done = 0;
  const sample = async ? async () => void (done += await work()) : () => void (done += work() as number);
  const bench = new Bench({ time: seconds * 1000, iterations: 1, now: clock, warmup: false, throws: true });
  const [task] = await bench.add("work", sample, { async }).run();
  const result = task?.result;
  if (result === undefined || !("totalTime" in result)) throw new Error("the measurement did not end");
  return (done * 1000) / result.totalTime;
}

/** One piece of work; answers how much it was. */
export type Work = () => number | Promise<number>;

/** Works for `milliseconds`: code is compiled in the background. */
async function warmed(work: Work, milliseconds: number): Promise<Work> {
  const from = processor();
  do await work();
  while (processor() - from < milliseconds);
  return work;
}

/** How a contestant's world is kept. */
interface Keeping {
  readonly unit?: Contestant["unit"];
  /** How many samples' time it works before the first that counts: the more code, the longer it takes to be compiled. */
  readonly warm?: number;
}

/** A contestant whose world is made when it is first sampled, and kept: the second round finds it warm. */
export function kept(name: string, what: string, make: () => Work | Promise<Work>, { unit = "/s", warm = 3 }: Keeping = {}): Contestant {
  let work: Work | undefined;
  const sample = async (quick: boolean): Promise<number> => {
    const seconds = budget(quick);
    return rate((work ??= await warmed(await make(), warm * seconds * 1000)), seconds);
  };
  return { name, what, unit, sample, home: name };
}

/** Somebody who takes part in a contest of short turns. */
interface Turn {
  readonly name: string;
  readonly what: string;
  make(): Work | Promise<Work>;
}

/** Works in turn, one piece of each at a time, until each has had `seconds` of the processor; how often in a second each did what it counts. */
async function ratesInTurn(works: readonly Work[], seconds: number): Promise<readonly number[]> {
  const done = works.map(() => 0);
  const spent = works.map(() => 0);
  while (spent.some((ms) => ms < seconds * 1000)) {
    for (const [i, work] of works.entries()) {
      const from = processor();
      done[i] = (done[i] ?? 0) + (await work());
      spent[i] = (spent[i] ?? 0) + processor() - from;
    }
  }
  return done.map((n, i) => (n * 1000) / (spent[i] ?? Number.NaN));
}

/**
 * Contestants that differ by so little that the machine must not change between them: they take turns of one piece of work each, and the first that is sampled in a round is
 * sampled with all the others. `warm` as in `kept`.
 */
export function inTurn(all: readonly Turn[], warm: number): readonly Contestant[] {
  let works: Promise<readonly Work[]> | undefined;
  const taken = new Map<string, number>();
  const measure = async (quick: boolean): Promise<void> => {
    const seconds = budget(quick);
    const made = await (works ??= Promise.all(all.map(({ make }) => make())).then(async (fresh) => (await ratesInTurn(fresh, warm * seconds), fresh)));
    for (const [i, figure] of (await ratesInTurn(made, seconds)).entries()) taken.set(all[i]?.name ?? "", figure);
  };
  const sample = async (name: string, quick: boolean): Promise<number | undefined> => {
    if (!taken.has(name)) await measure(quick);
    const figure = taken.get(name);
    taken.delete(name);
    return figure;
  };
  const home = all.map((turn) => turn.name).join(" ");
  return all.map(({ name, what }) => ({ name, what, unit: "/s", home, sample: (quick) => sample(name, quick) }));
}

/** Seconds of one sample. */
export const budget = (quick: boolean): number => (quick ? 0.1 : 0.4);
