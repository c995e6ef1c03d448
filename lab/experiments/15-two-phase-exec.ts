/** E15: exec in two phases, judged by faults at every moment. */
import { execBy, PROTOCOLS, type Executed, type Protocol } from "../composed/protocols.ts";
import type { Fault } from "../composed/kernel.ts";
import type { Experiment, Line, Outcome, Point } from "../model/experiment.ts";
import type { FailState } from "../model/launch.ts";
import { m1 } from "../model/m1.ts";

const FAULTS = ["none", "fs dies", "exec dies", "proc dies", "allocation fails"] as const;
type FaultName = (typeof FAULTS)[number];
const CLASSES: readonly FailState[] = ["clean", "partial", "zombie", "silent", "fatal"];

const BROKEN = CLASSES.filter((c) => c !== "clean");

/** The fault at its `at`-th moment. */
function faultAt(name: FaultName, at: number): Fault | undefined {
  switch (name) {
    case "none":
      return undefined;
    case "fs dies":
      return { kind: "death", victim: "fs", at };
    case "exec dies":
      return { kind: "death", victim: "exec", at };
    case "proc dies":
      return { kind: "death", victim: "proc", at };
    case "allocation fails":
      return { kind: "allocation", at };
  }
}

/** The exec with the fault at each moment of a run without one. */
function sweep(protocol: Protocol, name: FaultName): readonly Executed[] {
  const plain = execBy(protocol, m1);
  const moments = name === "none" ? 1 : name === "allocation fails" ? plain.allocations : plain.steps;
  return Array.from({ length: moments }, (_, at) => execBy(protocol, m1, { fault: faultAt(name, at) }));
}

function run(point: Point): Outcome {
  const protocol = point["protocol"] as Protocol;
  const all = sweep(protocol, point["fault"] as FaultName);
  const count = (state: FailState): number => all.filter((e) => e.failState === state).length;
  const plain = execBy(protocol, m1);
  const worst = [...CLASSES].reverse().find((c) => count(c) > 0) ?? "none";
  return {
    dv: {
      moments: all.length,
      ran: count("none"),
      ...Object.fromEntries(CLASSES.map((c) => [c, count(c)])),
      broken: BROKEN.reduce((sum, c) => sum + count(c), 0),
      window: plain.window,
      messages: plain.cost.messages,
      traps: plain.cost.traps,
      identity: `${plain.identity}/2`,
    },
    failState: worst,
  };
}

const dirty = (l: Line): number => BROKEN.reduce((sum, c) => sum + Number(l.dv[c]), 0);
const isTwo = (l: Line): boolean => String(l.iv["protocol"]).startsWith("two-phase");
/** What each protocol is an improvement of. */
const BASE: Readonly<Record<string, string>> = { "two-phase-in-place": "in-place", "two-phase-new-task": "new-task", "two-phase-list": "in-place" };

function conclude(lines: readonly Line[]): { readonly asExpected: boolean; readonly text: string } {
  const unclean = lines.filter((l) => isTwo(l) && dirty(l) > 0);
  const old = lines.filter((l) => !isTwo(l) && dirty(l) > 0).map((l) => `${String(l.iv["protocol"])} when ${String(l.iv["fault"])}: ${CLASSES.filter((c) => c !== "clean" && Number(l.dv[c]) > 0).map((c) => `${String(l.dv[c])} ${c}`).join(", ")}`);
  const plain = (name: string): Line | undefined => lines.find((l) => l.iv["protocol"] === name && l.iv["fault"] === "none");
  const more = Object.entries(BASE).flatMap(([name, base]) => {
    const [a, b] = [plain(name), plain(base)];
    return a === undefined || b === undefined ? [] : [{ name, base, by: Number(a.dv["messages"]) - Number(b.dv["messages"]), identity: String(a.dv["identity"]), window: Number(a.dv["window"]), was: Number(b.dv["window"]) }];
  });
  const dearer = more.filter((m) => m.by > 1);
  return {
    asExpected: unclean.length === 0 && dearer.length === 0 && lines.every((l) => Number(l.dv["moments"]) > 0),
    text: [
      unclean.length === 0 ? "In two phases every fault at every moment leaves S as it was, with an error, or comes after the program runs." : `Not clean: ${unclean.map((l) => `${String(l.iv["protocol"])} when ${String(l.iv["fault"])}`).join(", ")}.`,
      ...(old.length > 0 ? [`In one phase: ${old.join("; ")}.`] : []),
      ...more.map((m) => `${m.name} takes ${Math.abs(m.by)} message${Math.abs(m.by) === 1 ? "" : "s"} ${m.by > 0 ? "more" : "less"} than ${m.base}, keeps ${m.identity} of pid and task port, window ${m.window} (was ${m.was}).`),
      "It takes no more messages, because a prepared space has its descriptors in it: the new program asks nobody for them.",
      "A new task keeps the pid only by the proc server's reassignment; the task port of the old one dies, which cuts its holders off.",
      ...(dearer.length > 0 ? [`More than one message dearer: ${dearer.map((m) => m.name).join(", ")}.`] : []),
    ].join(" "),
  };
}

export const experiment: Experiment = {
  name: "e15-two-phase-exec",
  title: "Transactional exec",
  question: "If exec first prepares the new space beside the old one and then commits in one step, what can a fault still break?",
  setUp: "S of M1 execs through filesystem, exec server and proc server on the capability personality. A server dies before each message step in turn, or each allocation in turn fails. Protocols as in lab/composed/protocols.ts; spawn-early and spawn-late are the pair of M6.",
  independent: [
    { name: "protocol", what: "how the exec goes", values: PROTOCOLS },
    { name: "fault", what: "what goes wrong, at each moment", values: FAULTS },
  ],
  dependent: [
    { name: "moments", what: "moments at which the fault was tried" },
    { name: "ran", what: "the program ran all the same" },
    ...CLASSES.map((c) => ({ name: c, what: `times that the end was ${c}` })),
    { name: "broken", what: "all of these but clean" },
    { name: "window", what: "traps between the choice of the set and its installation, without a fault" },
    { name: "messages", what: "messages without a fault" },
    { name: "traps", what: "traps without a fault" },
    { name: "identity", what: "of pid and task port, how many the program has from S" },
  ],
  expected: "Clean everywhere, for at most one message more; identity has to be bought by the proc server's reassignment when the task is new.",
  plot: { mark: "bar", x: "protocol", y: "broken", colour: "fault" },
  run,
  conclude,
};
