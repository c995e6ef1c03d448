/** E11: objects that can be named without a right to them (comparison.md §3; genode-linux.md §7.1, §8). */
import { bitsOf, forge, type IdSpace } from "../genode/scenarios/forgery.ts";
import type { Conclusion, Experiment, Line, Outcome, Point } from "../model/experiment.ts";
import { graphHash } from "../model/graph-hash.ts";

const SPACES: readonly IdSpace[] = ["counter", "random8", "random32", "random64"];

/** Objects that `probes` different names meet, by expectation: each of `others` has one name of 2^bits. */
function expectedHits(space: IdSpace, others: number, probes: number): number {
  return space === "counter" ? Math.min(others, Math.max(0, probes - 1)) : (others * Math.min(probes, 2 ** bitsOf(space))) / 2 ** bitsOf(space);
}

function run({ objects, ids, protection, probes }: Point, seed: number): Outcome {
  const space = ids as IdSpace;
  const made = forge({ objects: Number(objects), space, protection: protection === "payload" ? "payload" : "perObjectSocket", probes: Number(probes), seed });
  const expected = protection === "payload" ? expectedHits(space, Number(objects) - 1, Number(probes)) : 0;
  return { dv: { gap: made.gap, hits: made.hits, expectedHits: expected, serverFds: made.serverFds }, graphHash: graphHash(made.graph) };
}

function expected({ iv, dv }: Line): boolean {
  const k = Number(iv.objects);
  if (iv.protection !== "payload") return dv.gap === 0 && dv.hits === 0 && Number(dv.serverFds) === 2 * k + 2;
  if (dv.gap !== k - 1 || dv.serverFds !== 2) return false;
  return iv.ids === "random8" || dv.hits === Math.round(Number(dv.expectedHits));
}

/** Hits in the small random space, all together, against their expectation: a few draws lie anywhere, many near it. */
function drawn(lines: readonly Line[]): { readonly hits: number; readonly expected: number; readonly fits: boolean } {
  const small = lines.filter((l) => l.iv.ids === "random8" && l.iv.protection === "payload");
  const sum = (of: "hits" | "expectedHits"): number => small.reduce((total, l) => total + Number(l.dv[of]), 0);
  const [hits, mean] = [sum("hits"), sum("expectedHits")];
  return { hits, expected: mean, fits: Math.abs(hits - mean) <= 3 * Math.sqrt(mean) + 1 };
}

function conclude(lines: readonly Line[]): Conclusion {
  const wrong = lines.filter((l) => !expected(l));
  const { hits, expected: mean, fits } = drawn(lines);
  const told = wrong.map((l) => `${String(l.iv.objects)} objects, ${String(l.iv.ids)}, ${String(l.iv.protection)}: gap ${String(l.dv.gap)}, hits ${String(l.dv.hits)}`);
  return {
    asExpected: wrong.length === 0 && fits && lines.length > 0,
    text: [
      "Whoever holds one object of an entrypoint can name all others: the gap is objects less held, whatever the names are. Names from a counter are all met at once; of random ones q probes meet q/2^b.",
      `In the space of 8 bits ${hits} were met, ${mean.toFixed(1)} expected${fits ? "" : ": too far off"}. With a socket for each object the message arrives at the object that the socket is for, whatever it names: no gap, at two descriptors an object.`,
      ...(told.length > 0 ? [`Not as expected: ${told.join("; ")}.`] : []),
    ].join(" "),
  };
}

const count = (text: string): number | undefined => (/^[1-9]\d{0,2}$/.test(text) ? Number(text) : undefined);

export const experiment: Experiment = {
  name: "e11-forgery",
  title: "Object forgery inside an entrypoint",
  question: "A client holds one of the objects of an entrypoint. How many can it invoke?",
  setUp: "A server with k objects on one entrypoint, a client with the capability of the first. The client calls through its descriptor, with the names of all objects (what could be forged) and with the first q numbers (what a search meets).",
  independent: [
    { name: "objects", what: "objects on the entrypoint", values: [1, 2, 8, 64], parse: count },
    { name: "ids", what: "how objects get their names", values: SPACES },
    { name: "protection", what: "what tells the object: a name in the payload, or a socket for each", values: ["payload", "socket"] },
    { name: "probes", what: "names that the search tries", values: [64], parse: count },
  ],
  dependent: [
    { name: "gap", what: "objects that the client can invoke, less those that it has a right for" },
    { name: "hits", what: "objects besides its own that the search met" },
    { name: "expectedHits", what: "the same by calculation: q/2^b for each object" },
    { name: "serverFds", what: "descriptors of the server" },
  ],
  expected: "Gap = objects less held for names in the payload; a search meets all with a counter and q/2^b with random names; 0 with a socket for each object, at 2 descriptors an object.",
  plot: { mark: "line", x: "objects", y: "hits", colour: "ids", facet: "protection" },
  run,
  conclude,
};
