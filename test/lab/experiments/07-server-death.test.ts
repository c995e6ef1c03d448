import { expect } from "chai";
import { experiment } from "../../../lab/experiments/07-server-death.ts";
import type { Line } from "../../../lab/model/experiment.ts";
import { dvAt, falsified, fullRun, gridOf } from "../hurd/full-run.ts";

describe("E7: a server dies in the middle of an exec (comparison.md §3)", function () {
  this.timeout(120_000);
  let lines: readonly Line[] = [];
  before(() => {
    lines = fullRun(experiment, gridOf(experiment).filter(({ victim }) => victim === "exec" || victim === "filesystem"));
  });
  const at = (victim: string, way: string, place: number) => dvAt(lines, { victim, way, place });
  it("in place, exec dies after it has suspended S: S hangs for ever, and nobody is told", () => {
    expect(at("exec", "in-place", 35)).to.include({ class: "zombie", program: "S suspended for ever", error: "", parent: "", detection: -1 });
  });
  it("in place, the filesystem dies past the commit point: S is gone, its parent sees a kill", () => {
    expect(at("filesystem", "in-place", 60)).to.include({ class: "fatal", program: "dead", parent: "signal 9" });
  });
  it("a spawn has a clean error for as long as exec has not answered, and is silent after that", () => {
    expect(at("exec", "spawn", 35)).to.include({ class: "clean", error: "MIG_SERVER_DIED" });
    expect(at("exec", "spawn", 60)).to.include({ class: "silent", error: "" });
  });
  it("a secure exec leaves a task that has the process, and no program", () => {
    expect(at("exec", "secure", 60)).to.include({ class: "zombie", program: "a new task that never comes to main", orphans: 1 });
  });
  it("concludes as expected, and can say no", () => {
    expect(experiment.conclude(lines).asExpected).to.equal(true);
    expect(experiment.conclude(falsified(lines, { way: "in-place" }, { class: "clean" })).asExpected).to.equal(false);
  });
});
