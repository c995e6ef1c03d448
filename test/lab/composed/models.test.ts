import { expect } from "chai";
import { cloudabiModel, hurdModel } from "../../../lab/composed/mechanisms.ts";
import { leakLaunch } from "../../../lab/experiments/01-leak.ts";
import { mechanismOf } from "../../../lab/mechanisms.ts";
import type { Launch, Mechanism } from "../../../lab/model/launch.ts";
import { direct } from "../../../lab/model/measure.ts";
import { m1 } from "../../../lab/model/m1.ts";

/** What P holds of the scenario at its first instruction. */
function held(mechanism: Mechanism | undefined, launch: Launch): readonly string[] {
  const graph = mechanism?.launch(launch, { seed: 0 }).atFirst;
  if (graph === undefined) throw new Error(`${mechanism?.name ?? "nothing"} did not start P`);
  const ours = launch.holds.map((h) => h.object);
  return direct(graph, graph.tasks.find((t) => t.role === "program")?.id ?? "P").filter((atom) => ours.includes(atom.split(" ")[0] ?? ""));
}

describe("models as vectors, against the real systems", () => {
  for (const [what, launch] of [["M1", m1], ["M1 with the raw rights listed", { ...m1, drop: ["A", "B"] }], ["E1 at f=0.5", leakLaunch(0.5)]] as const) {
    it(`${what}: the Hurd's exec in place gives the program what its vector says`, () => {
      expect(held(hurdModel, launch)).to.deep.equal(held(mechanismOf("hurd-in-place"), launch));
    });
    it(`${what}: CloudABI's exec too`, () => {
      expect(held(cloudabiModel, launch)).to.deep.equal(held(mechanismOf("cloudabi"), launch));
    });
  }
});
