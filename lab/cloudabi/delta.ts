/** Delta debugging (ddmin): the smallest part of a list with which something is still so. */

export interface Minimal<T> {
  readonly kept: readonly T[];
  /** Tests made, each different part once. */
  readonly tests: number;
}

/**
 * A part of `all` that `holds`, of which no single element can be left out (1-minimal). `holds(all)` must be true; the test is asked once for each part that it meets.
 */
export function minimise<T>(all: readonly T[], holds: (part: readonly T[]) => boolean): Minimal<T> {
  const known = new Map<string, boolean>();
  const test = (part: readonly T[]): boolean => {
    const key = part.map((x) => all.indexOf(x)).join();
    const answer = known.get(key) ?? holds(part);
    known.set(key, answer);
    return answer;
  };
  let kept = all;
  let pieces = 2;
  while (kept.length > 0) {
    const parts = split(kept, Math.min(pieces, kept.length));
    const part = parts.length > 1 ? parts.find(test) : undefined;
    const rest = part ?? parts.map((p) => kept.filter((x) => !p.includes(x))).find(test);
    if (rest !== undefined) {
      pieces = part === undefined ? Math.max(pieces - 1, 2) : 2;
      kept = rest;
    } else if (pieces < kept.length) pieces = Math.min(kept.length, pieces * 2);
    else break;
  }
  return { kept, tests: known.size };
}

/** `list` in `pieces` parts of nearly one size. */
const split = <T>(list: readonly T[], pieces: number): readonly (readonly T[])[] =>
  Array.from({ length: pieces }, (_, i) => list.slice(Math.floor((i * list.length) / pieces), Math.floor(((i + 1) * list.length) / pieces)));
