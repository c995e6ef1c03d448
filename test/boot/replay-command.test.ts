import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "@lydell/node-pty";
import { expect } from "chai";
import { root } from "../rules/sources.ts";
import { commandsBytes } from "./recorded/history.ts";

describe("the command replay", function () {
  this.timeout(60_000);
  let folder = "";
  let file = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "hurdsim-"));
    file = join(folder, "trace");
    writeFileSync(file, commandsBytes({ commands: "echo one" }, "another-program"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (input: string, ...args: readonly string[]): { readonly status: number | null; readonly out: string; readonly err: string } => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["boot/run.mjs", "replay", ...args], { cwd: root, encoding: "utf8", input });
    return { status, out: stdout, err: stderr };
  };

  it("refuses the trace of another program with one line, unless it is forced", () => {
    const { status, out, err } = run("", file);
    expect([status, out]).to.deep.equal([1, ""]);
    expect(err).to.match(/^replay: the trace is of another program \(another-program, and this is [\da-f]{16}-[\da-f]{8}\); --force replays it all the same\n$/);
    const forced = run("", file, "--force");
    expect([forced.status, forced.err]).to.deep.equal([0, ""]);
    expect(forced.out).to.match(/^the same: \d+ events, \d+ steps\n$/);
  });

  it("stops at a step and does what it reads, a line each, whatever that is", () => {
    const { status, out, err } = run("tasks\nnonsense\nstep 5\nback 10\n\nmemory exec 0x8048000 4\nquit\nstep\n", file, "--force", "--until", "500");
    expect([status, err]).to.deep.equal([0, ""]);
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).to.match(/^step 500, /);
    expect(lines.filter((l) => l.startsWith("? "))).to.deep.equal(['? no command "nonsense": help lists them']);
    expect(lines.filter((l) => l.startsWith("step ")).map((l) => l.split(",")[0])).to.deep.equal(["step 500", "step 505", "step 495", "step 485"]);
    expect(lines.at(-1)).to.equal("08048000  7f 48 55 52                                      .HUR");
  });

  it("shows what stands before damage, and fails all the same", () => {
    const whole = readFileSync(file);
    const at = whole.length >> 1;
    const damaged = join(folder, "damaged");
    writeFileSync(damaged, whole.map((b, i) => (i === at ? b ^ 1 : b)));
    const { status, out, err } = run("tasks\n", damaged, "--force", "--until", "800");
    expect(status).to.equal(1);
    expect(err).to.match(/^replay: event \d+ of the trace is damaged; what stands before it can be looked at\n$/);
    expect(out).to.match(/^step 800,.*\ntask +name/);
  });

  it("ends with its input", () => {
    expect(run("", file, "--force", "--until", "99999999").out).to.match(/^step \d+, \d+ us, \d+ events: .*\nthe history ends here\n$/);
  });

  it("has a prompt on a terminal", async () => {
    const pty = spawn(process.execPath, ["boot/run.mjs", "replay", file, "--force", "--until", "700"], { cwd: root, cols: 80, rows: 24 });
    let text = "";
    let asked = 0;
    pty.onData((data) => {
      text += data;
      if ((text.match(/\(replay\) /g) ?? []).length > asked) pty.write(["step\r", "quit\r"][asked++] ?? "");
    });
    expect(await new Promise((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)))).to.equal(0);
    expect(text).to.match(/step 700,[^]*\(replay\) [^]*step 701,/);
  });

  it("is misused without a number of traps", () => {
    for (const word of ["x", "-3", "1.5", ""]) {
      const { status, err } = run("", file, `--until=${word}`);
      expect(status).to.equal(2);
      expect(err).to.match(/^replay: --until wants a number of traps, not ".*"\nreplay: --help shows the usage\n$/);
    }
    expect(run("", "--help").out).to.include("--until STEP");
  });
});
