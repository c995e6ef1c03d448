/** E18: the manifest of a program, found by taking away what it does not miss. */
import { minimise } from "../cloudabi/delta.ts";
import { mechanismOf, mechanisms } from "../mechanisms.ts";
import { atoms, type Want } from "../model/authority.ts";
import type { Conclusion, Experiment, Line, Outcome, Point } from "../model/experiment.ts";
import type { Held, Launch, Mechanism } from "../model/launch.ts";
import { direct } from "../model/measure.ts";

/** What S holds, and offers. */
const HOLDS: readonly Held[] = [
  { object: "tty", kind: "tty", rights: ["r", "w"], at: [0, 1, 2], closeOnExec: false },
  { object: "log", kind: "log", rights: ["r", "w"], at: [3], closeOnExec: false },
  { object: "secret", kind: "file", rights: ["r"], at: [4], closeOnExec: false },
  { object: "dir", kind: "directory", rights: ["lookup"], at: [5], closeOnExec: false, yields: [{ name: "a", object: "file a", rights: ["r"] }] },
  { object: "listener", kind: "listener", rights: ["accept"], at: [6], closeOnExec: false },
  { object: "data", kind: "file", rights: ["r", "w"], at: [7], closeOnExec: false },
];

/** What programs use in truth; nobody tells the search. */
const WORKLOADS: Readonly<Record<string, readonly Want[]>> = {
  silent: [],
  filter: [{ name: "tty", object: "tty", rights: ["r", "w"] }],
  logger: [{ name: "tty", object: "tty", rights: ["r"] }, { name: "log", object: "log", rights: ["w"] }],
  server: [{ name: "listener", object: "listener", rights: ["accept"] }, { name: "dir", object: "dir", rights: ["lookup"] }, { name: "log", object: "log", rights: ["w"] }],
};

/** An object with one of its rights: what is granted or not. */
interface Piece {
  readonly object: string;
  readonly right: string;
}
const PIECES: readonly Piece[] = HOLDS.flatMap(({ object, rights }) => rights.map((right) => ({ object, right })));

/** A launch that grants `pieces`: by a list where there are lists, else by closing all else on exec. */
function launchOf(pieces: readonly Piece[], manifest: readonly Want[]): Launch {
  const rightsOf = (object: string): readonly string[] => pieces.filter((p) => p.object === object).map((p) => p.right);
  return {
    holds: HOLDS.map((h) => ({ ...h, closeOnExec: rightsOf(h.object).length === 0 })),
    manifest,
    grant: HOLDS.flatMap(({ object }): readonly Want[] => (rightsOf(object).length === 0 ? [] : [{ name: object, object, rights: rightsOf(object) }])),
  };
}

/** The columns in which S selects by a list or a flag, and of which a launch costs little: the real Hurd's would take a minute. */
const CANDIDATES = mechanisms.filter((m) => ["PX", "PS", "DW", "CA", "CS", "FU", "S4", "WA", "HL"].includes(m.column)).map((m) => m.name);
/** It can pass one right of an object without another. */
const narrows = (name: string): boolean => ["explicit-before", "in-call"].includes(mechanismOf(name)?.policy.reduceRights ?? "");

function run(point: Point, seed: number): Outcome {
  const mechanism = mechanismOf(String(point["mechanism"]));
  const workload = WORKLOADS[String(point["workload"])] ?? [];
  if (mechanism === undefined) return { dv: { granted: PIECES.length, minimal: -1, used: atoms(workload).length, held: -1, runs: 0 } };
  const works = (pieces: readonly Piece[]): boolean => unchanged(mechanism, launchOf(pieces, workload), seed);
  if (!works(PIECES)) return { dv: { granted: PIECES.length, minimal: -1, used: atoms(workload).length, held: -1, runs: 1 } };
  const { kept, tests } = minimise(PIECES, works);
  const { atFirst } = mechanism.launch(launchOf(kept, workload), { seed });
  const objects = new Set(HOLDS.map((h) => h.object));
  const held = atFirst === undefined ? [] : direct({ ...atFirst, holdings: atFirst.holdings.filter((h) => objects.has(h.object)) }, "P");
  return { dv: { granted: PIECES.length, minimal: kept.length, used: atoms(workload).length, held: held.length, runs: tests, manifest: kept.map((p) => `${p.object} ${p.right}`).join(", ") } };
}

const unchanged = (mechanism: Mechanism, launch: Launch, seed: number): boolean => {
  const { outcome } = mechanism.launch(launch, { seed });
  return outcome.ran && outcome.status === 0;
};

/** The least that P can hold when whole objects pass: all rights of what it uses. */
const wholeObjects = (workload: string): number => {
  const used = new Set((WORKLOADS[workload] ?? []).map((w) => w.object));
  return PIECES.filter((p) => used.has(p.object)).length;
};

function fits({ iv, dv }: Line): boolean {
  const narrow = narrows(String(iv["mechanism"]));
  return narrow ? dv["minimal"] === dv["used"] && dv["held"] === dv["used"] : Number(dv["minimal"]) <= Number(dv["used"]) && dv["held"] === wholeObjects(String(iv["workload"]));
}

function conclude(lines: readonly Line[]): Conclusion {
  const off = lines.filter((l) => !fits(l));
  const manifests = [...new Set(lines.filter((l) => narrows(String(l.iv["mechanism"]))).map((l) => `${String(l.iv["workload"])}: ${String(l.dv["manifest"]) || "nothing"}`))];
  const runs = lines.map((l) => Number(l.dv["runs"]));
  return {
    asExpected: off.length === 0,
    text: [
      `Of ${PIECES.length} atoms, ${Math.min(...runs)} to ${Math.max(...runs)} launches find the manifest. Where rights can be cut, it is exactly what the program uses (${manifests.join("; ")}).`,
      "Where whole descriptors pass, one atom of an object is enough to have all of it: the manifest can be shorter than what is used, and P can hold more.",
      ...(off.length > 0 ? [`Not as expected: ${off.map((l) => JSON.stringify({ ...l.iv, ...l.dv })).join("; ")}.`] : []),
    ].join(" "),
  };
}

export const experiment: Experiment = {
  name: "e18-manifest",
  title: "Manifest completeness search",
  question: "Can the list of what a program needs be found by running it, and how far does each mechanism let the list be cut?",
  setUp: `S holds six objects with ${PIECES.length} atoms and grants them all; atoms are taken away by delta debugging as long as the program's behaviour (it ran, and no use failed) stays.`,
  independent: [
    { name: "workload", what: "what the program uses; the search does not know", values: Object.keys(WORKLOADS) },
    { name: "mechanism", what: "how it is started", values: CANDIDATES },
  ],
  dependent: [
    { name: "granted", what: "atoms granted at the start" },
    { name: "minimal", what: "atoms of the smallest grant found (no one can go)" },
    { name: "used", what: "atoms that the workload uses" },
    { name: "held", what: "atoms that P then holds at its first instruction" },
    { name: "runs", what: "launches that the search needed" },
    { name: "manifest", what: "the smallest grant" },
  ],
  expected: "Unknown in comparison.md. Ours: where rights can be cut the minimal grant is what is used; where whole objects pass P holds more than it uses.",
  plot: { mark: "dot", x: "used", y: "held", colour: "mechanism" },
  run,
  conclude,
};
