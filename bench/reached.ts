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

/**
 * What `names` asks for, with what its targets are measured against, and the floor. Without names: everything, or when it is to be quick what the targets need.
 */
export function chosen(contestants: readonly Contestant[], names: readonly string[], quick = false): readonly Contestant[] {
  if (names.length === 0 && !quick) return contestants;
  const asked = (name: string): boolean => names.some((n) => name.startsWith(n));
  const wanted = targets.filter((t) => names.length === 0 || asked(t.of));
  const needed = new Set(["floor", ...wanted.flatMap((t) => [t.of, t.over])]);
  return contestants.filter((c) => asked(c.name) || needed.has(c.name));
}

/** Ratios by `key`, as the baseline has them. */
export type Baseline = Readonly<Record<string, number>>;

/** The denominators that this machine's speed does not move with: their ratios say something of the machine, not of the program. */
const guarded = ({ over, of }: Target): boolean => constants[over] === undefined || of.startsWith("bytes-");

/** What a baseline says of a run. */
export const baselineOf = (ratios: readonly Reached[]): Baseline =>
  Object.fromEntries(ratios.filter(({ target }) => guarded(target)).map((r) => [key(r.target), Number(r.ratio.toPrecision(3))]));

/** Ratios that are worse than half of the baseline's. Only those count that were measured against something in the same run, and sizes. */
export const worse = (ratios: readonly Reached[], baseline: Baseline): readonly Reached[] =>
  ratios.filter(({ target, ratio: value }) => {
    const was = baseline[key(target)];
    if (was === undefined || !guarded(target)) return false;
    return target.most ? value > was * 2 : value < was / 2;
  });

/**
 * Lines about ratios that are worse than half of the baseline's, twice: `again` measures those that look so once more, with more care. Noise does not last.
 */
export async function guard(ratios: readonly Reached[], baseline: Baseline, again: (suspects: readonly Target[]) => Promise<readonly Reached[]>): Promise<readonly string[]> {
  const suspects = worse(ratios, baseline).map((r) => r.target);
  if (suspects.length === 0) return [];
  return worse(await again(suspects), baseline).map(({ target, ratio: value }) => `${key(target)} is ${value.toPrecision(3)}; the baseline is ${baseline[key(target)] ?? 0}`);
}
