import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "@lydell/node-pty";
import { expect } from "chai";
import { root } from "../rules/sources.ts";

/** Types each word when what stands before it has appeared; resolves with the exit status. */
function session(trace: string, script: readonly (readonly [RegExp, string])[]): Promise<number> {
  const pty = spawn(process.execPath, ["boot/run.mjs", "boot", "--trace", trace], { cwd: root, cols: 80, rows: 24 });
  let text = "";
  let at = 0;
  pty.onData((data) => {
    text += data;
    for (let step = script[at]; step !== undefined && step[0].test(text); step = script[++at]) {
      text = "";
      if (at === 3) pty.resize(100, 30);
      pty.write(step[1]);
    }
  });
  return new Promise((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)));
}

describe("an interactive session through a pseudo-terminal", function () {
  this.timeout(90_000);
  let folder = "";
  before(() => void (folder = mkdtempSync(join(tmpdir(), "hurdsim-"))));
  after(() => rmSync(folder, { recursive: true }));

  it("runs again as it was recorded: keys, ^C, the window's size and the clock", async () => {
    const trace = join(folder, "trace");
    const status = await session(trace, [
      [/login: /, "root\n"],
      [/assword/, "hurd\n"],
      [/# $/, "stty size; ls / | wc\n"],
      [/\d+ +\d+ +\d+[^]*# $/, "echo sleeping; sleep 60\n"],
      [/sleeping\r?\n/, "\x03"],
      [/# $/, "halt\n"],
    ]);
    expect(status).to.equal(0);
    const shown = spawnSync(process.execPath, ["boot/run.mjs", "rpctrace", trace, "--format", "json"], { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
    for (const kind of ["console-input", "console-resized", "clock-advanced"]) expect(shown.stdout).to.include(`{"kind":"${kind}"`);
    const { stdout, stderr } = spawnSync(process.execPath, ["boot/run.mjs", "replay", trace], { cwd: root, encoding: "utf8" });
    expect(stderr).to.equal("");
    expect(stdout).to.match(/^the same: /);
  });
});
