import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { follow } from "../../rpctrace/follow.ts";
import { RpctraceFormat } from "../../rpctrace/format.ts";
import { parseRpctraceOptions, UsageError } from "../../rpctrace/options.ts";
import { readTrace } from "../../rpctrace/read.ts";
import { commandsBytes } from "../boot/recorded/history.ts";
import { root } from "../rules/sources.ts";

describe("a trace that is followed while it is written", function () {
  this.timeout(60_000);
  let folder = "";
  let bytes = new Uint8Array(0);
  const file = (): string => join(folder, "trace");
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "hurdsim-"));
    bytes = Uint8Array.from(commandsBytes({ commands: "echo seen" }));
  });
  after(() => rmSync(folder, { recursive: true }));

  const whole = (): string => {
    let text = "";
    const format = new RpctraceFormat((s) => (text += s));
    for (const event of readTrace(bytes).events) format.event(event);
    format.end();
    return text;
  };

  it("gives each line as soon as it is there, and ends with the trace", async () => {
    writeFileSync(file(), bytes.subarray(0, 100_000));
    let text = "";
    let at = 100_000;
    const seen: number[] = [];
    const fault = await follow(file(), new RpctraceFormat((s) => (text += s)), async () => {
      seen.push(text.length);
      if (at < bytes.length) appendFileSync(file(), bytes.subarray(at, (at += 70_001)));
      return Promise.resolve(true);
    });
    expect([fault, text === whole()]).to.deep.equal([undefined, true]);
    expect(seen[0]).to.be.above(1000);
    expect(seen.filter((n, i) => n > (seen[i - 1] ?? 0)).length).to.be.above(3);
  });

  it("says what was damaged, and goes on behind it", async () => {
    const at = bytes.length >> 1;
    writeFileSync(file(), Uint8Array.from(bytes, (b, i) => (i === at ? b ^ 1 : b)));
    let text = "";
    const fault = await follow(file(), new RpctraceFormat((s) => (text += s)), () => Promise.resolve(true));
    expect(fault).to.match(/^event \d+ of the trace is damaged$/);
    expect(text.split("\n").length).to.be.above(whole().split("\n").length * 0.9);
  });

  it("stops when nobody reads any more", async () => {
    writeFileSync(file(), bytes.subarray(0, bytes.length - 40));
    expect(await follow(file(), new RpctraceFormat(() => undefined), () => Promise.resolve(false))).to.equal(undefined);
  });

  it("is `--follow` of a command, beside a file that grows", async () => {
    writeFileSync(file(), bytes.subarray(0, 50_000));
    const command = spawn(process.execPath, ["boot/run.mjs", "rpctrace", file(), "--follow", "--task=-sh"], { cwd: root });
    let out = "";
    command.stdout.on("data", (piece: Buffer) => (out += piece.toString()));
    setTimeout(() => appendFileSync(file(), bytes.subarray(50_000)), 1500);
    const status = await new Promise((resolve) => command.on("exit", resolve));
    expect(status).to.equal(0);
    expect(out).to.match(/<---sh\(\d+\)->io_write_request \("seen\\n" -1\) = 0 5\n/);
  });

  it("is text from beginning to end", () => {
    for (const more of [["--format", "dot"], ["--from", "1"], ["--to", "#3"], ["--errors"]]) expect(() => parseRpctraceOptions(["f", "--follow", ...more])).to.throw(UsageError, "--follow");
    for (const more of [["--at", "x", "--format", "dot"], ["--at", "3"]]) expect(() => parseRpctraceOptions(["f", ...more])).to.throw(UsageError, "--at");
  });
});
