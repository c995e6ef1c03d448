import { expect } from "chai";
import { execBy, PROTOCOLS } from "../../../lab/composed/protocols.ts";
import { twoPhase } from "../../../lab/composed/mechanisms.ts";
import { experiment } from "../../../lab/experiments/15-two-phase-exec.ts";
import { m1 } from "../../../lab/model/m1.ts";
import { judge } from "../../../lab/model/measure.ts";
import type { Line } from "../../../lab/model/experiment.ts";
import { lineAt, linesOf } from "./runs.ts";

describe("E15: transactional exec", () => {
  let lines: readonly Line[] = [];
  before(() => {
    lines = linesOf(experiment);
  });

  it("every protocol works without a fault", () => {
    for (const protocol of PROTOCOLS) expect(execBy(protocol, m1), protocol).to.include({ ran: true, failState: "none" });
  });
  it("in one phase there is a moment after which nobody can help", () => {
    expect(lineAt(lines, { protocol: "in-place", fault: "exec dies" }).dv).to.include({ moments: 9, ran: 0, clean: 5, fatal: 4 });
    expect(lineAt(lines, { protocol: "in-place", fault: "allocation fails" }).dv).to.include({ zombie: 2 });
  });
  it("in two phases every fault is clean, whichever way it commits", () => {
    for (const { iv, dv } of lines.filter((l) => String(l.iv["protocol"]).startsWith("two-phase")))
      expect(Number(dv["clean"]) + Number(dv["ran"]), JSON.stringify(iv)).to.equal(dv["moments"]);
  });
  it("identity: in place both pid and task port, in a new task the pid by reassignment", () => {
    expect(["two-phase-in-place", "two-phase-new-task", "two-phase-list", "spawn-late"].map((protocol) => lineAt(lines, { protocol, fault: "none" }).dv["identity"])).to.deep.equal(["2/2", "1/2", "2/2", "0/2"]);
  });
  it("M6: success told before the start-up is silent when the exec server dies, after it clean", () => {
    expect(lineAt(lines, { protocol: "spawn-early", fault: "exec dies" }).dv["silent"]).to.equal(3);
    expect(lineAt(lines, { protocol: "spawn-late", fault: "exec dies" }).dv).to.include({ silent: 0, clean: 8 });
  });
  it("comes out as expected, and the conclusion can say no", () => {
    expect(experiment.conclude(lines)).to.have.property("asExpected", true);
    expect(experiment.conclude(lines.map((l) => ({ ...l, dv: { ...l.dv, fatal: 1 } })))).to.have.property("asExpected", false);
  });
  it("M1: each of them as a mechanism: Direct 3, Leak 0", () => {
    for (const mechanism of twoPhase) {
      const { atFirst, outcome } = mechanism.launch(m1, { seed: 0 });
      expect(outcome, mechanism.name).to.deep.equal({ ran: true, status: 0 });
      if (atFirst === undefined) throw new Error("P did not start");
      const { direct, leak, missing } = judge(atFirst, "P", m1.manifest, m1.grant);
      expect([direct.length, leak.length, missing.length], mechanism.name).to.deep.equal([3, 0, 0]);
    }
  });
});
