import { expect } from "chai";
import { experiment } from "../../../lab/experiments/17-trace.ts";
import type { Line } from "../../../lab/model/experiment.ts";
import { dvAt, falsified, fullRun } from "../hurd/full-run.ts";

describe("E17: tracers and exception ports (comparison.md §3)", function () {
  this.timeout(60_000);
  let lines: readonly Line[] = [];
  before(() => {
    lines = fullRun(experiment);
  });
  const at = (attached: string, way: string, fault: string) => dvAt(lines, { attached, way, fault });
  it("in place, a fault at the first instruction goes to the old program's tracer, with P's task port", () => {
    expect(at("before", "in-place", "first instruction")).to.include({ atEntry: "task-port, exception-port", told: "tracer", seen: 1, tables: 1, ended: "signal 9" });
  });
  it("in main it goes to P's own library; the task port stays with the tracer", () => {
    expect(at("before", "in-place", "main")).to.include({ told: "P", seen: 0, atMain: "task-port", atRest: "task-port" });
  });
  it("EXEC_NEWTASK inherits the exception port from the old task, but not the task port", () => {
    expect(at("before", "new-task", "first instruction")).to.include({ atEntry: "exception-port", told: "tracer" });
  });
  it("a secure program's task is exec's child: exec is told, declines, and the kernel ends it", () => {
    for (const attached of ["never", "before"]) expect(at(attached, "secure", "first instruction")).to.include({ atEntry: "", told: "server:exec", seen: 0, ended: "signal 9" });
  });
  it("attaching afterwards, by pid, works for the same user but after a secure exec", () => {
    for (const way of ["in-place", "new-task"]) expect(at("after", way, "main")).to.include({ told: "tracer", atRest: "task-port, exception-port" });
    expect(at("after", "secure", "main")).to.include({ told: "P", atRest: "" });
  });
  it("concludes as expected, and can say no", () => {
    expect(experiment.conclude(lines).asExpected).to.equal(true);
    expect(experiment.conclude(falsified(lines, { way: "secure", attached: "before", fault: "main" }, { atMain: "task-port" })).asExpected).to.equal(false);
  });
});
