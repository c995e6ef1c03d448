/** E1: what leaks by each mechanism's default, over how disciplined the launcher is. */
import { mechanismOf, mechanisms } from "../mechanisms.ts";
import type { Experiment, Line, Outcome, Point } from "../model/experiment.ts";
import { graphHash } from "../model/graph-hash.ts";
import type { Held, Launch, Mechanism } from "../model/launch.ts";
import { judge } from "../model/measure.ts";

/** Objects of S at descriptors, those of them that P wants, and raw rights. */
const N = 10;
const M = 2;
const RAW = 2;

/** S holds N files from descriptor 3 on; P wants the first M; of the others the fraction `flagged` closes on exec. */
export function leakLaunch(flagged: number): Launch {
  const others = N - M;
  const marked = Math.round(others * flagged);
  const files = Array.from({ length: N }, (_, i): Held => ({ object: `file${i}`, kind: "file", rights: ["r"], at: [3 + i], closeOnExec: i >= M && i < M + marked }));
  const raw = Array.from({ length: RAW }, (_, i): Held => ({ object: `raw${i}`, kind: "send-right", rights: ["send"], at: [], closeOnExec: false }));
  const wanted = files.slice(0, M).map(({ object, rights }) => ({ name: object, object, rights }));
  return { holds: [...files, ...raw], manifest: wanted, grant: wanted };
}

/** What comparison.md expects. Raw rights stay in the same task; on Genode they are sockets that S has received, and those have no flag. */
export function expectedLeak({ name, column, policy }: Mechanism, flagged: number): number {
  const unflagged = Math.round((N - M) * (1 - flagged));
  const fds = policy.selectFds === "flag" && name !== "posix-spawn-closing" ? unflagged : 0;
  const raw = column === "GL" || (policy.container === "same" && policy.selectRights.startsWith("stay")) ? RAW : 0;
  const bootstrap = column === "DW" && name !== "darwin-no-bootstrap" ? 1 : 0;
  return fds + raw + bootstrap;
}

function run(point: Point, seed: number): Outcome {
  const mechanism = mechanismOf(String(point["mechanism"]));
  const flagged = Number(point["f"]);
  const launch = leakLaunch(flagged);
  const launched = mechanism?.launch(launch, { seed });
  if (launched?.atFirst === undefined) return { dv: { leak: -1, unnamed: -1, missing: -1, expected: "not run" }, failState: launched?.failState ?? "fatal" };
  const { leak, unnamed, missing } = judge(launched.atFirst, programOf(launched.atFirst), launch.manifest, launch.grant);
  const expected = mechanism === undefined ? undefined : expectedLeak(mechanism, flagged);
  return { dv: { leak: leak.length, unnamed: unnamed.length, missing: missing.length, expected: expected ?? "" }, failState: launched.failState, graphHash: graphHash(launched.atFirst) };
}

const programOf = ({ tasks }: { readonly tasks: readonly { readonly id: string; readonly role: string }[] }): string => tasks.find((t) => t.role === "program")?.id ?? "P";

function conclude(lines: readonly Line[]): { readonly asExpected: boolean; readonly text: string } {
  const wrong = lines.filter((l) => l.dv["expected"] !== "" && l.dv["leak"] !== l.dv["expected"]);
  const lacking = lines.filter((l) => l.dv["missing"] !== 0);
  const worst = (name: string): number => Math.max(...lines.filter((l) => l.iv["mechanism"] === name).map((l) => Number(l.dv["leak"])));
  const names = [...new Set(lines.map((l) => String(l.iv["mechanism"])))];
  const never = names.filter((name) => worst(name) === 0);
  const rest = names.filter((name) => worst(name) > 0).map((name) => `${name} ${worst(name)}`);
  const differing = wrong.map((l) => `${String(l.iv["mechanism"])} at f=${String(l.iv["f"])}: ${String(l.dv["leak"])} and not ${String(l.dv["expected"])}`);
  return {
    asExpected: wrong.length === 0 && lacking.length === 0,
    text: [
      `Of ${N} objects and ${RAW} raw rights, with ${M} wanted: no leak at any discipline with ${never.join(", ")}. At their worst: ${rest.join(", ")}.`,
      "Where a flag selects, the leak is (n-m)(1-f); exec in the same task adds the raw rights, which no flag reaches.",
      ...(differing.length > 0 ? [`Not as expected: ${differing.join("; ")}.`] : []),
      ...(lacking.length > 0 ? [`Missing what it wanted: ${[...new Set(lacking.map((l) => String(l.iv["mechanism"])))].join(", ")}.`] : []),
    ].join(" "),
  };
}

export const experiment: Experiment = {
  name: "e01-leak",
  title: "Leak by default policy",
  question: "What does a program get that nobody meant it to have, by each mechanism's default?",
  setUp: `S holds ${N} files at descriptors and ${RAW} raw rights; P wants ${M} of the files, and S lists just those where a mechanism has lists. A fraction f of the other descriptors closes on exec.`,
  independent: [
    { name: "mechanism", what: "how P is started", values: mechanisms.map((m) => m.name) },
    { name: "f", what: "fraction of the unwanted descriptors that closes on exec", values: [0, 0.25, 0.5, 0.75, 1], parse: (text) => (/^(0(\.\d+)?|1(\.0+)?)$/.test(text) ? Number(text) : undefined) },
  ],
  dependent: [
    { name: "leak", what: "right-atoms that P holds beyond manifest and grant, at its first instruction" },
    { name: "unnamed", what: "right-atoms that P holds and cannot find by its arguments" },
    { name: "missing", what: "right-atoms that P wants and does not hold" },
    { name: "expected", what: "the leak that comparison.md expects" },
  ],
  expected: "PX, PS and CS leak (n-m)(1-f); CA, FU, S4, WA nothing; DW nothing with the flag, but for the bootstrap port; HX what PX does and the raw rights; GL what it receives.",
  plot: { mark: "line", x: "f", y: "leak", colour: "mechanism" },
  run,
  conclude,
};
