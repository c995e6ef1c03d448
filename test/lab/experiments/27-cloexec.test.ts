import { expect } from "chai";
import { experiment } from "../../../lab/experiments/27-cloexec.ts";
import type { Line } from "../../../lab/model/experiment.ts";
import { dvAt, falsified, fullRun } from "../hurd/full-run.ts";

describe("FD_CLOEXEC is bookkeeping in user space (exec.md §2)", function () {
  this.timeout(30_000);
  let lines: readonly Line[] = [];
  before(() => {
    lines = fullRun(experiment);
  });
  it("setting the flag makes no trap", () => {
    for (const line of lines) expect(line.dv).to.include({ ran: true, trapsOfFlag: 0 });
  });
  it("with the slot empty and the port listed nothing arrives; with the port unlisted the right stays in place, in no descriptor", () => {
    for (const way of ["in-place", "new-task"]) expect(dvAt(lines, { care: "as the library", way })).to.include({ descriptors: "", held: "" });
    expect(dvAt(lines, { care: "right not listed", way: "in-place" })).to.include({ descriptors: "", held: "log w", unnamed: "log w" });
    expect(dvAt(lines, { care: "right not listed", way: "new-task" })).to.include({ descriptors: "", held: "" });
  });
  it("a launcher that does not care passes it, and the new program's flag is clear", () => {
    for (const way of ["in-place", "new-task"]) expect(dvAt(lines, { care: "flag ignored", way })).to.include({ descriptors: "3", held: "log w", unnamed: "" });
  });
  it("concludes as expected, and can say no", () => {
    expect(experiment.conclude(lines).asExpected).to.equal(true);
    expect(experiment.conclude(falsified(lines, { care: "as the library", way: "in-place" }, { held: "log w" })).asExpected).to.equal(false);
    expect(experiment.conclude(falsified(lines, { way: "in-place" }, { trapsOfFlag: 1 })).asExpected).to.equal(false);
  });
});
