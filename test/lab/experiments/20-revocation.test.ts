import { expect } from "chai";
import { experiment } from "../../../lab/experiments/20-revocation.ts";
import { lineAt, linesOf } from "./runs.ts";

describe("E20: revocation after launch", () => {
  const lines = linesOf(experiment);
  const at2 = (way: string): Readonly<Record<string, unknown>> => lineAt(lines, { way, at: 2 }).dv;

  it("descriptors stay", () => {
    for (const way of ["posix", "cloudabi"]) expect(at2(way), way).to.deep.equal({ before: 2, after: 2, collateral: 0, forged: false });
  });
  it("a port or an entrypoint takes all its clients along", () => {
    for (const way of ["hurd-shared-port", "genode-entrypoint"]) expect(at2(way), way).to.deep.equal({ before: 2, after: 0, collateral: 1, forged: false });
  });
  it("a port each, a socket an object, a derivation tree are exact", () => {
    for (const way of ["hurd-port-each", "genode-2020", "sel4"]) expect(at2(way), way).to.deep.equal({ before: 2, after: 0, collateral: 0, forged: false });
  });
  it("a dissolved object leaves the way to the others", () => {
    expect(at2("genode-object")).to.deep.equal({ before: 2, after: 0, collateral: 0, forged: true });
  });
  it("comes out as expected, and the conclusion can say no", () => {
    expect(experiment.conclude(lines)).to.have.property("asExpected", true);
    expect(experiment.conclude(lines.map((l) => ({ ...l, dv: { ...l.dv, after: 1 } })))).to.have.property("asExpected", false);
  });
});
