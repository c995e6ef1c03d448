import { expect } from "chai";
import { experiment } from "../../../lab/experiments/10-identity.ts";
import { readDeviations, ReplayStrategy } from "../../../lab/explore/schedule.ts";
import { lineAt, linesOf } from "./runs.ts";

describe("E10: identity by name and by object", () => {
  const lines = linesOf(experiment);

  it("by name each attack makes one of two", () => {
    for (const attack of ["pre-bind", "rebind", "id-wrap"]) {
      expect(lineAt(lines, { method: "peername", attack }).dv, attack).to.include({ wrong: 1, denied: 1 });
      for (const method of ["inode", "none"]) expect(lineAt(lines, { method, attack }).dv, `${attack}, ${method}`).to.include({ wrong: 0, denied: 0 });
    }
  });
  it("without identity descriptors grow with what is received", () => {
    const fds = (method: string): readonly unknown[] => [1, 4, 16].map((receipts) => lineAt(lines, { method, attack: "no attack", receipts }).dv["fds"]);
    expect(fds("none")).to.deep.equal([3, 12, 48]);
    expect(fds("peername")).to.deep.equal([3, 3, 3]);
    expect(fds("inode")).to.deep.equal([3, 3, 3]);
  });
  it("two threads at once: two steps let R die in some schedule, one step in none", () => {
    for (const [method, denied] of [["peername", 1], ["inode", 1], ["peername-atomic", 0], ["none", 0]] as const) {
      const line = lineAt(lines, { method, attack: "race" });
      expect(line.dv["denied"], method).to.equal(denied);
      expect(line.verdict, method).to.equal("exhaustive");
    }
    const witness = lineAt(lines, { method: "peername", attack: "race" }).schedule ?? "";
    const again = experiment.scenario?.({ method: "peername", attack: "race", receipts: 1 }, 0);
    expect(again?.run(new ReplayStrategy(readDeviations(witness) ?? []))).to.deep.include({ trouble: "Aliased_global_id" });
  });
  it("comes out as expected, and the conclusion can say no", () => {
    expect(experiment.conclude(lines)).to.have.property("asExpected", true);
    expect(experiment.conclude(lines.map((l) => ({ ...l, dv: { ...l.dv, wrong: 0 } })))).to.have.property("asExpected", false);
  });
});
