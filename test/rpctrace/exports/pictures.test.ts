import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import type { Browser, Page } from "playwright-core";
import { drawChart, xml } from "../../../rpctrace/chart/draw.ts";
import { chartOf } from "../../../rpctrace/chart/model.ts";
import { rightsOf } from "../../../rpctrace/chart/rights.ts";
import { select } from "../../../rpctrace/select.ts";
import { heldAfter } from "../../../rpctrace/web/graph.ts";
import { chosenRows } from "../../../rpctrace/web/rows.ts";
import { root } from "../../rules/sources.ts";
import { browser } from "../browser.ts";
import { exported, got, sent, task, viewed } from "./recorded.ts";

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}
interface Seen {
  readonly event: string;
  readonly pair: string;
  readonly from: string;
  readonly to: string;
  readonly label: Box & { readonly text: string };
  readonly line: Box;
}

/** What a picture says, as the browser has laid it out. */
const read = (page: Page): Promise<{ readonly lanes: readonly (Box & { readonly id: string; readonly text: string })[]; readonly rows: readonly Seen[]; readonly width: number }> =>
  page.evaluate(`(() => {
    const box = (e) => { const { left, right, top, bottom } = e.getBoundingClientRect(); return { left, right, top, bottom, text: e.textContent }; };
    const svg = document.querySelector("svg.chart");
    return {
      width: svg.getBoundingClientRect().right,
      lanes: [...svg.querySelectorAll(".lane [data-lane]")].map((e) => ({ id: e.dataset.lane, ...box(e.querySelector("text")) })),
      rows: [...svg.querySelectorAll(".row")].map((e) => ({ ...e.dataset, label: box(e.querySelector(".label")), line: box(e.querySelector("line, path")) })),
    };
  })()`);

describe("pictures of traces, opened in a browser", function () {
  this.timeout(120_000);
  let folder = "";
  let chromium: Browser;
  let page: Page;
  const errors: string[] = [];
  const open = async (name: string): Promise<void> => {
    await page.goto(pathToFileURL(join(folder, name)).href);
  };
  const command = (...args: readonly string[]): string => spawnSync(process.execPath, ["boot/run.mjs", ...args], { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 }).stdout;
  const text = async (selector: string): Promise<string> => (await page.textContent(selector)) ?? "";

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "hurdsim-"));
    command("boot", "-c", "cat /etc/hostname /nosuch", "--trace", join(folder, "trace"));
    writeFileSync(join(folder, "cat.html"), command("rpctrace", join(folder, "trace"), "--filter", "task=cat", "--format", "html"));
    writeFileSync(join(folder, "all.svg"), exported("svg", viewed({ tasks: ["wc", "ls"] })));
    chromium = await browser();
    page = await chromium.newPage({ viewport: { width: 1400, height: 900 } });
    page.on("pageerror", (e) => errors.push(e.message));
    page.on("request", (r) => r.url().startsWith("file:") || errors.push(`asked for ${r.url()}`));
  });
  after(async () => {
    await chromium?.close();
    rmSync(folder, { recursive: true });
  });
  afterEach(() => expect(errors).to.deep.equal([]));

  it("SVG: a lane for each task, a row for each message, in order, from lane to lane", async () => {
    await open("all.svg");
    const { lanes, rows, width } = await read(page);
    const chart = chartOf(viewed({ tasks: ["wc", "ls"] }));
    expect(rows.length).to.be.above(200);
    expect(rows.map((r) => [r.event, r.pair, r.from, r.to].join())).to.deep.equal(chart.rows.map((r) => [r.event, r.pair, r.from, r.to].join()));
    expect(lanes.map((l) => l.id)).to.deep.equal(chart.lanes.map((l) => l.id));
    expect(lanes.map((l) => l.text)).to.include.members(["kernel(0)"]).and.satisfy((names: readonly string[]) => names.some((n) => n.startsWith("wc(")));
    const middle = new Map(lanes.map((l) => [l.id, (l.left + l.right) / 2]));
    for (const { from, to, line } of rows.filter((r) => r.from !== r.to)) {
      const ends = [middle.get(from) ?? 0, middle.get(to) ?? 0].sort((a, b) => a - b);
      expect(Math.abs(line.left - (ends[0] ?? 0)), "begins at a lane").to.be.below(6);
      expect(Math.abs(line.right - (ends[1] ?? 0)), "ends at a lane").to.be.below(6);
    }
    for (const { label } of rows) expect(label.right, label.text).to.be.at.most(width);
  });

  it("SVG: can be read: no label covers another, nor another row's line", async () => {
    await open("all.svg");
    const { rows } = await read(page);
    for (const [i, { label }] of rows.entries()) {
      const next = rows[i + 1];
      if (next === undefined) break;
      expect(next.label.top, `${label.text} / ${next.label.text}`).to.be.at.least(label.bottom - 1);
      expect(next.line.top).to.be.above(label.bottom);
    }
  });

  it("HTML: steps forward and back, by button and key, and a click goes there", async () => {
    await open("cat.html");
    const count = Number(/of (\d+)/.exec(await text("#where"))?.[1]);
    expect(count).to.be.above(50);
    expect(await text("#where")).to.equal(`1 of ${count}`);
    const first = await page.getAttribute("#chart .current", "data-event");
    await page.click("#forward");
    await page.keyboard.press("ArrowRight");
    expect(await text("#where")).to.equal(`3 of ${count}`);
    expect(await page.getAttribute("#chart .current", "data-event")).to.not.equal(first);
    await page.click("#back");
    expect(await text("#where")).to.equal(`2 of ${count}`);
    await page.click("#chart .row:nth-of-type(6) .label");
    const clicked = await text("#where");
    expect(clicked).to.not.equal(`2 of ${count}`);
    await page.click("#last");
    expect(await text("#where")).to.equal(`${count} of ${count}`);
    expect(await page.isDisabled("#forward")).to.equal(true);
    await page.click("#first");
    expect(await page.getAttribute("#chart .current", "data-event")).to.equal(first);
  });

  it("HTML: the boxes filter, the message's arguments are named, its answer is a click away", async () => {
    await open("cat.html");
    await page.fill("[name=routine]", "dir_lookup");
    await page.check("[name=errors]");
    expect(await text("#where")).to.match(/^1 of 2$/);
    expect(await text("#message")).to.include("file_name").and.include('"nosuch"');
    await page.click("#message [data-go]");
    expect(await text("#where")).to.equal("2 of 2");
    expect(await text("#chart .current .label")).to.include("No such file or directory");
    await page.fill("[name=routine]", "nothing");
    expect(await text("#where")).to.equal("no message");
    await page.fill("[name=routine]", "");
    await page.uncheck("[name=errors]");
    await page.fill("[name=interface]", "io");
    const labels = await page.locator("#chart .row.call .label").allTextContents();
    expect(labels.length).to.be.above(1);
    for (const label of labels) expect(label).to.match(/ io_/);
  });

  it("HTML: the graph shows the port of the step in its receiver's box, with a line from who sends", async () => {
    await open("cat.html");
    await page.fill("[name=routine]", "dir_lookup");
    const port = /^(\d+) /.exec(await text("#chart .current .label"))?.[1] ?? "";
    const held = page.locator(`#graph .port[data-port="${port}"]`);
    expect(await held.getAttribute("class")).to.equal("port current");
    expect(await held.locator("xpath=..").textContent()).to.match(/^tmpfs\.static\(1\)/);
    const from = await page.getAttribute("#chart .current", "data-from");
    expect(await page.getAttribute("#graph .edge.current", "data-from")).to.equal(from?.slice(1));
    const [edge, box] = [await page.locator("#graph .edge.current").boundingBox(), await held.boundingBox()];
    expect(edge !== null && box !== null && edge.width > 10 && edge.x < box.x + box.width && edge.x + edge.width > box.x).to.equal(true);
  });

  it("HTML: is one file with the trace in it", () => {
    const page_ = readFileSync(join(folder, "cat.html"), "utf8");
    expect(page_).to.not.match(/(?:src|href)=|https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
    expect(page_).to.include("default-src 'none'");
  });
});

describe("what pictures are made of", () => {
  const code = (data: number) => [{ type: 2, bits: 32, number: 1, inline: true, data }];
  const events = [task(3, "fs"), task(7, 'l<s&"\u0001'), sent(7, 31, 20018, 50), got(3, 31, 20018), sent(3, 50, 20118, 0, code(0x40000002)), sent(7, 60, 21014, 0), sent(7, -1, 21013, 51)];

  it("calls and answers know one another; what nobody took goes to the port, or to a dead one", () => {
    const { rows, lanes } = chartOf(select(events));
    expect(rows.map((r) => [r.event, r.kind, r.from, r.to, r.pair, r.failed])).to.deep.equal([
      [3, "call", "t7", "t3", 5, true],
      [5, "answer", "t3", "t7", 3, true],
      [6, "oneway", "t7", "p60", 0, false],
      [7, "call", "t7", "dead", 0, false],
    ]);
    expect(lanes.map((l) => l.name).slice(2)).to.deep.equal(["port 60", "a dead port"]);
  });

  it("names with XML's own signs stay text", () => {
    expect(xml('<a&"\u0001\ud800>')).to.equal("&#60;a&#38;&#34;\ufffd\ufffd&#62;");
    expect(drawChart(chartOf(select(events)))).to.include("l&#60;s&#38;&#34;\ufffd(7)").and.not.include("l<s");
  });

  it("lanes have their names again every forty rows", () => {
    const many = [task(3, "fs"), task(7, "ls"), ...Array.from({ length: 100 }, () => sent(7, 31, 20018, 0))];
    expect(drawChart(chartOf(select(many))).match(/class="again"/g)?.length).to.equal(2);
  });

  it("rights come and go with the events", () => {
    const right = (n: number, name: number, port: number, type: number) => ({ kind: "right", at: n, step: n, task: 7, name, port, type, refs: 1 }) as const;
    const rights = rightsOf(select([task(7, "ls"), right(1, 5, 31, 1 << 16), right(2, 6, 32, 1 << 17), right(3, 5, 0, 0), { kind: "task-terminated", at: 4, task: 7 }]));
    const held = (event: number): readonly string[] => heldAfter(rights, event).filter((h) => h.task === 7).map((h) => `${h.port}:${h.rights}`);
    expect([1, 2, 3, 4, 5].map(held)).to.deep.equal([[], ["31:1"], ["31:1", "32:2"], ["32:2"], []]);
    expect(heldAfter(rightsOf(select(events)), 4).map((h) => `${h.task}:${h.port}:${h.rights}`)).to.include.members(["7:31:1", "3:31:2"]);
  });

  it("boxes choose calls with their answers", () => {
    const chart = chartOf(select(events));
    const none = { task: "", routine: "", interface: "", port: "", text: "", errors: false };
    const chosen = (boxes: Partial<typeof none>): readonly number[] => chosenRows(chart, { ...none, ...boxes }).map((r) => r.event);
    expect(chosen({})).to.deep.equal([3, 5, 6, 7]);
    expect(chosen({ task: "fs" })).to.deep.equal([3, 5]);
    expect(chosen({ task: "7", interface: "io" })).to.deep.equal([6, 7]);
    expect(chosen({ routine: "io_reauthenticate,dir_lookup" })).to.deep.equal([3, 5, 6]);
    expect(chosen({ port: "60" })).to.deep.equal([6]);
    expect(chosen({ errors: true })).to.deep.equal([3, 5]);
    expect(chosen({ text: "io_st" })).to.deep.equal([7]);
  });
});
