/** E29: who steers the program after the launch, by each mechanism (the column "Can old holders control P?" of comparison.md §1). */
import { mechanismOf, mechanisms } from "../mechanisms.ts";
import type { Control } from "../model/authority.ts";
import type { Experiment, Line, Outcome, Point } from "../model/experiment.ts";
import { graphHash } from "../model/graph-hash.ts";
import { controlSet } from "../model/measure.ts";
import { m1 } from "../model/m1.ts";

/** What the launcher can do, at most: steer, kill, only wait, nothing. */
type Power = "writes" | "kills" | "waits" | "nothing";

function powerOf(controls: readonly Control[]): Power {
  const can = controls.filter((c) => c.by === "S").flatMap((c) => c.can);
  return can.includes("write") ? "writes" : can.includes("kill") ? "kills" : can.includes("wait") ? "waits" : "nothing";
}

/** By column and, where a column has several, by name. Undefined: comparison.md says nothing of a launcher that stays. */
function expectedPower(name: string, column: string): Power | undefined {
  if (column === "HX" || column === "HS" || column === "TX" || column === "HL") return "nothing";
  if (column === "CS") return "kills";
  if (column === "CA") return name === "cloudabi-spawn" ? "kills" : "nothing";
  return "writes";
}

function run(point: Point, seed: number): Outcome {
  const mechanism = mechanismOf(String(point["mechanism"]));
  if (mechanism === undefined) throw new Error(`no mechanism ${String(point["mechanism"])}`);
  const graph = mechanism.launch(m1, { seed }).atQuiescence;
  const controls = controlSet(graph, graph.tasks.find((t) => t.role === "program")?.id ?? "P");
  return {
    dv: {
      launcher: powerOf(controls),
      expected: expectedPower(mechanism.name, mechanism.column) ?? "",
      launcherThrough: controls.filter((c) => c.by === "S").map((c) => `${c.through} (${c.can.join(" ")})`).join(", "),
      others: controls.filter((c) => c.by !== "S").map((c) => `${c.by}: ${c.through}`).join(", "),
    },
    graphHash: graphHash(graph),
  };
}

function conclude(lines: readonly Line[]): { readonly asExpected: boolean; readonly text: string } {
  const wrong = lines.filter((l) => l.dv["expected"] !== "" && l.dv["launcher"] !== l.dv["expected"]);
  const who = (power: Power): string => lines.filter((l) => l.dv["launcher"] === power).map((l) => String(l.iv["mechanism"])).join(", ") || "none";
  return {
    asExpected: wrong.length === 0 && lines.length > 0,
    text: [
      `The launcher can write the program's memory with ${who("writes")}; only kill it with ${who("kills")}; do nothing to it with ${who("nothing")}, where it has become the program, has ended or has handed its port away.`,
      "On the Hurd the proc server can, whatever happened: it has every task's port.",
      ...(wrong.length > 0 ? [`Not as expected: ${wrong.map((l) => `${String(l.iv["mechanism"])} ${String(l.dv["launcher"])}, not ${String(l.dv["expected"])}`).join("; ")}.`] : []),
    ].join(" "),
  };
}

export const experiment: Experiment = {
  name: "e29-control",
  title: "Control set by mechanism",
  question: "Who can steer the program when its launch is over?",
  setUp: "The launch of M1 by every mechanism; the authority graph at quiescence. What holders of the old program's ports can do is E6's question.",
  independent: [{ name: "mechanism", what: "how P is started", values: mechanisms.map((m) => m.name) }],
  dependent: [
    { name: "launcher", what: "the most that S can do to P: writes, kills, waits, nothing" },
    { name: "expected", what: "by comparison.md §1" },
    { name: "launcherThrough", what: "by which means" },
    { name: "others", what: "who else can steer P, and by what" },
  ],
  expected: "FU, S4: the creator always; CA: kill and wait by the process descriptor; PX: ptrace by the same user, CS without it; an exec in place leaves no launcher.",
  plot: { mark: "cell", x: "mechanism", y: "launcher", colour: "launcher" },
  run,
  conclude,
};
