/** E7: a server dies in the middle of an exec (comparison.md §3; §8 M6). */
import { boundaries, dieAt, tellDeath, type Aftermath, type Boundary, type Victim } from "../hurd/faults.ts";
import type { Way } from "../hurd/launcher.ts";
import type { SceneOptions } from "../hurd/scene.ts";
import type { Conclusion, Experiment, Line, Outcome, Point, Replayed } from "../model/experiment.ts";
import type { Launch } from "../model/launch.ts";

const VICTIMS: readonly Victim[] = ["exec", "filesystem", "proc", "auth"];
const WAYS: readonly Way[] = ["in-place", "secure", "spawn"];
/** Parts of the launch, from its first message to its last, at which somebody dies. */
const PLACES = [0, 15, 35, 50, 60, 70, 80];

/** S has descriptors 0 to 2, as every process: for a secure program without them the library would start /dev/null's translator before `main`. */
const launch: Launch = { holds: [{ object: "file", kind: "file", rights: ["r", "w"], at: [0, 1, 2], closeOnExec: false }], manifest: [], grant: [] };
const options = (way: Way, seed: number): SceneOptions => ({ launch, way, seed });

/** The boundaries of each way: the same launch, found out once. */
const known = new Map<string, readonly Boundary[]>();
function boundariesOf(way: Way, seed: number): readonly Boundary[] {
  const key = `${way} ${seed}`;
  const steps = known.get(key) ?? boundaries(options(way, seed));
  known.set(key, steps);
  return steps;
}

/** The message at a place: its number, of how many, and when it is sent. */
function messageAt({ way, place }: Point, seed: number): { readonly message: number; readonly of: number; readonly step: number } {
  const found = boundariesOf(way as Way, seed);
  const message = Math.round(((found.length - 1) * Number(place)) / 100);
  return { message, of: found.length, step: found[message]?.step ?? 0 };
}

function outcomeOf({ failState, ...rest }: Aftermath, { message, of }: ReturnType<typeof messageAt>): Outcome {
  return { failState, schedule: "", dv: { class: failState, message, of, ...rest } };
}

function run(point: Point, seed: number): Outcome {
  const at = messageAt(point, seed);
  return outcomeOf(dieAt(options(point.way as Way, seed), point.victim as Victim, at.step), at);
}

function replay(point: Point, seed: number): Replayed {
  const at = messageAt(point, seed);
  const [steps, aftermath] = tellDeath(options(point.way as Way, seed), point.victim as Victim, at.step);
  return { steps, outcome: outcomeOf(aftermath, at) };
}

/** Places at which a victim's death leaves each class, in words. */
function zones(lines: readonly Line[], way: string, victim: string): string {
  const classes = new Map<string, number[]>();
  for (const line of lines) {
    if (line.iv.way !== way || line.iv.victim !== victim) continue;
    const name = String(line.dv.class);
    classes.set(name, [...(classes.get(name) ?? []), Number(line.iv.place)]);
  }
  return [...classes].map(([name, places]) => `${name} at ${places.map((p) => `${p}%`).join(" ")}`).join(", ");
}

function conclude(lines: readonly Line[]): Conclusion {
  const bad = (way: string): readonly Line[] => lines.filter((l) => l.iv.way === way && (l.dv.class === "zombie" || l.dv.class === "fatal" || l.dv.class === "partial"));
  const clean = (way: string): number => lines.filter((l) => l.iv.way === way && l.dv.class === "clean").length;
  const unheard = lines.filter((l) => l.dv.class !== "none" && l.dv.error === "" && l.dv.parent === "").length;
  const text =
    WAYS.map((way) => `${way}: ${VICTIMS.map((victim) => `${victim} ${zones(lines, way, victim)}`).join("; ")}.`).join(" ") +
    ` Clean errors: in place ${clean("in-place")}, secure ${clean("secure")}, spawn ${clean("spawn")}. In ${unheard} cases neither S nor its parent ever heard of it.`;
  return { asExpected: bad("in-place").length > 0 && clean("spawn") > clean("in-place"), text };
}

export const experiment: Experiment = {
  name: "e07-server-death",
  title: "A server dies in the middle of an exec",
  question: "Which server's death, after which message, leaves what, and who learns of it?",
  setUp: "A booted Hurd, whose startup is held so that it does not take the system down. The launch runs up to a message; there the kernel ends the victim's task; then everything runs out.",
  independent: [
    { name: "victim", what: "who dies", values: VICTIMS },
    { name: "way", what: "exec in place, of a set-uid file (EXEC_SECURE), or posix_spawn", values: WAYS },
    { name: "place", what: "how far the launch is, in percent of its messages", values: PLACES, parse: (text) => (/^\d{1,3}(\.\d{1,2})?$/.test(text) && Number(text) <= 100 ? Number(text) : undefined) },
  ],
  dependent: [
    { name: "class", what: "none: P came to main; clean: S has an error and all it had; partial: S has lost something; zombie: a task without a program; silent: S was told that P runs, but it does not; fatal: S is gone" },
    { name: "message", what: "the last message before the death" },
    { name: "of", what: "messages of the launch" },
    { name: "error", what: "what S was told" },
    { name: "program", what: "what there is in place of P" },
    { name: "parent", what: "what S's parent was told" },
    { name: "detection", what: "microseconds until somebody learnt of it; -1: nobody did" },
    { name: "orphans", what: "tasks that the launch made, and that are there without ever coming to main" },
  ],
  expected: "In place there is a zone in which the old program is gone and the new one does not come; a spawn gives clean errors for longer.",
  plot: { mark: "cell", x: "place", y: "victim", colour: "class", facet: "way" },
  run,
  replay,
  conclude,
};
