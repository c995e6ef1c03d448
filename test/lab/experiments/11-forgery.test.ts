import { expect } from "chai";
import { experiment } from "../../../lab/experiments/11-forgery.ts";
import { lineAt, linesOf } from "./runs.ts";

describe("E11: object forgery inside an entrypoint", () => {
  const lines = linesOf(experiment);

  it("payload: all others; a counter gives them away at once, 32 bits do not", () => {
    for (const objects of [1, 2, 8, 64]) {
      expect(lineAt(lines, { objects, ids: "counter", protection: "payload" }).dv).to.include({ gap: objects - 1, hits: objects - 1, serverFds: 2 });
      expect(lineAt(lines, { objects, ids: "random32", protection: "payload" }).dv).to.include({ gap: objects - 1, hits: 0 });
    }
  });
  it("a socket for each: none, at two descriptors an object and two for the entrypoint", () => {
    expect(lineAt(lines, { objects: 64, ids: "counter", protection: "socket" }).dv).to.include({ gap: 0, hits: 0, serverFds: 130 });
  });
  it("comes out as expected, and the conclusion can say no", () => {
    expect(experiment.conclude(lines)).to.have.property("asExpected", true);
    expect(experiment.conclude(lines.map((l) => ({ ...l, dv: { ...l.dv, gap: 0 } })))).to.have.property("asExpected", false);
  });
});
