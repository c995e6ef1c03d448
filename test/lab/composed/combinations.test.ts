import { expect } from "chai";
import { compose } from "../../../lab/composed/compose.ts";
import { hurdListPolicy } from "../../../lab/composed/mechanisms.ts";
import type { Policy } from "../../../lab/model/launch.ts";
import { judge } from "../../../lab/model/measure.ts";
import { m1 } from "../../../lab/model/m1.ts";

const SELECT: readonly Policy["selectFds"][] = ["flag", "list", "construct"];
const RIGHTS: readonly Policy["selectRights"][] = ["stay", "drop"];
const CARRY: readonly Policy["container"][] = ["same", "fresh-table", "fresh-task"];
const DESCRIBE: readonly Policy["describe"][] = ["none", "position", "tree", "tag", "path", "env", "bootinfo"];

describe("selection × carrier × describer (comparison.md §1, reading aids)", () => {
  for (const selectFds of SELECT)
    for (const container of CARRY)
      it(`${selectFds} × ${container}: leaks by the law, with every describer`, () => {
        for (const selectRights of RIGHTS)
          for (const describe of DESCRIBE) {
            const policy: Policy = { ...hurdListPolicy, selectFds, selectRights, container, describe };
            const { atFirst, outcome } = compose({ name: "one", column: "??", policy }).launch(m1, { seed: 0 });
            if (atFirst === undefined) throw new Error("P did not start");
            const { leak, missing } = judge(atFirst, "P", m1.manifest, m1.grant);
            // A flag passes secret and listener. Raw rights pass where they stay and the space does.
            const raw = selectRights === "stay" && container === "same" ? 2 : 0;
            expect(leak.length, `${selectRights} ${describe}`).to.equal((selectFds === "flag" ? 2 : 0) + raw);
            expect(missing).to.deep.equal([]);
            expect(outcome).to.deep.equal({ ran: true, status: 0 });
          }
      });

  it("a describer matters only where numbers change: dense numbers without one, and the program finds the wrong thing or nothing", () => {
    for (const describe of DESCRIBE) {
      const policy: Policy = { ...hurdListPolicy, container: "fresh-table", selectRights: "none", numbers: "dense", describe };
      const { outcome } = compose({ name: "one", column: "??", policy }).launch(m1, { seed: 0 });
      expect(outcome.ran && outcome.status > 0, describe).to.equal(describe === "none" || describe === "position");
    }
  });
});
