import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "@lydell/node-pty";
import { expect } from "chai";
import { paintFor } from "../../rpctrace/colour.ts";
import { root } from "../rules/sources.ts";

function run(...args: readonly string[]): { readonly status: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["boot/run.mjs", ...args], { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
  return { status, out: stdout, err: stderr };
}

/** What a command prints on a terminal. */
const onTerminal = (env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    const { NO_COLOR: _, ...rest } = process.env;
    const pty = spawn(process.execPath, ["boot/run.mjs", ...args], { cwd: root, cols: 200, rows: 24, env: { ...rest, TERM: "xterm", ...env } });
    let text = "";
    pty.onData((data) => (text += data));
    pty.onExit(() => resolve(text));
  });

/** Another system's view of the ids 21000 and 21001. */
const MINE = `#include "mine-types.defs"
subsystem mine 21000;
routine my_put(file: mine_t; inout what: octets_t; where: int64);
routine my_get(file: mine_t; out what: octets_t; where: int64; most: int);
`;
const TYPES = `type mine_t = MACH_MSG_TYPE_COPY_SEND;
type int64 = MACH_MSG_TYPE_INTEGER_64;
type octets_t = ^array[] of char;
`;

describe("foreign interfaces, filters and colours of the commands", function () {
  this.timeout(120_000);
  let folder = "";
  const file = (name: string): string => join(folder, name);

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "hurdsim-"));
    writeFileSync(file("mine.defs"), MINE);
    writeFileSync(file("mine-types.defs"), TYPES);
    writeFileSync(file("bad.defs"), "subsystem bad 1;\nroutine x(;\n");
    writeFileSync(file("mine.msgids"), "# mine\nmine 21000 get_it 1 21001 21101\n\nnonsense\n");
    run("boot", "-c", "cat /etc/hostname", "--trace", file("trace"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("--defs names messages and their arguments, of a trace and as they go", () => {
    const { status, out, err } = run("rpctrace", file("trace"), "--defs", file("mine.defs"), "--filter", "task=cat interface=mine routine=my_get");
    expect([status, err]).to.deep.equal([0, ""]);
    expect(out.split("\n")[0]).to.match(/^ *\d+<--cat\(\d+\)->my_get \(-1 65536\) = 0 "hurd\\n"$/);
    const json = run("rpctrace", file("trace"), "--defs", file("mine.defs"), "--filter", "task=cat routine=my_get", "--format", "json").out.split("\n");
    expect(JSON.parse(json[0] ?? "")).to.deep.include({ routine: "my_get", arguments: [{ name: "where", value: -1 }, { name: "most", value: 65536 }] });
    const live = run("boot", "-c", "cat /etc/hostname", "--defs", file("mine.defs"), "--rpctrace=cat", "--rpctrace-filter", "interface=mine");
    expect(live.out).to.equal("hurd\n");
    expect(live.err).to.match(/->my_get \(-1 65536\) = 0 "hurd\\n"\n/).and.not.match(/dir_lookup|io_read/);
  });

  it("--rpc-list names messages, and tells lines that are no entry", () => {
    const { status, out, err } = run("rpctrace", file("trace"), "--rpc-list", file("mine.msgids"), "--filter", "routine=get_it task=cat");
    expect(status).to.equal(0);
    expect(out).to.match(/->get_it \(-1 65536\) = 0 "hurd\\n"\n/);
    expect(err).to.equal([3, 4].map((n) => `rpctrace: ${file("mine.msgids")}:${n}: invalid format in RPC list file\n`).join(""));
  });

  it("one line says what is wrong with a file, and where", () => {
    for (const [command, ...more] of [["rpctrace", file("trace")], ["boot", "-c", "true", "--rpctrace"]] as const) {
      expect(run(command, ...more, "--defs", file("bad.defs"))).to.deep.equal({ status: 1, out: "", err: `${command}: ${file("bad.defs")}:2: expected an argument's name, found ;\n` });
      expect(run(command, ...more, "--defs", file("nosuch"))).to.deep.equal({ status: 1, out: "", err: `${command}: cannot read ${file("nosuch")}: no such file\n` });
    }
  });

  it("a filter that means nothing is misuse, said in one line", () => {
    expect(run("boot", "-c", "true", "--rpctrace-filter", "tsk=ls")).to.deep.equal({
      ...{ status: 2, out: "", err: 'boot: --rpctrace-filter "tsk=ls": no condition "tsk": task, routine, interface, port, direction, errors\n' },
    });
    expect(run("rpctrace", file("trace"), "--filter", "port=x")).to.deep.equal({ status: 2, out: "", err: 'rpctrace: a port is a number, not "x"\n' });
    expect(run("rpctrace", file("trace"), "--msgid", "io_reed")).to.deep.include({ status: 2, out: "" });
  });

  it("filters hold for every format", () => {
    const count = (format: string, pattern: RegExp): number => run("rpctrace", file("trace"), "--filter", "task=cat routine=io_read", "--format", format).out.match(pattern)?.length ?? 0;
    const calls = count("text", /io_read_request/g);
    expect(calls).to.be.above(1);
    expect(count("json", /"routine":"io_read_request"/g)).to.be.at.least(calls);
    expect(count("mermaid", /io_read_request/g)).to.equal(calls);
    expect(count("svg", /class="row call/g)).to.equal(calls);
    expect(count("perfetto", /"ph":"X"[^\n]*"cat":"call"/g)).to.equal(calls);
    expect(count("html", /"kind":"call"/g)).to.equal(calls);
  });

  it("colours on a terminal, but for NO_COLOR; the same text without them when piped", async () => {
    const args = ["rpctrace", file("trace"), "--filter", "task=cat,errors"];
    const piped = run(...args).out;
    const coloured = await onTerminal({}, ...args);
    expect(piped).to.not.include("\u001b");
    expect(coloured).to.include("\u001b[31m0x").and.include("\u001b[1m");
    expect(coloured.replace(/\u001b\[\d+m/g, "").replace(/\r/g, "")).to.equal(piped);
    expect(await onTerminal({ NO_COLOR: "1" }, ...args)).to.not.include("\u001b");
  });

  it("no colours for a stream that is no terminal, or a dumb one", () => {
    expect(paintFor({}, { FORCE_COLOR: "1" })).to.equal(undefined);
    expect(paintFor({ isTTY: true }, { TERM: "dumb" })).to.equal(undefined);
    expect(paintFor({ isTTY: true }, { NO_COLOR: "1" })).to.equal(undefined);
    expect(paintFor({ isTTY: true }, { NO_COLOR: "", TERM: "xterm" })?.failure("x")).to.equal("\u001b[31mx\u001b[39m");
  });
});
