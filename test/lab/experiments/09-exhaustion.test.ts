import { expect } from "chai";
import { experiment } from "../../../lab/experiments/09-exhaustion.ts";
import { lineAt, linesOf } from "./runs.ts";

describe("E9: exhaustion during launch", () => {
  const lines = linesOf(experiment, ({ free }) => Number(free) <= 5);
  const states = (place: string): readonly unknown[] => [0, 1, 2, 3, 4, 5].map((free) => lineAt(lines, { place, free }).failState);

  it("POSIX fix-ups fail in the child: nobody hears it without a pipe, and the pipe itself takes two", () => {
    expect(states("posix-fork: S")).to.deep.equal(["silent", "silent", "silent", "none", "none", "none"]);
    expect(states("posix-fork-piped: S")).to.deep.equal(["clean", "clean", "clean", "clean", "none", "none"]);
    expect([1, 2].map((free) => lineAt(lines, { place: "posix-fork-piped: S", free }).dv["site"])).to.deep.equal(["S", "child"]);
  });
  it("a builder whose descriptor finds no number makes no embryo", () => {
    expect(states("linux-builder: S")).to.deep.equal(["clean", "none", "none", "none", "none", "none"]);
  });
  it("CloudABI in place needs no slot, and is clean in a child", () => {
    expect(states("cloudabi: S")).to.deep.equal(new Array(6).fill("none"));
    expect(states("cloudabi-spawn: S")).to.deep.equal(["clean", "clean", "clean", "none", "none", "none"]);
  });
  it("Genode: the creator dies, or goes on with a capability that was lost", () => {
    expect(states("genode: S")).to.deep.equal(["fatal", "fatal", "fatal", "fatal", "fatal", "none"]);
    expect(lineAt(lines, { place: "genode: core", free: 3 }).dv).to.include({ site: "a lost capability", error: "" });
    expect(lineAt(lines, { place: "genode: registry", free: 0 })).to.have.property("failState", "fatal");
    expect(lineAt(lines, { place: "genode: registry", free: 0 }).dv["site"]).to.equal("init: Limit_reached");
  });
  it("comes out as expected, and the conclusion can say no", () => {
    expect(experiment.conclude(lines)).to.have.property("asExpected", true);
    expect(experiment.conclude(lines.map((l) => ({ ...l, failState: "partial" as const })))).to.have.property("asExpected", false);
  });
});
