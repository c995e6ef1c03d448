import { expect } from "chai";
import { reached } from "../../bench/reached.ts";
import { between, markdown, report, short } from "../../bench/report.ts";

const figures = [
  { name: "floor", what: "the floor", unit: "/s", median: 1.2e7, spread: 0.031, samples: [1.2e7] },
  { name: "rpc-null", what: "null RPC", unit: "/s", median: 3.1e6, spread: 0.05, samples: [3.1e6] },
  { name: "sp", what: "a socketpair", unit: "/s", median: 1e5, spread: 0.01, samples: [1e5] },
] as const;
const ratios = reached(figures);

describe("the bench's report", () => {
  it("writes numbers short", () => expect([1_234_567, 23_456, 456.7, 3.456].map(short)).to.deep.equal(["1.23 M", "23.5 k", "457", "3.46"]));
  it("has a line for each figure and each target, and the machine's noise", () => {
    const text = report(figures, ratios, { compiler: true, spin: true });
    expect(text).to.match(/^rpc-null +3\.10 M \/s +±5 % +null RPC$/m);
    expect(text).to.match(/^met +31\.00 +≥ 30 +null RPC by raw mach_msg, one pair \(rpc-null ÷ sp\)$/m);
    expect(text).to.contain("noise of this machine: ±3.1 % of the floor");
    expect(text).not.to.contain("no C compiler").and.not.contain("no spin");
  });
  it("says so when there is no compiler", () => expect(report(figures, ratios, { compiler: false, spin: true })).to.contain("no C compiler here"));
  it("says so when there is no spin", () => expect(report(figures, ratios, { compiler: true, spin: false })).to.contain("no spin here"));
  it("puts its tables between the marks, and keeps what stands around them", () => {
    const marks = ["<!-- npm run bench -- --write-readme: from here -->", "<!-- to here -->"];
    const once = between(`before\n${marks.join("\nold\n")}\nafter\n`, markdown(figures, ratios, { compiler: true, spin: true }));
    expect(once).to.match(/^before\n/).and.match(/\nafter\n$/).and.contain("| met | 31.00 | ≥ 30 |").and.not.contain("old");
    expect(between(once, "new")).to.contain("new").and.not.contain("31.00");
  });
  it("refuses a README without marks", () => expect(() => between("nothing", "x")).to.throw("marks"));
});
