/** Label maps: strings to strings, and no addresses (cloudabi.md §8, Flower). */
import { collect, iterateMap } from "../argdata/iterate.ts";
import { getStr } from "../argdata/get.ts";
import { map, text, type Argdata } from "../argdata/node.ts";

export type Labels = ReadonlyMap<string, string>;

export const labels = (of: Readonly<Record<string, string>>): Labels => new Map(Object.entries(of));

/** Both together; `conflicts`: keys that the two give different values, sorted. */
export function merge(a: Labels, b: Labels): { readonly merged: Labels; readonly conflicts: readonly string[] } {
  const conflicts = [...a].filter(([key, value]) => b.has(key) && b.get(key) !== value).map(([key]) => key).sort();
  return { merged: new Map([...a, ...[...b].filter(([key]) => !a.has(key))]), conflicts };
}

export const labelsNode = (of: Labels): Argdata => map([...of].map(([k, v]) => [text(k), text(v)]));

/** Pairs of strings in a map; others are not looked at. */
export const labelsFrom = (ad: Argdata | undefined): Labels =>
  new Map(
    (ad === undefined ? [] : collect(iterateMap(ad)).elements).flatMap(([k, v]) => {
      const [key, value] = [getStr(k), getStr(v)];
      return key.err === 0 && value.err === 0 ? [[key.value, value.value] as const] : [];
    }),
  );
