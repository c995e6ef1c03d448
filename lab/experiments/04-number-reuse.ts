/** E4: a tree names descriptors by number; another thread gives the number to something else. When must a number be resolved? */
import { DESIGNS, raceScenario, type Design, type Race, type RaceOutcome } from "../cloudabi/races.ts";
import { exploreAll, type Exploration } from "../explore/explore.ts";
import type { Conclusion, Experiment, Line, Outcome, Point } from "../model/experiment.ts";

const raceAt = (point: Point): Race => ({ design: String(point["design"]) as Design, cycles: Number(point["cycles"]), bad: point["executable"] === "bad" });

/** Schedules that ended in an outcome like this. */
function count({ outcomes }: Exploration<RaceOutcome>, is: (o: RaceOutcome) => boolean): number {
  return [...outcomes.values()].filter(({ outcome }) => is(outcome)).reduce((sum, found) => sum + found.count, 0);
}

function run(point: Point): Outcome {
  const found = exploreAll(raceScenario(raceAt(point)));
  const wrong = [...found.outcomes.values()].find(({ outcome }) => outcome.granted === "other");
  const lost = count(found, (o) => o.lost);
  return {
    dv: {
      schedules: found.executions,
      intended: count(found, (o) => o.granted === "intended"),
      wrong: count(found, (o) => o.granted === "other"),
      closed: count(found, (o) => o.error === "EBADF"),
      lost,
    },
    failState: lost > 0 ? "partial" : [...found.outcomes.values()].some(({ outcome }) => outcome.error !== undefined) ? "clean" : "none",
    verdict: found.words,
    ...(wrong === undefined ? {} : { schedule: wrong.witness }),
  };
}

/** What each line must be, by comparison.md (E4, M3). */
function fits({ iv, dv }: Line): boolean {
  const late = iv["design"] === "numbers" || iv["design"] === "pinned-at-serialise";
  if (iv["executable"] === "bad") return dv["intended"] === 0 && dv["wrong"] === 0 && (Number(dv["lost"]) > 0) === (iv["design"] === "moved");
  if (!late) return dv["wrong"] === 0 && dv["closed"] === 0 && dv["intended"] === dv["schedules"];
  const m3 = iv["design"] !== "numbers" || iv["cycles"] !== 1 || (dv["schedules"] === 6 && dv["intended"] === 1 && dv["closed"] === 2 && dv["wrong"] === 3);
  return m3 && Number(dv["wrong"]) > 0 && Number(dv["closed"]) > 0 && Number(dv["intended"]) > 0;
}

function conclude(lines: readonly Line[]): Conclusion {
  const off = lines.filter((l) => !fits(l));
  const share = (design: Design): string => {
    const good = lines.filter((l) => l.iv["design"] === design && l.iv["executable"] === "good");
    return good.map((l) => `${String(l.dv["wrong"])} of ${String(l.dv["schedules"])}`).join(", ");
  };
  return {
    asExpected: off.length === 0,
    text: [
      `Schedules that grant the wrong object, for one cycle of close and reopen and more: by numbers ${share("numbers")}; pinned when the tree is serialised ${share("pinned-at-serialise")};`,
      `pinned when it is built ${share("pinned-at-build")}; moved into it ${share("moved")}.`,
      "Only a reference taken when the tree is built closes the window. A handle that moves closes it as well, but is lost to the caller when the exec fails.",
      ...(off.length > 0 ? [`Not as expected: ${off.map((l) => JSON.stringify(l.iv)).join("; ")}.`] : []),
    ].join(" "),
  };
}

export const experiment: Experiment = {
  name: "e04-number-reuse",
  title: "Number-reuse race",
  question: "Can a program be given another object than the tree meant, and when must a number be resolved so that it cannot?",
  setUp: "Thread 1 names descriptor 2 in its tree, serialises it and execs; thread 2, from then on, closes 2 and opens something else, which gets the lowest free number: 2. All interleavings.",
  independent: [
    { name: "design", what: "when a number becomes the object: at the call (CloudABI), at the serialiser, when the tree is built; or the handle moves", values: DESIGNS },
    { name: "cycles", what: "how often the other thread closes and reopens", values: [1, 2, 3], parse: (text) => (/^[1-6]$/.test(text) ? Number(text) : undefined) },
    { name: "executable", what: "bad: the exec fails with ENOEXEC at its end", values: ["good", "bad"] },
  ],
  dependent: [
    { name: "schedules", what: "schedules run: all" },
    { name: "intended", what: "schedules that grant what the tree meant" },
    { name: "wrong", what: "schedules that grant the other object under its name" },
    { name: "closed", what: "schedules that end in EBADF" },
    { name: "lost", what: "schedules after which the caller, its exec failed, has the handle no more" },
  ],
  expected: "The wrong object is possible unless references are pinned when the tree is built. One cycle by numbers: 6 schedules, 1 intended, 2 EBADF, 3 wrong (M3).",
  plot: { mark: "bar", x: "design", y: "wrong", colour: "design", facet: "cycles" },
  run,
  scenario: (point) => raceScenario(raceAt(point)),
  conclude,
};
