import { expect } from "chai";
import { experiment } from "../../../lab/experiments/28-named-is-granted.ts";
import type { Line } from "../../../lab/model/experiment.ts";
import { gridOf } from "../../../lab/run/grid.ts";
import { lineAt } from "./runs.ts";

describe("E28: in CloudABI exactly what the tree names is passed", () => {
  const lines = gridOf(experiment, new Map([["trees", ["40"]]])).map((iv): Line => ({ experiment: experiment.name, iv, seed: 3, ...experiment.run(iv, 3) }));

  it("holds for every tree that can be built, and for garbage after good elements", () => {
    for (const tree of ["well formed", "garbage in a sequence", "garbage in a map"]) {
      const { dv } = lineAt(lines, { tree });
      expect(dv, tree).to.include({ unnamed: 0, phantom: 0, exact: 40 });
      expect(dv["granted"]).to.be.above(20);
    }
  });

  it("§9.1, §9.2: does not hold for a key without a value, nor for a list that no tree made", () => {
    expect(lineAt(lines, { tree: "key without a value" }).dv).to.include({ unnamed: 40, exact: 0 });
    expect(lineAt(lines, { tree: "a list by hand" }).dv).to.include({ granted: 120, named: 0, unnamed: 120 });
  });

  it("concludes by the lines", () => {
    expect(experiment.conclude(lines).asExpected).to.equal(true);
    expect(experiment.conclude(lines.map((l) => ({ ...l, dv: { ...l.dv, unnamed: 1 } }))).asExpected).to.equal(false);
  });
});
