import { expect } from "chai";
import { cloudabiMechanisms } from "../../lab/cloudabi/mechanism.ts";
import type { Launch, Launched } from "../../lab/model/launch.ts";
import { m1 } from "../../lab/model/m1.ts";
import { judge } from "../../lab/model/measure.ts";

const launched = (name: string, launch: Launch): Launched => {
  const mechanism = cloudabiMechanisms.find((m) => m.name === name);
  if (mechanism === undefined) throw new Error(`no mechanism ${name}`);
  return mechanism.launch(launch, { seed: 0 });
};

describe("M1, M9: CloudABI (comparison.md §8)", () => {
  for (const name of ["cloudabi", "cloudabi-spawn", "cloudabi-run"]) {
    it(`M1: ${name}: Direct 3, Leak 0, all of it named; reach adds the three files`, () => {
      const { outcome, failState, atFirst, atQuiescence } = launched(name, m1);
      expect(outcome).to.deep.equal({ ran: true, status: 0 });
      expect(failState).to.equal("none");
      for (const graph of [atFirst, atQuiescence]) {
        if (graph === undefined) throw new Error("P did not start");
        const { direct, leak, reachLeak, unnamed, missing, reach } = judge(graph, "P", m1.manifest, m1.grant);
        expect(direct).to.deep.equal(["dir lookup", "tty r", "tty w"]);
        expect([leak, reachLeak, unnamed, missing]).to.deep.equal([[], [], [], []]);
        expect(reach).to.deep.equal(["dir lookup", "file a r", "file b r", "file c r", "tty r", "tty w"]);
      }
    });
  }

  it("M1: a grant of fewer rights than S holds is cut before the call, and P misses what it was not given", () => {
    const launch: Launch = { ...m1, grant: [{ name: "tty", object: "tty", rights: ["w"] }] };
    const { outcome, atFirst } = launched("cloudabi", launch);
    expect(outcome).to.deep.equal({ ran: true, status: 2 });
    expect(atFirst && judge(atFirst, "P", m1.manifest, launch.grant).missing).to.deep.equal(["dir lookup", "tty r"]);
  });

  it("M1: a grant of what S does not hold fails with EBADF and leaves S as it was", () => {
    const { outcome, failState, atFirst } = launched("cloudabi", { ...m1, grant: [...m1.grant, { name: "moon", object: "moon", rights: ["r"] }] });
    expect(outcome).to.deep.equal({ ran: false, error: "EBADF" });
    expect(failState).to.equal("clean");
    expect(atFirst).to.equal(undefined);
  });

  it("M1: by cloudabi-run a grant of what S does not hold ends the launcher, who is told nothing but a status", () => {
    const { outcome, failState } = launched("cloudabi-run", { ...m1, grant: [...m1.grant, { name: "moon", object: "moon", rights: ["r"] }] });
    expect(outcome).to.deep.equal({ ran: false, error: undefined });
    expect(failState).to.equal("fatal");
  });

  it("cost (cloudabi.md §11): exec is two traps and copies the data and a number each; spawn is five up to the new program", () => {
    const { cost } = launched("cloudabi", m1);
    // The tree {tty: fd, dir: fd}: 06, and twice a key of 1 + 5 bytes and a value of 1 + 5; then 4 bytes for each of the two.
    expect(cost).to.deep.include({ traps: 2, rightsMoved: 2, bytesCopied: 1 + 2 * (6 + 6) + 2 * 4 });
    const longer = launched("cloudabi", { ...m1, argumentBytes: 1000 });
    expect(longer.cost.bytesCopied - cost.bytesCopied).to.equal(1000 + 12 + 3);
    expect(launched("cloudabi-spawn", m1).cost.traps).to.equal(5);
  });

  it("too many bytes of arguments are E2BIG, and S is as it was", () => {
    expect(launched("cloudabi", { ...m1, argumentBytes: 262_144 })).to.deep.include({ outcome: { ran: false, error: "E2BIG" }, failState: "clean" });
    expect(launched("cloudabi-spawn", { ...m1, argumentBytes: 262_144 })).to.deep.include({ outcome: { ran: false, error: "E2BIG" }, failState: "clean" });
  });

  const child = { object: "child", kind: "process", rights: ["kill", "wait"], at: [7], closeOnExec: false } as const;
  const withChild: Launch = { ...m1, holds: [...m1.holds, child] };

  it("M9: a child whose descriptor is not listed is killed at the commit", () => {
    const { atFirst } = launched("cloudabi", withChild);
    expect(atFirst?.tasks.map((t) => t.id)).to.not.include("child");
  });

  it("M9: a child whose descriptor is listed lives, and P can kill it and wait for it", () => {
    const grant = [...m1.grant, { name: "child", object: "child", rights: ["kill", "wait"] }];
    const { atFirst, outcome } = launched("cloudabi", { ...withChild, grant, manifest: grant });
    expect(outcome).to.deep.equal({ ran: true, status: 0 });
    expect(atFirst?.tasks.map((t) => t.id)).to.include("child");
    expect(atFirst?.controls).to.deep.equal([{ by: "P", of: "child", through: "process-fd", can: ["kill", "wait"] }]);
  });
});
