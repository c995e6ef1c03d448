/**
 * The holes of 2021 as experiments: an ordinary user runs the attack that lies in /lab of the image, on a system with the hole and on one without, and what decides is one message
 * (cves.md §§1–5).
 */
import { Session, runCommands } from "../../boot/session.ts";
import type { KernelEvent } from "../../mach/kern/events.ts";
import type { Machine } from "../../mach/kern/machine.ts";
import { Messages, type Message } from "../../rpctrace/messages.ts";
import type { Hole } from "../../servers/interfaces/holes.ts";
import type { Conclusion, Experiment, Line, Outcome, Point, Replayed } from "../model/experiment.ts";
import { Eye } from "./eye.ts";
import { Transcript, type Line as Told } from "./transcript.ts";

/** What an experiment about one hole says for itself. */
export interface HoleStory {
  readonly name: string;
  readonly hole: Hole;
  readonly title: string;
  readonly question: string;
  readonly setUp: string;
  readonly expected: string;
  /** For one run: what is written of the deciding message; undefined for every other. `attacker` is the task that attacks. */
  decider(): (message: Message, attacker: number) => string | undefined;
  /** The same of a line of the transcript: it is marked. */
  marks(line: Told): boolean;
}

const SCHEDULES = ["default", "random 1", "random 3"] as const;

/** Follows a run: who attacks, and the last word of the deciding message. */
class Watch {
  private readonly messages = new Messages();
  private readonly hole: Hole;
  private readonly decides: ReturnType<HoleStory["decider"]>;
  private attacker: number | undefined;
  decided = "";

  constructor(story: HoleStory) {
    this.hole = story.hole;
    this.decides = story.decider();
  }

  /** True from the attacker's first instruction on. */
  get begun(): boolean {
    return this.attacker !== undefined;
  }

  event(event: KernelEvent): void {
    if (event.kind === "task-named" && event.name.startsWith(`/lab/cve-${this.hole}`)) this.attacker ??= event.task;
    const message = this.messages.event(event);
    if (this.attacker === undefined || event.kind !== "message-sent" || message === undefined || this.decided !== "") return;
    this.decided = this.decides(message, this.attacker) ?? "";
  }
}

const options = (story: HoleStory, { system, schedule }: Point, seed: number, observe: (machine: Machine) => void) => {
  const [scheduler = "default", number] = String(schedule).split(" ");
  const holes = system === "before" ? [story.hole] : [];
  return { user: "guest", commands: `/lab/cve-${story.hole} id -u`, holes, scheduler, seed: number === undefined ? seed : Number(number) + seed, observe };
};

function outcomeOf(output: string, status: number, decided: string): Outcome {
  const refused = /refused at ([^:]+): (.*)/.exec(output);
  return { schedule: "", dv: { uid: /^\d+$/m.exec(output)?.[0] ?? "", refusedAt: refused?.[1] ?? "", why: refused?.[2] ?? "", status, decided } };
}

function run(story: HoleStory, point: Point, seed: number): Outcome {
  const watch = new Watch(story);
  const ran = runCommands(options(story, point, seed, (machine) => machine.tap.listen((event) => watch.event(event))));
  return outcomeOf(ran.output, ran.status, watch.decided);
}

/** The attack's messages, the deciding one marked. */
function replay(story: HoleStory, point: Point, seed: number): Replayed {
  const watch = new Watch(story);
  const out: Uint8Array[] = [];
  let transcript: Transcript | undefined;
  const { user, commands, ...rest } = options(story, point, seed, (machine) => {
    const written = new Transcript(machine, new Eye(machine));
    transcript = written;
    machine.tap.listen((event) => {
      const begun = watch.begun;
      watch.event(event);
      if (!begun && watch.begun) written.begin();
    });
  });
  const session = new Session({ ...rest, run: { user, commands } }, (bytes) => out.push(bytes));
  while (session.run() === "input" && session.typeEnd());
  const output = out.map((bytes) => new TextDecoder().decode(bytes)).join("");
  return { steps: transcript?.upTo((line) => story.marks(line)) ?? [], outcome: outcomeOf(output, session.status ?? 1, watch.decided) };
}

function conclude(lines: readonly Line[]): Conclusion {
  const before = lines.filter((l) => l.iv.system === "before");
  const fixed = lines.filter((l) => l.iv.system === "fixed");
  const root = before.filter((l) => l.dv.uid === "0");
  const held = fixed.filter((l) => l.dv.uid === "" && l.dv.status === 1);
  const word = (some: readonly Line[]): string => [...new Set(some.map((l) => String(l.dv.decided)))].join(" / ");
  const text =
    `With the hole the command ran as root in ${root.length} of ${before.length} schedules; deciding: ${word(before)}. ` +
    `Without it the attack was refused in ${held.length} of ${fixed.length}, at ${[...new Set(fixed.map((l) => l.dv.refusedAt))].join(", ")}; deciding: ${word(fixed)}.`;
  return { asExpected: before.length > 0 && fixed.length > 0 && root.length === before.length && held.length === fixed.length && word(before) !== word(fixed), text };
}

/** The experiment that tells `story`. */
export const holeExperiment = (story: HoleStory): Experiment => ({
  ...{ name: story.name, title: story.title, question: story.question, setUp: story.setUp, expected: story.expected },
  independent: [
    { name: "system", what: "built before the hole was closed, or after", values: ["before", "fixed"] },
    { name: "schedule", what: "the machine's own order, or random with that seed", values: SCHEDULES },
  ],
  dependent: [
    { name: "uid", what: "as whom the attacker's command ran; empty: not at all" },
    { name: "refusedAt", what: "the message at which the attack was refused" },
    { name: "why", what: "the error there" },
    { name: "status", what: "the attack's exit status" },
    { name: "decided", what: "the deciding message" },
  ],
  plot: { mark: "cell", x: "schedule", y: "system", colour: "uid" },
  run: (point, seed) => run(story, point, seed),
  replay: (point, seed) => replay(story, point, seed),
  conclude,
});

/** What a call of the attacker's was answered: for `decider`. */
export const answerOf = ({ request, sent }: Message, attacker: number, id: number): number | undefined =>
  request?.sent.id === id && request.sent.task === attacker ? Number(sent.items[0]?.data) >>> 0 : undefined;
