import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { experiments } from "../../../lab/experiments/index.ts";
import type { Experiment, Line, Plot } from "../../../lab/model/experiment.ts";
import { gridOf } from "../../../lab/run/grid.ts";
import { page, section } from "../../../lab/run/report.ts";
import { readWitness, writeWitness } from "../../../lab/run/witness.ts";
import { browser } from "../../rpctrace/browser.ts";

const plots: readonly Plot[] = [
  { mark: "bar", x: "kind", y: "count" },
  { mark: "bar", x: "kind", y: "count", colour: "size", facet: "on" },
  { mark: "line", x: "size", y: "count", colour: "kind", facet: "on" },
  { mark: "dot", x: "size", y: "count", colour: "size" },
  { mark: "cell", x: "size", y: "kind", colour: "count" },
  { mark: "cell", x: "size", y: "kind", colour: "on" },
];

const experiment = (plot: Plot): Experiment => ({
  name: "x01-example",
  title: "An <example>",
  question: "Is 1 < 2?",
  setUp: "None.",
  independent: [
    { name: "kind", what: "k", values: ["a & b", "c/d"] },
    { name: "size", what: "s", values: [1, 2] },
    { name: "on", what: "o", values: [false, true] },
  ],
  dependent: [{ name: "count", what: "c" }],
  expected: "Yes.",
  plot,
  run: ({ size }) => ({ dv: { count: Number(size) * 2 }, schedule: "3s2" }),
  conclude: () => ({ asExpected: true, text: "It is." }),
});

const linesOf = (e: Experiment): readonly Line[] => gridOf(e).map((iv) => ({ experiment: e.name, iv, seed: 0, ...e.run(iv, 0) }));

describe("the report", function () {
  this.timeout(60_000);

  for (const plot of plots)
    it(`draws ${plot.mark}s${plot.colour === undefined ? "" : ` coloured by ${plot.colour}`}${plot.facet === undefined ? "" : ` for each ${plot.facet}`} in Node`, () => {
      const e = experiment(plot);
      expect(section(e, linesOf(e))).to.include("<svg").and.include("Is 1 &lt; 2?").and.include("An &lt;example&gt;");
    });

  it("opens in a browser: every question, conclusion, table row and plot is there, and nothing is fetched", async () => {
    const dir = mkdtempSync(`${tmpdir()}/hurdsim-report-`);
    const parts = plots.map((plot): readonly [Experiment, readonly Line[]] => [experiment(plot), linesOf(experiment(plot))]);
    writeFileSync(`${dir}/report.html`, page(parts, ""));
    const chromium = await browser();
    try {
      const tab = await chromium.newPage();
      const asked: string[] = [];
      tab.on("request", (r) => asked.push(r.url()));
      await tab.goto(pathToFileURL(`${dir}/report.html`).href);
      expect(await tab.locator("section").count()).to.equal(plots.length);
      expect(await tab.locator("section").first().locator("tbody tr").count()).to.equal(8);
      expect(await tab.locator("section .yes").first().textContent()).to.equal("As expected.");
      const drawn = await tab.locator("section svg").first().boundingBox();
      expect(drawn?.width).to.be.greaterThan(300);
      expect(asked.filter((url) => !url.startsWith("file:"))).to.deep.equal([]);
    } finally {
      await chromium.close();
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

describe("replay strings", () => {
  it("come back as they were written, whatever stands in the values, and need no quotes in a shell", () => {
    const e = experiment({ mark: "bar", x: "kind", y: "count" });
    for (const point of gridOf(e)) {
      const text = writeWitness({ experiment: e.name, point, seed: 7, schedule: "1s2.5f1" });
      expect(text).to.match(/^[\w.,=/%~-]+$/);
      expect(readWitness(text, () => e).witness).to.deep.equal({ experiment: e.name, point, seed: 7, schedule: "1s2.5f1" });
    }
  });
});

describe("the experiments", () => {
  it("are in order, each with a question, an expectation and a plot of columns that it has", () => {
    const numbers = experiments.map((e) => Number(/^e(\d\d)-[a-z0-9-]+$/.exec(e.name)?.[1]));
    expect(numbers).to.deep.equal([...numbers].sort((a, b) => a - b));
    for (const e of experiments) {
      const columns = [...e.independent.map((v) => v.name), ...e.dependent.map((m) => m.name), "failState", "verdict", "seed"];
      for (const used of [e.plot.x, e.plot.y, e.plot.colour, e.plot.facet]) if (used !== undefined) expect(columns, `${e.name}'s plot`).to.include(used);
      expect(e.question, e.name).to.match(/\?$|\.$/);
      expect(gridOf(e).length, e.name).to.be.greaterThan(0);
    }
  });

  it("are E1 to E22 of comparison.md §3, the four holes of 2021, and the claims", () => {
    const numbers = new Set(experiments.map((e) => Number(e.name.slice(1, 3))));
    for (let n = 1; n <= 26; n++) expect(numbers, `e${n}`).to.include(n);
  });
});
