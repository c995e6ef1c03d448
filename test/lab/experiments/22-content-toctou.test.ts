import { expect } from "chai";
import { experiment } from "../../../lab/experiments/22-content-toctou.ts";
import type { Line } from "../../../lab/model/experiment.ts";
import { lineAt, linesOf } from "./runs.ts";

describe("E22: check and use of an executable's content", () => {
  let lines: readonly Line[] = [];
  before(() => {
    lines = linesOf(experiment);
  });
  const evil = (method: string, file: string, attack: string): unknown => lineAt(lines, { method, file, attack }).dv["evil"];

  it("by path: a rename between check and exec wins in one of three schedules", () => {
    expect(lineAt(lines, { method: "path", file: "binary", attack: "rename" }).dv).to.include({ schedules: 3, evil: 1, good: 1, notRun: 1 });
  });
  it("by path a set-id script that is swapped before its interpreter opens it runs as root", () => {
    expect(lineAt(lines, { method: "path", file: "script", attack: "rename" }).dv["evilAsRoot"]).to.equal(1);
  });
  it("by descriptor names do not matter, content does", () => {
    expect(["rename", "symlink", "write"].map((attack) => evil("fd", "binary", attack))).to.deep.equal([0, 0, 3]);
  });
  it("where set-id is decided before the content is read, written bytes run as root although writing takes the bits away", () => {
    expect(lineAt(lines, { method: "fd", file: "binary", attack: "write" }).dv["evilAsRoot"]).to.equal(0);
    expect(lineAt(lines, { method: "port", file: "binary", attack: "write" }).dv["evilAsRoot"]).to.equal(4);
  });
  it("a copy and a seal never run what was not checked", () => {
    for (const { iv, dv } of lines.filter((l) => l.iv["method"] === "snapshot" || l.iv["method"] === "seal")) expect(dv["evil"], JSON.stringify(iv)).to.equal(0);
  });
  it("comes out as expected, and the conclusion can say no", () => {
    expect(experiment.conclude(lines)).to.have.property("asExpected", true);
    expect(experiment.conclude(lines.map((l) => ({ ...l, dv: { ...l.dv, evil: 1 } })))).to.have.property("asExpected", false);
  });
});
