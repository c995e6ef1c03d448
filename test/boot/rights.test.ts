import { checkRights } from "../../mach/ipc/invariants.ts";
import { holdings } from "../../mach/kern/holdings.ts";
import { buildSystem } from "../../boot/system.ts";

/** Traps between two counts of all rights: a prime, so that no loop of the system hides in step with it. */
const STRIDE = 13;

describe("the rights of a whole system", () => {
  for (const [scheduler, seed] of [["default", 0], ["random", 1], ["random", 2]] as const)
    it(`are counted right while it boots and runs commands (${scheduler}, seed ${seed})`, () => {
      const machine = buildSystem({ scheduler, seed, run: { user: "root", commands: "echo hello | cat; ls / > /tmp/list; /bin/true" } });
      for (let state = machine.run({ steps: STRIDE }); state === "steps"; state = machine.run({ steps: STRIDE })) checkRights(holdings(machine));
      checkRights(holdings(machine));
    });
});
