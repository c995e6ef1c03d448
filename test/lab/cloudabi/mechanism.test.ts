import { expect } from "chai";
import { cloudabi, cloudabiSpawn } from "../../../lab/cloudabi/mechanism.ts";
import type { Held, Launch } from "../../../lab/model/launch.ts";
import { MAX_FDS } from "../../../lab/cloudabi/kernel/table.ts";

/** S holds a terminal at 0 and grants half of it; `free` numbers are free for the copy that is cut. */
function narrowed(free: number): Launch {
  const filler: Held = { object: "filler", kind: "file", rights: ["r"], at: Array.from({ length: MAX_FDS - 2 - free }, (_, i) => i + 1), closeOnExec: false };
  const grant = [{ name: "terminal", object: "tty", rights: ["r"] }];
  return { holds: [{ object: "tty", kind: "tty", rights: ["r", "w"], at: [0], closeOnExec: false }, filler], manifest: grant, grant };
}

describe("CloudABI as a mechanism: rights cut to the grant", () => {
  for (const mechanism of [cloudabi, cloudabiSpawn]) {
    it(`${mechanism.name}: without a number for the copy the launch fails clean, and S's own descriptor keeps its rights`, () => {
      const { outcome, failState } = mechanism.launch(narrowed(0), { seed: 0 });
      expect(outcome).to.deep.equal({ ran: false, error: "EMFILE" });
      expect(failState).to.equal("clean");
    });
    it(`${mechanism.name}: with numbers it runs`, () => {
      expect(mechanism.launch(narrowed(4), { seed: 0 }).outcome).to.deep.equal({ ran: true, status: 0 });
    });
  }
});
