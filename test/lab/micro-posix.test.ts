import { expect } from "chai";
import { judge, type Judgement } from "../../lab/model/measure.ts";
import type { Mechanism } from "../../lab/model/launch.ts";
import { m1 } from "../../lab/model/m1.ts";
import { posixMechanisms } from "../../lab/posix/mechanisms.ts";

/** P's judgement at its first instruction in M1. */
function judged(name: string): Judgement {
  const mechanism = posixMechanisms.find((m: Mechanism) => m.name === name);
  const launched = mechanism?.launch(m1, { seed: 0 });
  expect(launched?.outcome).to.deep.equal({ ran: true, status: 0 });
  if (launched?.atFirst === undefined) throw new Error("P did not start");
  return judge(launched.atFirst, "P", m1.manifest, m1.grant);
}

describe("M1, POSIX rows (comparison.md §8)", () => {
  for (const name of ["posix", "posix-vfork", "posix-spawn", "linux-template", "capsicum"])
    it(`M1: ${name}: Direct 5, Leak 2: secret and listener`, () => {
      const { direct, leak, reachLeak, missing, unnamed } = judged(name);
      expect(direct).to.deep.equal(["dir lookup", "listener accept", "secret r", "tty r", "tty w"]);
      expect(leak).to.deep.equal(["listener accept", "secret r"]);
      expect(reachLeak).to.deep.equal(["connection r", "connection w", "listener accept", "secret r"]);
      expect(unnamed).to.deep.equal(["listener accept", "secret r"]);
      expect(missing).to.deep.equal([]);
    });

  it("M1: DW with the flag, inherit tty and dir: 3, and the bootstrap port when it is not replaced", () => {
    expect(judged("darwin-no-bootstrap").direct).to.deep.equal(["dir lookup", "tty r", "tty w"]);
    expect(judged("darwin-no-bootstrap").leak).to.deep.equal([]);
    expect(judged("darwin").leak).to.deep.equal(["bootstrap send"]);
  });

  it("M1: DW without the flag leaks as PX does, and the bootstrap port", () => {
    expect(judged("darwin-no-flag").leak).to.deep.equal(["bootstrap send", "listener accept", "secret r"]);
  });

  it("M1: a launcher that closes all that it does not grant, and the builder of 2026, leak nothing", () => {
    for (const name of ["posix-spawn-closing", "linux-builder"]) {
      expect(judged(name).direct, name).to.deep.equal(["dir lookup", "tty r", "tty w"]);
      expect(judged(name).leak, name).to.deep.equal([]);
    }
  });
});
