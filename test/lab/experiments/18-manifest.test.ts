import { expect } from "chai";
import fc from "fast-check";
import { minimise } from "../../../lab/cloudabi/delta.ts";
import { experiment } from "../../../lab/experiments/18-manifest.ts";
import { lineAt, linesOf } from "./runs.ts";

describe("E18: manifest completeness search (comparison.md §3)", () => {
  const lines = linesOf(experiment, (p) => p["mechanism"] === "cloudabi" || p["mechanism"] === "posix");

  it("finds exactly what is used where rights can be cut", () => {
    expect(lineAt(lines, { workload: "server", mechanism: "cloudabi" }).dv).to.include({ granted: 9, minimal: 3, used: 3, held: 3, manifest: "log w, dir lookup, listener accept" });
    expect(lineAt(lines, { workload: "silent", mechanism: "cloudabi" }).dv).to.include({ minimal: 0, held: 0 });
  });

  it("finds a list that is too short where whole descriptors pass", () => {
    expect(lineAt(lines, { workload: "filter", mechanism: "posix" }).dv).to.include({ minimal: 1, used: 2, held: 2 });
    expect(lineAt(lines, { workload: "logger", mechanism: "posix" }).dv).to.include({ used: 2, held: 4 });
  });

  it("concludes by the lines", () => {
    expect(experiment.conclude(lines).asExpected).to.equal(true);
    expect(experiment.conclude(lines.map((l) => ({ ...l, dv: { ...l.dv, held: 9 } }))).asExpected).to.equal(false);
  });
});

describe("delta debugging", () => {
  it("finds exactly the needed elements when all of them are needed together", () => {
    fc.assert(fc.property(fc.uniqueArray(fc.nat({ max: 30 }), { maxLength: 20 }), fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }), (all, marks) => {
      const needed = all.filter((_, i) => marks[i]);
      const { kept } = minimise(all, (part) => needed.every((n) => part.includes(n)));
      expect([...kept].sort()).to.deep.equal([...needed].sort());
    }));
  });

  it("gives a part of which nothing can be left out, and asks about no part twice", () => {
    fc.assert(fc.property(fc.array(fc.uniqueArray(fc.nat({ max: 9 }), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }), (ways) => {
      const all = Array.from({ length: 10 }, (_, i) => i);
      const holds = (part: readonly number[]): boolean => ways.some((way) => way.every((n) => part.includes(n)));
      let asked = 0;
      const { kept, tests } = minimise(all, (part) => (asked++, holds(part)));
      expect(holds(kept)).to.equal(true);
      for (const left of kept) expect(holds(kept.filter((k) => k !== left))).to.equal(false);
      expect(tests).to.equal(asked);
    }));
  });
});
