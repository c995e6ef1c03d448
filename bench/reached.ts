/** Figures against targets, and against the baseline: the guard. */
import { ratio, type Contestant, type Figure } from "./contest.ts";
import { targets, type Target } from "./targets.ts";

/** A ratio that was measured. */
export interface Reached {
  readonly target: Target;
  readonly ratio: number;
  readonly met: boolean;
}

/** Figures that are plain numbers: what a ratio has for a denominator when the target is absolute. */
export const constants: Readonly<Record<string, number>> = { one: 1, sixty: 60, "sixty-thousand": 60_000 };

/** What a ratio is known by in the baseline. */
export const key = ({ of, over }: Pick<Target, "of" | "over">): string => `${of} ÷ ${over}`;

/** The targets of which both figures are there. */
export function reached(figures: readonly Figure[], all: readonly Target[] = targets): readonly Reached[] {
  const find = (name: string): Figure | undefined => figures.find((f) => f.name === name);
  return all.flatMap((target) => {
    const [a, b] = [find(target.of), find(target.over)];
    const fixed = constants[target.over];
    if (a === undefined || (b === undefined && fixed === undefined)) return [];
    const value = b === undefined ? a.median / (fixed ?? 1) : ratio(a, b);
    return [{ target, ratio: value, met: target.most ? value <= target.least : value >= target.least }];
  });
}

/** What `names` asks for, with what its targets are measured against, and the floor. */
export function chosen(contestants: readonly Contestant[], names: readonly string[]): readonly Contestant[] {
  if (names.length === 0) return contestants;
  const asked = (name: string): boolean => names.some((n) => name.startsWith(n));
  const needed = new Set(targets.filter((t) => asked(t.of)).map((t) => t.over));
  return contestants.filter((c) => asked(c.name) || needed.has(c.name) || c.name === "floor");
}

/** Ratios by `key`, as the baseline has them. */
export type Baseline = Readonly<Record<string, number>>;

/** The denominators that this machine's speed does not move with: their ratios say something of the machine, not of the program. */
const guarded = ({ over, of }: Target): boolean => constants[over] === undefined || of.startsWith("bytes-");

/** What a baseline says of a run. */
export const baselineOf = (ratios: readonly Reached[]): Baseline =>
  Object.fromEntries(ratios.filter(({ target }) => guarded(target)).map((r) => [key(r.target), Number(r.ratio.toPrecision(3))]));

/** Lines about ratios that are worse than half of the baseline's. Only those count that were measured against something in the same run, and sizes. */
export function guard(ratios: readonly Reached[], baseline: Baseline): readonly string[] {
  return ratios.flatMap(({ target, ratio: value }) => {
    const was = baseline[key(target)];
    if (was === undefined || !guarded(target)) return [];
    const worse = target.most ? value > was * 2 : value < was / 2;
    return worse ? [`${key(target)} is ${value.toPrecision(3)}; the baseline is ${was}`] : [];
  });
}
