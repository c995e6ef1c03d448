import { expect } from "chai";
import { experiment } from "../../../lab/experiments/16-fork-then-exec.ts";
import type { Line } from "../../../lab/model/experiment.ts";
import { lineAt, linesOf } from "./runs.ts";

describe("E16: fork and exec against direct construction", () => {
  let lines: readonly Line[] = [];
  before(() => {
    lines = linesOf(experiment);
  });

  it("fork's child holds all of S for a while, close-on-fork leaves the grant", () => {
    expect(lineAt(lines, { way: "fork" }).dv).to.include({ peak: 6, beyondGrant: 3, memory: "memory S read", runsCodeOfS: true });
    expect(lineAt(lines, { way: "fork-close-on-fork" }).dv).to.include({ peak: 3, beyondGrant: 0 });
  });
  it("vfork shares the memory for writing and copies nothing", () => {
    expect(lineAt(lines, { way: "vfork" }).dv).to.include({ memory: "memory S read, memory S write", bytesCopied: 0 });
    expect(lineAt(lines, { way: "fork" }).dv["bytesCopied"]).to.equal(256 * 8);
  });
  it("a program that is not there: a child finds it out after fork, and tells by the pipe; the caller itself when it spawns or builds", () => {
    expect(lines.map((l) => l.dv["error"])).to.deep.equal([...new Array<string>(6).fill("ENOENT"), "ENOMEM", "ENOMEM"]);
    expect(lines.map((l) => l.dv["errorFoundIn"])).to.deep.equal(["child", "child", "child", ...new Array<string>(5).fill("caller")]);
  });
  it("a task that its parent fills by flag holds what is not flagged, and runs nothing; one that is sent its set holds nothing until it runs", () => {
    expect(lineAt(lines, { way: "hurd-spawn-model" }).dv).to.include({ peak: 5, beyondGrant: 2, runsCodeOfS: false });
    expect(lineAt(lines, { way: "fuchsia" }).dv).to.include({ peak: 0, runsCodeOfS: false });
  });
  it("comes out as expected, and the conclusion can say no", () => {
    expect(experiment.conclude(lines)).to.have.property("asExpected", true);
    expect(experiment.conclude(lines.map((l) => ({ ...l, dv: { ...l.dv, beyondGrant: 1 } })))).to.have.property("asExpected", false);
  });
});
