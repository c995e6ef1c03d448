import { expect } from "chai";
import { experiment } from "../../../lab/experiments/02-residue.ts";
import type { Line } from "../../../lab/model/experiment.ts";
import { dvAt, falsified, fullRun } from "../hurd/full-run.ts";

describe("E2: residue of raw rights (comparison.md §3)", function () {
  this.timeout(60_000);
  let lines: readonly Line[] = [];
  before(() => {
    lines = fullRun(experiment);
  });
  it("in place it is k less what S listed", () => {
    for (const k of [0, 2, 4, 8])
      for (const [lists, listed] of [["empty", 0], ["partial", k / 2], ["full", k]] as const) expect(dvAt(lines, { k, lists, way: "in-place" }).leak).to.equal(k - listed);
  });
  it("with a new task it is nothing, whatever was listed", () => {
    expect(lines.filter((l) => l.iv.way === "new-task").map((l) => l.dv.leak)).to.satisfy((leaks: readonly unknown[]) => leaks.every((n) => n === 0));
  });
  it("an old receive right is the new program's mailbox: what a stranger sends there, it receives; a dead one refuses", () => {
    expect(dvAt(lines, { k: 8, lists: "empty", way: "in-place" })).to.include({ delivered: 4, refused: 0 });
    expect(dvAt(lines, { k: 8, lists: "empty", way: "new-task" })).to.include({ delivered: 0, refused: 4 });
  });
  it("concludes as expected, and can say no", () => {
    expect(experiment.conclude(lines).asExpected).to.equal(true);
    expect(experiment.conclude(falsified(lines, { k: 4, lists: "full", way: "in-place" }, { leak: 1 })).asExpected).to.equal(false);
    expect(experiment.conclude([]).asExpected).to.equal(false);
  });
});
