import { expect } from "chai";
import { numberRace, openRace, type Raced } from "../../lab/composed/races.ts";
import { exploreAll, type Scenario } from "../../lab/explore/explore.ts";
import { compose } from "../../lab/composed/compose.ts";
import { cloudabiModel, cloudabiModelPolicy, fuchsia, hurdList, hurdModel, hurdModelPolicy, sel4, wasi } from "../../lab/composed/mechanisms.ts";
import type { Launch, Mechanism } from "../../lab/model/launch.ts";
import { judge, type Judgement } from "../../lab/model/measure.ts";
import { m1 } from "../../lab/model/m1.ts";

function judged(mechanism: Mechanism, launch: Launch = m1): Judgement {
  const { atFirst, outcome } = mechanism.launch(launch, { seed: 0 });
  expect(outcome, mechanism.name).to.deep.equal({ ran: true, status: 0 });
  if (atFirst === undefined) throw new Error("P did not start");
  return judge(atFirst, "P", launch.manifest, launch.grant);
}

describe("M1, composed rows (comparison.md §8)", () => {
  for (const mechanism of [fuchsia, sel4, wasi, cloudabiModel, hurdList])
    it(`M1: ${mechanism.name}: Direct 3, Leak 0`, () => {
      const { direct, leak, missing, unnamed, reachLeak } = judged(mechanism);
      expect(direct).to.deep.equal(["dir lookup", "tty r", "tty w"]);
      expect([leak, missing, unnamed, reachLeak]).to.deep.equal([[], [], [], []]);
    });

  it("M1: the Hurd's exec in place as a vector: Direct 7, Leak 4; with A and B in the lists 5 and 2", () => {
    expect(judged(hurdModel).direct).to.have.length(7);
    expect(judged(hurdModel).leak).to.deep.equal(["A send", "B receive", "listener accept", "secret r"]);
    const listed = { ...m1, drop: ["A", "B"] };
    expect(judged(hurdModel, listed).direct).to.have.length(5);
    expect(judged(hurdModel, listed).leak).to.deep.equal(["listener accept", "secret r"]);
  });

  it("M1: the same into a new task: 5 and 2", () => {
    const secure = compose({ name: "hs", column: "HS", policy: { ...hurdModelPolicy, container: "fresh-task", selectRights: "drop" } });
    expect(judged(secure).direct).to.have.length(5);
    expect(judged(secure).leak).to.deep.equal(["listener accept", "secret r"]);
  });

  it("numbers that change and nothing that tells them: all is held and nothing is found", () => {
    const mute = compose({ name: "mute", column: "??", policy: { ...cloudabiModelPolicy, describe: "none" } });
    const { atFirst, outcome } = mute.launch({ ...m1, grant: [...m1.grant].reverse() }, { seed: 0 });
    expect(outcome).to.deep.equal({ ran: true, status: 3 });
    if (atFirst === undefined) throw new Error("P did not start");
    const { unnamed, missing } = judge(atFirst, "P", m1.manifest, m1.grant);
    expect(unnamed).to.deep.equal(["dir lookup", "tty r", "tty w"]);
    expect(missing).to.deep.equal([]);
  });
});

describe("costs of composed launches", () => {
  const many = (n: number): Launch => {
    const holds = Array.from({ length: n }, (_, i) => ({ object: `f${i}`, kind: "file" as const, rights: ["r"], at: [i], closeOnExec: false }));
    const grant = holds.map(({ object }) => ({ name: object, object, rights: ["r"] }));
    return { holds, manifest: grant, grant };
  };
  it("FU: 64 handles go in one message, the 65th in a second, and the launcher has none of them any more", () => {
    const [one, two] = [64, 65].map((n) => fuchsia.launch(many(n), { seed: 0 }));
    expect(one?.cost.messages).to.equal(1);
    expect(two?.cost.messages).to.equal(2);
    expect(one?.cost.peakRightsInFlight).to.equal(64);
    expect(two?.atQuiescence.holdings.filter((h) => h.task === "S")).to.deep.equal([]);
  });
  it("WA: nothing in the guest", () => {
    expect(wasi.launch(m1, { seed: 0 }).cost.traps).to.equal(0);
  });
});

describe("M2 and M3: every schedule (comparison.md §8)", () => {
  const counts = (scenario: Scenario<Raced>): Record<string, number> => {
    const { verdict, outcomes } = exploreAll(scenario);
    expect(verdict).to.equal("exhaustive");
    return Object.fromEntries([...outcomes].map(([key, { count }]) => [key, count]));
  };
  const hurd = { selectFds: "flag", selectRights: "stay" } as const;

  it("M2: one-trap exec beside open, set flag: 3 schedules, 1 leaks", () => {
    expect(counts(openRace({ choice: { selectFds: "flag", selectRights: "none" }, twoSteps: false }))).to.deep.equal({ clean: 2, "fd leak new 0": 1 });
  });
  it("M2: snapshot and commit: 6 executions: 2 clean, 2 fd leaks, 2 right-only leaks", () => {
    expect(counts(openRace({ choice: hurd, twoSteps: true }))).to.deep.equal({ clean: 2, "fd leak new 0": 2, "right-only leak new 0": 2 });
  });
  it("M2: with atomic open-cloexec no fd leaks; the right opened between snapshot and commit remains", () => {
    expect(counts(openRace({ choice: hurd, twoSteps: true }, { atomic: true }))).to.deep.equal({ clean: 2, "right-only leak new 0": 1 });
  });
  it("M3: serialise, exec beside close n, reopen n: 6 schedules: intended 1, EBADF 2, other object 3", () => {
    expect(counts(numberRace())).to.deep.equal({ clean: 1, EBADF: 2, "fd leak other": 3 });
  });
});
