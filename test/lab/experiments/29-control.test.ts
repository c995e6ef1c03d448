import { expect } from "chai";
import { experiment } from "../../../lab/experiments/29-control.ts";
import type { Line } from "../../../lab/model/experiment.ts";
import { lineAt, linesOf } from "./runs.ts";

describe("E29: control set by mechanism", () => {
  let lines: readonly Line[] = [];
  before(() => {
    lines = linesOf(experiment);
  });
  const launcher = (mechanism: string): unknown => lineAt(lines, { mechanism }).dv["launcher"];

  it("a creator keeps control in Fuchsia and seL4, a parent by ptrace in Unix, none of that in capability mode", () => {
    expect(["fuchsia", "sel4", "posix", "capsicum"].map(launcher)).to.deep.equal(["writes", "writes", "writes", "kills"]);
  });
  it("CloudABI's parent kills and waits by the process descriptor, and an exec leaves nobody", () => {
    expect(["cloudabi-spawn", "cloudabi", "two-phase-new-task", "hurd-list-fresh"].map(launcher)).to.deep.equal(["kills", "nothing", "nothing", "nothing"]);
  });
  it("comes out as expected, and the conclusion can say no", () => {
    expect(experiment.conclude(lines)).to.have.property("asExpected", true);
    expect(experiment.conclude(lines.map((l) => ({ ...l, dv: { ...l.dv, launcher: "waits" } })))).to.have.property("asExpected", false);
  });
});
