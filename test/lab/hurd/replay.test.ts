import { expect } from "chai";
import { experiment as setId } from "../../../lab/experiments/05-set-id.ts";
import { experiment as oldHolder } from "../../../lab/experiments/06-old-holder.ts";
import { experiment as serverDeath } from "../../../lab/experiments/07-server-death.ts";
import { experiment as trace } from "../../../lab/experiments/17-trace.ts";
import type { Experiment, Point } from "../../../lab/model/experiment.ts";

/** An experiment at a point, and a marked line that must be in its replay. */
const replays: readonly (readonly [Experiment, Point, RegExp])[] = [
  [setId, { omitted: "proc", filesystem: "honest" }, /server:exec -> peer +proc_task2proc/],
  [oldHolder, { kind: "task", way: "in-place", lists: "library" }, /kernel -> peer +reply vm_write = 0$/],
  [oldHolder, { kind: "pid", way: "secure", lists: "library" }, /server:proc -> peer +reply proc_pid2task = 0x40000001/],
  [serverDeath, { victim: "exec", way: "in-place", place: 35 }, /./],
  [trace, { attached: "before", way: "in-place", fault: "first instruction" }, /kernel -> peer +exception_raise/],
];

describe("replays of the Hurd's experiments", function () {
  this.timeout(30_000);
  for (const [experiment, point, line] of replays)
    it(`${experiment.name} at ${Object.values(point).join(", ")}: the deciding messages are marked; seeing changes nothing`, () => {
      const shown = experiment.replay?.(point, 0, "");
      const marked = shown?.steps.filter((s) => s.startsWith("! ")) ?? [];
      expect(marked.filter((s) => line.test(s))).to.not.have.length(0);
      expect(shown?.outcome).to.deep.equal(experiment.run(point, 0));
    });
});
