import { expect } from "chai";
import { RandomWalk } from "../../lab/explore/random-walk.ts";
import { hurdInPlace, hurdMechanisms, hurdNewTask, hurdSecure, hurdSpawn } from "../../lab/hurd/mechanisms.ts";
import type { Launch, Mechanism } from "../../lab/model/launch.ts";
import { judge, type Judgement } from "../../lab/model/measure.ts";
import { M1 } from "./hurd/micro-hurd.ts";

const LISTED: Launch = { ...M1, drop: ["A", "B"] };

function judged(mechanism: Mechanism, launch: Launch): readonly [first: Judgement, rest: Judgement] {
  const { atFirst, atQuiescence, outcome } = mechanism.launch(launch, { seed: 0 });
  expect(outcome).to.deep.equal({ ran: true, status: 0 });
  if (atFirst === undefined) throw new Error("P never came to its first instruction");
  return [judge(atFirst, "P", launch.manifest, launch.grant), judge(atQuiescence, "P", launch.manifest, launch.grant)];
}

describe("worked micro-instances on the Hurd (comparison.md §8)", function () {
  this.timeout(30_000);
  const rows: readonly (readonly [row: string, Mechanism, Launch, direct: number, leak: readonly string[]])[] = [
    ["HX", hurdInPlace, M1, 7, ["A send", "B receive", "listener accept", "secret r"]],
    ["HX with A, B in the lists", hurdInPlace, LISTED, 5, ["listener accept", "secret r"]],
    ["HX with A alone in the lists", hurdInPlace, { ...M1, drop: ["A"] }, 6, ["B receive", "listener accept", "secret r"]],
    ["HS: a new task", hurdNewTask, M1, 5, ["listener accept", "secret r"]],
    ["HS: a set-uid file", hurdSecure, M1, 5, ["listener accept", "secret r"]],
    ["posix_spawn", hurdSpawn, M1, 5, ["listener accept", "secret r"]],
  ];
  for (const [row, mechanism, launch, direct, leak] of rows)
    it(`M1, ${row}: ${direct} atoms, ${leak.length} of them leaks, the same at quiescence`, () => {
      for (const j of judged(mechanism, launch)) {
        expect(j.direct).to.have.length(direct);
        expect(j.leak).to.deep.equal(leak);
        expect(j.missing).to.deep.equal([]);
        expect(j.unnamed).to.deep.equal(leak.filter((atom) => /^[AB] /.test(atom)));
      }
    });
  it("M1: through dir come three file atoms, granted; through the listener connections, leaked", () => {
    const [first] = judged(hurdInPlace, M1);
    expect(first.reach.filter((a) => a.startsWith("dir/"))).to.have.length(3);
    expect(first.reachLeak.filter((a) => !first.leak.includes(a))).to.deep.equal(["listener/connection r", "listener/connection w"]);
  });
  it("M1: nothing is overlooked: P's other names are its init ports, its own task, threads and ports, and the host", () => {
    for (const mechanism of hurdMechanisms) {
      const { atFirst } = mechanism.launch(M1, { seed: 0 });
      expect(atFirst?.objects.map((o) => o.id).filter((id) => id.includes("#"))).to.deep.equal([]);
    }
  });
  it("a manifest entry that is in no descriptor cannot be found: P says so in its status", () => {
    const launch: Launch = { ...M1, manifest: [...M1.manifest, { name: "A", object: "A", rights: ["send"] }, { name: "log", object: "log", rights: ["w"] }] };
    expect(hurdInPlace.launch(launch, { seed: 0 }).outcome).to.deep.equal({ ran: true, status: 2 });
  });
  it("costs are counted: a secure exec takes more messages than one in place, a spawn fewer; the same each time", () => {
    const [inPlace, secure, spawn, again] = [hurdInPlace, hurdSecure, hurdSpawn, hurdInPlace].map((m) => m.launch(M1, { seed: 0 }).cost);
    expect(again).to.deep.equal(inPlace);
    expect(secure?.messages).to.be.above(inPlace?.messages ?? Infinity);
    expect(spawn?.messages).to.be.below(inPlace?.messages ?? 0);
    for (const value of Object.values(inPlace ?? {})) expect(value).to.be.above(0);
  });
});

describe("launches of other sizes", function () {
  this.timeout(30_000);
  it("200 descriptors pass, and a process port, which is in none", () => {
    const files = Array.from({ length: 200 }, (_, i) => ({ object: `file${i}`, kind: "file" as const, rights: ["r"], at: [i + 3], closeOnExec: i % 2 === 1 }));
    const process = { object: "peer", kind: "process" as const, rights: ["signal"], at: [], closeOnExec: false };
    const launch: Launch = { holds: [...files, process], manifest: [{ name: "last", object: "file198", rights: ["r"] }], grant: [], argumentBytes: 5000 };
    const [first] = judged(hurdInPlace, launch);
    expect(first.direct).to.have.length(101);
    expect(first.unnamed).to.deep.equal(["peer signal"]);
    expect(judged(hurdSpawn, launch)[0].direct).to.have.length(100);
  });
  it("a schedule of the launch can be chosen, and leaves the outcome", () => {
    for (const seed of [1, 2]) {
      const { outcome, atFirst } = hurdSecure.launch(M1, { seed: 0, strategy: new RandomWalk(seed) });
      expect(outcome).to.deep.equal({ ran: true, status: 0 });
      expect(atFirst && judge(atFirst, "P", M1.manifest, M1.grant).leak).to.deep.equal(["listener accept", "secret r"]);
    }
  });
});
