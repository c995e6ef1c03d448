import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { contestants } from "../../bench/contestants.ts";
import { contest, inTurn, median, ratio, type Contestant, type Figure } from "../../bench/contest.ts";
import { grown, series } from "../../bench/growth.ts";
import { baselineOf, chosen, constants, guard, key, reached, type Baseline, type Reached } from "../../bench/reached.ts";
import { targets, type Target } from "../../bench/targets.ts";

const figure = (name: string, samples: readonly number[]): Figure => ({ name, what: name, unit: "/s", median: median(samples), spread: 0, samples });

const rpc: Target = { of: "rpc", over: "sp", least: 30, what: "more is better" };
const start: Target = { of: "boot", over: "node", least: 1.4, most: true, what: "less is better" };
const size: Target = { of: "bytes-task", over: "one", least: 400, most: true, what: "a size" };
const clock: Target = { of: "boot", over: "sixty", least: 1, most: true, what: "against a clock" };
const all = [rpc, start, size, clock];

const run = (speed: number, boot = 100, bytes = 300) =>
  reached([figure("rpc", [speed]), figure("sp", [100]), figure("boot", [boot]), figure("node", [100]), figure("bytes-task", [bytes])], all);

describe("contests", () => {
  it("sample everybody once a round, in turn", async () => {
    const order: string[] = [];
    const who = (name: string): Contestant => ({ name, what: name, unit: "/s", sample: () => order.push(name) });
    const figures = await contest([who("a"), who("b")], 3, true, () => undefined);
    expect(order.join("")).to.equal("ababab");
    expect(figures.map((f) => f.samples)).to.deep.equal([[1, 3, 5], [2, 4, 6]]);
  });
  it("leave out what cannot be measured here", async () => {
    const figures = await contest([{ name: "c", what: "", unit: "/s", sample: () => undefined }], 2, true, () => undefined);
    expect(figures).to.deep.equal([]);
  });
  it("tell whether the sample may be rough", async () => {
    const seen: boolean[] = [];
    await contest([{ name: "c", what: "", unit: "/s", sample: (quick) => seen.push(quick) }], 1, true, () => undefined);
    expect(seen).to.deep.equal([true]);
  });
  it("take ratios within a round: a machine that gets slower does so for both", () =>
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 9 }), (speeds) => {
        const [a, b] = [figure("a", speeds.map((s) => 6 * s)), figure("b", speeds.map((s) => 2 * s))];
        expect(ratio(a, b)).to.be.closeTo(3, 1e-9);
      }),
    ));
  it("give the middle of the ratios, which one bad round does not move", () => expect(ratio(figure("a", [30, 1, 30]), figure("b", [10, 10, 10]))).to.equal(3));
});

describe("a contest of short turns", () => {
  /** Contestants whose work writes down that it was done. */
  const turns = (done: string[], names: string) =>
    inTurn(
      [...names].map((name) => ({ name, what: name, make: () => () => done.push(name) })),
      1,
    );

  it("changes after every piece of work", async () => {
    const done: string[] = [];
    await turns(done, "abc")[0]?.sample(true);
    expect(done.join("")).to.match(/^(abc)+$/);
  });
  it("gives all contestants of a round their figures from the same turns", async () => {
    const done: string[] = [];
    const [a, b] = turns(done, "ab");
    const first = await a?.sample(true);
    const pieces = done.length;
    const second = await b?.sample(true);
    expect(done.length).to.equal(pieces);
    expect(Math.min(first ?? 0, second ?? 0)).to.be.above(0);
    await b?.sample(true);
    expect(done.length).to.be.above(pieces);
  });
});

describe("targets", () => {
  it("are met at their bound and missed behind it, whichever way is better", () => {
    expect(run(3000, 140, 400).map((r) => r.met)).to.deep.equal([true, true, true, false]);
    expect(run(2999, 141, 401).map((r) => r.met)).to.deep.equal([false, false, false, false]);
    expect(run(3000, 60).map((r) => r.met)).to.deep.equal([true, true, true, true]);
  });
  it("are left out when a figure is not there", () => expect(reached([figure("rpc", [1])], all)).to.deep.equal([]));
  it("name figures that exist, or plain numbers", () => {
    const names = new Set([...contestants.map((c) => c.name), ...Object.keys(constants)]);
    expect(targets.flatMap((t) => [t.of, t.over]).filter((name) => !names.has(name))).to.deep.equal([]);
  });
  it("bring along what they are measured against", () => {
    const names = chosen(contestants, ["rpc-null"]).map((c) => c.name);
    expect(names).to.include.members(["rpc-null", "sp", "message-channel", "floor"]);
    expect(names).not.to.include("mix");
  });
  it("are all that a quick run measures", () => {
    const names = chosen(contestants, [], true).map((c) => c.name);
    expect(names).to.include.members(targets.map((t) => t.of));
    expect(names).not.to.include("mix-4k");
    expect(chosen(contestants, [])).to.equal(contestants);
  });
});

describe("the guard", () => {
  /** Measured once more, it is `second`. */
  const judged = (first: readonly Reached[], baseline: Baseline, second = first): Promise<readonly string[]> =>
    guard(first, baseline, (suspects) => Promise.resolve(second.filter((r) => suspects.includes(r.target))));

  it("passes a run that is its own baseline, and one with noise", async () => {
    const baseline = baselineOf(run(3000));
    expect(await judged(run(3000), baseline)).to.deep.equal([]);
    expect(await judged(run(1600, 190, 550), baseline)).to.deep.equal([]);
  });
  it("passes whatever is better", async () => expect(await judged(run(30_000, 10, 30), baselineOf(run(3000)))).to.deep.equal([]));
  it("fails a run that is worse than half of its baseline, and says which ratio", async () => {
    const lines = await judged(run(1400), baselineOf(run(3000)));
    expect(lines).to.have.length(1);
    expect(lines[0]).to.contain(key(rpc)).and.contain("14.0").and.contain("30");
  });
  it("fails against a baseline that is more than twice as good, on both kinds of ratio", async () => {
    expect(await judged(run(3000, 100, 300), baselineOf(run(6100, 49, 149)))).to.have.length(3);
  });
  it("measures what looks slower again, and passes what was noise", async () => {
    expect(await judged(run(1400), baselineOf(run(3000)), run(2900))).to.deep.equal([]);
    const asked: string[] = [];
    await guard(run(1400), baselineOf(run(3000)), (suspects) => {
      asked.push(...suspects.map(key));
      return Promise.resolve([]);
    });
    expect(asked).to.deep.equal([key(rpc)]);
  });
  it("looks at no clock: a ratio to a plain number of milliseconds is none of its business", async () => {
    expect(Object.keys(baselineOf(run(3000)))).to.deep.equal([key(rpc), key(start), key(size)]);
    expect(await judged(run(3000), { [key(clock)]: 0.001 })).to.deep.equal([]);
  });
  it("says nothing of ratios that the baseline does not have", async () => expect(await judged(run(1), {})).to.deep.equal([]));
  it("has a baseline that every ratio of it is among the targets'", () => {
    const known = new Set(targets.map(key));
    const baseline = JSON.parse(readFileSync(new URL("../../bench/baseline.json", import.meta.url), "utf8")) as Baseline;
    expect(Object.keys(baseline).filter((k) => !known.has(k))).to.deep.equal([]);
    expect(Object.values(baseline).filter((v) => !(v > 0))).to.deep.equal([]);
  });
});

describe("growth", () => {
  it("names figures that exist", () => {
    const names = new Set(contestants.map((c) => c.name));
    expect(series.flatMap((s) => s.sizes.map(([, name]) => name)).filter((name) => !names.has(name))).to.deep.equal([]);
  });
  it("shows each size as a share of the first", () => {
    const [tasks] = grown([figure("tasks-2", [100, 50]), figure("tasks-10k", [50, 25]), figure("tasks-100k", [25, 10])]);
    expect(tasks?.sizes.map((s) => s.share)).to.deep.equal([1, 0.5, 0.25]);
  });
  it("has no row for one size alone", () => expect(grown([figure("tasks-2", [1])])).to.deep.equal([]));
});
