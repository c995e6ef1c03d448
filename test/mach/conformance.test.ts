/** Every recorded scenario, answered as the real kernel answered it. Those that probe one rule each are tests of their own name. */
import { expect } from "chai";
import { fileURLToPath } from "node:url";
import { readVectors, type Scenario } from "../conformance/format.ts";
import { play } from "../conformance/player.ts";

const probes = ["handwritten", "blocking"];
const batches = ["random-open", "blocking-random-open", "vm", "thread"];

const read = (file: string): readonly Scenario[] => readVectors(fileURLToPath(new URL(`../conformance/vectors/${file}.json`, import.meta.url)));

/** What differs in a scenario, in words. */
function differences(scenario: Scenario): string[] {
  const d = play(scenario);
  return d ? [`${d.scenario}, step ${d.step} (${d.op}): ${d.problems.join("; ")}`] : [];
}

for (const file of probes) {
  describe(`recorded answers: ${file}`, () => {
    for (const scenario of read(file)) it(scenario.name, () => expect(differences(scenario)).to.deep.equal([]));
  });
}

describe("recorded answers", () => {
  for (const file of batches) {
    it(`${file}: every scenario`, function () {
      this.timeout(600_000);
      expect(read(file).flatMap(differences)).to.deep.equal([]);
    });
  }
});
