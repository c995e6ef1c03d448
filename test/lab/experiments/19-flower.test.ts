import { expect } from "chai";
import { experiment } from "../../../lab/experiments/19-flower.ts";
import { lineAt, linesOf } from "./runs.ts";

describe("E19: label switchboard versus addresses (comparison.md §3)", () => {
  const lines = linesOf(experiment);

  it("limits reach to the constrained handle", () => {
    const reach = (constraint: string): unknown => lineAt(lines, { names: "labels", constraint, servers: "distinct" }).dv["reach"];
    expect([reach("none"), reach("tenant"), reach("tenant+service")]).to.deep.equal([4, 2, 1]);
    expect(lineAt(lines, { names: "addresses", constraint: "none", servers: "distinct" }).dv).to.include({ reach: 4, deputyHits: 2 });
  });

  it("confuses no deputy that is given a handle, and refuses a second server under the same labels", () => {
    expect(lineAt(lines, { names: "labels", constraint: "tenant", servers: "shared" }).dv).to.deep.equal({ reach: 2, deputyHits: 0, misdirected: 0, refused: 1, ambiguous: 1 });
    expect(lineAt(lines, { names: "addresses", constraint: "none", servers: "shared" }).dv).to.include({ misdirected: 1, refused: 0 });
  });

  it("concludes by the lines", () => {
    expect(experiment.conclude(lines).asExpected).to.equal(true);
    expect(experiment.conclude(lines.map((l) => ({ ...l, dv: { ...l.dv, deputyHits: 1 } }))).asExpected).to.equal(false);
  });
});
