import { expect } from "chai";
import { contestants } from "../../bench/contestants.ts";
import { main } from "../../bench/main.ts";
import { optionsOf, UsageError } from "../../bench/options.ts";

const known = ["rpc-null", "rpc-deep", "mix"];

describe("the bench's command line", () => {
  it("takes names by their beginning, a file and a number of rounds", () => {
    const { names, json, rounds, quick } = optionsOf(["rpc", "mix", "--json", "out.json", "--rounds", "3"], known) as Exclude<ReturnType<typeof optionsOf>, "help">;
    expect({ names, json, rounds, quick }).to.deep.equal({ names: ["rpc", "mix"], json: "out.json", rounds: 3, quick: false });
  });
  it("makes fewer rounds when it is to be quick", () => {
    const full = optionsOf([], known);
    const quick = optionsOf(["--quick"], known);
    if (full === "help" || quick === "help") throw new Error("no help was asked for");
    expect(quick.rounds).to.be.below(full.rounds);
  });
  it("shows help whatever else is there", () => expect(optionsOf(["--help", "mix"], known)).to.equal("help"));

  const wrong: readonly (readonly [args: readonly string[], said: RegExp])[] = [
    [["no-such"], /no figure "no-such"/],
    [["--rounds", "0"], /--rounds wants/],
    [["--rounds", "many"], /--rounds wants/],
    [["--json"], /json/],
    [["--json", ""], /--json wants a file/],
    [["--fast"], /--fast/],
    [["--write-baseline"], /wants --quick/],
    [["--write-baseline", "--quick", "mix"], /all figures/],
    [["--write-readme", "mix"], /all figures/],
  ];
  for (const [args, said] of wrong)
    it(`refuses ${args.join(" ")}`, () => expect(() => optionsOf(args, known)).to.throw(UsageError, said));
});

describe("the bench's exit status", () => {
  const errors: string[] = [];
  const { write } = process.stderr;
  beforeEach(() => {
    errors.length = 0;
    process.stderr.write = (text: string | Uint8Array) => errors.push(String(text)) > 0;
  });
  afterEach(() => {
    process.stderr.write = write;
  });

  it("is 2 for a name that no figure has, and says so in one line", async () => {
    expect(await main(["no-such"])).to.equal(2);
    expect(errors[0]).to.equal('bench: no figure "no-such"; --list shows them\n');
  });
  it("is 2 for a part of itself that is not there", async () => expect(await main(["--child", "no-such"])).to.equal(2));
  it("is 1 for a file that cannot be written, before anything is measured", async () => {
    expect(await main(["floor", "--json", "/no/such/folder/out.json"])).to.equal(1);
    expect(errors.join("")).to.match(/^bench: ENOENT.*\n$/);
  });
});

describe("the bench's figures", () => {
  it("have different names and say what they are", () => {
    const names = contestants.map((c) => c.name);
    expect(new Set(names).size).to.equal(names.length);
    expect(contestants.filter((c) => c.what === "")).to.deep.equal([]);
  });
});
