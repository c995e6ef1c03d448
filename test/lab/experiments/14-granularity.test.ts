import { expect } from "chai";
import { experiment } from "../../../lab/experiments/14-granularity.ts";
import { lineAt, linesOf } from "./runs.ts";

describe("E14: granularity and attenuation (comparison.md §3)", () => {
  const lines = linesOf(experiment);
  const all = (grant: string, rights: string): unknown => lineAt(lines, { grant, rights }).dv["all"];

  it("reaches most by directories and sockets; inheriting rights count for more than base", () => {
    expect([all("directory", "full"), all("directory", "minimal base"), all("directory", "minimal inheriting"), all("directory", "minimal")]).to.deep.equal([22, 20, 9, 7]);
    expect([all("files", "full"), all("files", "minimal")]).to.deep.equal([2, 0]);
    expect([all("socket", "full"), all("socket", "minimal")]).to.deep.equal([24, 24]);
  });

  it("breaks nothing with minimal rights, and everything with none", () => {
    for (const grant of ["directory", "files", "socket"]) expect([lineAt(lines, { grant, rights: "minimal" }).dv["broken"], lineAt(lines, { grant, rights: "nothing" }).dv["broken"]], grant).to.deep.equal([0, 2]);
  });

  it("concludes by the lines", () => {
    expect(experiment.conclude(lines).asExpected).to.equal(true);
    expect(experiment.conclude(lines.map((l) => ({ ...l, dv: { ...l.dv, all: 5 } }))).asExpected).to.equal(false);
  });
});
