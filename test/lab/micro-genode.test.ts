import { expect } from "chai";
import { f33c } from "../../lab/genode/base/knobs.ts";
import { genodeMechanisms, laterGenodes } from "../../lab/genode/mechanism.ts";
import { execLeak } from "../../lab/genode/scenarios/exec-leak.ts";
import { forge } from "../../lab/genode/scenarios/forgery.ts";
import type { Launched } from "../../lab/model/launch.ts";
import { m1 } from "../../lab/model/m1.ts";
import { judge, type Judgement } from "../../lab/model/measure.ts";

function launched(name: string, launch = m1): Launched {
  const made = [...genodeMechanisms, ...laterGenodes].find((m) => m.name === name)?.launch(launch, { seed: 0 });
  return made ?? expect.fail(`no ${name}`);
}

function judged(name: string): Judgement {
  const { atFirst, outcome } = launched(name);
  expect(outcome).to.deep.equal({ ran: true, status: 0 });
  return judge(atFirst ?? expect.fail("P did not start"), "P", m1.manifest, m1.grant);
}

describe("M1, Genode's rows (comparison.md §8, by the rules of genode-linux.md)", () => {
  it("M1: genode: Direct 6, Leak 3: secret, listener, and A, which S had received; the flag guards log and B", () => {
    const { direct, leak, unnamed, missing, reachLeak } = judged("genode");
    expect(direct).to.deep.equal(["A send", "dir lookup", "listener accept", "secret r", "tty r", "tty w"]);
    expect(leak).to.deep.equal(["A send", "listener accept", "secret r"]);
    expect(unnamed).to.deep.equal(leak);
    expect(missing).to.deep.equal([]);
    expect(reachLeak).to.deep.equal(["A send", "connection r", "connection w", "listener accept", "secret r"]);
  });

  it("M1: with a working flag at receipt A does not leak", () => {
    expect(judged("genode-closing").leak).to.deep.equal(["listener accept", "secret r"]);
  });

  it("M1: when core creates processes nothing of S passes but what P asks for", () => {
    for (const name of ["genode-core", "genode-2020"]) {
      expect(judged(name).direct, name).to.deep.equal([]);
      const { atQuiescence } = launched(name);
      expect(judge(atQuiescence, "P", m1.manifest, m1.grant).direct, name).to.deep.equal(["dir lookup", "tty r", "tty w"]);
    }
  });

  it("P gets by sessions what S grants, and not what S does not", () => {
    const nothing = launched("genode", { ...m1, grant: [] });
    expect(nothing.outcome).to.deep.equal({ ran: true, status: 3 });
    const readOnly = launched("genode", { ...m1, grant: [{ name: "tty", object: "tty", rights: ["r"] }] });
    expect(readOnly.outcome).to.deep.equal({ ran: true, status: 2 });
  });

  it("anybody of the same user steers P, and S's PD session kills it", () => {
    const control = judged("genode").control.map((c) => `${c.by} ${c.through}`);
    expect(control).to.deep.equal(["core ptrace", "core kill", "S ptrace", "S kill", "S pd-session"]);
  });

  it("costs clone, dup2, execve once each, and three sessions of the environment", () => {
    const { cost } = launched("genode");
    expect(cost.rpcs).to.be.at.least(3);
    expect(cost.messages).to.be.at.least(2 * cost.rpcs);
    expect(launched("genode", { ...m1, argumentBytes: 1000 }).cost.bytesCopied - cost.bytesCopied).to.equal(1001);
  });
});

describe("M5 and M10 (comparison.md §8)", () => {
  it("M5: k objects on one entrypoint and one held: gap k - 1; a socket an object: 0 at two descriptors each", () => {
    for (const objects of [1, 2, 8, 64]) {
      expect(forge({ objects, space: "counter", protection: "payload", probes: 0, seed: 0 }).gap).to.equal(objects - 1);
      const pairs = forge({ objects, space: "counter", protection: "perObjectSocket", probes: 0, seed: 0 });
      expect([pairs.gap, pairs.serverFds]).to.deep.equal([0, 2 * objects + 2]);
    }
  });

  it("M10: r received client sockets leak to each child with all their objects; with the flag at receipt none", () => {
    for (const received of [0, 2, 5]) {
      const leaks = execLeak({ knobs: f33c, received, objects: 3, children: 2 });
      expect(leaks.map((l) => [l.leaked, l.reachable])).to.deep.equal([[received, 3 * received], [received, 3 * received]]);
    }
    expect(execLeak({ knobs: { ...f33c, cloexecOnReceive: true }, received: 5, objects: 3, children: 2 }).map((l) => l.leaked)).to.deep.equal([0, 0]);
  });
});
