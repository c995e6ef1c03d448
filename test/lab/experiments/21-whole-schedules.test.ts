import { expect } from "chai";
import { experiment } from "../../../lab/experiments/21-whole-schedules.ts";
import { dependent } from "../../../lab/explore/classes.ts";
import type { Line } from "../../../lab/model/experiment.ts";
import { lineAt, linesOf } from "./runs.ts";

describe("E21: whole-schedule equivalence", () => {
  let lines: readonly Line[] = [];
  before(() => {
    lines = linesOf(experiment, ({ protocol, beside }) => protocol !== "new-task" && (beside === "open" || beside === "close, death"));
  });

  it("an exec in one phase can end with nobody, or with a right too many", () => {
    expect(lineAt(lines, { protocol: "in-place", beside: "open" }).dv).to.include({ schedules: 165, classes: 24, endings: 2, leakSets: 1 });
    expect(lineAt(lines, { protocol: "in-place", beside: "close, death" }).dv["bad"]).to.equal("nobody; a task without a program");
  });
  it("in two phases there are exactly two endings, and one when nobody dies", () => {
    for (const protocol of ["two-phase-in-place", "two-phase-new-task", "two-phase-list"]) {
      expect(lineAt(lines, { protocol, beside: "open" }).dv, protocol).to.include({ endings: 1, bad: "" });
      expect(lineAt(lines, { protocol, beside: "close, death" }).dv, protocol).to.include({ endings: 2, bad: "" });
    }
  });
  it("there are fewer final graphs than classes, and fewer classes than schedules", () => {
    for (const { dv } of lines) {
      expect(dv["mixed"]).to.equal(0);
      expect(Number(dv["graphs"])).to.be.at.most(Number(dv["classes"]));
      expect(Number(dv["classes"])).to.be.below(Number(dv["schedules"]));
    }
  });
  it("comes out as expected, and the conclusion can say no", () => {
    expect(experiment.conclude(lines)).to.have.property("asExpected", true);
    expect(experiment.conclude(lines.map((l) => ({ ...l, dv: { ...l.dv, endings: 3 } })))).to.have.property("asExpected", false);
  });
});

describe("classes of schedules", () => {
  it("a cell that both only read does not make two traps dependent; one that either writes does", () => {
    expect(dependent(["r:A", "r:B"], ["r:A"])).to.equal(false);
    expect(dependent(["r:A"], ["A"])).to.equal(true);
    expect(dependent(["A"], ["r:A"])).to.equal(true);
    expect(dependent(["A"], ["A"])).to.equal(true);
    expect(dependent(["A"], ["B"])).to.equal(false);
  });
});
