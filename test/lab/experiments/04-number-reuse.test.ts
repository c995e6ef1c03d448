import { expect } from "chai";
import { experiment } from "../../../lab/experiments/04-number-reuse.ts";
import { readDeviations, ReplayStrategy } from "../../../lab/explore/schedule.ts";
import { lineAt, linesOf } from "./runs.ts";

describe("E4: number-reuse race (comparison.md §3)", () => {
  const lines = linesOf(experiment, (p) => p["cycles"] !== 3);

  it("M3: by numbers, one cycle: 6 schedules, 1 intended, 2 EBADF, 3 wrong", () => {
    expect(lineAt(lines, { design: "numbers", cycles: 1, executable: "good" }).dv).to.deep.equal({ schedules: 6, intended: 1, wrong: 3, closed: 2, lost: 0 });
  });

  it("is closed only by references taken when the tree is built; a moved handle is lost when the exec fails", () => {
    const at = (design: string, executable: string) => lineAt(lines, { design, cycles: 2, executable });
    expect(at("pinned-at-serialise", "good").dv).to.include({ wrong: 4 });
    expect(at("pinned-at-build", "good").dv).to.include({ wrong: 0, closed: 0, intended: 15 });
    expect(at("moved", "bad")).to.deep.include({ failState: "partial" });
    expect(at("pinned-at-build", "bad")).to.deep.include({ failState: "clean" });
    expect(experiment.conclude(lines).asExpected).to.equal(true);
  });

  it("has a witness that replays to the wrong object", () => {
    const { schedule } = lineAt(lines, { design: "numbers", cycles: 1, executable: "good" });
    const scenario = experiment.scenario?.({ design: "numbers", cycles: 1, executable: "good" }, 0);
    const outcome = scenario?.run(new ReplayStrategy(readDeviations(schedule ?? "") ?? []));
    expect(scenario?.key(outcome)).to.equal("granted other");
  });

  it("can say no: a line in which a pinned reference was wrong is not as expected", () => {
    const forged = lines.map((l) => (l.iv["design"] === "pinned-at-build" ? { ...l, dv: { ...l.dv, wrong: 1 } } : l));
    expect(experiment.conclude(forged).asExpected).to.equal(false);
  });
});
