/** E21: all schedules of an exec with what goes on beside it: how many differ, and in how many ways it ends. */
import { graphOf } from "../composed/authority.ts";
import { sys } from "../composed/calls.ts";
import type { CapabilityKernel } from "../composed/kernel.ts";
import type { CapabilityProcess } from "../composed/process.ts";
import { execBy, type Protocol } from "../composed/protocols.ts";
import { Classifying } from "../explore/classes.ts";
import type { Bound } from "../explore/depth-first.ts";
import { exploreAll, type Scenario } from "../explore/explore.ts";
import type { AuthorityGraph } from "../model/authority.ts";
import type { Experiment, Line, Outcome, Point } from "../model/experiment.ts";
import { graphHash } from "../model/graph-hash.ts";
import type { Launch } from "../model/launch.ts";
import { direct } from "../model/measure.ts";

const VARIANTS: readonly Protocol[] = ["in-place", "new-task", "two-phase-in-place", "two-phase-new-task", "two-phase-list"];
const BESIDE = ["open", "open, death", "signal, death", "close, death"] as const;
type Beside = (typeof BESIDE)[number];

/** A new task leaves S running beside the program, so everything interleaves with everything: bounded. */
const boundOf = ({ protocol, beside }: Point): Bound => (protocol !== "new-task" ? {} : { preemptions: beside === "signal, death" ? 0 : 1 });

const kept = { name: "kept", object: "kept", rights: ["r"] };
/** S passes one file; a log closes on exec. */
const launch: Launch = {
  holds: [
    { object: "kept", kind: "file", rights: ["r"], at: [0], closeOnExec: false },
    { object: "log", kind: "log", rights: ["w"], at: [1], closeOnExec: true },
  ],
  manifest: [kept],
  grant: [kept],
};

const file = (object: string) => ({ object, kind: "file", rights: ["r"], yields: [] });

/** What goes on beside the exec, in threads of S and in other processes. */
function addBeside(what: Beside, kernel: CapabilityKernel, s: CapabilityProcess): void {
  if (what.startsWith("open"))
    kernel.spawnThread(s, function* () {
      const fd = yield* sys("open", { capability: file("new") });
      if (typeof fd === "number") yield* sys("set_flag", { fd });
      return 0;
    });
  if (what.startsWith("close"))
    kernel.spawnThread(s, function* () {
      yield* sys("close", { fd: 1 });
      return 0;
    });
  if (what.startsWith("signal"))
    kernel.boot("Q", function* () {
      yield* sys("signal", {
        task: "S",
        *handler() {
          yield* sys("open", { capability: file("of the handler"), closeOnExec: true });
          return 0;
        },
      });
      return 0;
    });
  if (what.endsWith("death"))
    kernel.boot("D", function* () {
      yield* sys("kill", { task: "exec" });
      return 0;
    });
}

/** How one schedule ended. */
interface Ended {
  /** Who is there, and with what when it is the program. */
  readonly ending: string;
  readonly graph: AuthorityGraph;
  readonly leak: readonly string[];
  readonly mazurkiewicz: string;
}

function endingOf(kernel: CapabilityKernel, ran: boolean, graph: AuthorityGraph): string {
  if (kernel.all.some((p) => p.ended === undefined && p.task.threads.length === 0)) return "a task without a program";
  if (ran) return `program with ${direct(graph, "P").join(", ")}`;
  return kernel.byName("S") === undefined ? "nobody" : "launcher goes on";
}

const scenarioOf = (protocol: Protocol, what: Beside): Scenario<Ended> => ({
  key: ({ ending }) => ending,
  run(strategy) {
    const classifying = new Classifying(strategy);
    let graph: AuthorityGraph | undefined;
    let last: CapabilityKernel | undefined;
    const { ran } = execBy(protocol, launch, {
      strategy: classifying,
      beside: (kernel, s) => addBeside(what, kernel, s),
      look(kernel) {
        last = kernel;
        graph = graphOf(kernel, launch.manifest, { numbers: new Map([["kept", 0]]), as: (_name, fd) => `fd ${fd}` });
      },
    });
    if (graph === undefined || last === undefined) throw new Error("nobody looked");
    const extra = direct(graph, "P").filter((a) => a !== "kept r");
    return { ending: endingOf(last, ran, graph), graph, leak: extra, mazurkiewicz: classifying.class };
  },
});

function run(point: Point): Outcome {
  const scenario = scenarioOf(point["protocol"] as Protocol, point["beside"] as Beside);
  const classes = new Map<string, Set<string>>();
  const graphs = new Set<string>();
  const leaks = new Set<string>();
  const { executions, outcomes, words } = exploreAll({
    key: scenario.key,
    run(strategy) {
      const ended = scenario.run(strategy);
      const hash = graphHash(ended.graph);
      graphs.add(hash);
      classes.set(ended.mazurkiewicz, (classes.get(ended.mazurkiewicz) ?? new Set()).add(hash));
      if (ended.leak.length > 0) leaks.add(ended.leak.join(", "));
      return ended;
    },
  }, boundOf(point));
  const bad = [...outcomes].filter(([key]) => key !== "launcher goes on" && key !== "program with kept r");
  return {
    dv: { schedules: executions, classes: classes.size, graphs: graphs.size, endings: outcomes.size, leakSets: leaks.size, mixed: [...classes.values()].filter((c) => c.size > 1).length, bad: bad.map(([key]) => key).join("; ") },
    ...(bad[0] === undefined ? {} : { schedule: bad[0][1].witness }),
    verdict: words,
  };
}

function conclude(lines: readonly Line[]): { readonly asExpected: boolean; readonly text: string } {
  const isTwo = (l: Line): boolean => String(l.iv["protocol"]).startsWith("two-phase");
  const dies = (l: Line): boolean => String(l.iv["beside"]).endsWith("death");
  const notGood = lines.filter((l) => isTwo(l) && (Number(l.dv["endings"]) !== (dies(l) ? 2 : 1) || l.dv["bad"] !== ""));
  const many = lines.filter((l) => Number(l.dv["mixed"]) > 0);
  const others = [...new Set(lines.filter((l) => !isTwo(l) && l.dv["bad"] !== "").map((l) => `${String(l.iv["protocol"])} beside ${String(l.iv["beside"])}: ${String(l.dv["bad"])}`))];
  const most = lines.reduce((sum, l) => sum + Number(l.dv["schedules"]), 0);
  const range = (name: string): string => `${Math.min(...lines.map((l) => Number(l.dv[name])))} to ${Math.max(...lines.map((l) => Number(l.dv[name])))}`;
  return {
    asExpected: notGood.length === 0 && many.length === 0,
    text: [
      `${most} schedules in all; at one point ${range("classes")} classes, ${range("graphs")} final graphs and ${range("endings")} endings.`,
      notGood.length === 0
        ? "The two-phase designs end in exactly two ways, the program with its set or the launcher going on, and in one when no server dies."
        : `Not good: ${notGood.map((l) => `${String(l.iv["protocol"])} beside ${String(l.iv["beside"])} (${String(l.dv["bad"])})`).join("; ")}.`,
      ...(others.length > 0 ? [`Other endings: ${others.join("; ")}.`] : []),
      ...(many.length > 0 ? ["Some class has several final graphs: the relation of independence is wrong there."] : []),
    ].join(" "),
  };
}

export const experiment: Experiment = {
  name: "e21-whole-schedules",
  title: "Whole-schedule equivalence",
  question: "Of all schedules of an exec beside an opener, a closer, a signal and a server's death: how many differ, and in how many ways can they end?",
  setUp: "S execs by each protocol of lab/composed/protocols.ts, through filesystem and exec server, beside one or two others. Every schedule is run (of the new task: every one with at most one preemption, with a signal none); its class is its Foata normal form by the footprints of its traps.",
  independent: [
    { name: "protocol", what: "how the exec goes", values: VARIANTS },
    { name: "beside", what: "what goes on beside it", values: BESIDE },
  ],
  dependent: [
    { name: "schedules", what: "schedules run" },
    { name: "classes", what: "classes of schedules (Mazurkiewicz)" },
    { name: "graphs", what: "distinct final authority graphs" },
    { name: "endings", what: "distinct endings: who is there, and what the program holds" },
    { name: "leakSets", what: "distinct sets of what the program was not to have" },
    { name: "mixed", what: "classes with more than one final graph: 0, or the footprints are wrong" },
    { name: "bad", what: "endings that are neither the program with its set nor the launcher going on" },
  ],
  expected: "Final graphs are far fewer than classes; a good design has exactly two endings, success and clean failure.",
  plot: { mark: "bar", x: "protocol", y: "endings", colour: "protocol", facet: "beside" },
  run,
  scenario: (point) => scenarioOf(point["protocol"] as Protocol, point["beside"] as Beside) as Scenario<unknown>,
  conclude,
};
