import { expect } from "chai";
import { experiment as e23 } from "../../../lab/experiments/23-cve-2021-43411.ts";
import { experiment as e24 } from "../../../lab/experiments/24-cve-2021-43412.ts";
import { experiment as e25 } from "../../../lab/experiments/25-cve-2021-43413.ts";
import { experiment as e26 } from "../../../lab/experiments/26-cve-2021-43414.ts";
import { dvAt, falsified, fullRun } from "../hurd/full-run.ts";

/** What decides, before and after. */
const decided = [
  [e23, /proc_getprivports on the old process port = 0/, /= EPERM$/, /proc_getprivports \(\)/],
  [e24, /mach_notify_dead_name to a file port = 0, believed/, /= EOPNOTSUPP$/, /mach_notify_dead_name/],
  [e25, /vm_write into the shared mapping = 0, written/, /= KERN_PROTECTION_FAILURE$/, /vm_write = 0x2/],
  [e26, /believes the ids at once$/, /offers a new port .* and waits there$/, /auth_server_authenticate/],
] as const;

for (const [experiment, before, after, message] of decided)
  describe(`${experiment.name} (cves.md)`, function () {
    this.timeout(60_000);
    const lines = (): ReturnType<typeof fullRun> => fullRun(experiment);
    it("root before, refused after, under every schedule; the deciding message says why", () => {
      const all = lines();
      expect(dvAt(all, { system: "before", schedule: "default" })).to.include({ uid: "0", status: 0 });
      expect(dvAt(all, { system: "fixed", schedule: "default" })).to.include({ uid: "", status: 1 });
      for (const line of all) expect(line.dv.decided).to.match(line.iv.system === "before" ? before : after);
      expect(experiment.conclude(all).asExpected).to.equal(true);
      expect(experiment.conclude(falsified(all, { system: "fixed", schedule: "random 3" }, { uid: "0", status: 0 })).asExpected).to.equal(false);
    });
    it("the replay leads to the deciding message, marked, and gives the run's outcome", () => {
      const point = { system: "fixed", schedule: "default" };
      const shown = experiment.replay?.(point, 0, "");
      expect(shown?.outcome).to.deep.equal(experiment.run(point, 0));
      expect(shown?.steps.filter((s) => s.startsWith("! ") && message.test(s))).to.not.have.length(0);
    });
  });
