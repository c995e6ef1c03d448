/** E22: an executable is checked, and changed before it runs. */
import { exploreAll, type Scenario } from "../explore/explore.ts";
import type { Experiment, Line, Outcome, Point } from "../model/experiment.ts";
import { tamper, type Attack, type Checked, type FileKind, type Method } from "../posix/toctou.ts";

const METHODS: readonly Method[] = ["path", "fd", "port", "snapshot", "seal"];
const KINDS: readonly FileKind[] = ["binary", "script"];
const ATTACKS: readonly Attack[] = ["write", "rename", "symlink", "interpreter"];

const scenarioOf = (point: Point): Scenario<Checked> => tamper(point["method"] as Method, point["file"] as FileKind, point["attack"] as Attack);

function run(point: Point): Outcome {
  const { outcomes, executions, words } = exploreAll(scenarioOf(point));
  const found = [...outcomes.values()];
  const count = (which: (c: Checked) => boolean): number => found.filter(({ outcome }) => which(outcome)).reduce((sum, f) => sum + f.count, 0);
  const evil = found.find(({ outcome }) => outcome.bytes === "evil");
  return {
    dv: {
      schedules: executions,
      evil: count((c) => c.bytes === "evil"),
      evilAsRoot: count((c) => c.bytes === "evil" && c.elevated),
      good: count((c) => c.bytes === "good"),
      notRun: count((c) => c.bytes === "none"),
    },
    ...(evil === undefined ? {} : { schedule: evil.witness }),
    verdict: words,
  };
}

function conclude(lines: readonly Line[]): { readonly asExpected: boolean; readonly text: string } {
  const of = (method: string): readonly Line[] => lines.filter((l) => l.iv["method"] === method);
  const evil = (ls: readonly Line[]): readonly Line[] => ls.filter((l) => Number(l.dv["evil"]) > 0);
  const ways = (ls: readonly Line[]): string => [...new Set(ls.map((l) => `${String(l.iv["attack"])} of a ${String(l.iv["file"])}`))].join(", ");
  const safe = [...of("snapshot"), ...of("seal")];
  const root = lines.filter((l) => Number(l.dv["evilAsRoot"]) > 0);
  const named = evil(of("fd")).filter((l) => l.iv["attack"] === "rename" || l.iv["attack"] === "symlink");
  const checks = [
    { what: "by path every attack can win", met: of("path").every((l) => Number(l.dv["evil"]) > 0) },
    { what: "by descriptor no swap of the name can win", met: named.length === 0 },
    { what: "by descriptor a change of the content can win", met: of("fd").length === 0 || evil(of("fd")).some((l) => l.iv["attack"] === "write") },
    { what: "a snapshot and a seal are safe", met: evil(safe).length === 0 && safe.every((l) => Number(l.dv["good"]) > 0) },
  ];
  const wrong = checks.filter((c) => !c.met).map((c) => c.what);
  return {
    asExpected: wrong.length === 0,
    text: [
      `By path the attacker's bytes run after the check in every case. By descriptor: ${ways(evil(of("fd"))) || "never"}; by a port with set-id decided first: ${ways(evil(of("port"))) || "never"}.`,
      `As root, by the set-id bit of the file that was there before: ${root.map((l) => `${String(l.iv["method"])}, ${String(l.iv["attack"])} of a ${String(l.iv["file"])}`).join("; ") || "never"}.`,
      "A private copy, and a seal that fails while there are writers, run what was checked or nothing; for a script the interpreter has to be held the same way.",
      ...(wrong.length > 0 ? [`Not so: ${wrong.join("; ")}.`] : []),
    ].join(" "),
  };
}

export const experiment: Experiment = {
  name: "e22-content-toctou",
  title: "Check and use of an executable's content",
  question: "Can what runs, and the authority under which it runs, come apart from what was checked?",
  setUp: "A launcher checks a set-id tool of root's and runs it; an attacker of the same user writes to it, renames another over it, retargets its link, or replaces its interpreter, at every point of every schedule. Scripts honour the set-id bit, as they once did. Writing takes the set-id bits away.",
  independent: [
    { name: "method", what: "path; descriptor (fexecve); port (set-id decided in one step, content read in the next, as by a filesystem and an exec server); private copy; seal", values: METHODS },
    { name: "file", what: "a program, or a script that its interpreter opens again", values: KINDS },
    { name: "attack", what: "what the attacker does", values: ATTACKS },
  ],
  dependent: [
    { name: "schedules", what: "schedules run" },
    { name: "evil", what: "those in which bytes run that were not checked" },
    { name: "evilAsRoot", what: "those of them with the owner's ids" },
    { name: "good", what: "those in which the checked bytes run" },
    { name: "notRun", what: "those in which the launcher refuses or the exec fails" },
  ],
  expected: "Path: bytes and authority can both differ; descriptor: bytes can differ; snapshot or write lock: none.",
  plot: { mark: "bar", x: "method", y: "evil", colour: "attack", facet: "file" },
  run,
  sensible: ({ file, attack }) => attack !== "interpreter" || file === "script",
  scenario: (point) => scenarioOf(point) as Scenario<unknown>,
  conclude,
};
