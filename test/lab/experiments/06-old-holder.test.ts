import { expect } from "chai";
import { experiment } from "../../../lab/experiments/06-old-holder.ts";
import type { Line } from "../../../lab/model/experiment.ts";
import { dvAt, falsified, fullRun } from "../hurd/full-run.ts";

const STEERS = "read-table, write, stop";

describe("E6: who held a port of the old program (comparison.md §3)", function () {
  this.timeout(60_000);
  let lines: readonly Line[] = [];
  before(() => {
    lines = fullRun(experiment);
  });
  const at = (kind: string, way: string, lists = "library") => dvAt(lines, { kind, way, lists });
  it("M8: in place the holder of the task port writes P's memory; after a new task, secure or not, he has a dead name", () => {
    expect(at("task", "in-place")).to.include({ succeeded: STEERS, failed: "", control: "task-port" });
    for (const way of ["new-task", "secure"]) {
      expect(at("task", way)).to.include({ succeeded: "", control: "" });
      expect(at("task", way).failed).to.contain("write: MACH_SEND_INVALID_DEST");
    }
  });
  it("the process port gives the task in place, and dies with the reassignment", () => {
    expect(at("process", "in-place")).to.include({ succeeded: `get the task, ${STEERS}`, control: "process-port" });
    for (const way of ["new-task", "secure"]) expect(at("process", way).failed).to.equal("get the task: MACH_SEND_INVALID_DEST");
  });
  it("the thread port and the message port are dead even in place: exec ends the threads, the caller's lists destroy the port", () => {
    for (const kind of ["thread", "message"]) expect(at(kind, "in-place")).to.include({ succeeded: "", control: "" });
  });
  it("with empty lists the old message port lives on unserved; the old threads are gone all the same", () => {
    expect(at("message", "in-place", "none")).to.include({ succeeded: "send", control: "" });
    expect(at("thread", "in-place", "none")).to.include({ succeeded: "" });
  });
  it("who held nothing may ask proc by pid: granted to the same user but after a secure exec", () => {
    for (const way of ["in-place", "new-task"]) expect(at("pid", way).succeeded).to.equal(`get the task, ${STEERS}`);
    expect(at("pid", "secure").failed).to.equal("get the task: EPERM");
  });
  it("concludes that not all ports keep working in place, as the reference says; and would agree if they did", () => {
    const { asExpected, text } = experiment.conclude(lines);
    expect(asExpected).to.equal(false);
    expect(text).to.contain("Not so those of the old thread or message port");
    const kept = falsified(falsified(lines, { kind: "thread", way: "in-place" }, { failed: "" }), { kind: "message", way: "in-place" }, { failed: "" });
    expect(experiment.conclude(kept).asExpected).to.equal(true);
  });
});
