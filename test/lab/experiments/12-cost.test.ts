import { expect } from "chai";
import { experiment } from "../../../lab/experiments/12-cost.ts";
import type { Line } from "../../../lab/model/experiment.ts";
import { lineAt, linesOf } from "./runs.ts";

describe("E12: cost model", () => {
  const some = ["posix", "posix-spawn", "posix-spawn-closing", "linux-builder", "cloudabi", "fuchsia", "hurd-in-place"];
  let lines: readonly Line[] = [];
  before(() => {
    lines = linesOf(experiment, ({ mechanism, p }) => some.includes(String(mechanism)) && (mechanism !== "hurd-in-place" || p === 0 || p === 20));
  });

  it("the Hurd's exec in place moves three rights for each descriptor, CloudABI one", () => {
    const moved = (mechanism: string, p: number): number => Number(lineAt(lines, { mechanism, p, others: 0 }).dv["rightsMoved"]);
    expect((moved("hurd-in-place", 20) - moved("hurd-in-place", 0)) / 20).to.equal(3);
    expect((moved("cloudabi", 128) - moved("cloudabi", 0)) / 128).to.equal(1);
  });
  it("Fuchsia needs a second message above 64 handles", () => {
    expect([64, 128].map((p) => lineAt(lines, { mechanism: "fuchsia", p, others: 0 }).dv["messages"])).to.deep.equal([1, 2]);
  });
  it("what is not passed costs where it has to be closed, and nothing where it is not mentioned", () => {
    const price = (mechanism: string, others: number): number => Number(lineAt(lines, { mechanism, p: 20, others }).dv["price"]);
    expect(price("posix-spawn-closing", 32)).to.be.above(price("posix-spawn-closing", 0));
    expect(price("cloudabi", 32)).to.equal(price("cloudabi", 0));
    expect(price("linux-builder", 32)).to.equal(price("linux-builder", 0));
  });
  it("comes out as expected, and the conclusion can say no", () => {
    expect(experiment.conclude(lines)).to.have.property("asExpected", true);
    expect(experiment.conclude(lines.map((l) => ({ ...l, dv: { ...l.dv, messages: 7 } })))).to.have.property("asExpected", false);
  });
});
