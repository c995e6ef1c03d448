import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** An experiment of a user's: how many schedules two threads of n system calls have; `slow` waits in the host's time. */
const source = (name: string, extra = "") => `
import { exploreAll } from "${root}lab/explore/explore.ts";
import { ForeignKernel } from "${root}lab/kernel/foreign-kernel.ts";
import { Machine } from "${root}mach/kern/machine.ts";

class Counter extends ForeignKernel {
  name = "counter";
  call() { return 0; }
  footprint() { return []; }
  release() {}
  start(n) {
    const process = this.adopt("p", undefined, (task) => ({ task, name: "p", ended: undefined }));
    this.spawnThread(process, function* () { for (let i = 0; i < n; i++) yield { op: "foreign", call: "step" }; return 0; });
  }
}
const scenario = (n) => ({
  run(strategy) {
    const machine = new Machine({ instructions: new Map(), scheduler: strategy });
    const kernel = new Counter(machine);
    kernel.start(n);
    kernel.start(n);
    machine.run();
    return machine.steps;
  },
  key: (steps) => String(steps),
});
export const experiment = {
  name: "${name}", title: "Counting", question: "How many schedules?", setUp: "Two threads.", expected: "2n over n.",
  independent: [{ name: "n", what: "calls", values: [1, 2, 3], parse: (t) => (/^\\d$/.test(t) ? Number(t) : undefined) }],
  dependent: [{ name: "schedules", what: "how many" }],
  plot: { mark: "line", x: "n", y: "schedules" },
  scenario: (point) => scenario(point.n),
  run(point) { ${extra} const found = exploreAll(scenario(point.n)); return { dv: { schedules: found.executions }, verdict: found.words }; },
  conclude: (lines) => ({ asExpected: lines.every((l) => [2, 6, 20][l.iv.n - 1] === l.dv.schedules), text: "counted" }),
};
`;

describe("npm run lab", function () {
  this.timeout(120_000);
  let dir = "";
  const lab = (...args: readonly string[]) => spawnSync("node", ["boot/run.mjs", "lab", ...args], { cwd: root, encoding: "utf8" });
  const file = (name: string): string => `${dir}/${name}`;

  before(() => {
    dir = mkdtempSync(`${tmpdir()}/hurdsim-lab-`);
    writeFileSync(file("count.ts"), source("count"));
    execFileSync("node", ["boot/run.mjs", "lab", "--help"], { cwd: root });
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  it("runs a user's experiment from one file: table, conclusion, a JSON line and a CSV row for each run", () => {
    const ran = lab("run", file("count.ts"), "--out", file("a"));
    expect(ran.stderr).to.equal("");
    expect(ran.status).to.equal(0);
    expect(ran.stdout).to.match(/^count: How many schedules\?/).and.include("as expected: counted");
    const lines = readFileSync(file("a/count.jsonl"), "utf8").trim().split("\n").map((l) => JSON.parse(l) as { iv: { n: number }; dv: { schedules: number }; verdict: string });
    expect(lines.map((l) => [l.iv.n, l.dv.schedules, l.verdict])).to.deep.equal([[1, 2, "exhaustive"], [2, 6, "exhaustive"], [3, 20, "exhaustive"]]);
    expect(readFileSync(file("a/count.csv"), "utf8").split("\r\n").slice(0, 2)).to.deep.equal(["n,seed,schedules,failState,verdict,schedule,graphHash", "1,0,2,,exhaustive,,"]);
  });

  it("gives the same bytes whatever the number of workers", () => {
    lab("run", file("count.ts"), "--out", file("one"), "--jobs", "1", "--runs", "3");
    lab("run", file("count.ts"), "--out", file("two"), "--jobs", "2", "--runs", "3");
    expect(readFileSync(file("one/count.jsonl"), "utf8")).to.equal(readFileSync(file("two/count.jsonl"), "utf8"));
  });

  it("explores one point, and each witness replays to its outcome", () => {
    const explored = lab("explore", file("count.ts"), "--n=2");
    expect(explored.stdout).to.match(/^6 schedules, 1 outcomes, exhaustive\n/);
    expect(lab("explore", file("count.ts")).stderr).to.include("explore wants one point: give --n=…");
    // A user's file is found by its path, not by the name in a replay string.
    expect(lab("replay", "e99-none/n=2/0/").status).to.equal(2);
  });

  it("refuses an unknown experiment, variable, value, option and command in one line, exit 2", () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [["run", "e99-none"], /no experiment "e99-none"; npm run lab -- list shows them/],
      [["run", file("none.ts")], /there is no file/],
      [["run", file("count.ts"), "--m=3"], /count has no variable "m": n/],
      [["run", file("count.ts"), "--n=x"], /--n cannot be "x"/],
      [["run"], /run which experiment\?/],
      [["dance"], /no command "dance"/],
      [["run", "e01", "--jobs", "0"], /--jobs wants a whole number from 1 on, not "0"/],
      [["replay", "nonsense"], /nonsense/],
    ];
    for (const [args, message] of cases) {
      const ran = lab(...args);
      expect(ran.status, args.join(" ")).to.equal(2);
      expect(ran.stdout, args.join(" ")).to.equal("");
      expect(ran.stderr, args.join(" ")).to.match(message);
      expect(ran.stderr, args.join(" ")).not.to.match(/\n\s+at /);
    }
  });

  it("says where a user's file cannot be built", () => {
    writeFileSync(file("bad.ts"), "export const experiment = {;\n");
    const ran = lab("run", file("bad.ts"), "--out", file("b"));
    expect([ran.status, ran.stderr]).to.satisfy(([status, text]: [number, string]) => status === 2 && /bad\.ts:1: /.test(text));
  });

  it("keeps finished runs when one fails, and says which", () => {
    writeFileSync(file("fails.ts"), source("fails", "if (point.n === 3) throw new Error('three is too many');"));
    const ran = lab("run", file("fails.ts"), "--out", file("f"), "--jobs", "1");
    expect(ran.status).to.equal(1);
    expect(ran.stderr).to.include('fails at {"n":3}, seed 0: three is too many').and.not.match(/\n\s+at /);
    expect(readFileSync(file("f/fails.jsonl"), "utf8").trim().split("\n")).to.have.length(2);
  });

  it("says that a disk is full, in one line", () => {
    execFileSync("mkdir", ["-p", file("full")]);
    symlinkSync("/dev/full", file("full/count.jsonl"));
    const ran = lab("run", file("count.ts"), "--out", file("full"));
    expect([ran.status, ran.stderr]).to.deep.equal([1, `lab: cannot write ${file("full/count.jsonl")}: ENOSPC\n`]);
  });

  it("drops a line that was cut off, and refuses a file of something else", () => {
    lab("run", file("count.ts"), "--out", file("cut"));
    const whole = readFileSync(file("cut/count.jsonl"), "utf8");
    writeFileSync(file("cut/count.jsonl"), whole.slice(0, -10));
    lab("run", file("count.ts"), "--out", file("cut"));
    expect(readFileSync(file("cut/count.jsonl"), "utf8")).to.equal(whole);
    writeFileSync(file("cut/count.jsonl"), "hello\n");
    const ran = lab("run", file("count.ts"), "--out", file("cut"));
    expect([ran.status, ran.stderr]).to.deep.equal([1, `lab: ${file("cut/count.jsonl")}: line 1 is no result of count; --fresh begins anew\n`]);
    expect(lab("run", file("count.ts"), "--out", file("cut"), "--fresh").status).to.equal(0);
  });

  it("interrupted it keeps what is finished, and the same command goes on from there", async () => {
    writeFileSync(file("slow.ts"), source("slow", "if (seed > 0 && !process.env.HURDSIM_FAST) { const end = Date.now() + 60000; while (Date.now() < end); }").replace("run(point)", "run(point, seed)"));
    const args = ["boot/run.mjs", "lab", "run", file("slow.ts"), "--out", file("s"), "--n=1", "--runs", "2", "--jobs", "2"];
    const child = spawn("node", args, { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (bytes: Buffer) => (stderr += bytes.toString()));
    const ended = new Promise<number | string | null>((resolve) => child.on("exit", (code, signal) => resolve(code ?? signal)));
    const lines = (): number => {
      try {
        return readFileSync(file("s/slow.jsonl"), "utf8").split("\n").length - 1;
      } catch {
        return 0;
      }
    };
    while (lines() < 1 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill("SIGINT");
    expect(await ended).to.equal(1);
    expect(stderr).to.equal("lab: interrupted: 1 of 2 runs of slow are kept; the same command goes on from there\n");
    const again = spawnSync("node", args, { cwd: root, encoding: "utf8", env: { ...process.env, HURDSIM_FAST: "1" } });
    expect([again.status, again.stderr]).to.deep.equal([0, `slow: 1 of 2 runs were in ${file("s")}/slow.jsonl already; --fresh makes them again\n`]);
    expect(lines()).to.equal(2);
  });
});
