import { expect } from "chai";
import { experiment } from "../../../lab/experiments/01-leak.ts";
import type { Line } from "../../../lab/model/experiment.ts";
import { lineAt, linesOf } from "./runs.ts";

describe("E1: leak by default policy", () => {
  let lines: readonly Line[] = [];
  before(() => {
    lines = linesOf(experiment, ({ mechanism, f }) => !String(mechanism).startsWith("hurd-") && f !== 0.25 && f !== 0.75);
  });

  it("is (n-m)(1-f) where a flag selects", () => {
    for (const mechanism of ["posix", "posix-spawn", "capsicum", "linux-template"])
      expect([0, 0.5, 1].map((f) => lineAt(lines, { mechanism, f }).dv["leak"]), mechanism).to.deep.equal([8, 4, 0]);
  });
  it("is nothing where a list or a launcher says what passes, and one bootstrap port on Darwin", () => {
    for (const mechanism of ["linux-builder", "fuchsia", "sel4", "wasi", "darwin-no-bootstrap"]) expect(lineAt(lines, { mechanism, f: 0 }).dv["leak"], mechanism).to.equal(0);
    expect(lineAt(lines, { mechanism: "darwin", f: 0 }).dv["leak"]).to.equal(1);
  });
  it("comes out as expected, and the conclusion can say no", () => {
    expect(experiment.conclude(lines)).to.have.property("asExpected", true);
    const wrong = lines.map((l, i) => (i === 0 ? { ...l, dv: { ...l.dv, leak: 99 } } : l));
    expect(experiment.conclude(wrong)).to.have.property("asExpected", false);
  });
  it("on the real Hurd: the raw rights besides, in place, and none in a new task", () => {
    const hurd = linesOf(experiment, ({ mechanism, f }) => f === 0.5 && (mechanism === "hurd-in-place" || mechanism === "hurd-new-task"));
    expect(hurd.map((l) => l.dv["leak"])).to.deep.equal([6, 4]);
  });
});
