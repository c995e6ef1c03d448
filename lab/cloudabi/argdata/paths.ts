/** What a program can find in its arguments: descriptors, with the way to each. This is Named(P) of comparison.md §2. */
import { getCString, getFd } from "./get.ts";
import { collect, iterateMap, iterateSeq } from "./iterate.ts";
import type { Argdata } from "./node.ts";
import { MAX_DEPTH } from "./serialise.ts";

/** A descriptor's number, and where it stands: "argdata /log", "argdata /0". */
export interface NamedFd {
  readonly fd: number;
  readonly as: string;
}

/** All descriptors that the iterators lead to, in order; `path`: the way so far. A key that is no string is told by its place. Nothing below the serialiser's depth is looked at. */
export function namedFds(ad: Argdata, path = "argdata ", depth = 0): readonly NamedFd[] {
  if (depth > MAX_DEPTH) return [];
  const fd = getFd(ad);
  if (fd.err === 0) return [{ fd: fd.value, as: path }];
  const inSeq = collect(iterateSeq(ad)).elements.flatMap((e, i) => namedFds(e, `${path}/${i}`, depth + 1));
  const inMap = collect(iterateMap(ad)).elements.flatMap(([key, value], i) => {
    const name = getCString(key);
    return [...namedFds(key, `${path}/key ${i}`, depth + 1), ...namedFds(value, `${path}/${name.err === 0 ? name.value : i}`, depth + 1)];
  });
  return [...inSeq, ...inMap];
}
