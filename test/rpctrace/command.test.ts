import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { itemEnd } from "../../rpctrace/cbor-item.ts";
import { parseRpctraceOptions, UsageError } from "../../rpctrace/options.ts";
import { root } from "../rules/sources.ts";

/** A command of package.json, as npm runs it. */
function run(...args: readonly string[]): { readonly status: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["boot/run.mjs", ...args], { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
  return { status, out: stdout, err: stderr };
}

describe("the commands rpctrace and replay", function () {
  this.timeout(60_000);
  let folder = "";
  const file = (name: string): string => join(folder, name);

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "hurdsim-"));
    expect(run("boot", "-c", "echo seen", "--trace", file("whole"), "--seed", "3").out).to.equal("seen\n");
    const whole = readFileSync(file("whole"));
    writeFileSync(file("cut"), whole.subarray(0, whole.length >> 1));
    writeFileSync(file("flipped"), whole.map((b, i) => (i === whole.length >> 1 ? b ^ 1 : b)));
    const at = whole.indexOf("version") + "version".length;
    writeFileSync(file("older"), whole.map((b, i) => (i === at ? 1 : b)));
    writeFileSync(file("header"), whole.subarray(0, itemEnd(whole, itemEnd(whole, 0) ?? 0)));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("show a trace in every format", () => {
    for (const [format, begins] of [["text", "task"], ["json", "{"], ["mermaid", "sequenceDiagram"], ["dot", "digraph"], ["perfetto", "{"], ["stats", "   calls"]] as const) {
      const { status, out, err } = run("rpctrace", file("whole"), "--format", format);
      expect([status, err, out.startsWith(begins), out.endsWith("\n")], format).to.deep.equal([0, "", true, true]);
    }
  });

  it("filter", () => {
    const { out } = run("rpctrace", file("whole"), "--task=-sh", "--msgid", "io_write");
    // The task that became the shell has written down that root is logged in.
    expect(out).to.match(/^ *\d+<--run-command\((\d+)\)->io_write_request \("\\a.*root.*" 0\) = 0 \d+\n *\d+<---sh\(\1\)->io_write_request \("seen\\n" -1\) = 0 5\n$/);
  });

  it("say with one line and status 1 what is wrong with a file, after what can be read of it", () => {
    const wrong = [
      ["cut", /cut off/],
      ["flipped", /damaged/],
    ] as const;
    for (const [name, why] of wrong) {
      const shown = run("rpctrace", file(name));
      expect([shown.status, shown.err.split("\n").length, shown.out.split("\n").length > 100], name).to.deep.equal([1, 2, true]);
      expect(shown.err).to.match(/^rpctrace: /).and.match(why);
      const again = run("replay", file(name));
      expect([again.status, again.out, again.err.split("\n").length], name).to.deep.equal([1, "", 2]);
      expect(again.err).to.match(/^replay: .*events before it were the same/).and.match(why);
    }
    for (const command of ["rpctrace", "replay"])
      for (const [name, why] of [["older", /is of version 1, and this reads 3/], ["nosuch", /cannot read .*: ENOENT/]] as const) {
        const { status, out, err } = run(command, file(name));
        expect([status, out, err.split("\n").length]).to.deep.equal([1, "", 2]);
        expect(err).to.match(why);
      }
  });

  it("replay a trace: the same", () => {
    const { status, out, err } = run("replay", file("whole"));
    expect([status, err]).to.deep.equal([0, ""]);
    expect(out).to.match(/^the same: \d+ events, \d+ steps\n$/);
  });

  it("have --help, and status 2 when misused", () => {
    for (const command of ["rpctrace", "replay"]) {
      expect(run(command, "--help")).to.deep.include({ status: 0, err: "" });
      for (const args of [[], ["--nosuch"], [file("whole"), "more"]]) {
        const { status, out, err } = run(command, ...args);
        expect([status, out]).to.deep.equal([2, ""]);
        expect(err).to.match(new RegExp(`^${command}: .+\n${command}: --help`));
      }
    }
  });

  it("end quietly when nobody reads on", () => {
    const { stdout, stderr } = spawnSync("sh", ["-c", `${process.execPath} boot/run.mjs rpctrace ${file("whole")} --format json | head -n 1`], { cwd: root, encoding: "utf8" });
    expect(stdout.split("\n").length).to.equal(2);
    expect(stderr).to.equal("");
  });
});

describe("rpctrace's options", () => {
  it("are refused with the reason", () => {
    const refused = [
      [["f", "--format", "gif"], /no format "gif": text, json/],
      [["f", "--from", "soon"], /--from wants seconds or #N, not "soon"/],
      [["f", "--to", "#0"], /--to wants/],
    ] as const;
    for (const [args, why] of refused) expect(() => parseRpctraceOptions(args)).to.throw(UsageError, why);
  });

  it("give seconds as microseconds, #N as an event, and lists with commas", () => {
    const options = parseRpctraceOptions(["f", "--from", "1.5", "--to", "#20", "--task", "ls,7", "--task", "cat", "--msgid", "io_read,99"]);
    if (options === "help") throw new Error("no help was asked for");
    expect(options.filter).to.deep.equal({ tasks: ["ls", "7", "cat"], msgids: ["io_read", "99"], from: { at: 1_500_000 }, to: { event: 20 }, errors: false });
  });
});
