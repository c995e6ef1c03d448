import { expect } from "chai";
import { withoutTap } from "../../bench/kernel/without-tap.ts";
import { mix } from "../../bench/kernel/mix.ts";
import { answer, flat, machineOf, rpcContestants } from "../../bench/kernel/rpc.ts";
import { watchedPair, type Watcher } from "../../bench/kernel/watched-pair.ts";
import { apart } from "../../bench/apart.ts";
import { childPart } from "../../bench/child.ts";
import { here } from "../../bench/contestants.ts";
import { exploreContestants } from "../../bench/explore.ts";

describe("what the bench measures works", () => {
  it("a null RPC is two traps", () => {
    const machine = machineOf({ client: flat, server: answer });
    expect(machine.run({ steps: 2000 })).to.equal("steps");
    expect(machine.steps).to.equal(2000);
  });
  it("the mix makes calls of all kinds, again and again", () => {
    const work = mix(40);
    const first = work();
    expect(first).to.be.above(5000);
    for (let i = 0; i < 3; i++) expect(work()).to.be.closeTo(first, 200);
  });
  for (const watcher of ["nobody", "listener", "filter", "record"] satisfies Watcher[])
    it(`the null RPC goes on with ${watcher} watching`, () => expect(watchedPair(watcher)()).to.equal(5000));
  for (const { name, sample } of rpcContestants) it(name, async () => expect(await sample(true)).to.be.above(0));
  it("the explorer", async () => expect(await exploreContestants[0]?.sample(true)).to.be.above(0));
  it("whoever is kept is sampled in a process of its own, again and again; who is not there has no figure", async () => {
    const [floor, lost] = apart([...here.filter((c) => c.name === "floor"), { name: "no-such", what: "", unit: "/s", home: "lost", sample: () => 1 }]);
    for (let round = 0; round < 2; round++) expect(await floor?.sample(true)).to.be.above(0);
    expect(await lost?.sample(true)).to.equal(undefined);
  });
  it("a part that is not there has no value", () => expect(childPart("memory-x")).to.equal(undefined));
});

describe("the tap, compiled out", () => {
  const gone: readonly (readonly [text: string, left: string])[] = [
    ["this.host.observer?.received(kmsg, to);", "(null as any)?.received(kmsg, to);"],
    ["this.realm.rights?.died(this);", "(null as any)?.died(this);"],
    ["const { rights } = this.realm;", "const rights = null as any;"],
    ["if (machine.tap.listening) machine.tap.emit(event);", "if (false) machine.tap.emit(event);"],
  ];
  for (const [text, left] of gone) it(`leaves nothing of ${text}`, () => expect(withoutTap(text)).to.deep.equal({ text: left, checks: 1 }));
  it("leaves other code alone", () => expect(withoutTap("return this.rights(item);")).to.deep.equal({ text: "return this.rights(item);", checks: 0 }));
});
