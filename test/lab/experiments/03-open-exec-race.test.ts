import { expect } from "chai";
import { experiment } from "../../../lab/experiments/03-open-exec-race.ts";
import { exploreAll } from "../../../lab/explore/explore.ts";
import { readDeviations, ReplayStrategy } from "../../../lab/explore/schedule.ts";
import type { Line } from "../../../lab/model/experiment.ts";
import { lineAt, linesOf } from "./runs.ts";

describe("E3: open against exec", () => {
  let lines: readonly Line[] = [];
  before(() => {
    lines = linesOf(experiment, ({ iterations }) => iterations !== 3);
  });

  it("two steps: 1 of 3 schedules leaks in an exec of one trap, at one preemption", () => {
    expect(lineAt(lines, { mechanism: "posix", atomic: false, iterations: 1 }).dv).to.include({ schedules: 3, leaking: 0.333, preemptions: 1 });
  });
  it("the atomic flag closes it in Unix; the Hurd's exec in place keeps the right", () => {
    expect(lineAt(lines, { mechanism: "posix", atomic: true, iterations: 1 }).dv).to.include({ leaking: 0 });
    expect(lineAt(lines, { mechanism: "hurd-model", atomic: true, iterations: 1 }).dv).to.include({ schedules: 3, fdLeaking: 0, rightLeaking: 0.333 });
  });
  it("a list never leaks", () => {
    for (const line of lines.filter((l) => l.iv["mechanism"] === "cloudabi-model")) expect(line.dv["leaking"]).to.equal(0);
  });
  it("its witness leaks again when it is replayed", () => {
    const point = { mechanism: "hurd-model", atomic: false, iterations: 1 };
    const schedule = lineAt(lines, point).schedule ?? "";
    const scenario = experiment.scenario?.(point, 0);
    if (scenario === undefined) throw new Error("no scenario");
    const deviations = readDeviations(schedule) ?? [];
    expect(scenario.key(scenario.run(new ReplayStrategy(deviations)))).to.contain("leak");
    expect(exploreAll(scenario).executions).to.equal(6);
  });
  it("comes out as expected, and the conclusion can say no", () => {
    expect(experiment.conclude(lines)).to.have.property("asExpected", true);
    expect(experiment.conclude(lines.map((l) => ({ ...l, dv: { ...l.dv, leaking: 0, fdLeaking: 0, rightLeaking: 0 } })))).to.have.property("asExpected", false);
  });
});
