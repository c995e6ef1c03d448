import { expect } from "chai";
import { experiment } from "../../../lab/experiments/13-reexec-filter.ts";
import { lineAt, linesOf } from "./runs.ts";

describe("E13: reexec filter (comparison.md §3)", () => {
  const lines = linesOf(experiment, (p) => p["leaked"] !== 1);

  it("leaks nothing to the program and all to the helper; one stage, or a helper that gives all away, leaks all", () => {
    expect(lineAt(lines, { leaked: 8, stages: "two", helper: "honest", size: 0.01 }).dv).to.deep.equal({ helperLeak: 8, finalLeak: 0, surface: 0.08, gain: 7.92 });
    expect(lineAt(lines, { leaked: 8, stages: "two", helper: "compromised", size: 0.01 }).dv).to.include({ helperLeak: 8, finalLeak: 8 });
    expect(lineAt(lines, { leaked: 8, stages: "one" }).dv).to.deep.equal({ helperLeak: 0, finalLeak: 8, surface: 8, gain: 0 });
  });

  it("is worth while only for a helper that is smaller than the program", () => {
    expect(lineAt(lines, { leaked: 4, stages: "two", helper: "honest", size: 2 }).dv["gain"]).to.equal(-4);
    expect(experiment.conclude(lines).asExpected).to.equal(true);
    expect(experiment.conclude(lines.map((l) => ({ ...l, dv: { ...l.dv, finalLeak: 1 } }))).asExpected).to.equal(false);
  });
});
