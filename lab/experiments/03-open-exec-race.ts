/** E3: a descriptor is opened, and flagged a moment later; meanwhile somebody execs. */
import { keyOf, openRace, type Raced } from "../composed/races.ts";
import { exploreAll, type Exploration, type Scenario } from "../explore/explore.ts";
import type { Experiment, Line, Outcome, Point } from "../model/experiment.ts";
import { openRace as posixRace, type Launching, type PosixRaced } from "../posix/races.ts";

/** A race of any of the systems, in one form. */
type Race = Raced | PosixRaced;

const POSIX: Readonly<Record<string, Launching>> = { posix: "execve", "posix-fork": "fork", "posix-spawn": "spawn", capsicum: "fexecve" };
const flag = { selectFds: "flag", selectRights: "stay" } as const;
const list = { selectFds: "list", selectRights: "none", list: [0] } as const;

function scenario(point: Point): Scenario<Race> {
  const options = { count: Number(point["iterations"]), atomic: point["atomic"] === true };
  const mechanism = String(point["mechanism"]);
  const how = POSIX[mechanism];
  if (how !== undefined) return posixRace(how, options) as Scenario<Race>;
  const race = mechanism === "hurd-model" ? openRace({ choice: flag, twoSteps: true }, options) : openRace({ choice: list, twoSteps: false }, options);
  return race as Scenario<Race>;
}

const fdLeaks = (race: Race): number => ("leaks" in race ? race.leaks.length : race.fdLeaks.length);
const rightLeaks = (race: Race): number => ("leaks" in race ? 0 : race.rightLeaks.length);

/** Fewest preemptions with which something leaks; -1 when nothing does. */
function preemptions(race: Scenario<Race>, most: number): number {
  for (let bound = 0; bound <= most; bound++)
    if ([...exploreAll(race, { preemptions: bound }).outcomes.values()].some(({ outcome }) => fdLeaks(outcome) + rightLeaks(outcome) > 0)) return bound;
  return -1;
}

function run(point: Point): Outcome {
  const race = scenario(point);
  const explored = exploreAll(race);
  const found = [...explored.outcomes.values()];
  const share = (leaks: (race: Race) => number): number => found.filter(({ outcome }) => leaks(outcome) > 0).reduce((sum, { count }) => sum + count, 0) / explored.executions;
  const both = (r: Race): number => fdLeaks(r) + rightLeaks(r);
  const leaks = found.some(({ outcome }) => both(outcome) > 0);
  return {
    dv: {
      schedules: explored.executions,
      leaking: round(share(both)),
      fdLeaking: round(share(fdLeaks)),
      rightLeaking: round(share((r) => (fdLeaks(r) === 0 ? rightLeaks(r) : 0))),
      preemptions: leaks ? preemptions(race, 3) : -1,
      window: Math.max(...found.map(({ outcome }) => ("window" in outcome ? outcome.window : 0))),
    },
    ...witness(explored, both),
    verdict: explored.words,
  };
}

const round = (x: number): number => Math.round(x * 1000) / 1000;

function witness({ outcomes }: Exploration<Race>, leaks: (race: Race) => number): { readonly schedule?: string } {
  const [first] = [...outcomes.values()].filter(({ outcome }) => leaks(outcome) > 0).sort((a, b) => a.witness.length - b.witness.length);
  return first === undefined ? {} : { schedule: first.witness };
}

function conclude(lines: readonly Line[]): { readonly asExpected: boolean; readonly text: string } {
  const wrong = lines.filter((l) => !holds(l));
  const at = (mechanism: string, atomic: boolean): readonly Line[] => lines.filter((l) => l.iv["mechanism"] === mechanism && l.iv["atomic"] === atomic);
  const leaky = [...new Set(lines.filter((l) => Number(l.dv["fdLeaking"]) > 0).map((l) => String(l.iv["mechanism"])))];
  const remaining = at("hurd-model", true).map((l) => `${String(l.dv["rightLeaking"])} of the schedules with ${String(l.iv["iterations"])} file${l.iv["iterations"] === 1 ? "" : "s"}`);
  return {
    asExpected: wrong.length === 0,
    text: [
      `Opened and flagged in two steps, a descriptor leaks with ${leaky.join(", ")}, and never where a list says what passes.`,
      "One preemption is enough each time. The atomic flag closes the descriptor leak everywhere.",
      ...(remaining.length > 0 ? [`In the Hurd's exec in place a right that is opened between the snapshot and its installation stays with the program all the same, without a descriptor (${remaining.join("; ")}).`] : []),
      ...(wrong.length > 0 ? [`Not as expected: ${wrong.map((l) => `${String(l.iv["mechanism"])} atomic=${String(l.iv["atomic"])} iterations=${String(l.iv["iterations"])}`).join("; ")}.`] : []),
    ].join(" "),
  };
}

/** The expectation at one point. */
function holds({ iv, dv }: Line): boolean {
  const { mechanism, atomic } = iv;
  if (mechanism === "cloudabi-model") return dv["leaking"] === 0;
  if (atomic !== true) return Number(dv["fdLeaking"]) > 0 && Number(dv["preemptions"]) <= 1;
  if (mechanism === "hurd-model") return dv["fdLeaking"] === 0 && Number(dv["rightLeaking"]) > 0;
  return dv["leaking"] === 0;
}

export const experiment: Experiment = {
  name: "e03-open-exec-race",
  title: "Open against exec",
  question: "Can another thread's exec catch a descriptor between its opening and its close-on-exec flag?",
  setUp: "One thread opens files and flags each, in two steps or in one; another launches a program that is to have a single descriptor. Every schedule is run. The Hurd and CloudABI are policy vectors here (snapshot and commit; a list).",
  independent: [
    { name: "mechanism", what: "how the other thread launches", values: ["posix", "posix-fork", "posix-spawn", "capsicum", "hurd-model", "cloudabi-model"] },
    { name: "atomic", what: "the flag is set with the opening", values: [false, true] },
    { name: "iterations", what: "files that the opener opens", values: [1, 2, 3], parse: (text) => (/^[1-5]$/.test(text) ? Number(text) : undefined) },
  ],
  dependent: [
    { name: "schedules", what: "schedules run" },
    { name: "leaking", what: "fraction of them in which something leaks" },
    { name: "fdLeaking", what: "fraction in which a descriptor leaks" },
    { name: "rightLeaking", what: "fraction in which only a right leaks that no descriptor has" },
    { name: "preemptions", what: "fewest preemptions of a leaking schedule; -1: none leaks" },
    { name: "window", what: "traps of others between choice and installation, at most" },
  ],
  expected: "In two steps it leaks at one preemption in PX, PS, CS and HX, never in CA; the atomic flag closes PX; HX still leaks a right that is opened after the snapshot, although not the descriptor.",
  plot: { mark: "bar", x: "mechanism", y: "leaking", colour: "atomic", facet: "iterations" },
  run,
  scenario: (point) => ({ run: scenario(point).run, key: (race) => ("leaks" in (race as Race) ? scenario(point).key(race as Race) : keyOf(race as Raced)) }),
  conclude,
};
