/** The kernel and the simple model do the same, whatever is asked of them. */
import { expect } from "chai";
import fc from "fast-check";
import { Model } from "./model.ts";
import { anyOp, beginning, KernelSubject, resolved, type Op } from "./rights-operations.ts";

/** Sequences that are tried. */
const RUNS = 10_000;
const LENGTH = 24;

/** Plays `ops` on both; the first difference in words. */
function difference(ops: readonly Op[]): string | undefined {
  const kernel = new KernelSubject();
  const model = new Model();
  for (const op of beginning) [kernel, model].map((subject) => subject.run(op));
  for (const picked of ops) {
    const op = resolved(picked, kernel);
    const [k, m] = [kernel.run(op), model.run(op)];
    const [seen, wanted] = [`${JSON.stringify(k)} ${kernel.dump()}`, `${JSON.stringify(m)} ${model.dump()}`];
    if (seen !== wanted) return `${JSON.stringify(op)}\n  kernel ${seen}\n  model  ${wanted}`;
  }
  return undefined;
}

describe("rights", () => {
  it("are what a table without counts says, for any sequence of operations", function () {
    this.timeout(600_000);
    fc.assert(
      fc.property(fc.array(anyOp, { maxLength: LENGTH, size: "max" }), (ops) => {
        expect(difference(ops)).to.equal(undefined);
      }),
      { numRuns: RUNS, seed: 3 },
    );
  });
});
