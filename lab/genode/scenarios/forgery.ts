/** Objects that can be named without a right to them (genode-linux.md §7.1): an entrypoint with several objects, and a client that holds one. */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { RandomStream } from "../../../mach/kern/random.ts";
import { forgeryGap } from "../../model/measure.ts";
import type { AuthorityGraph } from "../../model/authority.ts";
import { invoke } from "../base/entrypoint.ts";
import { f33c, perObject2020, type Knobs } from "../base/knobs.ts";
import type { IdSource } from "../base/runtime.ts";
import { counter, Stage, type Actor } from "../base/stage.ts";
import { idler, server } from "./cast.ts";

/** How names are chosen: counted, or drawn from so many bits. */
export type IdSpace = "counter" | "random8" | "random32" | "random64";
export const bitsOf = (space: IdSpace): number => (space === "counter" ? 0 : Number(space.slice("random".length)));

/** Names of objects, from 1 on, no name twice. A number has 53 bits here: of 64 the upper eleven stay 0, and a search that counts up from 1 is none the wiser. */
export function idSource(space: IdSpace, seed: number): IdSource {
  if (space === "counter") return counter();
  const random = new RandomStream(seed + 1);
  const [used, halves] = [new Set<number>(), splitBits(Math.min(bitsOf(space), 53))];
  const draw = (): number => halves.reduce((number, bits) => number * 2 ** bits + random.below(2 ** bits), 0) + 1;
  const next = (): number => {
    for (let id = draw(); ; id = draw()) if (!used.has(id)) return remembered(used, id);
  };
  return { next };
}

const remembered = (used: Set<number>, id: number): number => {
  used.add(id);
  return id;
};

/** Pieces of at most 16 bits. */
const splitBits = (bits: number): readonly number[] => (bits <= 16 ? [bits] : [16, ...splitBits(bits - 16)]);

export interface Forgery {
  readonly objects: number;
  readonly space: IdSpace;
  readonly protection: "payload" | "perObjectSocket";
  /** Names that the client tries, from 1 on. */
  readonly probes: number;
  readonly seed: number;
}

export interface Forged {
  /** Objects that the client can invoke by naming them, if it knew the names, less those that it has a right for. */
  readonly gap: number;
  /** Objects besides its own that the probes met. */
  readonly hits: number;
  /** Descriptors of the server's process. */
  readonly serverFds: number;
  readonly graph: AuthorityGraph;
}

/** Calls objects by name through the one descriptor: numbers of the objects that answered. */
function* probe(rt: Actor["rt"], cap: Parameters<typeof invoke>[1], names: readonly number[], met: Set<number>): Syscall<void> {
  for (const localName of names) {
    const done = yield* invoke(rt, { ...cap, localName }, 0);
    if (done?.exception === 0) met.add(done.results.word());
  }
}

export function forge({ objects, space, protection, probes, seed }: Forgery): Forged {
  const knobs: Knobs = protection === "payload" ? f33c : perObject2020;
  const stage = new Stage({ knobs, ids: idSource(space, seed) });
  const s = server(stage, "S", objects);
  const c = idler(stage, "C");
  stage.run();
  const [first] = s.caps;
  if (first === undefined) throw new Error("the server serves nothing");
  const cap = stage.hand(s, first, c);
  const [byName, byProbe] = [new Set<number>(), new Set<number>()];
  stage.thread(c, "probe", function* (rt) {
    yield* probe(rt, cap, s.caps.map((o) => o.localName), byName);
    yield* probe(rt, cap, Array.from({ length: probes }, (_, i) => i + 1), byProbe);
  });
  stage.run();
  const graph = graphOf(objects);
  return { gap: forgeryGap(graph, "C", [...byName].map(idOf)), hits: [...byProbe].filter((n) => n !== 0).length, serverFds: s.process.table.size, graph };
}

const idOf = (n: number): string => `object:${n}`;

/** C has a right for the first object. */
function graphOf(objects: number): AuthorityGraph {
  return {
    tasks: [{ id: "S", role: "other" }, { id: "C", role: "program" }],
    objects: Array.from({ length: objects }, (_, i) => ({ id: idOf(i), kind: "port" })),
    holdings: [{ task: "C", object: idOf(0), rights: ["invoke"], at: "capability" }],
    yields: [],
    namings: [{ task: "C", object: idOf(0), rights: ["invoke"], as: "capability" }],
    controls: [],
  };
}
