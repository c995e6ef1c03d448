/** Every recorded scenario, answered as the real kernel answered it. */
import { expect } from "chai";
import { readVectors } from "../conformance/format.ts";
import { play } from "../conformance/player.ts";

const files = ["handwritten", "blocking", "random-open", "blocking-random-open", "vm", "thread"];

for (const file of files) {
  describe(`conformance: ${file}`, () => {
    for (const scenario of readVectors(new URL(`../conformance/vectors/${file}.json`, import.meta.url).pathname)) {
      it(scenario.name, () => {
        const difference = play(scenario);
        expect(difference && `step ${difference.step} (${difference.op}): ${difference.problems.join("; ")}`).to.equal(undefined);
      });
    }
  });
}
