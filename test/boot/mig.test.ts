import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { root } from "../rules/sources.ts";

describe("the command mig", () => {
  let folder = "";
  const run = (...args: readonly string[]): readonly [status: number | null, out: string, err: string] => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "boot/run.mjs"), "mig", ...args], { cwd: folder, encoding: "utf8" });
    return [status, stdout, stderr];
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "hurdsim-"));
    mkdirSync(join(folder, "include/lamp"), { recursive: true });
    writeFileSync(join(folder, "include/lamp/types.defs"), "type lamp_t = MACH_MSG_TYPE_COPY_SEND;\n#ifdef BAD\ntype bad = nothing;\n#endif\n");
    writeFileSync(join(folder, "lamp.defs"), "subsystem lamp BASE;\n#include <lamp/types.defs>\nroutine lamp_on(lamp: lamp_t; out level: int);\n");
    writeFileSync(join(folder, "include/lamp/near.defs"), '#define BASE 1\nsubsystem near BASE;\n#include "types.defs"\n');
  });
  after(() => rmSync(folder, { recursive: true }));

  it("prints a file as JSON, with -I and -D apart or together with their values", () => {
    for (const args of [["-I", "include", "-D", "BASE=7000"], ["-Iinclude", "-DBASE=7000"]]) {
      const [status, out, err] = run("lamp.defs", ...args, "--origin", "mine");
      expect([status, err]).to.deep.equal([0, ""]);
      const json = JSON.parse(out) as Record<string, unknown>;
      expect(json).to.deep.include({ interface: "lamp", origin: "mine", file: "lamp.defs", subsystemBase: 7000, routineCount: 1 });
    }
  });

  it("finds a file in quotes beside the one that includes it, and names a file as an #include would", () => {
    const [status, out] = run("include/lamp/near.defs", "-I", "include");
    expect([status, (JSON.parse(out) as Record<string, unknown>)["file"]]).to.deep.equal([0, "lamp/near.defs"]);
  });

  it("prints the list of message ids", () => {
    expect(run("lamp.defs", "-I", "include", "-D", "BASE=7000", "--msgids")).to.deep.equal([0, "lamp 7000 lamp_on 0 7000 7100\n", ""]);
  });

  it("says in one line what is wrong: 1 for the file, 2 for the command", () => {
    expect(run("lamp.defs", "-I", "include")).to.deep.equal([1, "", "lamp.defs:1: expected a number, found BASE\n"]);
    expect(run("lamp.defs", "-D", "BASE=1")).to.deep.equal([1, "", "lamp.defs:2: cannot find lamp/types.defs\n"]);
    expect(run("lamp.defs", "-I", "include", "-D", "BASE=1", "-D", "BAD")).to.deep.equal([1, "", "include/lamp/types.defs:3: there is no type nothing\n"]);
    expect(run("none.defs")).to.deep.equal([1, "", "mig: cannot read none.defs: no such file\n"]);
    expect(run()).to.deep.equal([2, "", "mig: FILE.defs is missing\n"]);
    expect(run("--fast")).to.deep.equal([2, "", "mig: unknown option --fast\n"]);
    expect(run("a", "-D")).to.deep.equal([2, "", "mig: -D wants a value\n"]);
    expect(run("a", "-D", "1=2")).to.deep.equal([2, "", "mig: -D 1=2: no name of a macro\n"]);
    expect(run("--help")[0]).to.equal(0);
  });
});
